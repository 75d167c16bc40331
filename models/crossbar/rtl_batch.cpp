#include <verilated_models.h>  // before SystemC

#include "models/crossbar/rtl_engines.h"
#include "models/crossbar/rtl_model.h"

namespace sparsim {
namespace {

template <class Built>
class VerilatedBatch final : public RtlBatch {
 public:
  Cycles deal(const std::uint64_t* requests, std::size_t count, std::uint32_t passes) override {
    std::uint64_t all = 0;
    for (std::size_t i = 0; i < count; ++i) all |= requests[i];
    SPARSIM_CHECK((all & ~low_bits(Built::kShape.inputs)) == 0, "requests {:#x} of {}", all, to_string(Built::kShape));
    rtl_.reset(passes);
    rtl_->beat_ready_i = 1;
    rtl_->window_valid_i = 1;
    Cycles beats = 0;  // follow each other without a gap
    for (std::size_t next = 0; next < count;) {
      write_port(rtl_->request_i, requests[next]);
      rtl_.settle();
      next += rtl_->window_ready_o;
      beats += rtl_->beat_valid_o;
      rtl_.clock();
    }
    rtl_->window_valid_i = 0;
    for (rtl_.settle(); rtl_->beat_valid_o; rtl_.settle()) {
      ++beats;
      rtl_.clock();
    }
    return beats;
  }

 private:
  RtlModel<typename Built::Arbiter> rtl_;
};

}  // namespace

std::unique_ptr<RtlBatch> rtl_batch(const CrossbarShape& shape) {
  return make_built<RtlBatch>(VerilatedModels{}, shape,
                              [](auto built) { return std::make_unique<VerilatedBatch<decltype(built)>>(); });
}

}  // namespace sparsim
