#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/core/architecture.h"
#include "models/cost/device.h"
#include "models/cost/energy.h"
#include "models/cost/resources.h"
#include "sim/config/board.h"
#include "sim/config/schema.h"

namespace sparsim {

/// An accelerator file, read and found consistent: everything a command asks of it, whatever its architecture.
struct Accelerator {
  std::string name, architecture, file;
  BoardFile board;
  double clock_mhz = 0;
  WordFormat format = WordFormat::fp16;
  std::vector<ResourceItem> resource_bill;
  /// Once a process: SystemC elaborates once. The workload must outlive the result.
  std::function<std::unique_ptr<Architecture>(const Workload&, const RunOptions&)> elaborate;

  nlohmann::ordered_json resolved;     // every key, defaults included
  std::vector<Provenance> provenance;  // of the keys that say where they come from

  EnergyModel energy_model() const;
};

/// What an architecture adds to the common keys: reads its own from `root` and fills in `clock_mhz`, `format`,
/// `resource_bill` and `elaborate`. The board is read already.
using ArchitectureReader = void (*)(Section& root, Accelerator& accelerator);

/// Reads an accelerator file and the board, device and technology files that it names, relative to itself. Throws
/// InputError with all problems of the first file that has any.
Accelerator load_accelerator(const std::string& path, const std::vector<Override>& overrides = {});

}  // namespace sparsim
