#include "models/fpgaconvnet/rtl_conv_stream.h"

#include <fmt/format.h>

#include <tuple>

#include "models/core/error.h"

namespace sparsim {
namespace {

auto members(const ConvStreamShape& s) {
  return std::tie(s.height, s.width, s.channels, s.cluster, s.kernel_h, s.kernel_w, s.stride_h, s.stride_w,
                  s.dilation_h, s.dilation_w, s.pad_top, s.pad_left, s.windows_h, s.windows_w, s.window_depth,
                  s.engines, s.lanes, s.skip_zero_window);
}

}  // namespace

bool operator==(const ConvStreamShape& a, const ConvStreamShape& b) { return members(a) == members(b); }

std::string to_string(const ConvStreamShape& s) {
  return fmt::format(
      "{}x{} pixels of {} words of {}, {}x{} windows of {}x{} at stride {}x{}, dilation {}x{}, pads {} and {}, FIFO of "
      "{}, {} engines "
      "of {} lanes{}",
      s.height, s.width, s.channels, s.cluster, s.windows_h, s.windows_w, s.kernel_h, s.kernel_w, s.stride_h,
      s.stride_w, s.dilation_h, s.dilation_w, s.pad_top, s.pad_left, s.window_depth, s.engines, s.lanes,
      s.skip_zero_window ? " skipping zero windows" : "");
}

ConvStreamShape conv_stream_shape(const ConvDesign& design) {
  const WindowShape& s = design.shape;
  if (design.engine == DotEngine::dense) input_error("no RTL of a stream with dense engines");
  if (design.groups() != 1)
    input_error("no RTL of a stream of {} groups, one after the other: must be 1", design.groups());
  const auto narrow = [](std::int64_t value) { return static_cast<int>(value); };
  return {narrow(s.input.height),      narrow(s.input.width),
          narrow(design.steps()),      narrow(design.clustered() ? design.folding.coarse_in : 1),
          narrow(s.kernel_h),          narrow(s.kernel_w),
          narrow(s.stride_h),          narrow(s.stride_w),
          narrow(s.dilation_h),        narrow(s.dilation_w),
          narrow(s.pad_top),           narrow(s.pad_left),
          narrow(s.output.height),     narrow(s.output.width),
          narrow(design.window_depth), narrow(design.folding.coarse_out),
          narrow(design.folding.fine), design.skip_zero_window};
}

}  // namespace sparsim
