#include <verilated_bcr_mvaus.h>  // before SystemC

#include <algorithm>

#include "models/core/error.h"
#include "models/crossbar/rtl_built.h"
#include "models/crossbar/rtl_model.h"
#include "models/finn/bcr_mvau_pins.h"

namespace sparsim {
namespace {

constexpr int ceil_log2(std::int64_t number) {
  int bits = 0;
  while (std::int64_t{1} << bits < number) ++bits;
  return bits;
}

/// A Verilated model and its parameters.
template <class RtlType, int pe, int simd, int data_bits, int weight_bits, int gather>
struct BuiltBcrMvau {
  using Rtl = RtlType;

  static constexpr int kDataBits = data_bits, kWeightBits = weight_bits;
  static constexpr bool kGather = gather != 0;
  static constexpr int kLaneBits = kGather ? ceil_log2(simd) : 0;
  static constexpr int kPlaceBits = ceil_log2(BcrMvauShape::kMostWords) + kLaneBits;
  static constexpr int kSumBits = data_bits + weight_bits + ceil_log2(simd * BcrMvauShape::kMostWords);

  static bool is(const BcrMvauShape& s) {
    return s.pe == pe && s.simd == simd && s.data_bits == data_bits && s.weight_bits == weight_bits &&
           s.gather == kGather;
  }
  static std::string text() {
    return fmt::format("{} PEs of {} lanes{}, {} bits by weights of {}", pe, simd, kGather ? " that gather" : "",
                       data_bits, weight_bits);
  }
};

template <class Built>
class RtlBcrMvau final : public BcrMvauPins {
 public:
  RtlBcrMvau(const BcrMvauShape& shape, const BcrMvauProgram& program) : simd_(static_cast<std::int32_t>(shape.simd)) {
    write_port(rtl_->last_word_i, static_cast<std::uint64_t>(shape.words - 1));
    write_port(rtl_->last_row_i, static_cast<std::uint64_t>(shape.rows - 1));
    outputs_.out.resize(program.size());
    reset();
    for (std::size_t pe = 0; pe < program.size(); ++pe)
      for (std::size_t step = 0; step < program[pe].size(); ++step) write_entry(pe, step, program[pe][step]);
    rtl_->program_valid_i = 0;
    reset();
  }

  void reset() override { rtl_.reset(); }
  const BcrMvauOutputs& evaluate(const BcrMvauInputs& inputs) override {
    rtl_->word_valid_i = inputs.word_valid;
    if (inputs.word_valid) write_values(rtl_->word_i, Built::kDataBits, inputs.word);
    rtl_->out_room_i = inputs.out_room;
    rtl_.settle();
    outputs_.word_ready = rtl_->word_ready_o;
    outputs_.out_valid = rtl_->out_valid_o;
    for (std::size_t pe = 0; pe < outputs_.out.size(); ++pe) outputs_.out[pe] = sum(static_cast<int>(pe));
    return outputs_;
  }
  void clock() override { rtl_.clock(); }

 private:
  /// Where a column stands: its word; where lanes gather, also which value of it.
  std::int64_t place(std::int32_t column) const {
    return column / simd_ << Built::kLaneBits | (Built::kGather ? column % simd_ : 0);
  }

  void write_entry(std::size_t pe, std::size_t step, const BcrMvauEntry& entry) {
    std::vector<std::int64_t> places;
    for (const std::int32_t column : entry.columns) places.push_back(place(std::max(column, 0)));
    if (!Built::kGather) places = {*std::max_element(places.begin(), places.end())};
    write_port(rtl_->program_pe_i, pe);
    write_port(rtl_->program_step_i, step);
    write_values(rtl_->program_places_i, Built::kPlaceBits, places);
    write_values(rtl_->program_weights_i, Built::kWeightBits, entry.weights);
    rtl_->program_ends_i = entry.ends;
    rtl_->program_valid_i = 1;
    rtl_.settle();
    rtl_.clock();
  }

  std::int64_t sum(int pe) {
    constexpr int kUnused = 64 - Built::kSumBits;
    const std::uint64_t bits = port_bits(rtl_->out_o, pe * Built::kSumBits, Built::kSumBits);
    return static_cast<std::int64_t>(bits << kUnused) >> kUnused;
  }

  RtlModel<typename Built::Rtl> rtl_;
  const std::int32_t simd_;
  BcrMvauOutputs outputs_;
};

using BcrMvaus = VerilatedBcrMvaus<BuiltList, BuiltBcrMvau>;

template <class... Built>
std::unique_ptr<BcrMvauPins> make(BuiltList<Built...>, const BcrMvauShape& shape, const BcrMvauProgram& program) {
  std::unique_ptr<BcrMvauPins> made;
  ((Built::is(shape) && (made = std::make_unique<RtlBcrMvau<Built>>(shape, program))) || ...);
  return made;
}

template <class... Built>
std::string built(BuiltList<Built...>) {
  std::string text;
  for (const std::string& one : {Built::text()...}) text += "\n  " + one;
  return text;
}

}  // namespace

std::unique_ptr<BcrMvauPins> rtl_bcr_mvau_pins(const BcrMvauShape& shape, const BcrMvauProgram& program) {
  if (auto made = make(BcrMvaus{}, shape, program)) return made;
  input_error("no RTL was built for a bcr_mvau of {}: there is (models/finn/bcr_mvau_rtl.cmake){}", to_string(shape),
              built(BcrMvaus{}));
}

}  // namespace sparsim
