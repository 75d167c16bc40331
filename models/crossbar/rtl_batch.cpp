#include <verilated_models.h>  // before SystemC
#include <verilated_shapes.h>

#include "models/crossbar/rtl_engines.h"
#include "models/crossbar/rtl_model.h"
#include "models/crossbar/rtl_shapes.h"

namespace sparsim {
namespace {

template <class Model>
class VerilatedBatch final : public RtlBatch {
 public:
  explicit VerilatedBatch(const CrossbarShape&) { rtl_->beat_ready_i = 1; }

  Cycles deal(const std::uint64_t* requests, std::size_t count, std::uint32_t passes) override {
    rtl_.reset(passes);
    rtl_->window_valid_i = 1;
    Cycles cycles = 0;
    for (const std::uint64_t* next = requests; next != requests + count;) {
      write_port(rtl_->request_i, *next);
      rtl_.settle();
      next += rtl_->window_ready_o;
      rtl_.clock();
      ++cycles;
    }
    rtl_->window_valid_i = 0;
    for (rtl_.settle(); rtl_->beat_valid_o; rtl_.settle()) {
      rtl_.clock();
      ++cycles;
    }
    return cycles - 1;  // the first window enters in the cycle before its first beat
  }

 private:
  RtlModel<Model> rtl_;
};

}  // namespace

std::unique_ptr<RtlBatch> rtl_batch(const CrossbarShape& shape) {
#define SPARSIM_MAKERS(inputs, lanes)                                                            \
  {{inputs, lanes, false}, make_rtl<RtlBatch, VerilatedBatch<Varbiter_##inputs##x##lanes##_0>>}, \
      {{inputs, lanes, true}, make_rtl<RtlBatch, VerilatedBatch<Varbiter_##inputs##x##lanes##_1>>},
  static const RtlMaker<RtlBatch> makers[] = {SPARSIM_RTL_SHAPES(SPARSIM_MAKERS)};
#undef SPARSIM_MAKERS
  return make_rtl(makers, shape);
}

}  // namespace sparsim
