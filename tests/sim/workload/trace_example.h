#pragma once

#include <ostream>
#include <string>

#include "sim/workload/trace.h"
#include "tests/sim/workload/scratch_directory.h"

namespace sparsim {

inline BitMask mask_of(std::size_t size, std::initializer_list<std::size_t> bits) {
  BitMask mask(size);
  for (const std::size_t bit : bits) mask.set(bit);
  return mask;
}

/// conv 3x3 over 4x4x3 to five filters, ReLU, dense to two.
inline LayerGraph example_graph() {
  LayerGraph graph;
  graph.name = "example";
  graph.input = {4, 4, 3};
  graph.value_bits = 8;
  graph.layers.resize(3);

  Layer& conv = graph.layers[0];
  conv.name = "features/conv 1";  // a name is no path
  conv.inputs = {Layer::kNetworkInput};
  conv.shape.input = {4, 4, 3};
  conv.shape.output = {4, 2, 5};  // (4+1+1-3)/1+1 by (4+0+1-3)/2+1
  conv.shape.kernel_h = conv.shape.kernel_w = 3;
  conv.shape.stride_w = 2;
  conv.shape.pad_top = conv.shape.pad_bottom = conv.shape.pad_right = 1;
  conv.dynamically_pruned = true;
  conv.weight_nonzero = BitMask(5 * 3 * 3 * 3, true);
  conv.weight_nonzero.set(134, false);
  conv.kept_filters = mask_of(5, {0, 1, 2, 4});
  conv.connections = {{mask_of(5, {0, 4}), mask_of(3, {0, 1})}, {mask_of(5, {1}), mask_of(3, {2})}};

  Layer& relu = graph.layers[1];
  relu.name = "relu";
  relu.kind = LayerKind::activation;
  relu.inputs = {0};
  relu.shape.input = relu.shape.output = conv.shape.output;

  Layer& dense = graph.layers[2];
  dense.name = "fc";
  dense.kind = LayerKind::dense;
  dense.inputs = {1};
  dense.shape = WindowShape::dense(40, 2);
  return graph;
}

/// The same, the dense layer's matrix of 2 x 40 pruned in blocks of 1 x 16: in row 0 the first block lost columns 0 to
/// 7, in row 1 the last all that it had.
inline LayerGraph blocks_example_graph(bool reordered = true) {
  LayerGraph graph = example_graph();
  Layer& dense = graph.layers[2];
  dense.weight_nonzero = BitMask(80, true);
  for (std::size_t column = 0; column < 8; ++column) dense.weight_nonzero.set(column, false);
  for (std::size_t column = 32; column < 40; ++column) dense.weight_nonzero.set(40 + column, false);
  dense.blocks = BlockPruning{1, 16, reordered};
  return graph;
}

inline TraceInfo example_info() {
  TraceInfo info;
  info.tool_version = "1.2.3";
  info.source = "example.onnx";
  info.source_sha256 = std::string(64, 'a');
  info.preset = "mnist";
  info.reductions = "dfp:0.3";
  info.seed = ~std::uint64_t{0};
  info.origin = "Made up for a test.";
  return info;
}

/// Image 1 differs from image 0 in every part.
inline TraceImage example_image(int number) {
  const auto shift = static_cast<std::size_t>(number);
  TraceImage image;
  image.name = "image_" + std::to_string(number) + ".png";
  image.inputs.resize(3);
  image.inputs[0].nonzero = mask_of(48, {shift, 7, 8, 47});
  image.inputs[0].kept_channels = mask_of(3, {shift, 2});
  QuantizedTensor values;
  values.values.assign(48, 0);
  values.values[shift] = -128, values.values[7] = 127, values.values[8] = 1, values.values[47] = -1;
  values.scale = number == 0 ? 0.5f : 0.25f;
  image.inputs[0].values = values;
  image.inputs[2].nonzero = mask_of(40, {39 - shift});
  image.label = number;
  if (number == 1) image.top1 = 7;
  return image;
}

/// The same with what float32 traces hold: values of no quantisation, parameters, pixels; the activation is a ReLU, the
/// convolution one on active sites.
inline LayerGraph float_example_graph() {
  LayerGraph graph = example_graph();
  graph.value_bits = 0;
  graph.layers[0].active_sites = true;
  WindowShape& window = graph.layers[0].shape;
  window.stride_w = 1;
  window.pad_left = 1;
  window.output = {4, 4, 5};
  graph.layers[1].function = Function::relu;
  graph.layers[1].shape.input = graph.layers[1].shape.output = window.output;
  graph.layers[2].shape = WindowShape::dense(80, 2);
  return graph;
}

inline TraceImage float_example_image(int number) {
  TraceImage image = example_image(number);
  image.inputs[0].values.reset();
  image.inputs[2].nonzero = mask_of(80, {static_cast<std::size_t>(number)});
  image.pixels.assign(48, 0.0f);
  image.pixels[static_cast<std::size_t>(number)] = 0.5f;
  image.pixels[47] = -2.25f;
  return image;
}

inline Parameters float_example_parameters() {
  Parameters parameters{std::vector<float>(135), {0.5f, 0, -1, 2, 3}};
  for (std::size_t i = 0; i < 135; ++i) parameters.weights[i] = static_cast<float>(i) / 8;
  return parameters;
}

inline void write_float_example(const std::string& path) {
  TraceWriter writer(path, float_example_graph(), example_info());
  writer.add_parameters(0, float_example_parameters());
  writer.add_operation(1, {"an operator", {0, 6}});
  writer.add_parameters(2, {std::vector<float>(160, -0.75f), {}});
  for (int i = 0; i < 2; ++i) writer.add(float_example_image(i));
  writer.commit();
}

inline void write_example(const std::string& path, int images = 2) {
  TraceWriter writer(path, example_graph(), example_info());
  writer.add_weights(2, {std::vector<std::int16_t>(80, -3), 0.125f});
  for (int i = 0; i < images; ++i) writer.add(example_image(i));
  writer.commit();
}

inline void write_blocks_example(const std::string& path) {
  TraceWriter writer(path, blocks_example_graph(), example_info());
  writer.add(example_image(0));
  writer.commit();
}

/// One of them, for tests of all.
struct Example {
  const char* name;
  void (*write)(const std::string& path);
};
inline void PrintTo(const Example& example, std::ostream* os) { *os << example.name; }
inline constexpr Example kQuantisedExample{"quantised", [](const std::string& path) { write_example(path); }};
inline constexpr Example kFloatExample{"float", &write_float_example};
inline constexpr Example kBlocksExample{"blocks", &write_blocks_example};

}  // namespace sparsim
