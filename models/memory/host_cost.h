#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/core/bit_mask.h"
#include "models/core/cycles.h"
#include "models/core/work.h"

namespace sparsim {

/// What a layer costs on a processor, before it is known which: counts of operations, loads and stores of their
/// operands included in each.
struct HostOperations {
  std::int64_t conv_macs = 0;
  std::int64_t dense_macs = 0;  // apart, since each weight is used once and comes from memory
  std::int64_t adds = 0;
  std::int64_t compares = 0;
  std::int64_t sort_steps = 0;
  std::int64_t exponentials = 0;
  std::int64_t divisions = 0;
  std::int64_t normalizations = 0;  // LRN, a value
  std::int64_t moved_bytes = 0;

  /// The one list of names and meanings, for HostOperations (counts) and HostCosts (cycles each) alike.
  template <class Self, class Visitor>
  static void visit(Self&& self, Visitor&& v) {
    v("conv_mac", self.conv_macs, "multiply-accumulate of a convolution");
    v("dense_mac", self.dense_macs, "multiply-accumulate of a fully connected layer");
    v("add", self.adds, "addition of two values");
    v("compare", self.compares, "maximum of two values");
    v("sort_step", self.sort_steps, "comparison and conditional move of two keys");
    v("exponential", self.exponentials, "e^x");
    v("division", self.divisions, "division");
    v("normalization", self.normalizations, "a value of local response normalization");
    v("moved_byte", self.moved_bytes, "byte copied");
  }

  HostOperations& operator+=(const HostOperations& other);
};

/// Host clock cycles an operation on one core; the accelerator files give each with its basis and source. The defaults
/// are those of a Cortex-A9 with NEON, fp32, data in its caches: on its 64-bit pipe a quad load, store, add, maximum or
/// multiply-accumulate takes two cycles, and one of them issues at a time (ARM DDI 0409, instruction timings).
struct HostCosts {
  double conv_macs = 1.5;       // a quad: two loads, vmla
  double dense_macs = 4;        // bound by memory: a weight of 4 B each
  double adds = 2;              // a quad: two loads, vadd, store
  double compares = 1.5;        // a quad: load, vmax, store
  double sort_steps = 10;       // loads, comparison, store, half a mispredicted branch
  double exponentials = 60;     // expf of a C library
  double divisions = 15;        // vdiv.f32, not pipelined
  double normalizations = 141;  // powf (log and exponential), division, square, two additions
  double moved_bytes = 0.25;    // 16 B: load, store
};

/// The cycles in it are those of the host's clock.
struct HostConfig {
  double clock_mhz = 667;
  std::int64_t cores = 2;  // what a call computes is split evenly over them
  HostCosts cycles_per;
  double layer_cycles = 0;              // each call: loop set-up, starting and joining the cores
  double interrupt_latency_cycles = 0;  // from the accelerator's interrupt to the first instruction that acts on it
};

/// What is wrong with it, each as `host.key = value: what is allowed`; empty where nothing is.
std::vector<std::string> problems(const HostConfig& config);

/// Work of a layer on the host. Filters and channels that static or dynamic pruning removed are not computed; single
/// zeros are. `kept_channels`: of this image (Workload::kept_channels); empty where all are kept. `value_bytes`: size
/// of a value in memory, for layers that only move them.
HostOperations host_operations(const Layer& layer, const BitMask& kept_channels, std::int64_t value_bytes);

/// Dynamic feature-map pruning: the mean magnitude of each channel of `maps` (an addition a value; the common divisor
/// changes no order), then a sort of the channels (channels * ceil(log2(channels)) steps, merge sort).
HostOperations salience_ranking(const MapShape& maps);

/// Accelerator cycles that the host needs for one call, rounded up. `clock_mhz`: of the accelerator.
Cycles host_cycles(const HostConfig& config, const HostOperations& operations, double clock_mhz);

}  // namespace sparsim
