#include <array>
#include <utility>

#include "models/core/error.h"
#include "models/finn/bcr_mvau_pins.h"

namespace sparsim {
namespace {

/// A fixed number of registers in a row.
template <class T>
class DelayLine {
 public:
  explicit DelayLine(std::size_t registers) : values_(registers) {}
  T front() const { return values_[next_]; }  // went in `registers` pushes ago
  void push(T value) {
    values_[next_] = std::move(value);
    next_ = (next_ + 1) % values_.size();
  }

 private:
  std::vector<T> values_;
  std::size_t next_ = 0;
};

/// rtl/bcr_pe.sv. What multiplies and adds in several registers does so at once, and the sum waits as long.
class PeStep {
 public:
  PeStep(const BcrMvauShape& shape, const std::vector<BcrMvauEntry>& program)
      : rows_(static_cast<std::size_t>(shape.rows)),
        program_(program),
        products_(static_cast<std::size_t>(shape.latency()) - 2),
        sums_(rows_) {}

  bool done(std::size_t row) const { return done_ != row || program_[address_].ends; }
  std::int64_t sum(std::size_t row) const { return sums_[row]; }

  void clock(bool step, const std::vector<std::int64_t>& vector, bool restart) {
    accumulate(products_.front());
    const bool steps = step && done_ < rows_;
    const BcrMvauEntry& entry = program_[address_];
    products_.push(steps ? Product{true, entry.ends, dot_product(entry, vector)} : Product{});
    if (steps) {
      done_ += entry.ends;
      address_ = done_ == rows_ ? 0 : address_ + 1;
    }
    if (restart) done_ = 0;
  }

 private:
  struct Product {
    bool valid = false, ends = false;
    std::int64_t sum = 0;
  };

  static std::int64_t dot_product(const BcrMvauEntry& entry, const std::vector<std::int64_t>& vector) {
    std::int64_t sum = 0;
    for (std::size_t lane = 0; lane < entry.columns.size(); ++lane)
      if (entry.columns[lane] >= 0) sum += entry.weights[lane] * vector[static_cast<std::size_t>(entry.columns[lane])];
    return sum;
  }

  void accumulate(const Product& product) {
    if (!product.valid) return;
    partial_ += product.sum;
    if (!product.ends) return;
    sums_[row_] = std::exchange(partial_, 0);
    row_ = (row_ + 1) % rows_;
  }

  const std::size_t rows_;
  const std::vector<BcrMvauEntry>& program_;
  std::size_t address_ = 0, done_ = 0;  // of the next step; rows of the vector
  DelayLine<Product> products_;
  std::int64_t partial_ = 0;
  std::size_t row_ = 0;             // whose sum ends next
  std::vector<std::int64_t> sums_;  // [row]
};

class BcrMvauStep final : public BcrMvauPins {
 public:
  BcrMvauStep(const BcrMvauShape& shape, BcrMvauProgram program)
      : shape_(shape), program_(std::move(program)), state_(shape_, program_) {
    SPARSIM_CHECK(program_.size() == static_cast<std::size_t>(shape.pe), "{} programs for {}", program_.size(),
                  to_string(shape));
    reset();
  }

  void reset() override {
    state_ = State(shape_, program_);
    outputs_ = {true, false, std::vector<std::int64_t>(program_.size())};
  }

  const BcrMvauOutputs& evaluate(const BcrMvauInputs& inputs) override {
    inputs_ = inputs;
    outputs_.word_ready = !state_.banks[state_.load_bank].full;
    return outputs_;
  }

  void clock() override {  // what a register takes is what was there before: from the output to the input
    leave();
    step();
    if (inputs_.word_valid && outputs_.word_ready) load();
  }

 private:
  struct Bank {
    std::vector<std::int64_t> vector;
    bool full = false;
  };
  struct State {
    State(const BcrMvauShape& shape, const BcrMvauProgram& program)
        : complete(static_cast<std::size_t>(shape.latency()) - 1) {
      for (Bank& bank : banks) bank.vector.resize(static_cast<std::size_t>(shape.columns()));
      for (const std::vector<BcrMvauEntry>& entries : program) pes.emplace_back(shape, entries);
    }
    std::array<Bank, 2> banks;
    std::size_t load_bank = 0, work_bank = 0;
    std::size_t column = 0;            // to be loaded
    std::size_t row = 0, sum_row = 0;  // of the output word that is awaited; that leaves
    std::vector<PeStep> pes;
    DelayLine<bool> complete;  // an output word: until its sums are read
  };

  void leave() {
    outputs_.out_valid = state_.complete.front();
    if (!outputs_.out_valid) return;
    for (std::size_t pe = 0; pe < state_.pes.size(); ++pe) outputs_.out[pe] = state_.pes[pe].sum(state_.sum_row);
    state_.sum_row = next_row(state_.sum_row);
  }

  void step() {
    Bank& bank = state_.banks[state_.work_bank];
    bool completes = bank.full;
    for (const PeStep& pe : state_.pes) completes = completes && pe.done(state_.row);
    const bool steps = bank.full && (inputs_.out_room || !completes);
    completes = completes && steps;
    const bool ends = completes && next_row(state_.row) == 0;
    for (PeStep& pe : state_.pes) pe.clock(steps, bank.vector, ends);
    state_.complete.push(completes);
    if (completes) state_.row = next_row(state_.row);
    if (ends) {
      bank.full = false;
      state_.work_bank ^= 1;
    }
  }

  void load() {
    Bank& bank = state_.banks[state_.load_bank];
    for (const std::int64_t value : inputs_.word) bank.vector[state_.column++] = value;
    if (state_.column < bank.vector.size()) return;
    state_.column = 0;
    bank.full = true;
    state_.load_bank ^= 1;
  }

  std::size_t next_row(std::size_t row) const { return (row + 1) % static_cast<std::size_t>(shape_.rows); }

  const BcrMvauShape shape_;
  const BcrMvauProgram program_;
  State state_;
  BcrMvauInputs inputs_;
  BcrMvauOutputs outputs_;
};

}  // namespace

std::unique_ptr<BcrMvauPins> step_bcr_mvau_pins(const BcrMvauShape& shape, BcrMvauProgram program) {
  return std::make_unique<BcrMvauStep>(shape, std::move(program));
}

std::optional<PinDifference> first_difference(const BcrMvauOutputs& expected, const BcrMvauOutputs& seen) {
  if (expected.word_ready != seen.word_ready) return PinDifference{"word_ready", expected.word_ready, seen.word_ready};
  if (expected.out_valid != seen.out_valid) return PinDifference{"out_valid", expected.out_valid, seen.out_valid};
  for (std::size_t pe = 0; pe < expected.out.size(); ++pe)
    if (expected.out[pe] != seen.out[pe])
      return PinDifference{fmt::format("out of PE {}", pe), expected.out[pe], seen.out[pe]};
  return std::nullopt;
}

std::unique_ptr<BcrMvauPins> lockstep_bcr_mvau_pins(std::unique_ptr<BcrMvauPins> model,
                                                    std::unique_ptr<BcrMvauPins> rtl) {
  return std::make_unique<LockstepPins<BcrMvauPins>>("bcr_mvau", "output word", std::move(model), std::move(rtl));
}

}  // namespace sparsim
