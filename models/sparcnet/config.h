#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/core/word_format.h"
#include "models/memory/axi_bus.h"
#include "models/memory/axi_lite.h"
#include "models/memory/dma.h"
#include "models/memory/host_cost.h"
#include "models/memory/memory.h"
#include "models/memory/scratchpad.h"

namespace sparsim {

/// A grid of processing elements that share one broadcast of the input feature map and own one output channel each.
struct PeGridConfig {
  std::int64_t rows = 1, columns = 1;
  std::int64_t macs_per_pe = 1;  // work on as many input channels of one output, through an adder tree
  WordFormat format = WordFormat::fp16;
  std::int64_t accumulate_latency = 1;  // cycles until a sum can be added to again: outputs interleaved at the least

  std::int64_t pes() const { return rows * columns; }
  /// Cycles from the last operand of a tile to its last finished output: the broadcast's way to the farthest PE, the
  /// accumulation, and batch norm and ReLU behind it, one cycle each.
  std::int64_t drain_cycles() const { return rows + columns + accumulate_latency + 2; }
};

/// Who ranks feature maps by salience at run time.
enum class SalienceUnit { host, pe };

/// A SPARCNet accelerator (Page, Jafari, Shea, Mohsenin, ACM JETC 2017) and what stands around it.
struct SparcnetConfig {
  double clock_mhz = 100;
  PeGridConfig pe_grid;
  // A double-buffered scratchpad is loaded (the ofmap's: stored) while the PEs compute on its other half.
  ScratchpadConfig ifmap, weight, ofmap;
  AxiConfig axi;
  DmaConfig dma;
  AxiLiteConfig registers;
  std::int64_t layer_registers = 16;  // register writes that start a layer, its masks not counted
  MemoryConfig memory;
  HostConfig host;
  SalienceUnit salience_unit = SalienceUnit::host;
};

/// What is wrong with it, each as `section.key = value: what is allowed`; empty where nothing is.
std::vector<std::string> problems(const SparcnetConfig& config);

}  // namespace sparsim
