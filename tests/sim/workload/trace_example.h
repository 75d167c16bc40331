#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include "sim/workload/trace.h"

namespace sparsim {

/// A directory of the test's own, gone at its end.
class ScratchDirectory {
 public:
  ScratchDirectory()
      : path_(std::filesystem::temp_directory_path() / ("sparsim_trace_test_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  std::string operator/(const std::string& name) const { return path_ / name; }
  bool empty() const { return std::filesystem::is_empty(path_); }

 private:
  std::filesystem::path path_;
};

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

inline void write_example(const std::string& path, int images = 2) {
  TraceWriter writer(path, example_graph(), example_info());
  writer.add_weights(2, {std::vector<std::int16_t>(80, -3), 0.125f});
  for (int i = 0; i < images; ++i) writer.add(example_image(i));
  writer.commit();
}

}  // namespace sparsim
