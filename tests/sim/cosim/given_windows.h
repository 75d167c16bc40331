#pragma once

#include <utility>
#include <vector>

#include "sim/cosim/windows.h"

namespace sparsim {

/// Windows as a test gives them, each with whether it ends its group.
class GivenWindows final : public WindowSource {
 public:
  using Window = std::pair<std::vector<std::int16_t>, bool>;

  GivenWindows(std::vector<Window> windows, std::uint32_t filters, std::vector<std::int16_t> weights)
      : WindowSource(windows.at(0).first.size(), filters, windows.size()), given_(std::move(windows)) {
    weights_ = std::move(weights);
  }
  void rewind() override { next_ = 0; }
  bool next(std::vector<std::int16_t>& window) override {
    window = given_.at(next_).first;
    return given_[next_++].second;
  }

 private:
  const std::vector<Window> given_;
  std::size_t next_ = 0;
};

}  // namespace sparsim
