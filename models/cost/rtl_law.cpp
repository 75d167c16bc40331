#include "models/cost/rtl_law.h"

#include <algorithm>
#include <cmath>

#include "models/core/error.h"
#include "models/core/shape.h"

namespace sparsim {

namespace {

int pass_width(const RtlDesign& d) {
  int width = 1;
  while ((1 << width) < d.filters) ++width;
  return width;
}
int levels(int leaves) {
  int levels = 0;
  while (1 << levels < leaves) ++levels;
  return levels;
}
int product_width(const RtlDesign& d) { return d.data_width + d.weight_width; }
int acc_width(const RtlDesign& d) { return product_width(d) + 16; }
bool is_engine(RtlBlock block) {
  return block == RtlBlock::sparse_vector_dot || block == RtlBlock::rr_vector_dot ||
         block == RtlBlock::dense_vector_dot;
}

/// Partial sums are registers for 2 filters, distributed RAM for more, and from here on block RAM: in an engine, whose
/// registered filter number a synchronous memory takes in. A bank alone has no such register.
constexpr int kBlockRamFilters = 128;

/// Bits of rtl/adder_tree.sv behind its first level, which the DSPs take in.
struct AdderTree {
  int adders = 0;
  int registers = 0;  // more than the adders': what has no partner waits for the next level
};
AdderTree adder_tree(const RtlDesign& d) {
  AdderTree tree;
  int width = product_width(d) + 2;
  for (int operands = (d.lanes + 1) / 2; operands > 1; operands = (operands + 1) / 2, ++width) {
    tree.adders += operands / 2 * width;
    tree.registers += (operands + 1) / 2 * width;
  }
  return tree;
}

/// What the law adds up. Of both engines: the accumulator by its width, the adder tree, the memory of partial sums.
/// Sparse: the search of the arbiter by its inputs, once a lane, and an AND-OR of all operands and weights a lane.
/// Dense: a multiplexer of `beats` operands and weights a lane; up to four fit in a LUT6, beyond them Yosys takes about
/// another a beat.
/// Input reduction: pixels by their flag and by the bits of their value; slots by those of index and value. The tree
/// has a node for every four pixels; its indices grow towards the root, and come to about two bits a node.
std::vector<double> terms(RtlBlock block, RtlResource resource, const RtlDesign& d) {
  const double m = d.inputs, n = d.lanes, product = product_width(d), acc = acc_width(d);
  const double passes = pass_width(d) - 1, skip = d.skip_zero_window;
  const double memory = d.filters > 2 ? acc : 0;
  const double block_ram = block_rams(d) > 0 ? acc : 0;
  const double deeper = d.filters > 32 && block_ram == 0 ? acc * (d.filters / 32.0 - 1) : 0;  // than a LUT's 32 words
  const double muxed = d.inputs > d.lanes, beats = static_cast<double>(ceil_div(d.inputs, d.lanes));
  const AdderTree tree = adder_tree(d);
  const double adders = tree.adders, registers = tree.registers;

  const bool lut = resource == RtlResource::lut;
  switch (block) {
    case RtlBlock::crossbar_arbiter:
      if (lut) return {1, m, m * n};
      return {1, m, skip, passes};
    case RtlBlock::sparse_vector_dot:
    case RtlBlock::rr_vector_dot:
      if (lut) return {acc, m, m * n, m * n * product, adders, memory, deeper};
      return {1, acc, m, m * d.data_width, registers, memory, block_ram, passes};
    case RtlBlock::dense_vector_dot:
      if (lut)
        return {1, acc, muxed, muxed * n * product, n * product * std::max(0.0, beats - 4), adders, memory, deeper};
      return {1, acc, m * d.data_width, registers, memory, block_ram, passes};
    case RtlBlock::accumulator_bank:
      if (lut) return {acc, memory, deeper};
      return {1, acc, memory, passes};
    case RtlBlock::input_reduction:
      return {m, m * d.data_width, n * (levels(d.inputs) + d.data_width)};
  }
  throw ModelError("a block without a law");
}

double count(RtlResource resource, const Resources& need) { return resource == RtlResource::lut ? need.lut : need.ff; }

/// x of a x = b by elimination with pivoting; empty where a is singular.
std::vector<double> solve(std::vector<std::vector<double>> a, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i)
      if (std::abs(a[i][k]) > std::abs(a[pivot][k])) pivot = i;
    if (std::abs(a[pivot][k]) < 1e-12) return {};
    std::swap(a[k], a[pivot]);
    std::swap(b[k], b[pivot]);
    for (std::size_t i = k + 1; i < n; ++i) {
      const double factor = a[i][k] / a[k][k];
      for (std::size_t j = k; j < n; ++j) a[i][j] -= factor * a[k][j];
      b[i] -= factor * b[k];
    }
  }
  for (std::size_t k = n; k-- > 0;) {
    for (std::size_t j = k + 1; j < n; ++j) b[k] -= a[k][j] * b[j];
    b[k] /= a[k][k];
  }
  return b;
}

}  // namespace

int dsps(const RtlDesign& design) { return is_engine(design.block) ? design.lanes : 0; }

int block_rams(const RtlDesign& design) {
  if (!is_engine(design.block) || design.filters < kBlockRamFilters) return 0;
  const int word = design.filters <= 512 ? 36 : 18;                // bits that 18 Kb give a row of so many
  return 2 * static_cast<int>(ceil_div(acc_width(design), word));  // one copy to accumulate, one to flush
}

RtlLaw::RtlLaw(RtlBlock block, RtlResource resource, const std::vector<RtlRow>& rows)
    : block_(block), resource_(resource) {
  const std::size_t n = terms(block, resource, {}).size();
  std::vector<std::vector<double>> normal(n, std::vector<double>(n));
  std::vector<double> right(n);
  for (const RtlRow& row : rows) {
    if (row.design.block != block) continue;
    std::vector<double> t = terms(block, resource, row.design);
    for (double& term : t) term /= count(resource, row.need);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) normal[i][j] += t[i] * t[j];
      right[i] += t[i];
    }
  }
  coefficients_ = solve(normal, right);
  if (coefficients_.empty())
    input_error("the table has too few points of {} for a law of {} terms", to_string(block), n);
}

double RtlLaw::operator()(const RtlDesign& design) const {
  const std::vector<double> t = terms(block_, resource_, design);
  double sum = 0;
  for (std::size_t i = 0; i < t.size(); ++i) sum += coefficients_[i] * t[i];
  return sum;
}

RtlLawError leave_one_out(RtlBlock block, RtlResource resource, const std::vector<RtlRow>& rows) {
  RtlLawError error;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].design.block != block) continue;
    std::vector<RtlRow> others = rows;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    const double e = RtlLaw(block, resource, others)(rows[i].design) / count(resource, rows[i].need) - 1;
    ++error.points;
    error.mean += e;
    error.mean_absolute += std::abs(e);
    if (std::abs(e) > std::abs(error.worst)) {
      error.worst = e;
      error.worst_design = rows[i].design;
    }
  }
  error.mean /= static_cast<double>(error.points);
  error.mean_absolute /= static_cast<double>(error.points);
  return error;
}

}  // namespace sparsim
