#include "models/cost/rtl_cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "models/core/error.h"
#include "models/cost/rtl_law.h"

namespace sparsim {

namespace {

/// The module to which others are a wrapper: range and law are its own.
RtlBlock wrapped(RtlBlock block) { return block == RtlBlock::rr_vector_dot ? RtlBlock::sparse_vector_dot : block; }

/// Parameters that a module does not have, as they stand in the table.
RtlDesign canonical(RtlDesign d) {
  if (d.block == RtlBlock::rr_vector_dot) d.lanes = 1;
  if (d.block == RtlBlock::crossbar_arbiter) d.data_width = d.weight_width = 0;
  if (d.block == RtlBlock::accumulator_bank) d.inputs = d.lanes = 1;
  if (d.block == RtlBlock::input_reduction) d.weight_width = 0;
  if (d.block != RtlBlock::crossbar_arbiter && wrapped(d.block) != RtlBlock::sparse_vector_dot)
    d.skip_zero_window = false;
  return d;
}

const RtlRow* find(const RtlDesign& design) {
  for (const RtlRow& row : rtl_table())
    if (row.design == design) return &row;
  return nullptr;
}

constexpr int kMostPixels = 4096, kMostSlots = 32;

struct Range {
  int low = std::numeric_limits<int>::max(), high = 0;
};

/// The least and the greatest value of a parameter in the rows of a block.
Range range(RtlBlock block, int RtlDesign::*parameter) {
  Range found;
  for (const RtlRow& row : rtl_table()) {
    if (row.design.block != block) continue;
    found.low = std::min(found.low, row.design.*parameter);
    found.high = std::max(found.high, row.design.*parameter);
  }
  return found;
}

const RtlLaw& law(RtlBlock block, RtlResource resource) {
  static const auto laws = [] {
    std::map<std::pair<RtlBlock, RtlResource>, RtlLaw> fitted;
    for (const RtlBlock b : {RtlBlock::crossbar_arbiter, RtlBlock::sparse_vector_dot, RtlBlock::dense_vector_dot,
                             RtlBlock::accumulator_bank, RtlBlock::input_reduction})
      for (const RtlResource r : {RtlResource::lut, RtlResource::ff})
        fitted.emplace(std::pair(b, r), RtlLaw(b, r, rtl_table()));
    return fitted;
  }();
  return laws.at({block, resource});
}

}  // namespace

std::vector<std::string> problems(const RtlDesign& design) {
  const RtlDesign d = canonical(design);
  std::vector<std::string> found;
  const auto demand = [&](const char* name, int value, int low, int high) {
    if (value < low || value > high)
      found.push_back(fmt::format("{}: {} = {}: must be {}..{}", to_string(design.block), name, value, low, high));
  };
  const RtlBlock block = wrapped(d.block);
  if (block == RtlBlock::input_reduction) {  // its law is linear in both, and goes on beyond the table
    demand("inputs", d.inputs, 2, kMostPixels);
    demand("lanes", d.lanes, 1, std::min(d.inputs, kMostSlots));
  } else {
    const Range inputs = range(block, &RtlDesign::inputs), lanes = range(block, &RtlDesign::lanes);
    demand("inputs", d.inputs, inputs.low, inputs.high);
    demand("lanes", d.lanes, lanes.low, std::clamp(d.inputs, lanes.low, lanes.high));
  }
  const Range data = range(block, &RtlDesign::data_width), weight = range(block, &RtlDesign::weight_width);
  demand("data_width", d.data_width, data.low, data.high);
  demand("weight_width", d.weight_width, weight.low, weight.high);
  demand("filters", d.filters, 1, range(block, &RtlDesign::filters).high);
  return found;
}

RtlCost rtl_cost(const RtlDesign& design) {
  const std::vector<std::string> wrong = problems(design);
  if (!wrong.empty()) throw InputError(fmt::format("{}", fmt::join(wrong, "\n")));
  RtlDesign d = canonical(design);
  if (d.block == RtlBlock::input_reduction) {
    d.filters = 1;
  } else {
    int room = 2;
    while (room < d.filters) room *= 2;
    d.filters = room;
  }
  if (const RtlRow* row = find(d)) return {row->need, true};
  d.block = wrapped(d.block);
  if (const RtlRow* row = find(d)) return {row->need, true};
  return {{law(d.block, RtlResource::lut)(d), law(d.block, RtlResource::ff)(d), static_cast<double>(dsps(d)),
           static_cast<double>(block_rams(d)), 0},
          false};
}

}  // namespace sparsim
