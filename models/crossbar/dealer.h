#pragma once

#include <cstdint>
#include <memory>

#include "models/crossbar/arbiter.h"
#include "models/crossbar/crossbar_shape.h"

namespace sparsim {

/// Who deals a window's requests to the lanes, and so says how long it takes: always the same answer, at another speed.
/// Stalls change nothing about it, so they are left to DotTiming; nor do zero windows that are skipped.
class Dealer {
 public:
  virtual ~Dealer() = default;
  /// Cycles of a pass of the next window that is dealt. Windows in order: the search for requests goes on where the
  /// last one ended.
  virtual Cycles deal(std::uint64_t requests) = 0;
};

/// The closed form.
class FastDealer final : public Dealer {
 public:
  explicit FastDealer(const CrossbarShape& shape) : shape_(shape) {}
  Cycles deal(std::uint64_t requests) override;

 private:
  const CrossbarShape shape_;
};

/// An arbiter, cycle by cycle, through every pass of every window.
class ArbiterDealer final : public Dealer {
 public:
  ArbiterDealer(std::unique_ptr<Arbiter> arbiter, std::uint32_t filters);
  Cycles deal(std::uint64_t requests) override;

 private:
  const std::unique_ptr<Arbiter> arbiter_;
  const std::uint32_t filters_;
};

/// Two arbiters side by side, compared on every pin in every cycle. A difference is a ModelError that names the cycle,
/// the window, the pin and both values.
class LockstepArbiter final : public Arbiter {
 public:
  LockstepArbiter(std::unique_ptr<Arbiter> expected, std::unique_ptr<Arbiter> seen);

  void reset(std::uint32_t passes) override;
  const ArbiterOutputs& evaluate(const ArbiterInputs& inputs) override;
  void clock() override;

 private:
  template <class T>
  void hold(const char* pin, const T& expected, const T& seen) const;

  const std::unique_ptr<Arbiter> expected_, seen_;
  Cycles cycle_ = 0;
  std::uint64_t window_ = 0;  // windows that have entered
  bool enters_ = false;
};

}  // namespace sparsim
