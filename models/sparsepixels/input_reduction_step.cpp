#include <algorithm>

#include "models/core/error.h"
#include "models/sparsepixels/input_reduction_pins.h"

namespace sparsim {
namespace {

/// What a node of the tree says of the flags below it.
struct Found {
  bool any = false, more = false;      // flags that are set: at least one, at least two
  std::uint32_t index = 0, value = 0;  // of the first
};

/// rtl/first_pixel_tree.sv: the first of its entries that found any, a register behind every stage but the last.
class TreeStep {
 public:
  TreeStep(std::size_t entries, std::int64_t levels_per_cycle)
      : fan_in_(levels_per_cycle < 32 ? std::size_t{1} << levels_per_cycle : entries) {
    for (std::size_t nodes = entries; nodes > fan_in_;)
      registers_.emplace_back(nodes = (nodes + fan_in_ - 1) / fan_in_);
  }

  std::size_t stages() const { return registers_.size() + 1; }
  Found root(const std::vector<Found>& entries) const {
    return first(registers_.empty() ? entries : registers_.back(), 0);
  }
  void clock(const std::vector<Found>& entries) {
    for (std::size_t stage = registers_.size(); stage-- > 0;) {  // what a register takes is what was there before
      const std::vector<Found>& below = stage == 0 ? entries : registers_[stage - 1];
      for (std::size_t node = 0; node < registers_[stage].size(); ++node)
        registers_[stage][node] = first(below, node * fan_in_);
    }
  }

 private:
  Found first(const std::vector<Found>& below, std::size_t begin) const {
    Found found;
    for (std::size_t i = begin; i < std::min(begin + fan_in_, below.size()); ++i) {
      if (!below[i].any) continue;
      const bool more = found.any || below[i].more;
      if (!found.any) found = below[i];
      found.more = more;
    }
    return found;
  }

  const std::size_t fan_in_;
  std::vector<std::vector<Found>> registers_;  // [stage][node]
};

class StepReduction final : public ReductionPins {
 public:
  explicit StepReduction(const ReductionShape& shape)
      : shape_(shape),
        heads_((static_cast<std::size_t>(shape.pixels()) + kGroup - 1) / kGroup),
        tree_(heads_.size(), shape.levels_per_cycle) {
    reset();
  }

  void reset() override {
    state_ = State::idle;
    clear_list();
  }

  const ReductionOutputs& evaluate(const ReductionInputs& inputs) override {
    take_ = state_ == State::idle && inputs.image_valid;
    if (take_) values_ = inputs.image;
    list_ready_ = inputs.list_ready;
    outputs_.image_ready = state_ == State::idle;
    outputs_.list_valid = state_ == State::done;
    return outputs_;
  }

  void clock() override {
    switch (state_) {
      case State::idle:
        if (take_) take_image();
        break;
      case State::compare:
        for (std::size_t pixel = 0; pixel < values_.size(); ++pixel) flags_[pixel] = values_[pixel] > shape_.threshold;
        state_ = State::heads;
        break;
      case State::heads:
        for (std::size_t group = 0; group < heads_.size(); ++group) next_head(group);
        state_ = State::search;
        break;
      case State::search:
        search();
        break;
      case State::done:
        if (list_ready_) state_ = State::idle;
        break;
    }
  }

 private:
  enum class State { idle, compare, heads, search, done };
  static constexpr std::size_t kGroup = 4;  // pixels that have a head

  void clear_list() {
    outputs_.index.assign(static_cast<std::size_t>(shape_.slots), 0);
    outputs_.value.assign(static_cast<std::size_t>(shape_.slots), 0);
    slot_ = stage_ = 0;
  }

  void take_image() {
    flags_.assign(values_.size(), false);
    clear_list();
    state_ = State::compare;
  }

  /// The group's first flag moves into its head.
  void next_head(std::size_t group) {
    Found head;
    for (std::size_t pixel = group * kGroup; pixel < std::min((group + 1) * kGroup, flags_.size()); ++pixel) {
      if (!flags_[pixel]) continue;
      if (head.any) {
        head.more = true;
        break;
      }
      head = {true, false, static_cast<std::uint32_t>(pixel), static_cast<std::uint32_t>(values_[pixel])};
      flags_[pixel] = false;
    }
    heads_[group] = head;
  }

  void search() {
    if (++stage_ < tree_.stages()) return tree_.clock(heads_);
    stage_ = 0;
    const Found found = tree_.root(heads_);
    if (found.any) {
      outputs_.index[slot_] = found.index;
      outputs_.value[slot_] = found.value;
      next_head(found.index / kGroup);
    }
    ++slot_;
    const bool full = slot_ == static_cast<std::size_t>(shape_.slots);
    if (full || (shape_.early_exit && !found.more)) state_ = State::done;
  }

  const ReductionShape shape_;
  State state_ = State::idle;
  std::vector<std::int64_t> values_;  // [pixel]
  std::vector<bool> flags_;           // [pixel]: active, neither in the list nor in a head
  std::vector<Found> heads_;          // [group]: its first pixel that is not in the list
  TreeStep tree_;
  std::size_t stage_ = 0, slot_ = 0;  // of the search
  ReductionOutputs outputs_;          // the list's slots are registers
  bool take_ = false, list_ready_ = false;
};

}  // namespace

std::unique_ptr<ReductionPins> step_reduction_pins(const ReductionShape& shape) {
  check(shape);
  return std::make_unique<StepReduction>(shape);
}

std::unique_ptr<InputReduction> step_reduction(const ReductionShape& shape) {
  return driven_reduction(shape, step_reduction_pins(shape));
}

}  // namespace sparsim
