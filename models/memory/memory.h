#pragma once

#include <memory>
#include <variant>

#include "models/memory/controller.h"
#include "models/memory/dram.h"
#include "models/memory/sram.h"

namespace sparsim {

/// The external memory of a board.
using MemoryConfig = std::variant<DramConfig, SramConfig>;

/// A module named "memory" in the one that is being built. `clock_mhz`: of the accelerator.
std::unique_ptr<MemoryController> make_memory(const MemoryConfig& config, double clock_mhz);

}  // namespace sparsim
