#include "sim/workload/reductions.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <tuple>
#include <utility>

#include "models/core/error.h"
#include "sim/nearest.h"

namespace sparsim {
namespace {

using Kind = Reduction::Kind;

/// That share of `count`, rounded down; the slack is for products that fall just short of a whole number (0.29 * 100).
std::size_t share(double ratio, std::size_t count) {
  return static_cast<std::size_t>(std::floor(ratio * static_cast<double>(count) + 1e-9));
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

Reduction parse_step(const std::string& text) {
  const std::size_t colon = text.find(':'), at = text.find('@');
  const std::string kind = text.substr(0, colon);
  Reduction step;
  if (kind == "sfp")
    step.kind = Kind::sfp;
  else if (kind == "sfp-global")
    step.kind = Kind::sfp_global;
  else if (kind == "dfp")
    step.kind = Kind::dfp;
  else
    input_error("--reduce: '{}': unknown kind '{}'; known: sfp, sfp-global, dfp", text, kind);
  const std::string ratio =
      colon == std::string::npos ? "" : text.substr(colon + 1, at == std::string::npos ? at : at - colon - 1);
  const auto [end, error] = std::from_chars(ratio.data(), ratio.data() + ratio.size(), step.ratio);
  if (error != std::errc() || end != ratio.data() + ratio.size() || !(step.ratio >= 0 && step.ratio < 1))
    input_error("--reduce: '{}': '{}' must be a ratio, 0 <= ratio < 1, as in {}:0.3", text, ratio, kind);
  if (at != std::string::npos) {
    step.layer = text.substr(at + 1);
    if (step.layer.empty() || step.kind == Kind::sfp_global)
      input_error("--reduce: '{}': {}", text,
                  step.layer.empty() ? "a layer's name must follow '@'" : "sfp-global ranks all layers together");
  }
  return step;
}

/// Weighted nodes whose filters are the network's answers: nothing weighted lies between them and the output.
std::vector<bool> answers(const Network& network) {
  std::vector<bool> found(network.nodes.size()), reached(network.nodes.size());
  if (network.output != Network::kInput) reached[network.output] = true;
  for (std::size_t n = network.nodes.size(); n-- > 0;) {
    if (!reached[n]) continue;
    if (network.nodes[n].weighted() != nullptr) {
      found[n] = true;
      continue;
    }
    for (const std::size_t input : network.nodes[n].inputs)
      if (input != Network::kInput) reached[input] = true;
  }
  return found;
}

/// Nodes that the image reaches without passing a weighted one on the way.
std::vector<bool> looks_at_image(const Network& network) {
  std::vector<bool> found(network.nodes.size());
  for (std::size_t n = 0; n < network.nodes.size(); ++n)
    for (const std::size_t input : network.nodes[n].inputs)
      if (input == Network::kInput || (network.nodes[input].weighted() == nullptr && found[input])) found[n] = true;
  return found;
}

/// The nodes that a step is for: those allowed, or the one that it names.
std::vector<std::size_t> targets(const Network& network, const Reduction& step, const std::vector<bool>& allowed,
                                 const char* why_not) {
  std::vector<std::size_t> found;
  std::vector<std::string> names;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const Node& node = network.nodes[n];
    if (node.weighted() == nullptr) continue;
    if (allowed[n]) names.push_back(node.name);
    if (!step.layer.empty() && node.name == step.layer && !allowed[n])
      input_error("--reduce: layer '{}' cannot be pruned: {}", step.layer, why_not);
    if (allowed[n] && (step.layer.empty() || node.name == step.layer)) found.push_back(n);
  }
  if (!step.layer.empty() && found.empty())
    input_error("--reduce: no layer '{}'{}; there are {}", step.layer, did_you_mean(step.layer, names),
                fmt::join(names, ", "));
  return found;
}

/// Static pruning of a network, one step after the other.
class FilterPruning {
 public:
  explicit FilterPruning(Network& network) : network_(network), kept_(network.nodes.size()) {}

  /// Of the filters of these nodes, ranked together.
  void prune(const std::vector<std::size_t>& nodes, double ratio, bool per_weight) {
    std::vector<std::tuple<double, std::size_t, std::size_t>> ranked;  // salience, node, filter
    std::vector<std::size_t> left(network_.nodes.size());
    for (const std::size_t n : nodes)
      for (std::size_t f = 0; f < filters(n); ++f)
        if (kept_[n].empty() || kept_[n].test(f)) {
          ranked.emplace_back(salience(n, f, per_weight), n, f);
          ++left[n];
        }
    std::sort(ranked.begin(), ranked.end());
    std::size_t to_go = share(ratio, ranked.size());
    for (const auto& [salience, n, f] : ranked) {
      if (to_go == 0) break;
      if (left[n] == 1) continue;
      remove(n, f);
      --left[n];
      --to_go;
    }
  }

  std::vector<BitMask> kept() && { return std::move(kept_); }

 private:
  std::size_t filters(std::size_t n) const { return static_cast<std::size_t>(weighted(n).shape.output.channels); }
  Weighted& weighted(std::size_t n) const { return *network_.nodes[n].weighted(); }
  std::size_t weights_per_filter(std::size_t n) const { return weighted(n).weights.size() / filters(n); }

