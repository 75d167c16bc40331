#include "models/finn/unit_facts.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/finn/bcr.h"

namespace sparsim {
namespace {

Fact cycles(const char* name, Cycles value, const char* meaning) {
  return {name, "cycles", meaning, static_cast<double>(value)};
}

std::string built(const MatrixUnit& unit) {
  return fmt::format("{}, PE {} x SIMD {}, {} x {} bits{}", unit.depthwise() ? "VVAU" : "MVAU", unit.pe, unit.simd,
                     unit.weight_bits, unit.input_bits,
                     unit.weights == WeightMemory::stream ? ", weights streamed" : "");
}

// H_out * max(W_out * K * K * C / SIMD, stride * W_in * C / SIMD) of the padded map: github Xilinx/finn, its law of the
// sliding-window unit; the ring is full to begin with.
Cycles window_cycles(const MatrixUnit& unit) {
  const WindowShape& s = unit.shape;
  const std::int64_t columns = s.pad_left + s.input.width + s.pad_right;
  const std::int64_t row_in = s.stride_h * columns * s.input.channels / unit.in_streams();
  const std::int64_t row_out = s.output.width * s.kernel_h * s.kernel_w * s.input.channels / unit.window_streams();
  return s.output.height * std::max(row_in, row_out);
}

void add_pruning(std::vector<Fact>& facts, const MatrixUnit& unit, const Layer& layer) {
  const BcrTiming timing = bcr_timing(layer, unit.pe, unit.simd);
  const auto steps = static_cast<double>(timing.steps);
  const Cycles interval = timing.interval(unit.synapse_folds());
  facts.push_back(cycles("unit_cycles", unit.vectors() * interval, "an image: of the unit, for the weights kept"));
  facts.push_back(cycles("dense_cycles", unit.cycles(), "an image: of the same unit, were all weights kept"));
  facts.push_back({"kept_weights", "", "share of the weights that blocks left",
                   static_cast<double>(timing.kept) / static_cast<double>(unit.rows() * unit.columns())});
  facts.push_back({"busiest_pe", "", "steps of the PE with most, to the mean of all: 1 where they are balanced",
                   static_cast<double>(timing.busiest_pe * unit.pe) / steps});
  facts.push_back({"idle_lanes", "", "share of the lanes of all steps that multiply nothing",
                   1 - static_cast<double>(timing.kept) / (steps * static_cast<double>(unit.simd))});
}

std::vector<Fact> unit_facts(const MatrixUnit& unit, const Layer& layer) {
  std::vector<Fact> facts;
  if (layer.blocks)
    add_pruning(facts, unit, layer);
  else
    facts.push_back(cycles("unit_cycles", unit.cycles(), "an image: of the unit, for all weights"));
  if (unit.slides())
    facts.push_back(cycles("window_cycles", window_cycles(unit), "an image: of the sliding window, its buffer full"));
  return facts;
}

}  // namespace

std::vector<LayerFacts> unit_facts(const FinnPlan& plan, const LayerGraph& graph) {
  const Pipeline& p = plan.pipeline;
  std::vector<LayerFacts> all;
  for (std::size_t n = 0; n < p.nodes.size(); ++n) {
    const PipelineNode& node = p.nodes[n];
    if (node.layer == PipelineNode::kNoLayer || node.kind == NodeKind::padding || node.kind == NodeKind::window)
      continue;
    LayerFacts known{node.layer, "", {}};
    if (node.kind == NodeKind::weighted) {
      known.built = built(plan.units[n]);
      known.facts = unit_facts(plan.units[n], graph.layers[node.layer]);
    } else {
      const std::int64_t streams = p.output(node).streams;
      known.built = fmt::format("{} stream{}", streams, streams == 1 ? "" : "s");
      known.facts = {cycles("unit_cycles", slots(p, node, graph).slots(), "an image: words that come or leave")};
    }
    all.push_back(std::move(known));
  }
  return all;
}

}  // namespace sparsim
