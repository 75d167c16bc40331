#include "sim/cosim/reduction_cosim.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/cosim/stimulus.h"

namespace sparsim {
namespace {

constexpr std::size_t kLastCycles = 16;
enum Use : std::uint64_t { kImageStalls = 0x7265'6475 };

class ReductionCosim {
 public:
  ReductionCosim(const std::vector<std::vector<std::int64_t>>& images, ReductionPins& rtl,
                 const ReductionCosimSetup& setup)
      : images_(images),
        setup_(setup),
        rtl_(rtl),
        model_(step_reduction_pins(setup.shape)),
        fast_(fast_reduction(setup.shape)),
        list_ready_(setup.stall_probability, setup.seed),
        image_stalls_(setup.seed, kImageStalls) {}

  ReductionCosimResult run() {
    for (cycle_ = 0; result_.images < images_.size() && !result_.difference; ++cycle_) {
      begin_cycle();
      record();
      check();
      end_cycle();
    }
    return std::move(result_);
  }

 private:
  void begin_cycle() {
    if (!inputs_.image_valid && next_ < images_.size() && !image_stalls_.chance(setup_.stall_probability)) {
      inputs_.image_valid = true;
      inputs_.image = images_[next_];
    }
    inputs_.list_ready = list_ready_.at(cycle_);
    expected_ = &model_->evaluate(inputs_);
    seen_ = &rtl_.evaluate(inputs_);
  }

  void record() {
    auto& last = result_.last_cycles;
    if (last.size() == kLastCycles) last.erase(last.begin());
    last.push_back({cycle_, result_.images, inputs_.image_valid, inputs_.list_ready, *expected_, *seen_});
  }

  template <class T>
  void hold(const std::string& what, const T& expected, const T& seen) {
    if (expected == seen || result_.difference) return;
    result_.difference = Difference{cycle_, result_.images, what, fmt::format("{}", expected), fmt::format("{}", seen)};
  }

  void check() {
    if (const auto pin = first_difference(*expected_, *seen_)) hold(pin->pin, pin->expected, pin->seen);
    if (!inside_) return hold("list (fast form)", false, seen_->list_valid);
    hold("list (fast form)", cycle_ >= taken_ + inside_->cycles, seen_->list_valid);
    if (!seen_->list_valid) return;
    const PixelList list = list_of(setup_.shape, *seen_);
    hold("positions (fast form)", true, inside_->list.positions == list.positions);
    hold("values (fast form)", true, inside_->list.values == list.values);
  }

  void end_cycle() {
    const bool enters = inputs_.image_valid && seen_->image_ready, leaves = seen_->list_valid && inputs_.list_ready;
    if (leaves && inside_) count();
    if (enters) {
      inside_ = fast_->reduce(images_[next_]);
      taken_ = cycle_;
      ++next_;
      inputs_.image_valid = false;
    }
    model_->clock();
    rtl_.clock();
    list_ready_.forget(cycle_);
  }

  void count() {
    const std::vector<std::int64_t>& image = images_[result_.images];
    const std::int64_t active = std::count_if(image.begin(), image.end(),
                                              [this](std::int64_t value) { return value > setup_.shape.threshold; });
    result_.active += active;
    result_.dropped += std::max<std::int64_t>(active - setup_.shape.slots, 0);
    result_.shortest = result_.images == 0 ? inside_->cycles : std::min(result_.shortest, inside_->cycles);
    result_.longest = std::max(result_.longest, inside_->cycles);
    result_.reduced += inside_->cycles;
    result_.cycles = cycle_ + 1;
    ++result_.images;
    inside_.reset();
    if (setup_.progress) setup_.progress(result_.images, images_.size());
  }

  const std::vector<std::vector<std::int64_t>>& images_;
  const ReductionCosimSetup setup_;
  ReductionPins& rtl_;
  const std::unique_ptr<ReductionPins> model_;
  const std::unique_ptr<InputReduction> fast_;
  ReadyPattern list_ready_;
  Random image_stalls_;

  Cycles cycle_ = 0, taken_ = 0;
  std::size_t next_ = 0;                // image to enter
  std::optional<ReducedImage> inside_;  // what the fast form makes of the image that was taken
  ReductionInputs inputs_;
  const ReductionOutputs *expected_ = nullptr, *seen_ = nullptr;
  ReductionCosimResult result_;
};

}  // namespace

ReductionCosimResult cosimulate_reduction(const std::vector<std::vector<std::int64_t>>& images, ReductionPins& rtl,
                                          const ReductionCosimSetup& setup) {
  return ReductionCosim(images, rtl, setup).run();
}

void FaultyReduction::reset() {
  reduction_.reset();
  lists_ = 0;
  happened_ = false;
}

bool FaultyReduction::spoil_image() {
  const auto active = [this](std::int64_t value) { return value > shape_.threshold; };
  const auto begin = inputs_.image.begin(), end = inputs_.image.end();
  if (fault_ == Fault::drop) {
    const auto pixel = std::find_if(begin, end, active);
    if (pixel == end) return false;
    *pixel = 0;
    return true;
  }
  const auto pixel = std::find_if_not(begin, end, active);
  const bool has_slot = pixel != end && pixel - begin < shape_.slots;  // all before it are active
  if (!has_slot || !active((std::int64_t{1} << shape_.value_bits) - 1)) return false;
  *pixel = shape_.threshold + 1;
  return true;
}

bool FaultyReduction::spoil_list() {
  if (!outputs_.list_valid || outputs_.value.size() < 2 || outputs_.value[1] == 0) return false;
  outputs_.index[1] = outputs_.index[0];
  outputs_.value[1] = outputs_.value[0];
  return true;
}

const ReductionOutputs& FaultyReduction::evaluate(const ReductionInputs& inputs) {
  inputs_ = inputs;
  const bool due = !happened_ && lists_ >= images_;
  spoiling_ = due && fault_ != Fault::repeat && inputs.image_valid && spoil_image();
  outputs_ = reduction_.evaluate(inputs_);
  if (due && fault_ == Fault::repeat) spoiling_ = spoil_list();
  return outputs_;
}

void FaultyReduction::clock() {
  // An image stays spoilt until it has entered, a list until it has left.
  const bool enters = inputs_.image_valid && outputs_.image_ready, leaves = outputs_.list_valid && inputs_.list_ready;
  if (spoiling_ && (fault_ == Fault::repeat ? leaves : enters)) happened_ = true;
  lists_ += leaves;
  reduction_.clock();
}

}  // namespace sparsim
