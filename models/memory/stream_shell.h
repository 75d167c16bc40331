#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/core/cycles.h"
#include "models/memory/axi_bus.h"
#include "models/memory/axi_lite.h"
#include "models/memory/dma.h"
#include "models/memory/host_cost.h"
#include "models/memory/memory.h"

namespace sparsim {

/// Whether the next image follows at once, or waits until the host has the result of the one before.
enum class ImageFlow { streamed, one_at_a_time };

/// What the host does beside the accelerator, in cycles of its own clock.
struct HostIo {
  double start_cycles = 0;                             // driver call, a start: for a batch, or for each image
  double image_cycles = 0;                             // an image by itself: cache maintenance, wait for the end
  double cycles_per_input = 0, cycles_per_output = 0;  // to convert and copy a value of an image by itself
};

/// What stands around a pipeline: DMA engines, AXI, memory, and the host that starts it.
struct StreamShellConfig {
  double clock_mhz = 100;
  ImageFlow flow = ImageFlow::streamed;
  Cycles source_interval = 0;  // the source spreads an image's words over so many cycles; 0: as fast as it can
  AxiConfig axi;
  DmaConfig dma;
  AxiLiteConfig registers;
  std::int64_t image_registers = 8;  // register writes that start the DMA engines for an image, or for a batch
  MemoryConfig memory;
  HostConfig host;
  HostIo host_io;
};

/// What is wrong with it, each as `section.key = value: what is allowed`; empty where nothing is.
std::vector<std::string> problems(const StreamShellConfig& config);

}  // namespace sparsim
