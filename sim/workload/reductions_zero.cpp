// Which channels are zero whatever the image.
#include <algorithm>
#include <array>

#include "models/core/error.h"
#include "sim/workload/reductions.h"

namespace sparsim {
namespace {

/// What an operator makes of the zero channels of its inputs.
class ZeroRule {
 public:
  ZeroRule(const Network& network, const Node& node, const std::vector<BitMask>& zero)
      : node_(node), output_(static_cast<std::size_t>(node.shape.channels)) {
    for (const std::size_t input : node.inputs) {
      inputs_.push_back(input == Network::kInput ? BitMask(static_cast<std::size_t>(network.input.channels))
                                                 : zero[input]);
      shapes_.push_back(network.shape(input));
    }
  }

  /// A filter without bias whose weights are zero on every channel that is not.
  BitMask operator()(const Weighted& op) const {
    BitMask result(output_);
    const auto per_group = static_cast<std::size_t>(op.shape.channels_per_group());
    const auto filters_per_group = static_cast<std::size_t>(op.shape.filters_per_group());
    const std::size_t size = op.weights.size() / output_;
    for (std::size_t f = 0; f < output_; ++f) {
      const std::size_t first_channel = f / filters_per_group * per_group;
      bool zero = op.bias.empty() || op.bias[f] == 0;
      for (std::size_t i = 0; zero && i < size; ++i)
        zero = op.weights[f * size + i] == 0 || inputs_[0].test(first_channel + i % per_group);
      result.set(f, zero);
    }
    return result;
  }

  BitMask operator()(const Add&) const {
    BitMask result = inputs_[0];
    for (const BitMask& input : inputs_) result &= input;
    return result;
  }

  BitMask operator()(const Concat&) const {
    BitMask result(output_);
    std::size_t at = 0;
    for (const BitMask& input : inputs_)
      for (std::size_t c = 0; c < input.size(); ++c) result.set(at++, input.test(c));
    return result;
  }

  /// A channel of the result is zero where all values that land in it come from zero channels.
  BitMask operator()(const Reshape& op) const {
    BitMask result(output_, true);
    Walk from(shapes_[0], op.read), to(node_.shape, op.write);
    for (std::int64_t i = 0; i < node_.shape.elements(); ++i, from.step(), to.step())
      if (!inputs_[0].test(from.channel())) result.set(to.channel(), false);
    return result;
  }

  BitMask operator()(const Pad& op) const {
    const bool pads_zeros = op.mode != Pad::Mode::constant || op.value == 0;
    const bool same_channels = op.before.channels == 0 && op.after.channels == 0;
    return pads_zeros && same_channels ? inputs_[0] : BitMask(output_);
  }

  BitMask operator()(const Pool&) const { return inputs_[0]; }
  BitMask operator()(const Relu&) const { return inputs_[0]; }
  BitMask operator()(const LeakyRelu&) const { return inputs_[0]; }
  BitMask operator()(const LocalResponseNorm&) const { return inputs_[0]; }
  BitMask operator()(const Clip& op) const { return where(op.low <= 0 && op.high >= 0); }
  BitMask operator()(const Quantize& op) const { return where_zero(op.zero_point); }
  BitMask operator()(const Dequantize& op) const { return where_zero(op.zero_point); }
  BitMask operator()(const Scale& op) const { return where_zero(op.offset); }
  BitMask operator()(const Sigmoid&) const { return where(false); }
  BitMask operator()(const Softmax&) const { return where(false); }

 private:
  /// The channels of a map's values, along an order of its axes.
  class Walk {
   public:
    Walk(const MapShape& shape, const AxisOrder& order) {
      for (std::size_t a = 0; a < 3; ++a) {
        extent_[a] = sparsim::extent(shape, order[a]);
        if (order[a] == Axis::channel) channel_axis_ = a;
      }
    }
    std::size_t channel() const { return static_cast<std::size_t>(at_[channel_axis_]); }
    void step() {
      for (std::size_t a = 3; a-- > 0;) {
        if (++at_[a] < extent_[a]) return;
        at_[a] = 0;
      }
    }

   private:
    std::array<std::int64_t, 3> extent_{}, at_{};
    std::size_t channel_axis_ = 0;
  };

  BitMask where(bool kept) const { return kept ? inputs_[0] : BitMask(output_); }

  /// Zero stays zero where what is added to it (one value, or one a channel; none: 0) is zero.
  BitMask where_zero(const std::vector<float>& added) const {
    BitMask result = inputs_[0];
    for (std::size_t c = 0; c < result.size(); ++c)
      if (!added.empty() && added[added.size() == 1 ? 0 : c] != 0) result.set(c, false);
    return result;
  }

  const Node& node_;
  std::size_t output_;  // channels
  std::vector<BitMask> inputs_;
  std::vector<MapShape> shapes_;
};

}  // namespace

std::vector<BitMask> zero_channels(const Network& network) {
  std::vector<BitMask> zero;
  for (const Node& node : network.nodes) {
    zero.push_back(std::visit(ZeroRule(network, node, zero), node.op));
    SPARSIM_CHECK(zero.back().size() == static_cast<std::size_t>(node.shape.channels), "{}: {} bits for {} channels",
                  node.name, zero.back().size(), node.shape.channels);
  }
  return zero;
}

}  // namespace sparsim
