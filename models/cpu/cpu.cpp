#include "models/cpu/cpu.h"

#include "models/core/error.h"

namespace sparsim {
namespace {

constexpr std::int64_t kValueBytes = 4;  // fp32

}  // namespace

Cpu::Cpu(const sc_core::sc_module_name& name, const CpuConfig& config, const Workload& workload,
         const RunOptions& options)
    : Architecture(name), config_(config), workload_(workload), options_(options) {}

RunRecord Cpu::run() {
  RunRecord record;
  const std::vector<Layer>& layers = workload_.graph().layers;
  Cycles now = 0;
  for (std::size_t i = 0; i < options_.images; ++i) {
    const std::size_t image = i % workload_.images();
    ImageRecord times;
    times.start = now;
    for (std::size_t l = 0; l < layers.size(); ++l) {
      const Layer& layer = layers[l];
      const BitMask kept = layer.weighted() ? workload_.kept_channels(image, l) : BitMask();
      HostOperations operations = host_operations(layer, kept, kValueBytes);
      if (layer.dynamically_pruned) operations += salience_ranking(layer.shape.input);
      const Cycles duration = host_cycles(config_.host, operations, config_.host.clock_mhz);
      if (options_.max_cycles && now + duration > *options_.max_cycles) {
        record.end = *options_.max_cycles;
        record.reached_limit = true;
        return record;
      }
      PartRecord host{"host", now, now + duration, {}, {}};
      host.buckets.busy = duration;
      host.activity.host_cycles = static_cast<std::uint64_t>(duration);
      host.activity.macs_done = static_cast<std::uint64_t>(operations.conv_macs + operations.dense_macs);
      host.activity.macs_skipped = static_cast<std::uint64_t>(layer.macs()) - host.activity.macs_done;
      record.layers.push_back({i, l, now, now + duration, layer.weighted(), "host processor", {host}});
      if (options_.timeline) record.timeline.push_back({"host", layer.name, now, now + duration});
      now += duration;
    }
    times.end = now;
    record.images.push_back(times);
  }
  record.end = now;
  if (options_.critical_path) record.critical_path = {{"host processor", now}};
  return record;
}

}  // namespace sparsim
