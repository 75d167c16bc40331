#pragma once

#include <string>

#include "sim/simulation.h"

namespace sparsim {

/// Of layers that overlap, each with hardware of its own: a line a node, how it is built, what is known of it without a
/// run beside what the run came to, in cycles an image and in per cent of the interval between images.
std::string node_table(const Result& result);

/// The FIFOs whose writers waited longest; empty where none did.
std::string fifo_table(const Result& result);

}  // namespace sparsim
