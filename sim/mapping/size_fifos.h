#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sparsim {

using FifoDepths = std::map<std::string, std::int64_t>;  // words, by name

/// A FIFO between two nodes of a pipeline.
struct FifoToSize {
  std::string name;
  std::int64_t bits = 0;        // a word
  std::int64_t given = 0;       // depth
  std::int64_t high_water = 0;  // most words at a time where no FIFO is ever full
};

/// The interval between images of each of several settings of the depths, in cycles; nothing where it ends in deadlock.
using IntervalsOf = std::function<std::vector<std::optional<double>>(const std::vector<FifoDepths>&)>;

/// Depths up to `most` at which a FIFO stops to be as cheap in block RAM as the one before: the deepest for each
/// number of blocks, ascending. Those without block RAM are one.
std::vector<std::int64_t> cost_steps(std::int64_t bits, std::int64_t most);

double bram18_of(const std::vector<FifoToSize>& fifos, const FifoDepths& depths);

/// The smallest depths with which images follow each other in at most `interval` cycles, found one FIFO after the
/// other, the one that can save the most block RAM first: each is bisected over its cost_steps() while the others stand
/// where they are, so that the result is minimal FIFO by FIFO, but not always in all. High-water marks are the start;
/// where they do not do, as images then overlap otherwise, all depths are doubled until they do. Throws InputError
/// where even that is no help.
FifoDepths size_fifos(const std::vector<FifoToSize>& fifos, double interval, const IntervalsOf& intervals_of);

}  // namespace sparsim
