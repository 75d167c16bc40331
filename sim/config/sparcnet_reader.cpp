#include <fmt/format.h>

#include <iterator>

#include "models/sparcnet/config.h"
#include "models/sparcnet/resource_bill.h"
#include "models/sparcnet/sparcnet.h"
#include "sim/config/architecture_readers.h"
#include "sim/config/bus_sections.h"

namespace sparsim {
namespace {

PeGridConfig read_pe_grid(Section s) {
  PeGridConfig c;
  c.rows = s.integer("rows", {1, 256});
  c.columns = s.integer("columns", {1, 256});
  c.macs_per_pe = s.integer("macs_per_pe", {1, 64});
  c.format = static_cast<WordFormat>(s.choice("format", {std::begin(kWordFormatNames), std::end(kWordFormatNames)}));
  c.accumulate_latency = s.integer("accumulate_latency", {1, 64});
  return c;
}

// Banks and words follow from the grid: a bank a PE for what PEs do not share.
ScratchpadConfig read_scratchpad(Section s, std::int64_t banks, std::int64_t word_bytes) {
  ScratchpadConfig c;
  c.size_bytes = s.integer("size_bytes", {2, 1 << 28});
  c.double_buffered = s.boolean("overlapped");
  c.ports = banks;
  c.word_bytes = word_bytes;
  return c;
}

}  // namespace

void read_sparcnet(Section& root, Accelerator& accelerator) {
  SparcnetConfig c;
  c.clock_mhz = root.number("clock_mhz", {1, 1000});
  c.pe_grid = read_pe_grid(root.section("pe_grid"));
  const std::int64_t pes = c.pe_grid.pes(), operand = c.pe_grid.macs_per_pe * word_bytes(c.pe_grid.format);
  Section scratchpads = root.section("scratchpads");
  c.ifmap = read_scratchpad(scratchpads.section("ifmap"), 1, operand);
  c.weight = read_scratchpad(scratchpads.section("weight"), pes, operand);
  c.ofmap = read_scratchpad(scratchpads.section("ofmap"), pes, psum_bytes(c.pe_grid.format));
  c.axi = read_axi(root.section("axi"));
  c.dma = read_dma(root.section("dma"));
  Section registers = root.section("registers");
  c.registers = read_registers(registers);
  c.layer_registers = registers.integer("per_layer", {1, 10'000});
  c.salience_unit = static_cast<SalienceUnit>(root.choice("salience_unit", {"host", "pe"}, 0));
  c.memory = accelerator.board.memory;
  c.host = accelerator.board.host;
  const std::vector<std::string> found = problems(c);
  for (const std::string& problem : found) root.problem("", problem);
  if (!found.empty()) return;  // what follows asks for a configuration that is sound

  accelerator.clock_mhz = c.clock_mhz;
  accelerator.format = c.pe_grid.format;
  accelerator.sparcnet = std::make_shared<const SparcnetConfig>(c);
  accelerator.resource_bill = resource_bill(c, accelerator.board.device.technology);
  accelerator.design = [c](const Workload& workload) {
    Design design;
    design.elaborate = [c, &workload](const RunOptions& options) {
      refuse_crossbar("sparcnet", options);
      refuse_reduction("sparcnet", options);
      return std::make_unique<Sparcnet>("sparcnet", c, workload, options);
    };
    return design;
  };
}

}  // namespace sparsim
