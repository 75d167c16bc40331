#pragma once

#include <string>
#include <string_view>

namespace sparsim {

/// How a number came to be. Whoever reads a prediction may ask for it.
enum class Basis { published, derived, measured, assumed };

constexpr std::string_view kBasisNames[] = {"published", "derived", "measured", "assumed"};

constexpr std::string_view to_string(Basis basis) { return kBasisNames[static_cast<std::size_t>(basis)]; }

/// A value of a configuration file that says where it comes from.
struct Provenance {
  std::string key;    // full: "pe_grid.rows"
  std::string value;  // as written
  Basis basis = Basis::assumed;
  std::string source;  // a paper, a derivation, or why this assumption
};

}  // namespace sparsim
