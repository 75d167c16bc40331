#include "models/fpgaconvnet/resource_bill.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/core/error.h"
#include "models/cost/rtl_cost.h"

namespace sparsim {
namespace {

constexpr std::int64_t kMostLanes = 16;      // the table's
constexpr std::int64_t kMostFilters = 1024;  // the table's; from 128 on partial sums are block RAM

double real(std::int64_t number) { return static_cast<double>(number); }
std::int64_t bits(WordFormat format) { return 8 * word_bytes(format); }
std::int64_t sum_bits(WordFormat format) { return 2 * bits(format) + 16; }  // AccWidth of the table
Resources luts(std::int64_t count) { return {real(count), 0, 0, 0, 0}; }
Resources registers(std::int64_t count) { return {0, real(count), 0, 0, 0}; }
/// Adders and comparators that select take a LUT a bit along the carry chain, and register what they give.
Resources operators(std::int64_t count, std::int64_t width) {
  return {real(count * width), real(count * width), 0, 0, 0};
}
Resources multipliers(std::int64_t count, WordFormat format, const Technology& technology) {
  return {0, 0, real(count) * technology.mac(format).dsp.value, 0, 0};
}

/// One engine of rtl/ without its weights. One of more operands or multipliers than the table holds counts as several
/// side by side: right for a dense one, too little for a crossbar, which grows with their product.
Resources engine(const ConvDesign& d, WordFormat format) {
  constexpr RtlBlock kBlocks[] = {RtlBlock::dense_vector_dot, RtlBlock::rr_vector_dot, RtlBlock::sparse_vector_dot};
  const std::int64_t parts =
      std::max(ceil_div(d.operands(), CrossbarShape::kMostInputs), ceil_div(d.folding.fine, kMostLanes));
  RtlDesign rtl;
  rtl.block = kBlocks[static_cast<std::size_t>(d.engine)];
  rtl.inputs = static_cast<int>(ceil_div(d.operands(), parts));
  rtl.lanes = static_cast<int>(ceil_div(d.folding.fine, parts));
  rtl.data_width = rtl.weight_width = static_cast<int>(bits(format));
  rtl.skip_zero_window = d.skip_zero_window;
  rtl.filters = static_cast<int>(std::min(d.filters(), kMostFilters));
  Resources need = real(parts) * rtl_cost(rtl).need + operators(parts - 1, sum_bits(format));
  // Deeper than the table: the same shape of block RAM again for every thousand filters.
  need.bram18 *= real(ceil_div(d.filters(), kMostFilters));
  need.dsp = 0;
  return need;
}

/// A row of weights, all of a window, for each pass of a pixel; where they are streamed, the rows of the window at work
/// and those of the next.
Resources weights(const ConvDesign& d, WordFormat format) {
  const std::int64_t row = d.operands() * bits(format);
  if (d.weights_streamed) return fifo_resources(2 * d.filters(), row);
  return rom(d.groups() * d.steps() * d.filters(), row);
}

/// What becomes of the sums of a pixel: joined over coarse_in, the offset added, cut to a word.
Resources output_side(const ConvDesign& d, WordFormat format) {
  const std::int64_t terms = d.clustered() ? 1 : d.folding.coarse_in, sum = sum_bits(format);
  Resources need;
  if (d.streams() > 1) need = real(d.streams()) * fifo_resources(d.result_depth, d.folding.coarse_out * sum);
  // Saturation: whether the upper bits agree, six to a LUT, and a choice a bit.
  const Resources word =
      operators(terms, sum) + rom(d.groups() * d.filters(), sum) + luts(ceil_div(sum, 6) + bits(format));
  return need + real(d.out_streams()) * word;
}

/// Element-wise layers, fused or alone: a scale is a multiplier a stream with its factors and offsets, an activation a
/// comparison with a choice.
Resources elementwise(const Layer& layer, const StreamShape& shape, WordFormat format, const Technology& technology) {
  if (layer.kind == LayerKind::activation) return luts(shape.streams * bits(format));
  if (layer.kind != LayerKind::scale) return {};  // a flatten is wires
  return multipliers(shape.streams, format, technology) +
         real(shape.streams) * rom(shape.words_per_pixel(), 2 * bits(format));
}

/// Of a window that is the whole map nothing but the sums, or maxima, so far is kept.
Resources pool(const WindowShape& s, LayerKind kind, const StreamShape& in, WordFormat format,
               const Technology& technology) {
  const std::int64_t word = in.streams * bits(format), places = s.kernel_h * s.kernel_w;
  const bool average = kind == LayerKind::average_pool;
  const std::int64_t growth = average ? in.streams * address_bits(places) : 0;
  Resources need = average ? multipliers(in.streams, format, technology) : Resources{};
  if (s.output.pixels() == 1 && places >= s.input.pixels())
    return need + operators(1, word + growth) + delay_line(in.words_per_pixel(), word + growth) +
           counters(address_bits(in.words()));
  return need + line_buffers(s, in.words_per_pixel(), word) + operators(places - 1, word + growth);
}

/// The registers behind a node's slots.
Resources output_registers(const Pipeline& pipeline, const PipelineNode& node, WordFormat format) {
  return registers(node.latency * pipeline.output(node).streams * bits(format));
}

Resources fused(const Pipeline& pipeline, const PipelineNode& node, const LayerGraph& graph, WordFormat format,
                const Technology& technology) {
  Resources need;
  for (const std::size_t layer : node.fused_layers)
    need = need + elementwise(graph.layers[layer], pipeline.output(node), format, technology);
  return need;
}

}  // namespace

Resources conv_resources(const ConvDesign& d, WordFormat format, const Technology& technology) {
  const std::int64_t word = d.in_streams() * bits(format);
  return line_buffers(d.shape, d.groups() * d.steps(), word) +
         real(d.streams()) * fifo_resources(d.window_depth, d.operands() * bits(format)) +
         real(d.engines()) * (engine(d, format) + weights(d, format)) +
         multipliers(d.multipliers(), format, technology) + output_side(d, format);
}

Resources slot_node_resources(const Pipeline& pipeline, const PipelineNode& node, const LayerGraph& graph,
                              WordFormat format, const Technology& technology) {
  const StreamShape &in = pipeline.input(node), &out = pipeline.output(node);
  const std::int64_t word = out.streams * bits(format);
  const auto inputs = static_cast<std::int64_t>(node.inputs.size());
  const Resources common = output_registers(pipeline, node, format) + fused(pipeline, node, graph, format, technology);
  switch (node.kind) {
    case NodeKind::pool: {
      const Layer& layer = graph.layers[node.layer];
      return common + pool(layer.shape, layer.kind, in, format, technology);
    }
    case NodeKind::add:  // saturated: an adder and a choice a bit
      return common + operators(inputs - 1, word) + luts(word);
    case NodeKind::concat: {  // a LUT chooses among four
      std::int64_t words = 0;
      for (std::size_t i = 0; i < node.inputs.size(); ++i) words += pipeline.input(node, i).words_per_pixel();
      return common + luts(ceil_div(inputs - 1, 3) * word) + counters(address_bits(words));
    }
    case NodeKind::elementwise:
      return common + elementwise(graph.layers[node.layer], out, format, technology);
    case NodeKind::split:  // waits until all its readers have room
      return common + luts(static_cast<std::int64_t>(node.outputs.size()));
    case NodeKind::squeeze: {  // a register of both words, shifted or loaded
      const std::int64_t held = in.streams + out.streams;
      return common + operators(held, bits(format)) + counters(address_bits(held));
    }
    case NodeKind::weighted:
    case NodeKind::source:
    case NodeKind::sink:
    case NodeKind::padding:
    case NodeKind::window:
    case NodeKind::label:
      break;
  }
  throw ModelError(fmt::format("{}: a {} node is no slot node", node.name, to_string(node.kind)));
}

std::vector<ResourceItem> resource_bill(const FpgaConvNetPlan& plan, const LayerGraph& graph, WordFormat format,
                                        const Technology& technology) {
  const Pipeline& pipeline = plan.pipeline;
  std::vector<ResourceItem> bill;
  double streamed = 0;
  for (std::size_t i = 0; i < pipeline.nodes.size(); ++i) {
    const PipelineNode& node = pipeline.nodes[i];
    if (node.kind == NodeKind::source || node.kind == NodeKind::sink) continue;
    if (node.kind != NodeKind::weighted) {
      bill.push_back({node.name, 1, slot_node_resources(pipeline, node, graph, format, technology)});
      continue;
    }
    const ConvDesign& design = plan.designs[i];
    if (design.weights_streamed) ++streamed;
    bill.push_back({node.name, 1,
                    conv_resources(design, format, technology) + output_registers(pipeline, node, format) +
                        fused(pipeline, node, graph, format, technology)});
  }
  Resources fifos;
  for (const PipelineEdge& edge : pipeline.edges)
    fifos = fifos + fifo_resources(static_cast<std::int64_t>(edge.depth), edge.shape.streams * bits(format));
  bill.push_back({"FIFOs between nodes", static_cast<double>(pipeline.edges.size()), fifos});
  const double engines = 2 + streamed;
  bill.push_back({"DMA engines", engines, engines * dma_engine(technology)});
  bill.push_back({"AXI interconnect ports", engines, engines * interconnect_port(technology)});
  return bill;
}

}  // namespace sparsim
