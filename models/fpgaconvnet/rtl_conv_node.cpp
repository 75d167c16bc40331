#include "models/fpgaconvnet/rtl_conv_node.h"

#include <fmt/format.h>

#include <tuple>

#include "models/core/error.h"

namespace sparsim {
namespace {

auto members(const ConvNodeShape& s) {
  return std::tie(s.height, s.width, s.channels, s.kernel_h, s.kernel_w, s.stride_h, s.stride_w, s.dilation_h,
                  s.dilation_w, s.pad_top, s.pad_left, s.windows_h, s.windows_w, s.streams, s.cluster, s.engines,
                  s.window_depth, s.result_depth, s.out_depth, s.lanes, s.skip_zero_window);
}

}  // namespace

bool operator==(const ConvNodeShape& a, const ConvNodeShape& b) { return members(a) == members(b); }

std::string to_string(const ConvNodeShape& s) {
  return fmt::format(
      "{}x{} pixels of {} words, {}x{} windows of {}x{} at stride {}x{}, dilation {}x{}, pads {} and {}, {} streams of "
      "{} channels a word, {} engines each, FIFOs of {} windows, {} results and {} words, {} lanes{}",
      s.height, s.width, s.channels, s.windows_h, s.windows_w, s.kernel_h, s.kernel_w, s.stride_h, s.stride_w,
      s.dilation_h, s.dilation_w, s.pad_top, s.pad_left, s.streams, s.cluster, s.engines, s.window_depth,
      s.result_depth, s.out_depth, s.lanes, s.skip_zero_window ? " skipping zero windows" : "");
}

ConvNodeShape conv_node_shape(const ConvDesign& design, std::size_t out_depth) {
  const WindowShape& shape = design.shape;
  if (design.engine == DotEngine::dense) input_error("no RTL of a node with dense engines");
  if (shape.groups != 1) input_error("no RTL of a node with {} groups: must be 1", shape.groups);
  const auto narrow = [](auto value) { return static_cast<int>(value); };
  ConvNodeShape s;
  s.height = narrow(shape.input.height);
  s.width = narrow(shape.input.width);
  s.channels = narrow(design.steps());
  s.kernel_h = narrow(shape.kernel_h);
  s.kernel_w = narrow(shape.kernel_w);
  s.stride_h = narrow(shape.stride_h);
  s.stride_w = narrow(shape.stride_w);
  s.dilation_h = narrow(shape.dilation_h);
  s.dilation_w = narrow(shape.dilation_w);
  s.pad_top = narrow(shape.pad_top);
  s.pad_left = narrow(shape.pad_left);
  s.windows_h = narrow(shape.output.height);
  s.windows_w = narrow(shape.output.width);
  s.streams = narrow(design.streams());
  s.cluster = narrow(design.folding.coarse_in / design.streams());
  s.engines = narrow(design.folding.coarse_out);
  s.window_depth = narrow(design.window_depth);
  s.result_depth = narrow(design.result_depth);
  s.out_depth = narrow(out_depth);
  s.lanes = narrow(design.folding.fine);
  s.skip_zero_window = design.skip_zero_window;
  return s;
}

}  // namespace sparsim
