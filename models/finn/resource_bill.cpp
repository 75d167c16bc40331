#include "models/finn/resource_bill.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/core/error.h"
#include "models/cost/storage.h"

// Weighted nodes: unit_cost.cpp. The control of a sliding window: github Xilinx/finn, lut_estimation() of
// rtl/convolutioninputgenerator_rtl.py (published). All else follows from what a node holds and computes (derived): an
// adder or a comparison with a choice takes a LUT a bit along the carry chain, and a register of its result.

namespace sparsim {
namespace {

constexpr std::int64_t kWindowLuts = 300;

double real(std::int64_t number) { return static_cast<double>(number); }
Resources luts(std::int64_t count) { return {real(count), 0, 0, 0, 0}; }
Resources registers(std::int64_t count) { return {0, real(count), 0, 0, 0}; }
Resources operators(std::int64_t count, std::int64_t width) { return luts(count * width) + registers(count * width); }

/// A node with what passes it.
struct Node {
  const FinnPlan& plan;
  const LayerGraph& graph;
  const PipelineNode& node;

  const StreamShape& input(std::size_t i = 0) const { return plan.pipeline.input(node, i); }
  const StreamShape& output() const { return plan.pipeline.output(node); }
  int input_bits(std::size_t i = 0) const { return plan.value_bits[node.inputs[i]]; }
  int output_bits() const { return plan.value_bits[node.outputs[0]]; }
  std::int64_t input_word(std::size_t i = 0) const { return input(i).streams * input_bits(i); }
  std::int64_t output_word() const { return output().streams * output_bits(); }
  const WindowShape& window() const { return graph.layers[node.layer].shape; }
};

/// The rows of a kernel and those of one stride, as sliding_window_slots() has them.
Resources sliding_window(const Node& n) {
  const WindowShape& s = n.window();
  const std::int64_t rows = (s.kernel_h - 1) * s.dilation_h + 1 + s.stride_h;
  const std::int64_t words = rows * n.input().map.width * n.input().words_per_pixel();
  const std::int64_t addresses = std::int64_t{2} * address_bits(words);  // to write and to read
  // Kernel pixels that go side by side are in registers, all of them.
  const bool wide = n.output().streams > n.input().map.channels;
  const std::int64_t held = wide ? s.kernel_h * s.kernel_w * n.input_word() : 0;
  return luts(kWindowLuts) + registers(addresses + held) + dual_port_memory(words, n.input_word());
}

Resources padding(const Node& n) {
  const MapShape& map = n.output().map;
  return luts(n.output_word()) +
         counters(address_bits(map.width) + address_bits(map.height) + address_bits(n.output().words_per_pixel()));
}

/// Windows side by side need no more than a row of what they have so far. Sums of an average are divided by a shift, or
/// by the thresholds behind.
Resources pool(const Node& n) {
  const WindowShape& s = n.window();
  const std::int64_t places = s.kernel_h * s.kernel_w;
  const bool average = n.graph.layers[n.node.layer].kind == LayerKind::average_pool;
  const std::int64_t word = n.input_word() + (average ? n.input().streams * address_bits(places) : 0);
  if (s.kernel_h <= s.stride_h && s.kernel_w <= s.stride_w)
    return operators(1, word) + delay_line(s.output.width * n.input().words_per_pixel(), word) +
           counters(address_bits(s.input.width) + address_bits(s.input.height) +
                    address_bits(n.input().words_per_pixel()));
  return line_buffers(s, n.input().words_per_pixel(), n.input_word()) + operators(places - 1, word);
}

/// What scales and activations become, together: thresholds, or, where more bits leave than thresholds give, a
/// comparison.
Resources elementwise(const Node& n, int value_bits) {
  if (n.output_bits() > MatrixUnit::kMostBits) return operators(1, n.output_word());
  return thresholds(n.output().words_per_pixel(), n.output().streams, value_bits, n.output_bits());
}

bool has_elementwise(const Node& n) {
  if (n.node.kind == NodeKind::elementwise) return true;
  return std::any_of(n.node.fused_layers.begin(), n.node.fused_layers.end(), [&](std::size_t layer) {
    const LayerKind kind = n.graph.layers[layer].kind;
    return kind == LayerKind::activation || kind == LayerKind::scale;
  });
}

/// What computes in it before scales and activations, and the bits of a value of that.
struct Computed {
  Resources need;
  int bits = 0;
};

Computed add(const Node& n) {
  int bits = 0;
  for (std::size_t i = 0; i < n.node.inputs.size(); ++i) bits = std::max(bits, n.input_bits(i));
  const auto terms = static_cast<std::int64_t>(n.node.inputs.size());
  bits += address_bits(terms);
  return {operators(terms - 1, n.output().streams * bits), bits};
}

Computed computed(const Node& n) {
  const auto inputs = static_cast<std::int64_t>(n.node.inputs.size());
  switch (n.node.kind) {
    case NodeKind::padding:
      return {padding(n), n.input_bits()};
    case NodeKind::window:
      return {sliding_window(n), n.input_bits()};
    case NodeKind::pool:
      return {pool(n), n.input_bits()};
    case NodeKind::add:
      return add(n);
    case NodeKind::concat: {  // a LUT chooses among four
      std::int64_t words = 0;
      for (std::size_t i = 0; i < n.node.inputs.size(); ++i) words += n.input(i).words_per_pixel();
      return {luts(ceil_div(inputs - 1, 3) * n.output_word()) + counters(address_bits(words)), n.input_bits()};
    }
    case NodeKind::elementwise:
      return {{}, n.input_bits()};
    case NodeKind::split:  // waits until all its readers have room
      return {luts(static_cast<std::int64_t>(n.node.outputs.size())), n.input_bits()};
    case NodeKind::squeeze:  // a register of both words, shifted or loaded
      return {operators(1, n.input_word() + n.output_word()) +
                  counters(address_bits(n.input().streams + n.output().streams)),
              n.input_bits()};
    case NodeKind::label:  // each value of a word against the largest, which is kept with its position
      return {luts(n.input_word()) + registers(n.input_bits()) + counters(address_bits(n.input().map.elements())),
              n.output_bits()};
    case NodeKind::weighted:
    case NodeKind::source:
    case NodeKind::sink:
      break;
  }
  throw ModelError(fmt::format("{}: a {} node is billed elsewhere", n.node.name, to_string(n.node.kind)));
}

Resources node_resources(const Node& n, const Device& device, const MatrixUnit& unit) {
  if (n.node.kind == NodeKind::weighted) return unit_resources(unit, n.graph.layers[n.node.layer], device);
  const Computed own = computed(n);
  const Resources need = own.need + registers(n.node.latency * n.output_word());
  return has_elementwise(n) ? need + elementwise(n, own.bits) : need;
}

}  // namespace

std::vector<ResourceItem> resource_bill(const FinnPlan& plan, const LayerGraph& graph, const Device& device) {
  const Pipeline& pipeline = plan.pipeline;
  std::vector<ResourceItem> bill;
  double streamed = 0;
  for (std::size_t i = 0; i < pipeline.nodes.size(); ++i) {
    const PipelineNode& node = pipeline.nodes[i];
    if (node.kind == NodeKind::source || node.kind == NodeKind::sink) continue;
    if (node.kind == NodeKind::weighted && plan.units[i].weights == WeightMemory::stream) ++streamed;
    bill.push_back({node.name, 1, node_resources({plan, graph, node}, device, plan.units[i])});
  }
  Resources fifos;
  for (std::size_t e = 0; e < pipeline.edges.size(); ++e) {
    const PipelineEdge& edge = pipeline.edges[e];
    fifos = fifos + shift_fifo(static_cast<std::int64_t>(edge.depth), edge.shape.streams * plan.value_bits[e]);
  }
  bill.push_back({"FIFOs between nodes", static_cast<double>(pipeline.edges.size()), fifos});
  const double engines = 2 + streamed;
  bill.push_back({"DMA engines", engines, engines * dma_engine(device.technology)});
  bill.push_back({"AXI interconnect ports", engines, engines * interconnect_port(device.technology)});
  return bill;
}

}  // namespace sparsim
