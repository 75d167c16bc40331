#include "models/crossbar/vector_dot_step.h"

#include "models/core/error.h"

namespace sparsim {
namespace {

int lowest_set(std::uint64_t one_hot) {
  int i = 0;
  while (!((one_hot >> i) & 1u)) ++i;
  return i;
}

}  // namespace

SparseDotStep::SparseDotStep(const CrossbarShape& shape) : shape_(shape), arbiter_(shape) {
  const auto lanes = static_cast<std::size_t>(shape.lanes);
  outputs_.grant.resize(lanes);
  outputs_.lane_data.resize(lanes);
  outputs_.lane_weight.resize(lanes);
  window_.resize(static_cast<std::size_t>(shape.inputs));
  pipeline_.resize(static_cast<std::size_t>(dot_stages(shape)));
  reset(1);
}

void SparseDotStep::reset(std::uint32_t filters) {
  filters_ = filters;
  arbiter_.reset(filters);
  row_ = entering_row_ = 0;
  for (Beat& beat : pipeline_) beat = Beat();
  oldest_ = 0;
  partial_.assign(filters, 0);
  flush_.reset();
  result_.reset();
}

const DotOutputs& SparseDotStep::evaluate(const DotInputs& inputs) {
  SPARSIM_CHECK(inputs.window.size() == window_.size() && inputs.weight.size() == window_.size(),
                "a window of {} operands and {} weights, for {} inputs", inputs.window.size(), inputs.weight.size(),
                window_.size());
  inputs_ = inputs;
  const Beat& arriving = pipeline_[oldest_];
  result_free_ = !result_ || inputs.result_ready;
  moves_ = result_free_ && !(flush_ && arriving.valid && (arriving.send || arriving.flush));

  ArbiterInputs pins;
  pins.window_valid = inputs.window_valid;
  for (std::size_t i = 0; i < window_.size(); ++i)
    if (inputs.window[i] != 0) pins.request |= std::uint64_t{1} << i;
  pins.last = inputs.last;
  pins.beat_ready = moves_;
  dealt_ = &arbiter_.evaluate(pins);

  DotOutputs& o = outputs_;
  o.window_ready = dealt_->window_ready;
  o.beat = dealt_->beat_valid && moves_;
  o.weight_row = dealt_->load ? entering_row_ : row_ + (o.beat && dealt_->pass_end ? 1 : 0);
  o.weight_row %= kMaxRows;
  o.result_valid = result_.has_value();
  o.result = result_ ? result_->value : 0;
  o.result_end = result_ && result_->end;
  o.grant = dealt_->grant;
  for (std::size_t lane = 0; lane < o.grant.size(); ++lane) {
    const bool busy = o.grant[lane] != 0;
    const auto input = static_cast<std::size_t>(busy ? lowest_set(o.grant[lane]) : 0);
    o.lane_data[lane] = busy ? window_[input] : std::int16_t{0};
    o.lane_weight[lane] = busy ? inputs.weight[input] : std::int16_t{0};
  }
  o.pass = dealt_->pass;
  o.ended = dealt_->ended;
  return o;
}

SparseDotStep::Beat SparseDotStep::issue() const {
  Beat beat;
  beat.valid = dealt_->beat_valid;
  beat.add = dealt_->dealt;
  beat.clear = dealt_->first && dealt_->pass_start;
  beat.send = dealt_->last && dealt_->pass_end;
  beat.flush = dealt_->flush;
  beat.flush_empty = dealt_->flush_empty;
  beat.filter = dealt_->pass;
  for (std::size_t lane = 0; lane < outputs_.lane_data.size(); ++lane)
    beat.sum += std::int64_t{outputs_.lane_data[lane]} * outputs_.lane_weight[lane];
  return beat;
}

// Behind the result register, which is free: a flush goes on; a beat adds, and sends or begins a flush where none runs.
void SparseDotStep::accumulate(const Beat& beat) {
  if (flush_) {
    const bool end = flush_->filter + 1 == filters_;
    result_ = Result{flush_->empty ? 0 : partial_[flush_->filter], end};
    ++flush_->filter;
    if (end) flush_.reset();
  }
  if (!beat.valid || !moves_) return;
  if (beat.add) {
    std::int64_t& partial = partial_[beat.filter];
    partial = wrapped_result((beat.clear ? 0 : partial) + beat.sum);
    if (beat.send) result_ = Result{partial, beat.filter + 1 == filters_};
  }
  if (beat.flush) flush_ = Flush{0, beat.flush_empty};
}

void SparseDotStep::clock() {
  row_ = outputs_.weight_row;
  if (inputs_.window_valid && dealt_->window_ready)
    entering_row_ = inputs_.last ? 0 : (entering_row_ + filters_) % kMaxRows;
  if (result_free_) {
    result_.reset();
    accumulate(pipeline_[oldest_]);
  }
  if (moves_) {
    pipeline_[oldest_] = issue();
    oldest_ = oldest_ + 1 == pipeline_.size() ? 0 : oldest_ + 1;
  }
  if (dealt_->load) window_ = inputs_.window;
  arbiter_.clock();
}

}  // namespace sparsim
