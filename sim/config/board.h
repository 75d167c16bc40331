#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/cost/device.h"
#include "models/memory/host_cost.h"
#include "models/memory/memory.h"
#include "sim/config/schema.h"

namespace sparsim {

/// A board file, with the host, device and technology files it names: what an accelerator stands on.
struct BoardFile {
  Device device;
  Board board;
  MemoryConfig memory;
  HostConfig host;
  Resources reserved;  // of the device, for what stands beside the accelerator: a soft processor, a memory controller
  nlohmann::ordered_json resolved;     // every key of all of them
  std::vector<Provenance> provenance;  // of what the host's operations cost; coefficients carry their own
};

/// `path` as written in a file at `from`: relative to that file.
std::string beside(const std::string& from, const std::string& path);

/// The same of the path that `key` holds; that there is no such file is a problem of the key.
std::string file_beside(Section& section, const std::string& key, const std::string& from);

/// A device file with its technology; `resolved` takes every key of both. Throws InputError with all problems of the
/// first file that has any.
Device load_device(const std::string& path, nlohmann::ordered_json& resolved);
/// Throws InputError with all problems of the first file that has any.
BoardFile load_board(const std::string& path);

}  // namespace sparsim
