#include "models/sparcnet/pe_grid.h"

#include <fmt/format.h>

#include <algorithm>

namespace sparsim {
namespace {

// Steps of a merge sort.
Cycles sort_cycles(std::int64_t keys) {
  Cycles levels = 0;
  while ((std::int64_t{1} << levels) < keys) ++levels;
  return keys * levels;
}

}  // namespace

PeGrid::PeGrid(const sc_core::sc_module_name& name, const PeGridConfig& config)
    : sc_module(name), process_("process", [this] { work(); }), config_(config), log_(basename()) {}

void PeGrid::work() {
  while (const LayerPlan* plan = plans.read()) {
    waits_ = {};
    log_.begin(process_.now());
    rank(*plan);
    compute(*plan);
    PartRecord& record = log_.current();
    record.buckets.waiting_input = waits_.ifmap + waits_.weight;
    record.buckets.waiting_output = waits_.ofmap;
    record.activity.macs_skipped = static_cast<std::uint64_t>(plan->layer().macs()) - record.activity.macs_done;
    log_.end(process_.now());
    bottlenecks_.push_back(bottleneck(*plan));
  }
}

template <class Wait>
Cycles PeGrid::timed(Wait&& wait) {
  const Cycles asked = process_.now();
  wait();
  return process_.now() - asked;
}

// DFP by the PEs: each map's magnitudes are added up, `macs_per_pe` values a cycle off the broadcast; then one PE
// sorts.
void PeGrid::rank(const LayerPlan& plan) {
  if (plan.ranking().empty()) return;
  const Cycles start = process_.now();
  cause_ = plan.layer().name + ": salience ranking";
  Cycles busy = 0;
  const auto work_for = [&](Cycles cycles) {
    process_.advance(cycles, cause_);
    busy += cycles;
  };
  for (const TileStep& step : plan.ranking()) {
    waits_.ifmap += timed([&] { ifmap.front(); });
    const std::int64_t values = step.rows * plan.layer().shape.input.width * step.channels;
    log_.current().activity.scratchpad_read_bytes += static_cast<std::uint64_t>(values * word_bytes(config_.format));
    work_for(ceil_div(values, config_.macs_per_pe));
    ifmap.pop();
  }
  work_for(sort_cycles(plan.layer().shape.input.channels));
  log_.current().buckets.busy += busy;
  log_.add_span(cause_, start, process_.now());
}

void PeGrid::compute(const LayerPlan& plan) {
  const std::vector<TileStep>& steps = plan.steps();
  cause_ = plan.layer().name + ": PE grid";
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const TileStep& step = steps[i];
    const TileStep* next = i + 1 < steps.size() ? &steps[i + 1] : nullptr;
    if (step.load_ifmap) waits_.ifmap += timed([&] { ifmap.front(); });
    if (step.load_weights) waits_.weight += timed([&] { weight.front(); });
    if (step.first_chunk) waits_.ofmap += timed([&] { ofmap.claim(); });
    const Cycles start = process_.now(), cycles = plan.compute_cycles(step);
    process_.advance(cycles, cause_);
    count(plan, step, cycles);
    log_.add_span(cause_, start, process_.now());
    if (next == nullptr || next->load_ifmap) ifmap.pop();
    if (next == nullptr || next->load_weights) weight.pop();
    if (step.last_chunk) ofmap.write_after(config_.drain_cycles());
  }
}

void PeGrid::count(const LayerPlan& plan, const TileStep& step, Cycles cycles) {
  const std::int64_t macs = plan.macs(step), word = word_bytes(config_.format);
  const std::int64_t outputs = step.rows * plan.layer().shape.output.width * step.filters;
  const std::int64_t window = plan.layer().shape.kernel_h * plan.layer().shape.kernel_w;
  const std::int64_t accumulations = outputs * window * ceil_div(step.channels, config_.macs_per_pe);
  const std::int64_t fresh = step.first_chunk ? outputs : 0;  // sums that begin at zero are not read
  Activity& activity = log_.current().activity;
  activity.macs_done += static_cast<std::uint64_t>(macs);
  activity.scratchpad_read_bytes += static_cast<std::uint64_t>(macs * word + cycles * config_.macs_per_pe * word +
                                                               (accumulations - fresh) * psum_bytes(config_.format));
  activity.scratchpad_write_bytes += static_cast<std::uint64_t>(accumulations * psum_bytes(config_.format));
  log_.current().buckets.busy += cycles;
}

std::string PeGrid::bottleneck(const LayerPlan& plan) const {
  const PartRecord& record = log_.layers().back();
  const Cycles duration = record.end - record.start;
  if (duration == 0) return "masks left nothing to compute";
  const auto share = [&](Cycles cycles) { return 100.0 * static_cast<double>(cycles) / static_cast<double>(duration); };
  const Cycles most = std::max({record.buckets.busy, waits_.ifmap, waits_.weight, waits_.ofmap});
  if (most == waits_.weight) return fmt::format("weight loads: PEs wait {:.0f} %", share(waits_.weight));
  if (most == waits_.ifmap) return fmt::format("ifmap loads: PEs wait {:.0f} %", share(waits_.ifmap));
  if (most == waits_.ofmap) return fmt::format("ofmap stores: PEs wait {:.0f} %", share(waits_.ofmap));
  const double units = static_cast<double>(config_.pes() * config_.macs_per_pe);
  const double used = 100.0 * static_cast<double>(plan.macs()) / (static_cast<double>(record.buckets.busy) * units);
  return fmt::format("PEs: busy {:.0f} %, {:.0f} % of MACs used", share(record.buckets.busy), used);
}

}  // namespace sparsim
