#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace sparsim {

/// The input is wrong: exit status 2. `what()` is what the user reads: `file:line: key: what is wrong, what is
/// allowed`, one problem a line.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A defect of ours: exit status 3.
class ModelError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

template <class... Args>
[[noreturn]] void input_error(fmt::format_string<Args...> format, Args&&... args) {
  throw InputError(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace sparsim

/// Guards an invariant in every build type; name the instance and the cycle in the message.
#define SPARSIM_CHECK(condition, ...)                                                                        \
  do {                                                                                                       \
    if (!(condition))                                                                                        \
      throw ::sparsim::ModelError(fmt::format("{}:{}: {} does not hold: ", __FILE__, __LINE__, #condition) + \
                                  fmt::format(__VA_ARGS__));                                                 \
  } while (false)
