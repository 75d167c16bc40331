#pragma once

#include <array>
#include <cstdint>

#include "models/crossbar/vector_dot.h"

namespace sparsim {

/// Toggles on the pins of an engine: bits that differ from the cycle before, by group of ports.
class ToggleCounter {
 public:
  struct Group {
    const char* name;
    std::uint64_t pins = 0;
    std::uint64_t toggles = 0;  // of all of them, over all cycles
  };
  enum GroupId { kWindow, kWeights, kGrants, kLaneOperands, kLaneWeights, kResults, kGroups };

  /// Once a cycle. A result counts while it is valid.
  void look(const DotInputs& inputs, const DotOutputs& outputs);
  /// Those of a run after this one.
  ToggleCounter& operator+=(const ToggleCounter& other);
  const std::array<Group, kGroups>& groups() const { return groups_; }
  /// Of the multipliers' operands, data and weights: what any engine has, sparse or dense.
  std::uint64_t multiplier_toggles() const;

 private:
  template <class T>
  void count(GroupId group, const std::vector<T>& before, const std::vector<T>& now);

  std::array<Group, kGroups> groups_{
      {{"window operands"}, {"window weights"}, {"grants"}, {"lane operands"}, {"lane weights"}, {"results"}}};
  bool looked_ = false;
  DotInputs inputs_;  // of the cycle before
  DotOutputs outputs_;
};

}  // namespace sparsim
