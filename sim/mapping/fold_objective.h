#pragma once

#include <cstddef>
#include <string_view>

namespace sparsim {

/// What a folding is to be best at, within the device.
enum class FoldObjective {
  throughput,  // images a second
  latency,     // the first image: nodes' fill and the slowest node, by estimate
  energy       // joules an image, at no less than a share of the throughput that fits
};

constexpr std::string_view kFoldObjectiveNames[] = {"throughput", "latency", "energy"};
constexpr std::string_view to_string(FoldObjective o) { return kFoldObjectiveNames[static_cast<std::size_t>(o)]; }

struct FoldGoal {
  FoldObjective objective = FoldObjective::throughput;
  double throughput_share = 0.9;  // 0..1, of the best throughput: what the least energy may not cost
  double interval = 0;            // cycles an image that will do, for the throughput objective; 0: as few as fit
};

}  // namespace sparsim
