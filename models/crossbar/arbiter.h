#pragma once

#include <cstdint>
#include <vector>

#include "models/crossbar/crossbar_shape.h"

namespace sparsim {

/// The input pins of rtl/crossbar_arbiter.sv in one cycle.
struct ArbiterInputs {
  bool window_valid = false;
  std::uint64_t request = 0;  // bit i: operand i is not zero
  bool last = false;          // the window ends a group
  bool beat_ready = true;
};

/// Its output pins. What describes the beat has meaning only while beat_valid.
struct ArbiterOutputs {
  bool window_ready = false;
  bool load = false;  // the window that enters goes to the engine
  bool beat_valid = false;
  std::vector<std::uint64_t> grant;  // [lane]: the input served, one-hot, or zero
  std::uint32_t pass = 0;
  bool dealt = false;  // 0: the beat only ends a skipped window
  bool pass_start = false, pass_end = false;
  bool first = false, last = false;
  std::uint32_t ended = 0;  // windows that end with this beat
  bool flush = false, flush_empty = false;
};

/// The arbiter, cycle by cycle: set the inputs, look at the outputs, clock. Step model and RTL are behind it.
class Arbiter {
 public:
  virtual ~Arbiter() = default;
  /// Forgets all; every window is dealt `passes` times from now on (1..kMaxPasses).
  virtual void reset(std::uint32_t passes) = 0;
  /// The outputs of this cycle, valid until the next call. May be called again with other inputs.
  virtual const ArbiterOutputs& evaluate(const ArbiterInputs& inputs) = 0;
  /// The clock edge, with the inputs evaluated last.
  virtual void clock() = 0;

  static constexpr std::uint32_t kMaxPasses = 1024;  // of the RTL as built for co-simulation: PassWidth 10
};

/// The step model: plain C++, what the RTL is held against.
class ArbiterStep final : public Arbiter {
 public:
  /// `shape` is without problems().
  explicit ArbiterStep(const CrossbarShape& shape);

  void reset(std::uint32_t passes) override;
  const ArbiterOutputs& evaluate(const ArbiterInputs& inputs) override;
  void clock() override;

 private:
  struct State {
    bool busy = false, dealt = false, start = false, first = false, last = false;
    std::uint64_t window = 0, pending = 0;
    std::uint32_t pass = 0;
    std::uint32_t skipped = 0;  // windows in the skip buffer
    bool flush = false, flush_empty = false;
    bool open = false;  // of the group that windows are entering, one was dealt
    int next = 0;       // where the search starts: after the input served last
  };

  void deal();

  const CrossbarShape shape_;
  std::uint32_t passes_ = 1;
  State state_;
  ArbiterInputs inputs_;
  ArbiterOutputs outputs_;
  std::uint64_t left_ = 0;  // of the pending requests, behind this beat
  int next_ = 0;            // and where the search starts then
};

}  // namespace sparsim
