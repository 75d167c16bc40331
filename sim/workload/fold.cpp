#include "sim/workload/fold.h"

#include <utility>

namespace sparsim {
namespace {

std::vector<std::size_t> count_readers(const Network& network) {
  std::vector<std::size_t> readers(network.nodes.size());
  for (const Node& node : network.nodes)
    for (const std::size_t input : node.inputs)
      if (input != Network::kInput) ++readers[input];
  if (network.output != Network::kInput) ++readers[network.output];
  return readers;
}

void scale(Weighted& layer, const Scale& by) {
  const auto filters = static_cast<std::size_t>(layer.shape.output.channels);
  const std::size_t per_filter = layer.weights.size() / filters;
  layer.bias.resize(filters);
  for (std::size_t f = 0; f < filters; ++f) {
    const float factor = one_or_each(by.factor, f);
    for (std::size_t w = f * per_filter; w < (f + 1) * per_filter; ++w) layer.weights[w] *= factor;
    layer.bias[f] = layer.bias[f] * factor + one_or_each(by.offset, f);
  }
}

/// Every reader of a scale reads the layer before it from now on.
void fold_scales(Network& network) {
  const std::vector<std::size_t> readers = count_readers(network);
  std::vector<std::size_t> instead(network.nodes.size());
  const auto redirected = [&](std::size_t node) { return node == Network::kInput ? node : instead[node]; };
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    Node& node = network.nodes[n];
    instead[n] = n;
    const std::size_t direct = node.inputs.front();
    for (std::size_t& input : node.inputs) input = redirected(input);
    const Scale* by = std::get_if<Scale>(&node.op);
    // The value right before must have no other reader: a chain of scales folds link by link.
    if (!by || direct == Network::kInput || readers[direct] != 1) continue;
    Node& before = network.nodes[node.inputs.front()];
    if (Weighted* layer = before.weighted()) {
      scale(*layer, *by);
      before.output = node.output;
      instead[n] = node.inputs.front();
    }
  }
  network.output = redirected(network.output);
}

/// The layer's window, where padding with zeros would do the same as a Pad node.
WindowShape* window_with_zero_padding(Operator& op) {
  if (auto* layer = std::get_if<Weighted>(&op)) return layer->kind == LayerKind::convolution ? &layer->shape : nullptr;
  auto* pool = std::get_if<Pool>(&op);
  if (!pool || pool->kind != LayerKind::average_pool) return nullptr;
  // A window that reaches beyond the padding (ceil_mode) or leaves out its own is not divided by all it covers.
  const WindowShape& s = pool->shape;
  const bool own_padding = s.pad_top + s.pad_left + s.pad_bottom + s.pad_right > 0;
  if (overhangs(s) || (own_padding && !pool->count_padding)) return nullptr;
  return &pool->shape;
}

void fold_padding(Network& network) {
  for (Node& node : network.nodes) {
    WindowShape* window = window_with_zero_padding(node.op);
    if (!window || node.inputs.front() == Network::kInput) continue;
    const Node& before = network.nodes[node.inputs.front()];
    const Pad* pad = std::get_if<Pad>(&before.op);
    if (!pad || pad->mode != Pad::Mode::constant || pad->value != 0.0f) continue;
    if (pad->before.channels + pad->after.channels != 0) continue;
    window->pad_top += pad->before.height;
    window->pad_bottom += pad->after.height;
    window->pad_left += pad->before.width;
    window->pad_right += pad->after.width;
    window->input = network.shape(before.inputs.front());
    if (auto* pool = std::get_if<Pool>(&node.op)) pool->count_padding = true;
    node.inputs.front() = before.inputs.front();
  }
}

void drop_unread(Network& network) {
  std::vector<std::size_t> readers = count_readers(network);
  for (std::size_t n = network.nodes.size(); n-- > 0;)
    if (readers[n] == 0)
      for (const std::size_t input : network.nodes[n].inputs)
        if (input != Network::kInput) --readers[input];
  std::vector<std::size_t> position(network.nodes.size());
  const auto moved = [&](std::size_t node) { return node == Network::kInput ? node : position[node]; };
  std::size_t kept = 0;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    if (readers[n] == 0) continue;
    for (std::size_t& input : network.nodes[n].inputs) input = moved(input);
    position[n] = kept;
    if (kept != n) network.nodes[kept] = std::move(network.nodes[n]);
    ++kept;
  }
  network.nodes.resize(kept);
  network.output = moved(network.output);
}

}  // namespace

void fold(Network& network) {
  fold_scales(network);
  fold_padding(network);
  drop_unread(network);
}

}  // namespace sparsim
