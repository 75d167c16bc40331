#include "models/fpgaconvnet/layer_facts.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/fpgaconvnet/conv_work.h"

namespace sparsim {
namespace {

Fact cycles(const char* name, double value, const char* meaning) { return {name, "cycles", meaning, value}; }

Fact words(double value) {
  return cycles("word_cycles", value, "an image: words of the padded map, or words that leave, a cycle each");
}

// What is in StreamWork::mean() for windows of zeros, each a pass a filter.
double zero_window_cycles(const ConvDesign& d, const StreamWork& work) {
  const std::int64_t windows = d.shape.output.pixels() * d.groups() * d.steps();
  return work.zero_windows * static_cast<double>(windows * d.filters() * d.pass(0));
}

std::string built(const ConvDesign& d) {
  const Folding& f = d.folding;
  return fmt::format("{} {}x{}x{}, {} of {}", to_string(d.engine), f.coarse_in, f.coarse_out, f.coarse_group, f.fine,
                     d.operands());
}

}  // namespace

std::vector<LayerFacts> layer_facts(const FpgaConvNetPlan& plan, const std::vector<ChannelOrder>& orders,
                                    const Workload& workload, std::size_t images) {
  const Pipeline& p = plan.pipeline;
  std::vector<LayerFacts> all;
  for (std::size_t n = 0; n < p.nodes.size(); ++n) {
    const PipelineNode& node = p.nodes[n];
    if (node.layer == PipelineNode::kNoLayer) continue;
    LayerFacts known{node.layer, "", {}};
    if (node.kind == NodeKind::weighted) {
      WindowHistogram histogram(workload, node.layer, std::min(images, workload.images()));
      const StreamWork work = histogram.work(plan.designs[n], orders[node.layer]);
      known.built = built(plan.designs[n]);
      known.facts = {
          cycles("ideal_cycles", work.ideal, "an image: operands that count, spread evenly over all multipliers"),
          cycles("for_zeros_cycles", zero_window_cycles(plan.designs[n], work),
                 "an image: passes of windows of zeros, the mean of all streams"),
          cycles("mean_stream_cycles", work.mean(),
                 "an image: with multipliers idle at the end of windows, and cycles for windows of zeros"),
          cycles("slowest_stream_cycles", work.slowest(), "an image: of the stream with the most work"),
          words(work.words),
          {"zero_windows", "", "share of windows without a non-zero value", work.zero_windows}};
    } else {
      const std::int64_t streams = p.output(node).streams;
      known.built = fmt::format("{} stream{}", streams, streams == 1 ? "" : "s");
      known.facts = {words(static_cast<double>(slots(p, node, workload.graph()).slots()))};
    }
    all.push_back(std::move(known));
  }
  return all;
}

}  // namespace sparsim
