#include "sim/config/bus_sections.h"

namespace sparsim {

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

}  // namespace sparsim
