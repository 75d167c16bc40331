#include "sim/config/fpgaconvnet_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <string_view>

namespace sparsim {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFifo = "FIFO ";

// What a cause is of: "conv1.engine_0" of node "conv1", part "engine_0". Modules have an underscore for each dot in a
// node's name.
struct CausePlace {
  std::string node, part;

  explicit CausePlace(std::string_view cause) {
    const std::size_t dot = cause.find('.');
    node = cause.substr(0, dot);
    if (dot != std::string_view::npos) part = cause.substr(dot + 1);
  }
  bool is(const std::string& name) const {
    return name.size() == node.size() && std::equal(name.begin(), name.end(), node.begin(),
                                                    [](char a, char b) { return a == b || (a == '.' && b == '_'); });
  }
};

bool begins(const std::string& text, std::string_view with) { return text.compare(0, with.size(), with) == 0; }

std::optional<std::int64_t> next_divisor(std::int64_t factor, std::int64_t whole) {
  for (std::int64_t next = factor + 1; next <= whole; ++next)
    if (whole % next == 0) return next;
  return std::nullopt;
}

DesignStep factor_step(const std::string& what, const std::string& layer, const char* key, std::int64_t now,
                       std::int64_t next) {
  DesignStep step{fmt::format("{} at {} ({} {} -> {})", what, layer, key, now, next), {}};
  step.change["nodes"][layer][key] = next;
  return step;
}

// Line buffers take an input stream more; engines a lane that shortens a window, or filters more at a time.
std::optional<DesignStep> wider(const std::string& layer, const ConvDesign& design, const std::string& part) {
  const Folding& f = design.folding;
  if (begins(part, "line_buffers")) {
    ConvDesign more = design;
    while (++more.folding.coarse_in <= design.shape.channels_per_group())
      if (problems(more).empty())
        return factor_step("input streams more", layer, "coarse_in", f.coarse_in, more.folding.coarse_in);
    return std::nullopt;
  }
  const int most = static_cast<int>(design.operands());
  ConvDesign faster = design;
  while (design.engine != DotEngine::round_robin && ++faster.folding.fine <= most)
    if (faster.pass(most) < design.pass(most) && problems(faster).empty())
      return factor_step("a lane more", layer, "fine", f.fine, faster.folding.fine);
  const auto next = next_divisor(f.coarse_out, design.shape.filters_per_group());
  if (next) return factor_step("filters more at a time", layer, "coarse_out", f.coarse_out, *next);
  return std::nullopt;
}

std::optional<DesignStep> wider(const FpgaConvNetPlan& plan, const CausePlace& place) {
  const Pipeline& p = plan.pipeline;
  for (std::size_t n = 0; n < p.nodes.size(); ++n) {
    const PipelineNode& node = p.nodes[n];
    if (node.layer == PipelineNode::kNoLayer || !place.is(node.name)) continue;
    if (node.kind == NodeKind::weighted) return wider(node.name, plan.designs[n], place.part);
    std::int64_t channels = p.output(node).map.channels;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) channels = std::gcd(channels, p.input(node, i).map.channels);
    const std::int64_t streams = p.output(node).streams;
    if (const auto next = next_divisor(streams, channels))
      return factor_step("streams more", node.name, "coarse", streams, *next);
  }
  return std::nullopt;
}

std::optional<DesignStep> deeper(const FpgaConvNetPlan& plan, const CausePlace& place) {
  const Pipeline& p = plan.pipeline;
  for (const PipelineEdge& edge : p.edges) {
    if (!place.part.empty() || !place.is(edge.name)) continue;
    DesignStep step{fmt::format("a place more in FIFO {} ({} -> {})", edge.name, edge.depth, edge.depth + 1), {}};
    step.change["fifos"]["depths"][edge.name] = edge.depth + 1;
    return step;
  }
  for (std::size_t n = 0; n < p.nodes.size(); ++n) {
    if (p.nodes[n].kind != NodeKind::weighted || !place.is(p.nodes[n].name)) continue;
    const ConvDesign& design = plan.designs[n];
    if (begins(place.part, "windows_"))
      return factor_step("a place more for windows", p.nodes[n].name, "window_depth", design.window_depth,
                         design.window_depth + 1);
    if (begins(place.part, "results_"))
      return factor_step("a place more for results", p.nodes[n].name, "result_depth", design.result_depth,
                         design.result_depth + 1);
  }
  return std::nullopt;
}

}  // namespace

nlohmann::ordered_json folding_keys(const FpgaConvNetConfig& config, const FpgaConvNetPlan& plan) {
  Json keys;
  keys["folding"] = "nodes";
  for (std::size_t n = 0; n < plan.pipeline.nodes.size(); ++n) {
    const PipelineNode& node = plan.pipeline.nodes[n];
    if (node.kind == NodeKind::weighted) {
      const Folding& f = plan.designs[n].folding;
      keys["nodes"][node.name] = {
          {"coarse_in", f.coarse_in}, {"coarse_out", f.coarse_out}, {"coarse_group", f.coarse_group}, {"fine", f.fine}};
    } else if (const auto said = config.nodes.find(node.name); said != config.nodes.end() && said->second.coarse > 0) {
      keys["nodes"][node.name] = {{"coarse", said->second.coarse}};
    }
  }
  return keys;
}

std::vector<DesignStep> design_steps(const FpgaConvNetPlan& plan, const std::vector<CauseShare>& critical_path) {
  std::optional<DesignStep> lane, place;
  for (const CauseShare& share : critical_path) {
    if (begins(share.cause, kFifo)) {
      if (!place) place = deeper(plan, CausePlace(share.cause.substr(kFifo.size())));
    } else if (!lane) {
      lane = wider(plan, CausePlace(share.cause));
    }
  }
  std::vector<DesignStep> steps;
  if (lane) steps.push_back(*lane);
  if (place) steps.push_back(*place);
  return steps;
}

}  // namespace sparsim
