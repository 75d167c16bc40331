#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "models/core/work.h"
#include "models/finn/bcr_mvau_pins.h"
#include "sim/cosim/cosimulation.h"
#include "sim/cosim/fault.h"

namespace sparsim {

/// What a matrix-vector unit computes: vectors by a matrix pruned in blocks.
struct BcrWork {
  Layer layer;                                     // dense: a filter a row of the matrix
  std::vector<std::int64_t> weights;               // [filter][column]; those that the mask does not keep are 0
  std::vector<std::vector<std::int64_t>> vectors;  // [vector][column]
};

/// The handshakes of one cycle.
struct BcrCycle {
  Cycles cycle = 0;
  std::size_t vector = 0;  // of the output word that leaves next
  bool word_valid = false, out_room = false;
  BcrMvauOutputs expected, seen;  // of the step model, of the RTL
};

struct BcrCosimResult {
  std::size_t vectors = 0;                   // whose last output word left
  std::int64_t words_in = 0, words_out = 0;  // taken; left
  std::int64_t dot_products = 0;             // compared
  Cycles cycles = 0;                         // until the last output word left
  Cycles predicted = 0;                      // the same by the recurrence
  std::optional<Difference> difference;      // its window: the vector
  std::vector<BcrCycle> last_cycles;         // up to the difference, or the end
};

struct BcrCosimSetup {
  BcrMvauShape shape;
  double stall_probability = 0;  // of the next word not being there, and of no room behind, each cycle
  std::uint64_t seed = 1;
  std::function<void(std::size_t done, std::size_t vectors)> progress;  // may be empty
};

/// Runs `rtl` cycle by cycle over the vectors and holds against it
///   - the step model: every pin, every cycle;
///   - the recurrence (BcrRecurrence): the cycle in which each word is taken, and in which each output word leaves;
///   - integer arithmetic, from weights and vectors: every dot product.
/// The first difference ends the run.
BcrCosimResult cosimulate_bcr(const BcrWork& work, BcrMvauPins& rtl, const BcrCosimSetup& setup);

/// A unit with one fault on its output pins.
///   flip    the lowest bit of the first sum of an output word
///   drop    an output word is not valid
///   repeat  the word before is valid again, in a cycle in which none leaves
class FaultyBcrMvau final : public BcrMvauPins {
 public:
  /// The fault happens at the first opportunity once `words` output words have left. `unit` outlives this.
  FaultyBcrMvau(BcrMvauPins& unit, Fault fault, std::int64_t words) : unit_(unit), fault_(fault), words_(words) {}

  void reset() override;
  const BcrMvauOutputs& evaluate(const BcrMvauInputs& inputs) override;
  void clock() override;
  /// It has happened; where words leave in every cycle to the end, none can be repeated.
  bool happened() const { return happened_; }

 private:
  BcrMvauPins& unit_;
  const Fault fault_;
  const std::int64_t words_;

  BcrMvauOutputs outputs_;
  std::int64_t left_ = 0;
  bool word_leaves_ = false, spoiling_ = false;  // in this cycle
  bool happened_ = false;
};

struct BcrCosimReport {
  BcrCosimSetup setup;
  std::string layer;                 // which, in words
  std::string values;                // where weights and vectors come from, in words
  std::string cut;                   // what of the layer was left out, in words; empty: nothing
  std::int64_t kept = 0, steps = 0;  // weights; steps of all PEs a vector
  Cycles interval = 0;               // cycles between two vectors without stalls, by bcr_timing()
  BcrCosimResult result;

  Cycles dense_interval() const { return setup.shape.words * setup.shape.rows; }
};
std::string bcr_cosim_text(const BcrCosimReport& report);
nlohmann::ordered_json bcr_cosim_json(const BcrCosimReport& report);
/// The difference, and the last cycles up to it as a table.
std::string bcr_difference_text(const BcrCosimResult& result);

}  // namespace sparsim
