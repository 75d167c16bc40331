#include "sim/simulation.h"

#include <algorithm>
#include <cmath>

namespace sparsim {
namespace {

double ratio(double a, double b) { return b > 0 ? a / b : 0; }

Cycles nearest_rank(const std::vector<Cycles>& sorted, double quantile) {
  const auto rank = static_cast<std::size_t>(std::ceil(quantile * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

Latency latency(const std::vector<ImageRecord>& images) {
  std::vector<Cycles> durations;
  for (const ImageRecord& image : images) durations.push_back(image.end - image.start);
  Latency l;
  l.first = durations.front();
  std::sort(durations.begin(), durations.end());
  l.p50 = nearest_rank(durations, 0.50);
  l.p99 = nearest_rank(durations, 0.99);
  l.max = durations.back();
  return l;
}

void add(CycleBuckets& sum, const CycleBuckets& more) {
  sum.busy += more.busy;
  sum.waiting_input += more.waiting_input;
  sum.waiting_output += more.waiting_output;
  sum.waiting_bus += more.waiting_bus;
  sum.idle += more.idle;
}

void add_parts(LayerResult& layer, const LayerRecord& record) {
  for (const PartRecord& part : record.parts) {
    auto found = std::find_if(layer.parts.begin(), layer.parts.end(),
                              [&](const PartResult& known) { return known.part == part.part; });
    if (found == layer.parts.end()) found = layer.parts.insert(found, {part.part, {}, {}});
    add(found->buckets, part.buckets);
    found->activity += part.activity;
  }
}

Activity activity(const LayerResult& layer) {
  Activity sum;
  for (const PartResult& part : layer.parts) sum += part.activity;
  return sum;
}

// The layers that one run came by, each summed over the images, in the order of the graph.
std::vector<LayerResult> layer_results(const RunRecord& record, const LayerGraph& graph) {
  std::vector<LayerResult> all(graph.layers.size());
  for (const LayerRecord& r : record.layers) {
    LayerResult& layer = all[r.layer];
    if (layer.name.empty()) {
      const Layer& source = graph.layers[r.layer];
      layer.name = source.name;
      layer.kind = source.kind;
      layer.accelerated = r.accelerated;
      layer.first_start = r.start;
      layer.first_end = r.end;
      layer.bottleneck = r.bottleneck;
    }
    layer.cycles += r.end - r.start;
    layer.dense_macs += graph.layers[r.layer].macs();
    add_parts(layer, r);
  }
  all.erase(std::remove_if(all.begin(), all.end(), [](const LayerResult& layer) { return layer.name.empty(); }),
            all.end());
  return all;
}

// Weights that filter mask and connectivity leave.
std::int64_t kept_weights(const Layer& layer) {
  const WindowShape& s = layer.shape;
  const auto kept = [&](const BitMask& filters) {
    BitMask both = filters;
    if (!layer.kept_filters.empty()) both &= layer.kept_filters;
    return static_cast<std::int64_t>(both.count());
  };
  const std::int64_t window = s.kernel_h * s.kernel_w;
  if (layer.connections.empty())
    return kept(BitMask(static_cast<std::size_t>(s.output.channels), true)) * window * s.channels_per_group();
  std::int64_t weights = 0;
  for (const Connection& connection : layer.connections)
    weights += kept(connection.filters) * window * static_cast<std::int64_t>(connection.channels.count());
  return weights;
}

void fill_rates(Result& r, const EnergyModel& model) {
  double dense = 0, dense_accelerated = 0, done_accelerated = 0;
  Activity all, accelerated;
  for (LayerResult& layer : r.layers) {
    const Activity sum = activity(layer);
    layer.energy = total(energy(model, sum, seconds(layer.cycles, r.clock_mhz)));
    dense += static_cast<double>(layer.dense_macs);
    all += sum;
    if (!layer.accelerated) continue;
    r.accelerated_cycles += layer.cycles;
    dense_accelerated += static_cast<double>(layer.dense_macs);
    done_accelerated += static_cast<double>(sum.macs_done);
    accelerated += sum;
  }
  const double time = seconds(r.cycles, r.clock_mhz), accelerated_time = seconds(r.accelerated_cycles, r.clock_mhz);
  const auto images = static_cast<double>(r.images);
  r.dense_macs_per_image = ratio(dense, images);
  r.macs_per_image = ratio(static_cast<double>(all.macs_done), images);
  r.images_per_second = ratio(images, time);
  r.gops = ratio(2e-9 * dense_accelerated, accelerated_time);
  r.gops_effective = ratio(2e-9 * done_accelerated, accelerated_time);
  r.gops_end_to_end = ratio(2e-9 * dense, time);
  r.gops_per_dsp = ratio(r.gops, r.resources.dsp);

  r.energy = energy(model, all, time);
  const EnergyTotal whole = total(r.energy);
  r.power_end_to_end_w = ratio(whole.joules, time);
  r.power_w = ratio(total(energy(model, accelerated, accelerated_time)).joules, accelerated_time);
  r.energy_per_image_j = ratio(whole.joules, images);
  r.energy_low_j = ratio(whole.low, images);
  r.energy_high_j = ratio(whole.high, images);
  r.energy_assumed_share = whole.assumed_share;
  r.gop_per_j = ratio(r.gops, r.power_w);
  r.images_per_second_per_watt = ratio(r.images_per_second, r.power_end_to_end_w);
}

std::string slowest(const std::vector<LayerResult>& layers, Cycles cycles) {
  const auto layer =
      std::max_element(layers.begin(), layers.end(), [](const auto& a, const auto& b) { return a.cycles < b.cycles; });
  if (layer == layers.end()) return "nothing ran";
  return fmt::format("{} ({:.1f} % of the time): {}", layer->name,
                     100 * ratio(static_cast<double>(layer->cycles), static_cast<double>(cycles)), layer->bottleneck);
}

}  // namespace

Result simulate(const Accelerator& accelerator, const Trace& trace, const std::string& trace_sha256,
                const RunOptions& options, bool ignore_capacity) {
  const Design design = accelerator.design(trace);
  const std::vector<ResourceItem> bill = accelerator.whole_bill(design);
  if (!ignore_capacity) accelerator.check_capacity(bill);
  RunRecord record = design.elaborate(options)->run();

  Result r;
  r.accelerator = accelerator.name;
  r.architecture = accelerator.architecture;
  r.device = accelerator.board.device.name;
  r.board = accelerator.board.board.name;
  r.clock_mhz = accelerator.clock_mhz;
  r.format = accelerator.format;
  r.workload = trace.graph().name;
  r.workload_sha256 = trace_sha256;
  r.trace_images = trace.images();
  r.reached_limit = record.reached_limit;
  r.images = record.images.size();
  r.cycles = record.end;
  if (!record.images.empty()) r.latency = latency(record.images);
  if (record.images.size() >= 3)
    r.interval_cycles = static_cast<double>(record.images.back().end - record.images.front().end) /
                        static_cast<double>(record.images.size() - 1);
  r.resource_bill = bill;
  r.resources = total(bill);
  r.capacity = accelerator.board.device.capacity;
  r.layers = layer_results(record, trace.graph());
  for (const Layer& layer : trace.graph().layers) {
    if (!layer.weighted()) continue;
    r.weights += layer.shape.weights();
    r.kept_weights += kept_weights(layer);
  }
  fill_rates(r, accelerator.energy_model(bill));
  r.bottleneck = slowest(r.layers, r.cycles);
  r.critical_path = std::move(record.critical_path);
  r.timeline = std::move(record.timeline);
  r.notes = design.notes;
  r.notes.insert(r.notes.end(), record.notes.begin(), record.notes.end());
  return r;
}

}  // namespace sparsim
