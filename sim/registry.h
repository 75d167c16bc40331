#pragma once

#include <string>
#include <vector>

#include "sim/config/accelerator.h"

namespace sparsim {

/// What `architecture:` in an accelerator file may say. A new architecture is a folder in models/, a reader in
/// sim/config/, and a line here.
struct ArchitectureEntry {
  std::string name, summary;
  ArchitectureReader read;
};

const std::vector<ArchitectureEntry>& architectures();

}  // namespace sparsim
