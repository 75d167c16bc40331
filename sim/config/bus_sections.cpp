#include "sim/config/bus_sections.h"

namespace sparsim {
namespace {

HostIo read_host_io(Section s) {
  HostIo c;
  c.start_cycles = s.number("start_cycles", {0, 1e9}, 0.0);
  c.image_cycles = s.number("image_cycles", {0, 1e9});
  c.cycles_per_input = s.number("cycles_per_input", {0, 1e6});
  c.cycles_per_output = s.number("cycles_per_output", {0, 1e6});
  return c;
}

}  // namespace

AxiConfig read_axi(Section s) {
  AxiConfig c;
  c.clock_mhz = s.number("clock_mhz", {1, 1000});
  c.data_bytes = s.integer("data_bytes", {1, 128});
  c.burst_beats = s.integer("burst_beats", {1, 256});
  c.outstanding = s.integer("outstanding", {1, 256});
  c.port_outstanding = s.integer("port_outstanding", {1, 256});
  c.queue_depth = s.integer("queue_depth", {1, 64});
  c.forward_cycles = s.integer("forward_cycles", {1, 1000});
  c.return_cycles = s.integer("return_cycles", {0, 1000});
  return c;
}

DmaConfig read_dma(Section s) {
  DmaConfig c;
  c.setup_cycles = s.integer("setup_cycles", {0, 1000});
  c.descriptors = s.integer("descriptors", {1, 64});
  return c;
}

AxiLiteConfig read_registers(Section& s) {
  AxiLiteConfig c;
  c.write_cycles = s.integer("write_cycles", {1, 1000});
  c.read_cycles = s.integer("read_cycles", {1, 1000});
  return c;
}

StreamShellConfig read_shell(Section& root, const BoardFile& board) {
  StreamShellConfig c;
  c.clock_mhz = root.number("clock_mhz", {1, 1000});
  c.flow = static_cast<ImageFlow>(root.choice("images", {"streamed", "one_at_a_time"}, 0));
  c.source_interval = root.integer("source_interval", {0, 1'000'000'000}, 0);
  c.axi = read_axi(root.section("axi"));
  c.dma = read_dma(root.section("dma"));
  Section registers = root.section("registers");
  c.registers = read_registers(registers);
  c.image_registers = registers.integer("per_image", {1, 10'000});
  c.host_io = read_host_io(root.section("host_io"));
  c.memory = board.memory;
  c.host = board.host;
  return c;
}

}  // namespace sparsim