  double salience(std::size_t n, std::size_t filter, bool per_weight) const {
    const std::size_t size = weights_per_filter(n);
    const float* const first = weighted(n).weights.data() + filter * size;
    double sum = 0;
    for (std::size_t i = 0; i < size; ++i) sum += std::abs(static_cast<double>(first[i]));
    return per_weight ? sum / static_cast<double>(size) : sum;
  }

  void remove(std::size_t n, std::size_t filter) {
    const std::size_t size = weights_per_filter(n);
    std::fill_n(weighted(n).weights.begin() + static_cast<std::ptrdiff_t>(filter * size), size, 0.0f);
    if (!weighted(n).bias.empty()) weighted(n).bias[filter] = 0;
    if (kept_[n].empty()) kept_[n] = BitMask(filters(n), true);
    kept_[n].set(filter, false);
  }

  Network& network_;
  std::vector<BitMask> kept_;  // by node; empty: all
};

}  // namespace

const char* const kReductionsHelp =
    "--reduce KIND:RATIO[@LAYER],...  prunes, in the order given; RATIO (0 <= RATIO < 1) is of what is left by then:\n"
    "  sfp:0.3         static: in each layer, the filters with the smallest sum of weight magnitudes\n"
    "  sfp:0.3@conv2   the same, in one layer\n"
    "  sfp-global:0.3  static: of all filters of the network, those with the smallest mean weight magnitude; each\n"
    "                  layer keeps at least one\n"
    "  dfp:0.2         dynamic: for each image, the input maps with the smallest mean magnitude of each convolution\n"
    "                  that does not look at the image itself; @LAYER as above; behind all static steps\n"
    "  Filters that are the network's answers (its last layer) are never pruned.\n";

std::vector<Reduction> parse_reductions(const std::string& text) {
  std::vector<Reduction> steps;
  for (const std::string& step : split(text, ',')) {
    steps.push_back(parse_step(step));
    if (steps.back().kind != Kind::dfp && steps.size() > 1 && steps[steps.size() - 2].kind == Kind::dfp)
      input_error(
          "--reduce: '{}' stands behind dfp, which prunes at run time, when static pruning is over: put it ahead",
          step);
  }
  return steps;
}

ReducedNetwork reduce(Network network, const std::vector<Reduction>& reductions) {
  const std::size_t nodes = network.nodes.size();
  std::vector<bool> statically = answers(network), dynamically = looks_at_image(network);
  statically.flip();
  dynamically.flip();
  for (std::size_t n = 0; n < nodes; ++n)
    if (const Weighted* const weighted = network.nodes[n].weighted(); weighted && weighted->kind == LayerKind::dense)
      dynamically[n] = false;

  ReducedNetwork result;
  result.kept_channels.resize(nodes);
  result.dynamic_ratios.resize(nodes);
  FilterPruning pruning(network);
  bool any_static = false;
  for (const Reduction& step : reductions) {
    if (step.kind == Kind::dfp) {
      for (const std::size_t n : targets(network, step, dynamically, "it is dense, or looks at the image itself"))
        result.dynamic_ratios[n].push_back(step.ratio);
      continue;
    }
    any_static = true;
    const std::vector<std::size_t> layers = targets(network, step, statically, "its filters are the network's answers");
    if (step.kind == Kind::sfp_global)
      pruning.prune(layers, step.ratio, true);
    else
      for (const std::size_t n : layers) pruning.prune({n}, step.ratio, false);
  }
  result.kept_filters = std::move(pruning).kept();
  if (any_static) {
    const std::vector<BitMask> zero = zero_channels(network);
    for (std::size_t n = 0; n < nodes; ++n) {
      const Node& node = network.nodes[n];
      if (node.weighted() == nullptr || node.inputs[0] == Network::kInput) continue;
      const BitMask& gone = zero[node.inputs[0]];
      if (gone.count() == 0) continue;
      result.kept_channels[n] = BitMask(gone.size(), true);
      for (std::size_t c = 0; c < gone.size(); ++c)
        if (gone.test(c)) result.kept_channels[n].set(c, false);
    }
  }
  result.network = std::move(network);
  return result;
}

BitMask prune_maps(const MapView& map, const BitMask& kept, const std::vector<double>& ratios) {
  const auto channels = static_cast<std::size_t>(map.shape.channels);
  const auto pixels = static_cast<std::size_t>(map.shape.pixels());
  std::vector<double> magnitude(channels);
  for (std::size_t p = 0; p < pixels; ++p)
    for (std::size_t c = 0; c < channels; ++c)
      magnitude[c] += std::abs(static_cast<double>(map.values[p * channels + c]));

  std::vector<std::size_t> ranked;
  for (std::size_t c = 0; c < channels; ++c)
    if (kept.empty() || kept.test(c)) ranked.push_back(c);
  std::stable_sort(ranked.begin(), ranked.end(),
                   [&](std::size_t a, std::size_t b) { return magnitude[a] < magnitude[b]; });
  std::size_t gone = 0;
  for (const double ratio : ratios) gone += share(ratio, ranked.size() - gone);

  BitMask left(channels);
  for (std::size_t i = gone; i < ranked.size(); ++i) left.set(ranked[i]);
  for (std::size_t i = 0; i < gone; ++i)
    for (std::size_t p = 0; p < pixels; ++p) map.values[p * channels + ranked[i]] = 0;
  return left;
}

}  // namespace sparsim
