#include "sim/mapping/folding_options.h"

#include <algorithm>

namespace sparsim {
namespace {

bool covers(const Resources& need, const Resources& by) {
  return by.lut <= need.lut && by.ff <= need.ff && by.dsp <= need.dsp && by.bram18 <= need.bram18 &&
         by.uram <= need.uram;
}

std::vector<std::int64_t> fine_steps(const ConvDesign& design) {
  if (design.engine == DotEngine::round_robin) return {1};
  std::vector<std::int64_t> steps;
  for (std::int64_t fine = 1; fine <= design.operands(); ++fine)
    if (design.engine == DotEngine::crossbar || fine == 1 ||
        ceil_div(design.operands(), fine) < ceil_div(design.operands(), fine - 1))
      steps.push_back(fine);
  return steps;
}

}  // namespace

std::vector<std::int64_t> divisors(std::int64_t number) {
  std::vector<std::int64_t> found;
  for (std::int64_t d = 1; d <= number; ++d)
    if (number % d == 0) found.push_back(d);
  return found;
}

std::vector<FoldingOption> folding_options(const ConvDesign& design,
                                           const std::function<double(const ConvDesign&)>& cycles,
                                           const std::function<std::optional<Resources>(const ConvDesign&)>& need) {
  std::vector<FoldingOption> all;
  ConvDesign d = design;
  for (const std::int64_t group : divisors(design.shape.groups))
    for (const std::int64_t in : divisors(design.shape.channels_per_group())) {
      d.folding = {in, 1, group, 1};
      if (d.operands() > CrossbarShape::kMostInputs && d.engine != DotEngine::dense) break;  // wider clusters are, too
      for (const std::int64_t fine : fine_steps(d)) {
        d.folding = {in, 1, group, fine};
        if (!problems(d).empty()) continue;
        for (const std::int64_t out : divisors(design.shape.filters_per_group())) {
          d.folding = {in, out, group, fine};
          if (const std::optional<Resources> needed = need(d)) all.push_back({d.folding, cycles(d), *needed});
        }
      }
    }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.cycles < b.cycles; });
  std::vector<FoldingOption> best;
  for (const FoldingOption& option : all) {
    const auto as_good = [&](const FoldingOption& other) { return covers(option.need, other.need); };
    if (std::any_of(best.begin(), best.end(), as_good)) continue;
    // Of those that are as fast, it may be the cheaper one.
    const auto worse = [&](const FoldingOption& other) {
      return other.cycles == option.cycles && covers(other.need, option.need);
    };
    best.erase(std::remove_if(best.begin(), best.end(), worse), best.end());
    best.push_back(option);
  }
  return best;
}

}  // namespace sparsim
