#include "sim/mapping/folding_options.h"

#include <utility>

#include "sim/mapping/fold_search.h"

namespace sparsim {
namespace {

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
  return worth_having(std::move(all));
}

}  // namespace sparsim
