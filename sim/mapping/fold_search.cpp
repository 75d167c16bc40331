#include "sim/mapping/fold_search.h"

#include <limits>
#include <numeric>

namespace sparsim {
namespace {

Shares amounts(const Resources& resources) {
  Shares all{};
  std::size_t i = 0;
  resources.visit([&](const char*, double amount) { all[i++] = amount; });
  return all;
}

}  // namespace

std::vector<std::int64_t> divisors(std::int64_t number) {
  std::vector<std::int64_t> found;
  for (std::int64_t d = 1; d <= number; ++d)
    if (number % d == 0) found.push_back(d);
  return found;
}

Budget::Budget(const Resources& capacity) : capacity_(amounts(capacity)) {}

Shares Budget::shares(const Resources& need) const {
  const Shares needs = amounts(need);
  Shares shares{};
  for (std::size_t r = 0; r < shares.size(); ++r)
    if (needs[r] > 0) shares[r] = capacity_[r] > 0 ? needs[r] / capacity_[r] : std::numeric_limits<double>::infinity();
  return shares;
}

bool Budget::fits(const Resources& need) const {
  const Shares all = shares(need);
  return std::all_of(all.begin(), all.end(), [](double share) { return share <= 1; });
}

double Budget::cost(const Resources& need, const Shares& weights) const {
  const Shares all = shares(need);
  return std::inner_product(all.begin(), all.end(), weights.begin(), 0.0);
}

}  // namespace sparsim
