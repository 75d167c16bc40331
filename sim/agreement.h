#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace sparsim {

/// Where a share, or a difference of shares, lies with a confidence of 95 %.
struct Interval {
  double low = 0, high = 0;
};

/// Of a share of which `hits` of `all` (at least 1) are a sample: Wilson's score interval (JASA 22, 1927), method 3 of
/// R. G. Newcombe, Statistics in Medicine 17:857-872, 1998. Within 0..1 and of a width above 0 even at no hits.
Interval share_interval(std::size_t hits, std::size_t all);

/// The same images answered twice: what became right or wrong the second time.
struct PairedCounts {
  std::size_t both = 0;     // right each time
  std::size_t lost = 0;     // right the first time alone
  std::size_t won = 0;      // right the second time alone
  std::size_t neither = 0;  // wrong each time

  std::size_t all() const { return both + lost + won + neither; }
  /// Share right the second time less that of the first; all() > 0.
  double change() const { return (static_cast<double>(won) - static_cast<double>(lost)) / static_cast<double>(all()); }
};

/// Of change(). The two shares are of the same images, so that an interval for independent samples would be too wide:
/// Wilson's intervals of both, squared and added with their correlation, method 10 of R. G. Newcombe, Statistics in
/// Medicine 17:2635-2650, 1998.
Interval change_interval(const PairedCounts& counts);

/// What a network answers before and after a change to it, image by image.
struct Agreement {
  std::size_t images = 0, same = 0;  // the same class, right or wrong
  PairedCounts labelled;             // images whose class is known

  void add(std::int32_t before, std::int32_t after, std::optional<std::int32_t> label);
};

/// "same top-1 for 61 of 100 images (61.0 %, 95 % interval 51.2..70.0); labelled: 93 of 100 right before, 71 after, 24
/// lost, 2 won: -22.0 points (95 % interval -31.5..-12.9)".
std::string to_string(const Agreement& agreement);

}  // namespace sparsim
