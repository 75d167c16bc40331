#include "models/sparcnet/tile_mover.h"

namespace sparsim {
namespace {

std::int64_t bytes(const std::vector<Transfer>& transfers) {
  std::int64_t sum = 0;
  for (const Transfer& transfer : transfers) sum += transfer.bytes();
  return sum;
}

}  // namespace

TileMover::TileMover(const sc_core::sc_module_name& name, const DmaConfig& config, std::string verb)
    : sc_module(name),
      process_("process", [this] { work(); }),
      dma("dma", config),
      log_(basename()),
      verb_(std::move(verb)) {}

void TileMover::work() {
  while (const LayerPlan* plan = plans.read()) {
    process_.sync();
    const CycleBuckets buckets_before = dma.buckets(process_.now());
    const Activity before = dma.activity();
    log_.begin(process_.now());
    move(*plan);
    const CycleBuckets buckets = dma.buckets(kernel_cycle());
    CycleBuckets& spent = log_.current().buckets;  // the waits for tiles are there already
    spent.busy = buckets.busy - buckets_before.busy;
    spent.waiting_bus = buckets.waiting_bus - buckets_before.waiting_bus;
    log_.current().activity += dma.activity() - before;
    log_.end(kernel_cycle());
  }
}

std::int64_t TileMover::transfer(const LayerPlan& plan, std::vector<Transfer> transfers) {
  transfers_ = std::move(transfers);
  process_.sync();
  const Cycles start = process_.now();
  DmaEngine::Ticket last = 0;
  for (const Transfer& t : transfers_) last = dma.start(t);
  if (!transfers_.empty()) dma.finish(last);
  process_.catch_up(plan.layer().name + ": " + verb_);
  log_.add_span(plan.layer().name, start, process_.now());
  return bytes(transfers_);
}

TileLoader::TileLoader(const sc_core::sc_module_name& name, const DmaConfig& config, Operand operand)
    : TileMover(name, config, operand == Operand::ifmap ? "ifmap load" : "weight load"), operand_(operand) {}

void TileLoader::move(const LayerPlan& plan) {
  if (operand_ == Operand::ifmap)
    for (const TileStep& step : plan.ranking()) load(plan, step);
  for (const TileStep& step : plan.steps())
    if (operand_ == Operand::ifmap ? step.load_ifmap : step.load_weights) load(plan, step);
}

void TileLoader::load(const LayerPlan& plan, const TileStep& step) {
  const Cycles asked = process_.now();
  tiles.claim();
  log_.current().buckets.waiting_output += process_.now() - asked;
  const std::int64_t moved =
      transfer(plan, operand_ == Operand::ifmap ? plan.ifmap_transfers(step) : plan.weight_transfers(step));
  log_.current().activity.scratchpad_write_bytes += static_cast<std::uint64_t>(moved);
  tiles.write();
}

TileStorer::TileStorer(const sc_core::sc_module_name& name, const DmaConfig& config)
    : TileMover(name, config, "ofmap store") {}

void TileStorer::move(const LayerPlan& plan) {
  for (const TileStep& step : plan.steps()) {
    if (!step.last_chunk) continue;
    const Cycles asked = process_.now();
    tiles.front();
    log_.current().buckets.waiting_input += process_.now() - asked;
    const std::int64_t moved = transfer(plan, plan.ofmap_transfers(step));
    log_.current().activity.scratchpad_read_bytes += static_cast<std::uint64_t>(moved);
    tiles.pop();
  }
  layers_done.write();
}

}  // namespace sparsim
