#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "models/core/error.h"
#include "models/finn/finn.h"
#include "tests/support/plain_workload.h"

namespace sparsim {

/// A board that holds nothing up: 64 bytes a cycle, no host.
inline FinnConfig fast_board() {
  FinnConfig c;
  c.axi.data_bytes = 64;
  SramConfig sram;
  sram.data_bits = 512;
  c.memory = sram;
  return c;
}

inline RunRecord run(const FinnConfig& config, const Workload& workload, const RunOptions& options) {
  Finn accelerator("accelerator", config, plan(config, workload.graph()), workload, options);
  return accelerator.run();
}

inline RunOptions images(std::size_t count, bool every_image = false) {
  RunOptions options;
  options.images = count;
  options.critical_path = false;
  options.every_image = every_image;
  return options;
}

inline std::vector<Cycles> ends(const RunRecord& record) {
  std::vector<Cycles> found;
  for (const ImageRecord& image : record.images) found.push_back(image.end);
  return found;
}

}  // namespace sparsim
