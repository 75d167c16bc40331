#include "sim/cosim/toggles.h"

#include <type_traits>

namespace sparsim {
namespace {

constexpr int kResultPins = 48;

template <class T>
std::uint64_t differing_bits(T a, T b) {
  using Bits = std::make_unsigned_t<T>;
  return static_cast<std::uint64_t>(
      __builtin_popcountll(static_cast<Bits>(static_cast<Bits>(a) ^ static_cast<Bits>(b))));
}

}  // namespace

template <class T>
void ToggleCounter::count(GroupId group, const std::vector<T>& before, const std::vector<T>& now) {
  for (std::size_t i = 0; i < now.size(); ++i) groups_[group].toggles += differing_bits(before[i], now[i]);
}

void ToggleCounter::look(const DotInputs& inputs, const DotOutputs& outputs) {
  if (!looked_) {
    looked_ = true;
    groups_[kWindow].pins = 16 * inputs.window.size();
    groups_[kWeights].pins = 16 * inputs.weight.size();
    groups_[kGrants].pins = outputs.grant.size() * inputs.window.size();
    groups_[kLaneOperands].pins = 16 * outputs.lane_data.size();
    groups_[kLaneWeights].pins = 16 * outputs.lane_weight.size();
    groups_[kResults].pins = kResultPins;
    inputs_ = inputs;
    outputs_ = outputs;
    return;
  }
  count(kWindow, inputs_.window, inputs.window);
  count(kWeights, inputs_.weight, inputs.weight);
  count(kGrants, outputs_.grant, outputs.grant);
  count(kLaneOperands, outputs_.lane_data, outputs.lane_data);
  count(kLaneWeights, outputs_.lane_weight, outputs.lane_weight);
  const std::int64_t result_before = outputs_.result;
  inputs_ = inputs;
  outputs_ = outputs;
  if (!outputs.result_valid) {
    outputs_.result = result_before;
    return;
  }
  constexpr std::int64_t kMask = (std::int64_t{1} << kResultPins) - 1;
  groups_[kResults].toggles += differing_bits(result_before & kMask, outputs.result & kMask);
}

ToggleCounter& ToggleCounter::operator+=(const ToggleCounter& other) {
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    groups_[i].pins = other.groups_[i].pins;
    groups_[i].toggles += other.groups_[i].toggles;
  }
  return *this;
}

std::uint64_t ToggleCounter::multiplier_toggles() const {
  return groups_[kLaneOperands].toggles + groups_[kLaneWeights].toggles;
}

}  // namespace sparsim
