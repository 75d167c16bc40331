#include <verilated_conv_streams.h>  // before SystemC

#include "models/core/error.h"
#include "models/crossbar/rtl_built.h"
#include "models/crossbar/rtl_model.h"
#include "models/crossbar/vector_dot.h"
#include "models/fpgaconvnet/rtl_conv_stream.h"

namespace sparsim {
namespace {

/// A Verilated model and its parameters, in the order of ConvStreamShape.
template <class RtlType, int... parameters>
struct BuiltConvStream {
  using Rtl = RtlType;
  static constexpr ConvStreamShape kShape{parameters...};
};
using Built = VerilatedConvStreams<BuiltList, BuiltConvStream>;

template <class... BuiltStream>
std::vector<ConvStreamShape> shapes(BuiltList<BuiltStream...>) {
  return {BuiltStream::kShape...};
}

template <class BuiltStream>
class VerilatedConvStream final : public ConvStream {
 public:
  VerilatedConvStream() {
    outputs_.result.resize(kShape.engines);
    reset(1);
  }

  void reset(std::uint32_t filters) override { rtl_.reset(filters); }
  const ConvStreamOutputs& evaluate(const ConvStreamInputs& inputs) override {
    constexpr std::size_t values = kShape.cluster, weights = kShape.engines * kShape.operands();
    SPARSIM_CHECK(inputs.word.size() == values && inputs.weight.size() == weights, "{} values and {} weights for {}",
                  inputs.word.size(), inputs.weight.size(), to_string(kShape));
    rtl_->word_valid_i = inputs.word_valid;
    write_operands(rtl_->word_i, inputs.word);
    write_operands(rtl_->weight_i, inputs.weight);
    rtl_->result_ready_i = inputs.result_ready;
    rtl_.settle();
    outputs_.word_ready = rtl_->word_ready_o;
    outputs_.weight_row = rtl_->weight_row_o;
    outputs_.result_valid = rtl_->result_valid_o;
    outputs_.result_end = rtl_->result_end_o;
    for (std::size_t engine = 0; engine < outputs_.result.size(); ++engine)
      outputs_.result[engine] =
          wrapped_result(static_cast<std::int64_t>(port_bits(rtl_->result_o, static_cast<int>(48 * engine), 48)));
    return outputs_;
  }
  void clock() override { rtl_.clock(); }

 private:
  static constexpr ConvStreamShape kShape = BuiltStream::kShape;
  RtlModel<typename BuiltStream::Rtl> rtl_;
  ConvStreamOutputs outputs_;
};

template <class... BuiltStream>
std::unique_ptr<ConvStream> make(BuiltList<BuiltStream...>, const ConvStreamShape& shape) {
  std::unique_ptr<ConvStream> made;
  ((BuiltStream::kShape == shape && (made = std::make_unique<VerilatedConvStream<BuiltStream>>())) || ...);
  return made;
}

}  // namespace

const std::vector<ConvStreamShape>& built_conv_streams() {
  static const std::vector<ConvStreamShape> built = shapes(Built{});
  return built;
}

std::unique_ptr<ConvStream> rtl_conv_stream(const ConvStreamShape& shape) {
  if (auto made = make(Built{}, shape)) return made;
  std::string built;
  for (const ConvStreamShape& s : built_conv_streams()) built += "\n  " + to_string(s);
  input_error("no RTL was built for a stream of {}: there is (models/fpgaconvnet/conv_stream_rtl.cmake){}",
              to_string(shape), built);
}

}  // namespace sparsim
