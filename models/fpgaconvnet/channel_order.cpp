#include "models/fpgaconvnet/channel_order.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace sparsim {
namespace {

bool depthwise(const Layer& layer) {
  return layer.weighted() && layer.shape.groups > 1 && layer.shape.channels_per_group() == 1 &&
         layer.shape.filters_per_group() == 1;
}

// Input and output channels are the same ones, one after the other.
bool hands_order_on(const Layer& layer) {
  switch (layer.kind) {
    case LayerKind::convolution:
    case LayerKind::dense:
      return depthwise(layer);
    case LayerKind::reshape:
      return layer.shape.input == layer.shape.output;
    case LayerKind::concat:
      return layer.inputs.size() == 1;
    case LayerKind::normalization:  // across neighbouring channels
      return false;
    default:
      return true;
  }
}

// The feature maps of a network that share an order. Map m < layers is what layer m writes; the last is the input.
class OrderClasses {
 public:
  explicit OrderClasses(const LayerGraph& graph) : graph_(graph), classes_(graph.layers.size() + 1) {
    for (std::size_t m = 0; m < classes_.size(); ++m) classes_[m].joined = m;
    Class& input = classes_.back();
    input.channels = graph.input.channels;
    input.fixed = true;
    for (std::size_t m = 0; m < graph.layers.size(); ++m) classes_[m].channels = graph.layers[m].shape.output.channels;
    std::vector<bool> read(classes_.size(), false);
    for (std::size_t m = 0; m < graph.layers.size(); ++m) {
      add(m);
      for (const std::size_t from : graph.layers[m].inputs) read[map(from)] = true;
    }
    for (std::size_t m = 0; m < graph.layers.size(); ++m)
      if (!read[m]) fix(m);
  }

  /// A weighted layer asks for its channels to be dealt to so many streams.
  void want(std::size_t layer, const Folding& folding, const std::vector<double>& density) {
    const WindowShape& s = graph_.layers[layer].shape;
    const bool by_group = s.channels_per_group() == 1;
    const std::int64_t lanes = by_group ? folding.coarse_group : folding.coarse_in;
    ask(root(map(graph_.layers[layer].inputs[0])), {lanes, lanes * (by_group ? 1 : folding.coarse_group), 0, density});
  }

  /// Of what this layer reads.
  ChannelOrder order(std::size_t layer) const {
    ChannelOrder order;
    append_order(root(map(graph_.layers[layer].inputs[0])), order);
    if (std::is_sorted(order.begin(), order.end())) order.clear();
    return order;
  }

 private:
  struct Wish {
    std::int64_t lanes = 1, streams = 0;  // a position's lane: its place in the reader's map, modulo lanes
    std::int64_t offset = 0;              // of the section in that map
    std::vector<double> density;
  };
  struct Class {
    std::size_t joined = 0;  // itself: it is the class; otherwise look there
    std::int64_t channels = 0;
    std::int64_t section = 0;           // channels stay in their section of so many; 0: free
    bool fixed = false;                 // in its own order
    std::vector<std::size_t> sections;  // of a concat: maps that lie side by side
    Wish wish;
  };

  std::size_t map(std::size_t input) const { return input == Layer::kNetworkInput ? classes_.size() - 1 : input; }
  std::size_t root(std::size_t m) const {
    while (classes_[m].joined != m) m = classes_[m].joined;
    return m;
  }

  void add(std::size_t m) {
    const Layer& layer = graph_.layers[m];
    if (hands_order_on(layer)) {
      for (const std::size_t from : layer.inputs) join(m, map(from));
    } else if (layer.kind == LayerKind::concat) {
      for (const std::size_t from : layer.inputs) classes_[m].sections.push_back(map(from));
    } else if (layer.weighted()) {
      if (layer.shape.groups == 1) return;
      keep_sections(map(layer.inputs[0]), layer.shape.channels_per_group());
      keep_sections(m, layer.shape.filters_per_group());
    } else {
      fix(m);
      for (const std::size_t from : layer.inputs) fix(map(from));
    }
  }

  void join(std::size_t a, std::size_t b) {
    a = root(a), b = root(b);
    if (a == b) return;
    Class& kept = classes_[b];
    Class& gone = classes_[a];
    gone.joined = b;
    // Two concats of different sections: no order suits both but their own.
    const bool clash = !kept.sections.empty() && !gone.sections.empty();
    if (kept.sections.empty()) kept.sections = gone.sections;
    kept.section = std::gcd(kept.section, gone.section);
    if (kept.fixed || gone.fixed || clash) fix(b);
    if (clash)
      for (const std::size_t m : gone.sections) fix(m);
  }

