#pragma once

#include "sim/config/accelerator.h"

namespace sparsim {

/// Of type ArchitectureReader, one a file; sim/registry.cpp lists them.
void read_sparcnet(Section& root, Accelerator& accelerator);
void read_fpgaconvnet(Section& root, Accelerator& accelerator);
void read_sparsepixels(Section& root, Accelerator& accelerator);
void read_finn(Section& root, Accelerator& accelerator);
void read_cpu(Section& root, Accelerator& accelerator);

}  // namespace sparsim
