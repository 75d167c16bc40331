#pragma once

namespace sparsim {

inline constexpr const char* kVersion = SPARSIM_VERSION;

}  // namespace sparsim
