#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "models/sparsepixels/input_reduction_pins.h"
#include "sim/cosim/cosimulation.h"
#include "sim/cosim/fault.h"

namespace sparsim {

/// The handshakes of one cycle.
struct ReductionCycle {
  Cycles cycle = 0;
  std::size_t image = 0;  // at the input or inside
  bool image_valid = false, list_ready = false;
  ReductionOutputs expected, seen;  // of the step model, of the RTL
};

struct ReductionCosimResult {
  std::size_t images = 0;                         // whose list left
  std::int64_t active = 0, dropped = 0;           // pixels of them; those for which there was no slot
  Cycles cycles = 0;                              // until the last list left
  Cycles shortest = 0, longest = 0, reduced = 0;  // from taking an image to its list: of one, and summed up
  std::optional<Difference> difference;           // its window: the image
  std::vector<ReductionCycle> last_cycles;        // up to the difference, or the end
};

struct ReductionCosimSetup {
  ReductionShape shape;
  double stall_probability = 0;  // of no image being there, and of a list not being taken, each cycle
  std::uint64_t seed = 1;
  std::function<void(std::size_t done, std::size_t images)> progress;  // may be empty
};

/// Runs `rtl` cycle by cycle over the images ([height][width], raw) and holds against it
///   - the step model: every pin, every cycle;
///   - the fast form: the cycle in which each list appears, and the list.
/// The first difference ends the run.
ReductionCosimResult cosimulate_reduction(const std::vector<std::vector<std::int64_t>>& images, ReductionPins& rtl,
                                          const ReductionCosimSetup& setup);

/// An input reduction with one fault: `flip` and `drop` change a flag, `repeat` a slot of the list.
///   flip    the first pixel that is not active is
///   drop    the first active pixel is not
///   repeat  the second slot holds the pixel of the first
class FaultyReduction final : public ReductionPins {
 public:
  /// The fault happens to the first image that offers the opportunity, `images` or more after the first. `reduction`
  /// outlives this.
  FaultyReduction(ReductionPins& reduction, const ReductionShape& shape, Fault fault, std::size_t images)
      : reduction_(reduction), shape_(shape), fault_(fault), images_(images) {}

  void reset() override;
  const ReductionOutputs& evaluate(const ReductionInputs& inputs) override;
  void clock() override;
  bool happened() const { return happened_; }

 private:
  bool spoil_image();
  bool spoil_list();

  ReductionPins& reduction_;
  const ReductionShape shape_;
  const Fault fault_;
  const std::size_t images_;

  ReductionInputs inputs_;
  ReductionOutputs outputs_;
  std::size_t lists_ = 0;  // that left
  bool happened_ = false, spoiling_ = false;
};

struct ReductionCosimReport {
  ReductionCosimSetup setup;
  std::string images;  // where they come from, in words
  ReductionCosimResult result;
};
std::string reduction_cosim_text(const ReductionCosimReport& report);
nlohmann::ordered_json reduction_cosim_json(const ReductionCosimReport& report);
/// The difference, and the last cycles up to it as a table.
std::string reduction_difference_text(const ReductionCosimResult& result);

}  // namespace sparsim
