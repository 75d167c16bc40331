#pragma once

#include <functional>
#include <string>

namespace sparsim {

/// What `work` returns, or the message of what it throws, from a process of its own: SystemC elaborates once a process,
/// and a test may want to compare runs. To be called before anything of SystemC.
std::string in_own_process(const std::function<std::string()>& work);

}  // namespace sparsim
