#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "models/crossbar/dealer.h"

namespace sparsim {

/// What stands for the crossbar in a run.
enum class CrossbarEngine {
  fast,     // the closed form
  step,     // the step model
  rtl,      // the Verilated RTL
  lockstep  // the last two, compared in every cycle
};

/// Throws InputError that lists them.
CrossbarEngine crossbar_engine(std::string_view name);

/// Throws InputError where RTL is asked for that was not built.
std::unique_ptr<Dealer> make_dealer(CrossbarEngine engine, CrossbarShape shape, std::uint32_t filters);

}  // namespace sparsim
