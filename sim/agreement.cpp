#include "sim/agreement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/core/error.h"

namespace sparsim {
namespace {

constexpr double kZ = 1.959963984540054;  // the standard normal distribution's 97.5 % quantile

// Newcombe's estimate of the correlation of the two answers, which is drawn towards 0 where it is positive.
double correlation(const PairedCounts& counts) {
  const auto a = static_cast<double>(counts.both), b = static_cast<double>(counts.won),
             c = static_cast<double>(counts.lost), d = static_cast<double>(counts.neither);
  const double margins = (a + b) * (c + d) * (a + c) * (b + d);
  if (margins == 0) return 0;
  const double covariance = a * d - b * c;
  const double corrected = covariance > 0 ? std::max(covariance - (a + b + c + d) / 2, 0.0) : covariance;
  return corrected / std::sqrt(margins);
}

}  // namespace

Interval share_interval(std::size_t hits, std::size_t all) {
  SPARSIM_CHECK(all > 0 && hits <= all, "{} hits of {}", hits, all);
  const auto n = static_cast<double>(all), k = static_cast<double>(hits);
  const double centre = 2 * k + kZ * kZ, reach = kZ * std::sqrt(kZ * kZ + 4 * k * (n - k) / n);
  const double scale = 2 * (n + kZ * kZ);
  // Exact at the ends, where rounding would leave the range.
  return {hits == 0 ? 0 : (centre - reach) / scale, hits == all ? 1 : (centre + reach) / scale};
}

Interval change_interval(const PairedCounts& counts) {
  const std::size_t all = counts.all();
  const std::size_t first = counts.both + counts.lost, second = counts.both + counts.won;
  const Interval before = share_interval(first, all), after = share_interval(second, all);
  const double p1 = static_cast<double>(second) / static_cast<double>(all);
  const double p2 = static_cast<double>(first) / static_cast<double>(all);
  const double phi = correlation(counts);
  const auto reach = [phi](double one, double other) {
    return std::sqrt(one * one - 2 * phi * one * other + other * other);
  };
  return {counts.change() - reach(p1 - after.low, before.high - p2),
          counts.change() + reach(p2 - before.low, after.high - p1)};
}

void Agreement::add(std::int32_t before, std::int32_t after, std::optional<std::int32_t> label) {
  ++images;
  same += before == after;
  if (!label) return;
  const bool was_right = before == *label, is_right = after == *label;
  ++(was_right ? (is_right ? labelled.both : labelled.lost) : (is_right ? labelled.won : labelled.neither));
}

std::string to_string(const Agreement& agreement) {
  const Interval same = share_interval(agreement.same, agreement.images);
  std::string text =
      fmt::format("same top-1 for {} of {} images ({:.1f} %, 95 % interval {:.1f}..{:.1f})", agreement.same,
                  agreement.images, 100 * static_cast<double>(agreement.same) / static_cast<double>(agreement.images),
                  100 * same.low, 100 * same.high);
  const PairedCounts& labelled = agreement.labelled;
  if (labelled.all() == 0) return text;
  const Interval change = change_interval(labelled);
  return text + fmt::format(
                    "; labelled: {} of {} right before, {} after, {} lost, {} won: {:+.1f} points (95 % interval "
                    "{:+.1f}..{:+.1f})",
                    labelled.both + labelled.lost, labelled.all(), labelled.both + labelled.won, labelled.lost,
                    labelled.won, 100 * labelled.change(), 100 * change.low, 100 * change.high);
}

}  // namespace sparsim
