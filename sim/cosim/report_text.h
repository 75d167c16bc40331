#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "sim/cosim/cosimulation.h"

namespace sparsim {

// What reports of co-simulations have in common.

/// "taken" or "waits"; nothing where nothing is there.
std::string handshake_text(bool valid, bool ready);
/// "none", or how they are drawn.
std::string stalls_text(double probability, std::uint64_t seed);
/// null where there is none; `item` is what its window counts: "image".
nlohmann::ordered_json difference_json(const std::optional<Difference>& difference, const char* item);

}  // namespace sparsim
