#pragma once

#include "models/memory/axi_bus.h"
#include "models/memory/axi_lite.h"
#include "models/memory/dma.h"
#include "models/memory/stream_shell.h"
#include "sim/config/board.h"
#include "sim/config/schema.h"

namespace sparsim {

// Sections that accelerators behind AXI share.

AxiConfig read_axi(Section section);
DmaConfig read_dma(Section section);
/// The keys of the bus itself; how many registers there are to write is the architecture's.
AxiLiteConfig read_registers(Section& section);
/// All that stands around a pipeline: `clock_mhz`, `images`, `source_interval` and the sections of bus and host.
StreamShellConfig read_shell(Section& root, const BoardFile& board);

}  // namespace sparsim
