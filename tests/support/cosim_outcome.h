#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "models/core/error.h"
#include "sim/cli/cosim.h"

namespace sparsim {

/// What `sparsim cosim` says to a user.
struct CosimOutcome {
  int status = 0;
  std::string out, error;
};

inline CosimOutcome cosim_block(const std::string& block, std::vector<std::string> options) {
  options.insert(options.begin(), {"--block", block});
  CosimOutcome outcome;
  testing::internal::CaptureStdout();
  try {
    outcome.status = run_command(cosim_command(), options);
  } catch (const InputError& error) {
    outcome.error = error.what();
  }
  outcome.out = testing::internal::GetCapturedStdout();
  return outcome;
}

}  // namespace sparsim