  void keep_sections(std::size_t m, std::int64_t channels) {
    Class& c = classes_[root(m)];
    c.section = std::gcd(c.section, channels);
    if (!c.sections.empty()) fix(m);  // groups of channels across those of a concat
  }

  void fix(std::size_t m) {
    Class& c = classes_[root(m)];
    c.fixed = true;
    for (const std::size_t section : c.sections)
      if (!classes_[root(section)].fixed) fix(section);
  }

  void ask(std::size_t m, const Wish& wish) {
    Class& c = classes_[root(m)];
    if (c.sections.empty()) {
      if (wish.streams > c.wish.streams) c.wish = wish;
      return;
    }
    Wish part = wish;
    for (const std::size_t section : c.sections) {
      ask(section, part);
      part.offset += classes_[root(section)].channels;
    }
  }

  void append_order(std::size_t m, ChannelOrder& order) const {
    const Class& c = classes_[root(m)];
    if (!c.sections.empty()) {
      for (const std::size_t section : c.sections) append_order(section, order);
      return;
    }
    const auto base = static_cast<std::int64_t>(order.size());
    order.resize(order.size() + static_cast<std::size_t>(c.channels));
    std::iota(order.begin() + base, order.end(), base);
    if (c.fixed || c.wish.lanes <= 1) return;
    const std::int64_t section = c.section == 0 ? c.channels : c.section;
    for (std::int64_t begin = 0; begin < c.channels; begin += section)
      deal(c.wish, begin, section, base, order.data() + base + begin);
  }

  // Channels begin .. begin + count - 1 of a class, the densest first, to the positions in `order`, which are dealt out
  // along a snake of lanes; `base` is what stands before the class in the map that is ordered.
  static void deal(const Wish& wish, std::int64_t begin, std::int64_t count, std::int64_t base, std::int64_t* order) {
    std::vector<std::int64_t> channels(static_cast<std::size_t>(count)), positions(channels.size());
    std::iota(channels.begin(), channels.end(), begin);
    std::iota(positions.begin(), positions.end(), 0);
    const auto density = [&](std::int64_t channel) {
      return wish.density[static_cast<std::size_t>(wish.offset + channel)];
    };
    std::stable_sort(channels.begin(), channels.end(),
                     [&](std::int64_t a, std::int64_t b) { return density(a) > density(b); });
    const auto turn = [&](std::int64_t position) {
      const std::int64_t place = wish.offset + begin + position, step = place / wish.lanes, lane = place % wish.lanes;
      return step * wish.lanes + (step % 2 == 0 ? lane : wish.lanes - 1 - lane);
    };
    std::sort(positions.begin(), positions.end(), [&](std::int64_t a, std::int64_t b) { return turn(a) < turn(b); });
    for (std::size_t i = 0; i < channels.size(); ++i) order[positions[i]] = base + channels[i];
  }

  const LayerGraph& graph_;
  std::vector<Class> classes_;
};

}  // namespace

std::vector<ChannelOrder> snake_orders(const LayerGraph& graph, const std::vector<Folding>& foldings,
                                       const std::vector<std::vector<double>>& densities) {
  OrderClasses classes(graph);
  for (std::size_t layer = 0; layer < graph.layers.size(); ++layer)
    if (graph.layers[layer].weighted() && !densities[layer].empty())
      classes.want(layer, foldings[layer], densities[layer]);
  std::vector<ChannelOrder> orders(graph.layers.size());
  for (std::size_t layer = 0; layer < graph.layers.size(); ++layer)
    if (graph.layers[layer].weighted()) orders[layer] = classes.order(layer);
  return orders;
}

std::vector<ChannelOrder> channel_orders(const FpgaConvNetPlan& plan, const Workload& workload, ChannelDeal deal,
                                         std::size_t images) {
  const LayerGraph& graph = workload.graph();
  if (deal == ChannelDeal::naive) return std::vector<ChannelOrder>(graph.layers.size());
  std::vector<Folding> foldings(graph.layers.size());
  std::vector<std::vector<double>> densities(graph.layers.size());
  for (std::size_t n = 0; n < plan.pipeline.nodes.size(); ++n) {
    const PipelineNode& node = plan.pipeline.nodes[n];
    if (node.kind != NodeKind::weighted) continue;
    const ConvDesign& design = plan.designs[n];
    foldings[node.layer] = design.folding;
    if (design.engine != DotEngine::dense)
      densities[node.layer] =
          WindowHistogram(workload, node.layer, std::min(images, workload.images())).channel_density();
  }
  return snake_orders(graph, foldings, densities);
}

}  // namespace sparsim
