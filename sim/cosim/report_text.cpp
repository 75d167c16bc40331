#include "sim/cosim/report_text.h"

#include <fmt/format.h>

namespace sparsim {

std::string handshake_text(bool valid, bool ready) { return !valid ? "" : ready ? "taken" : "waits"; }

std::string stalls_text(double probability, std::uint64_t seed) {
  if (probability == 0) return "none";
  return fmt::format("with probability {} each cycle, on both sides; seed {}", probability, seed);
}

nlohmann::ordered_json difference_json(const std::optional<Difference>& difference, const char* item) {
  if (!difference) return nullptr;
  return {{"cycle", difference->cycle},
          {item, difference->window},
          {"what", difference->what},
          {"expected", difference->expected},
          {"seen", difference->seen}};
}

}  // namespace sparsim
