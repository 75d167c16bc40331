#include "models/sparsepixels/sparsepixels.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "models/core/error.h"
#include "models/core/timed_run.h"
#include "models/sparsepixels/latency.h"
#include "models/sparsepixels/stage_activity.h"

namespace sparsim {
namespace {

std::unique_ptr<InputReduction> reduction_form(const std::string& form, const SparsePixelsConfig& c,
                                               const MapShape& map, std::int64_t threshold) {
  if (form.empty() || form == "fast") return nullptr;
  if (form != "step" && form != "rtl" && form != "lockstep")
    input_error("--reduction {}: must be fast, step, rtl or lockstep", form);
  if (c.dense) input_error("--reduction {}: the dense baseline has no input reduction", form);
  if (map.channels != 1)
    input_error("--reduction {}: rtl/input_reduction.sv takes images of one channel, not {}", form, map.channels);
  if (c.input.is_signed || c.input.bits > 16)
    input_error("--reduction {}: rtl/input_reduction.sv takes unsigned values of up to 16 bits, not {}", form,
                to_string(c.input));
  ReductionShape shape;
  shape.height = map.height;
  shape.width = map.width;
  shape.value_bits = c.input.bits;
  shape.slots = c.n_max;
  shape.levels_per_cycle = c.levels_per_cycle;
  shape.early_exit = c.early_exit;
  shape.threshold = threshold;
  if (form == "step") return step_reduction(shape);
  return form == "rtl" ? rtl_reduction(shape) : lockstep_reduction(shape);
}

std::string bottleneck(const PixelStage& stage, const NodeImage& log) {
  const Cycles waited = log.buckets.waiting_output;
  if (waited > log.buckets.busy) return fmt::format("waits {} cycles for the buffer behind it", waited);
  return fmt::format("{} cycles of its own", log.buckets.busy) +
         (stage.reuse > 1 ? fmt::format(", its multipliers used {} times", stage.reuse) : "");
}

}  // namespace

SparsePixels::SparsePixels(const sc_core::sc_module_name& name, const SparsePixelsConfig& config,
                           const Workload& workload, const RunOptions& options)
    : Architecture(name),
      config_(config),
      options_(options),
      stages_(pixel_stages(config, workload.graph())),
      network_(config, stages_, workload),
      reduction_(reduction_form(options.reduction, config, workload.graph().input, network_.threshold())),
      activity_(stages_.size()) {
  build();
}

void SparsePixels::build() {
  source_ = std::make_unique<PixelSource>("source", network_, config_.images, options_.images);
  sink_ = std::make_unique<PixelSink>("sink", config_.images, options_.images);
  region_.add(*source_);
  constexpr std::size_t kPingPong = 2;
  for (std::size_t s = 0; s < stages_.size(); ++s) {
    const Cycles before = s == 0 ? 0 : hand_off(stages_[s - 1], &stages_[s], config_);
    buffers_.push_back(
        std::make_unique<TimedFifo<PixelToken>>(fmt::format("before_{}", s).c_str(), kPingPong, before, 0));
    nodes_.push_back(std::make_unique<PixelNode>(
        fmt::format("stage_{}", s).c_str(), [this, s](PixelToken& token) { return operate(s, token); },
        options_.images));
    nodes_.back()->input.bind(*buffers_.back());
    (s == 0 ? source_->output : nodes_[s - 1]->output).bind(*buffers_.back());
    region_.add(*nodes_.back());
  }
  buffers_.push_back(
      std::make_unique<TimedFifo<PixelToken>>("behind_all", kPingPong, hand_off(stages_.back(), nullptr, config_), 0));
  nodes_.back()->output.bind(*buffers_.back());
  sink_->input.bind(*buffers_.back());
  region_.add(*sink_);
  sink_->left.bind(left_);
  source_->left.bind(left_);
}

PixelNode::Timing SparsePixels::operate(std::size_t s, PixelToken& token) {
  const PixelStage& stage = stages_[s];
  const std::int64_t before = network_.active_pixels(s, token.data);
  if (stage.op == PixelOperator::reduce) dropped_pixels_.push_back(std::max<std::int64_t>(0, before - config_.n_max));
  PixelNode::Timing timing;
  if (stage.op == PixelOperator::reduce && reduction_) {
    ReducedImage reduced = reduction_->reduce(token.data.vector);
    token.data = {std::move(reduced.list), {}, {}};
    timing.latency = reduced.cycles;
  } else {
    token.data = network_.apply(s, std::move(token.data));
    timing.latency = stage_latency(stage, config_, before);
  }
  timing.interval = stage_interval(stage, config_, timing.latency);
  activity_[s].push_back(stage_activity(stage, config_, before, network_.active_pixels(s + 1, token.data)));
  return timing;
}

RunRecord SparsePixels::run() {
  RunRecord record;
  run_to_end(options_, record);
  for (CauseShare& share : record.critical_path) share.cause = in_words(share.cause);
  for (std::size_t i = 0; i < sink_->ends().size(); ++i) {
    ImageRecord image;
    image.start = nodes_[0]->log()[i].end - nodes_[0]->timings()[i].latency;  // once there is room
    image.end = sink_->ends()[i];
    image.answer = sink_->answers()[i];
    if (!config_.dense) image.dropped_pixels = dropped_pixels_[i];
    record.images.push_back(std::move(image));
  }
  record.accelerated = record.images.empty() ? 0 : record.images.back().end - record.images.front().start;
  for (std::size_t s = 0; s < stages_.size() && !record.images.empty(); ++s) {
    const std::vector<PixelNode::Timing>& timings = nodes_[s]->timings();
    StageRecord stage{stages_[s].name, std::string(to_string(stages_[s].op)), timings[0].latency, 0, 0, 0};
    for (const PixelNode::Timing& t : timings) {
      stage.max = std::max(stage.max, t.latency);
      stage.interval = std::max(stage.interval, t.interval);
    }
    stage.hand_off = hand_off(stages_[s], s + 1 < stages_.size() ? &stages_[s + 1] : nullptr, config_);
    record.stages.push_back(std::move(stage));
  }
  collect_layers(record);
  return record;
}

// Of a process or a buffer.
std::string SparsePixels::in_words(const std::string& cause) const {
  for (std::size_t s = 0; s < stages_.size(); ++s) {
    if (cause == nodes_[s]->name()) return stages_[s].name;
    if (cause == std::string("FIFO ") + buffers_[s]->name()) return "hand-off to " + stages_[s].name;
  }
  return cause == std::string("FIFO ") + buffers_.back()->name() ? "output register" : cause;
}

// What no layer asks for, the reduction first of all, stands with the layer behind it.
void SparsePixels::collect_layers(RunRecord& record) const {
  for (std::size_t image = 0; image < record.images.size(); ++image) {
    std::vector<PartRecord> ahead;
    for (std::size_t s = 0; s < stages_.size(); ++s) {
      const NodeImage& log = nodes_[s]->log()[image];
      PartRecord part{std::string(to_string(stages_[s].op)), log.start, log.end, log.buckets, activity_[s][image]};
      if (options_.timeline)
        record.timeline.push_back({stages_[s].name, fmt::format("image {}", image), log.start, log.end});
      if (stages_[s].layer == PixelStage::kNoLayer) {
        ahead.push_back(std::move(part));
        continue;
      }
      LayerRecord layer;
      layer.image = image;
      layer.layer = stages_[s].layer;
      layer.start = log.start;
      layer.end = log.end;
      layer.accelerated = true;
      layer.bottleneck = bottleneck(stages_[s], log);
      layer.parts.push_back(std::move(part));
      layer.parts.insert(layer.parts.end(), ahead.begin(), ahead.end());
      ahead.clear();
      record.layers.push_back(std::move(layer));
    }
  }
}

}  // namespace sparsim
