#include <verilated_conv_nodes.h>  // before SystemC

#include "models/core/error.h"
#include "models/crossbar/rtl_built.h"
#include "models/crossbar/rtl_model.h"
#include "models/fpgaconvnet/rtl_conv_node.h"

namespace sparsim {
namespace {

/// A Verilated model and its parameters, in the order of ConvNodeShape.
template <class RtlType, int... parameters>
struct BuiltConvNode {
  using Rtl = RtlType;
  static constexpr ConvNodeShape kShape{parameters...};
};
using Built = VerilatedConvNodes<BuiltList, BuiltConvNode>;

template <class... BuiltNode>
std::vector<ConvNodeShape> shapes(BuiltList<BuiltNode...>) {
  return {BuiltNode::kShape...};
}

template <class BuiltNode>
class VerilatedConvNode final : public RtlConvNode {
 public:
  VerilatedConvNode() {
    outputs_.weight_row.resize(kShape.streams);
    outputs_.sum.resize(kShape.engines);
    reset(1);
  }

  void reset(std::uint32_t filters) override { rtl_.reset(filters); }
  const RtlNodeOutputs& evaluate(const RtlNodeInputs& inputs) override {
    constexpr std::size_t values = kShape.word(), weights = kShape.weights();
    SPARSIM_CHECK(inputs.word.size() == values && inputs.weight.size() == weights, "{} values and {} weights for {}",
                  inputs.word.size(), inputs.weight.size(), to_string(kShape));
    rtl_->word_valid_i = inputs.word_valid;
    write_operands(rtl_->word_i, inputs.word);
    write_operands(rtl_->weight_i, inputs.weight);
    rtl_->sum_ready_i = inputs.sum_ready;
    rtl_.settle();
    outputs_.word_ready = rtl_->word_ready_o;
    for (std::size_t stream = 0; stream < outputs_.weight_row.size(); ++stream)
      outputs_.weight_row[stream] =
          static_cast<std::uint32_t>(port_bits(rtl_->weight_row_o, static_cast<int>(kRowWidth * stream), kRowWidth));
    outputs_.sum_valid = rtl_->sum_valid_o;
    for (std::size_t engine = 0; engine < outputs_.sum.size(); ++engine)
      outputs_.sum[engine] = sign_extended(port_bits(rtl_->sum_o, static_cast<int>(kSumWidth * engine), kSumWidth));
    return outputs_;
  }
  void clock() override { rtl_.clock(); }

 private:
  static constexpr ConvNodeShape kShape = BuiltNode::kShape;
  static constexpr int levels() {
    int levels = 0;
    while (1 << levels < kShape.streams) ++levels;
    return levels;
  }
  // As conv_node_rtl.cmake says.
  static constexpr int kRowWidth = 20, kSumWidth = 48 + levels();
  static std::int64_t sign_extended(std::uint64_t bits) {
    return static_cast<std::int64_t>(bits << (64 - kSumWidth)) >> (64 - kSumWidth);
  }

  RtlModel<typename BuiltNode::Rtl> rtl_;
  RtlNodeOutputs outputs_;
};

template <class... BuiltNode>
std::unique_ptr<RtlConvNode> make(BuiltList<BuiltNode...>, const ConvNodeShape& shape) {
  std::unique_ptr<RtlConvNode> made;
  ((BuiltNode::kShape == shape && (made = std::make_unique<VerilatedConvNode<BuiltNode>>())) || ...);
  return made;
}

}  // namespace

const std::vector<ConvNodeShape>& built_conv_nodes() {
  static const std::vector<ConvNodeShape> built = shapes(Built{});
  return built;
}

std::unique_ptr<RtlConvNode> rtl_conv_node(const ConvNodeShape& shape) {
  if (auto made = make(Built{}, shape)) return made;
  std::string built;
  for (const ConvNodeShape& s : built_conv_nodes()) built += "\n  " + to_string(s);
  input_error("no RTL was built for a node of {}: there is (models/fpgaconvnet/conv_node_rtl.cmake){}",
              to_string(shape), built);
}

}  // namespace sparsim
