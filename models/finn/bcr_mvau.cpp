#include "models/finn/bcr_mvau.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/core/error.h"
#include "models/finn/bcr.h"
#include "models/finn/matrix_unit.h"

namespace sparsim {
namespace {

// Those of a lane's column; a lane without one idles.
BcrMvauEntry entry_of(const BcrStep& step, const Layer& layer, const std::vector<std::int64_t>& weights,
                      std::int64_t first_weight) {
  BcrMvauEntry entry{step.columns, {}, step.last};
  for (const std::int32_t column : step.columns) {
    const auto index = static_cast<std::size_t>(first_weight + column);
    entry.weights.push_back(column >= 0 && layer.weight_nonzero.test(index) ? weights[index] : 0);
  }
  return entry;
}

void check_weights(const BcrMvauShape& shape, const Layer& layer, const std::vector<std::int64_t>& weights) {
  SPARSIM_CHECK(layer.shape.output.channels == shape.filters() &&
                    layer.shape.weights() == shape.filters() * shape.columns() &&
                    weights.size() == static_cast<std::size_t>(layer.shape.weights()),
                "{}: {} filters, {} weights of {} for {}", layer.name, layer.shape.output.channels, weights.size(),
                layer.shape.weights(), to_string(shape));
  const std::int64_t most = (std::int64_t{1} << (shape.weight_bits - 1)) - 1;
  for (const std::int64_t weight : weights)
    if (weight > most || weight < -most - 1)
      input_error("{}: a weight is {}: must be {}..{}, which {} bits hold", layer.name, weight, -most - 1, most,
                  shape.weight_bits);
}

}  // namespace

Cycles BcrMvauShape::latency() const {
  MatrixUnit unit;
  unit.simd = simd;
  return unit.latency();
}

std::string to_string(const BcrMvauShape& s) {
  return fmt::format("{} PEs of {} lanes{}, {} bits by weights of {}, {} rows a PE, vectors of {} words", s.pe, s.simd,
                     s.gather ? " that gather" : "", s.data_bits, s.weight_bits, s.rows, s.words);
}

std::vector<std::string> problems(const BcrMvauShape& s) {
  std::vector<std::string> found;
  const auto demand = [&found](const char* what, std::int64_t value, std::int64_t high) {
    if (value < 1 || value > high) found.push_back(fmt::format("bcr_mvau: {} = {}: must be 1..{}", what, value, high));
  };
  demand("pe", s.pe, 64);
  demand("simd", s.simd, 64);
  demand("words of a vector", s.words, BcrMvauShape::kMostWords);
  demand("rows of a PE", s.rows, BcrMvauShape::kMostRows);
  demand("bits of a value", s.data_bits, 16);
  demand("bits of a weight", s.weight_bits, 16);
  return found;
}

BcrMvauProgram bcr_mvau_program(const BcrMvauShape& shape, const Layer& layer,
                                const std::vector<std::int64_t>& weights) {
  const std::vector<std::string> wrong = problems(shape);
  if (!wrong.empty()) throw InputError(fmt::format("{}", fmt::join(wrong, "\n")));
  check_weights(shape, layer, weights);
  if (layer.blocks && layer.blocks->reordered && !shape.gather)
    input_error("{}: its weights were reordered, which takes a bcr_mvau that gathers", layer.name);
  BcrMvauProgram program;
  for (const std::vector<BcrStep>& steps : bcr_program(layer, shape.pe, shape.simd)) {
    if (steps.size() > static_cast<std::size_t>(BcrMvauShape::kMostSteps))
      input_error("{}: a PE takes {} steps: the RTL of a bcr_mvau holds {}", layer.name, steps.size(),
                  BcrMvauShape::kMostSteps);
    std::int64_t filter = static_cast<std::int64_t>(program.size()) * shape.rows;
    std::vector<BcrMvauEntry>& entries = program.emplace_back();
    for (const BcrStep& step : steps) {
      entries.push_back(entry_of(step, layer, weights, filter * shape.columns()));
      filter += step.last;
    }
  }
  return program;
}

}  // namespace sparsim
