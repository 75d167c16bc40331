#include "models/crossbar/rtl_dealer.h"

#include "models/core/error.h"
#include "models/crossbar/rtl_engines.h"

namespace sparsim {

CrossbarEngine crossbar_engine(std::string_view name) {
  if (name == "fast") return CrossbarEngine::fast;
  if (name == "step") return CrossbarEngine::step;
  if (name == "rtl") return CrossbarEngine::rtl;
  if (name == "lockstep") return CrossbarEngine::lockstep;
  input_error("crossbar {}: must be fast, step, rtl or lockstep", name);
}

std::unique_ptr<Dealer> make_dealer(CrossbarEngine engine, CrossbarShape shape, std::uint32_t filters) {
  if (engine == CrossbarEngine::fast) return std::make_unique<FastDealer>(shape);
  shape.skip_zero_window = false;  // those windows are not dealt
  std::unique_ptr<Arbiter> arbiter;
  if (engine != CrossbarEngine::step) arbiter = rtl_arbiter(shape);
  if (engine != CrossbarEngine::rtl) {
    auto step = std::make_unique<ArbiterStep>(shape);
    if (arbiter)
      arbiter = std::make_unique<LockstepArbiter>(std::move(step), std::move(arbiter));
    else
      arbiter = std::move(step);
  }
  return std::make_unique<ArbiterDealer>(std::move(arbiter), filters);
}

}  // namespace sparsim
