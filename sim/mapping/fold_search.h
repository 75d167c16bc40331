#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/core/error.h"
#include "models/cost/resources.h"

namespace sparsim {

/// Divisors in ascending order.
std::vector<std::int64_t> divisors(std::int64_t number);

/// Of each resource, in the order of Resources::visit, the share of a device or its weight.
using Shares = std::array<double, 5>;
constexpr Shares kEvenly{1, 1, 1, 1, 1};

/// What a device has, and what a need is worth where some of it is short.
class Budget {
 public:
  explicit Budget(const Resources& capacity);

  /// Of a resource that it has not: 0 where none is needed, otherwise infinite.
  Shares shares(const Resources& need) const;
  bool fits(const Resources& need) const;
  /// Shares weighed and summed up.
  double cost(const Resources& need, const Shares& weights) const;

 private:
  Shares capacity_;
};

// Of any architecture whose layers each have hardware of their own. An Option is one way to fold a layer, with its
// `cycles` an image and its `need`; a Space is all foldings of a network on a device, with
//   intervals()                 cycles an image that a layer can take and all can keep up with, ascending;
//   budget()                    of the device;
//   cheapest(interval, weights) the design, with its `need`, whose every layer is the cheapest that keeps up.

/// Those that are worse than another in no respect: cycles and each resource. The fastest first.
template <class Option>
std::vector<Option> worth_having(std::vector<Option> all) {
  const auto covers = [](const Resources& need, const Resources& by) {
    return by.lut <= need.lut && by.ff <= need.ff && by.dsp <= need.dsp && by.bram18 <= need.bram18 &&
           by.uram <= need.uram;
  };
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.cycles < b.cycles; });
  std::vector<Option> best;
  for (const Option& option : all) {
    const auto as_good = [&](const Option& other) { return covers(option.need, other.need); };
    if (std::any_of(best.begin(), best.end(), as_good)) continue;
    // Of those that are as fast, it may be the cheaper one.
    const auto worse = [&](const Option& other) {
      return other.cycles == option.cycles && covers(other.need, option.need);
    };
    best.erase(std::remove_if(best.begin(), best.end(), worse), best.end());
    best.push_back(option);
  }
  return best;
}

/// Position of the cheapest that keeps up; the fastest stands first, and is taken where none does.
template <class Option>
std::size_t cheapest_option(const std::vector<Option>& options, double interval, const Budget& budget,
                            const Shares& weights) {
  std::size_t best = 0;
  double least = budget.cost(options[0].need, weights);
  for (std::size_t i = 1; i < options.size() && options[i].cycles <= interval; ++i) {
    const double price = budget.cost(options[i].need, weights);
    if (price > least) continue;  // of equal ones the slowest, which is the narrowest
    best = i;
    least = price;
  }
  return best;
}

/// A design that keeps up and fits, with what is short weighed more and more; nothing where none was found.
template <class Space>
auto fitting(const Space& space, double interval) {
  constexpr int kAttempts = 12;  // beyond that weights swing between the same few choices
  using Candidate = decltype(space.cheapest(interval, kEvenly));
  Shares weights = kEvenly;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    Candidate c = space.cheapest(interval, weights);
    if (space.budget().fits(c.need)) return std::optional(std::move(c));
    const Shares all = space.budget().shares(c.need);
    for (std::size_t r = 0; r < all.size(); ++r)
      if (std::isfinite(all[r])) weights[r] *= std::max(all[r], 0.5);
  }
  return std::optional<Candidate>();
}

/// The design of the shortest interval at which something fits. Whether one fits is found by a heuristic, so a few
/// intervals below are tried one by one. Throws InputError where even the slowest needs more than the device has.
template <class Space>
auto fastest(const Space& space, const Device& device) {
  const std::vector<double>& intervals = space.intervals();
  auto best = fitting(space, intervals.back());
  if (!best)
    input_error("the smallest folding {}",
                fmt::join(shortages(space.cheapest(intervals.back(), kEvenly).need, device), ", "));
  std::size_t low = 0, high = intervals.size() - 1;  // `high` fits
  const auto improve = [&](std::size_t at) {
    auto found = fitting(space, intervals[at]);
    if (found) best = std::move(found), high = at;
    return high == at;
  };
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (!improve(middle)) low = middle + 1;
  }
  constexpr std::size_t kBelow = 8;
  for (std::size_t at = high, last = at - std::min(at, kBelow); at-- > last;) improve(at);
  return std::move(*best);
}

/// The cheapest design that takes `interval` cycles or less. Throws InputError where none does, or none fits.
template <class Space>
auto cheapest_within(const Space& space, double interval, const Device& device) {
  const std::vector<double>& all = space.intervals();
  const auto above = std::upper_bound(all.begin(), all.end(), interval);
  if (above == all.begin())
    input_error("{:.0f} cycles an image: must be {:.0f} or more: no folding takes less", interval, all.front());
  auto found = fitting(space, *(above - 1));
  if (!found)
    input_error("{:.0f} cycles an image {}", interval,
                fmt::join(shortages(space.cheapest(*(above - 1), kEvenly).need, device), ", "));
  return std::move(*found);
}

/// What the longest interval below this one would need that the device has not: "100352 cycles needs ..."; empty where
/// nothing keeps the design from the shortest one.
template <class Space>
std::string obstacle(const Space& space, double interval, const Device& device) {
  const std::vector<double>& all = space.intervals();
  for (auto faster = std::lower_bound(all.begin(), all.end(), interval); faster != all.begin();) {
    const std::vector<std::string> missing = shortages(space.cheapest(*--faster, kEvenly).need, device);
    if (!missing.empty()) return fmt::format("{:.0f} cycles {}", *faster, fmt::join(missing, ", "));
  }
  return "";
}

}  // namespace sparsim
