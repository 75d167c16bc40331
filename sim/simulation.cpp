#include "sim/simulation.h"

#include <algorithm>
#include <cmath>

#include "models/core/error.h"
#include "sim/workload/image_range.h"

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

// A later image holds no earlier one up; behind the last one stands what the host still does.
std::vector<Batch> batches(const RunRecord& record, double clock_mhz) {
  const std::vector<ImageRecord>& images = record.images;
  if (images.size() < 2 || images[1].start >= images[0].end) return {};
  const Cycles behind = record.end - images.back().end;
  std::vector<Batch> found;
  const auto add = [&](std::size_t n, Cycles cycles) {
    found.push_back({n, cycles, static_cast<double>(n) / seconds(cycles, clock_mhz)});
  };
  for (std::size_t decade = 1; decade < images.size(); decade *= 10)
    for (const std::size_t step : {1, 2, 5})
      if (const std::size_t n = decade * step; n < images.size()) add(n, images[n - 1].end + behind);
  add(images.size(), record.end);
  return found;
}

Deadline deadline(double us, const std::vector<ImageRecord>& images, double clock_mhz) {
  const auto late = [&](const ImageRecord& image) { return 1e6 * seconds(image.end - image.start, clock_mhz) > us; };
  return {us, static_cast<std::size_t>(std::count_if(images.begin(), images.end(), late))};
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

void add_facts(std::vector<LayerResult>& layers, const std::vector<LayerFacts>& known, const LayerGraph& graph) {
  for (const LayerFacts& facts : known) {
    const auto layer = std::find_if(layers.begin(), layers.end(), [&](const LayerResult& candidate) {
      return candidate.name == graph.layers[facts.layer].name;
    });
    if (layer == layers.end()) continue;  // no image was finished
    layer->built = facts.built;
    layer->facts = facts.facts;
  }
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

void fill_energy(Result& r, const EnergyModel& model, const Activity& all, const Activity& accelerated) {
  const double time = seconds(r.cycles, r.clock_mhz), accelerated_time = seconds(r.accelerated_cycles, r.clock_mhz);
  const auto images = static_cast<double>(r.images);
  for (LayerResult& layer : r.layers) {
    const Cycles own = r.layers_overlap ? 0 : layer.cycles;  // what time costs is shared by all that overlap
    layer.energy = total(energy(model, activity(layer), seconds(own, r.clock_mhz)));
  }
  r.energy = energy(model, all, time);
  const EnergyTotal whole = total(r.energy);
  r.power_end_to_end_w = ratio(whole.joules, time);
  r.power_w = ratio(total(energy(model, accelerated, accelerated_time)).joules, accelerated_time);
  r.energy_per_image_j = ratio(whole.joules, images);
  r.energy_low_j = ratio(whole.low, images);
  r.energy_high_j = ratio(whole.high, images);
  r.energy_assumed_share = whole.assumed_share;
}

// `overlapped`: cycles in which the accelerator worked, where its layers do not add up to them.
void fill_rates(Result& r, const EnergyModel& model, std::optional<Cycles> overlapped) {
  double dense = 0, dense_accelerated = 0, done_accelerated = 0;
  Activity all, accelerated;
  for (const LayerResult& layer : r.layers) {
    const Activity sum = activity(layer);
    dense += static_cast<double>(layer.dense_macs);
    all += sum;
    if (!layer.accelerated) continue;
    r.accelerated_cycles += layer.cycles;
    dense_accelerated += static_cast<double>(layer.dense_macs);
    done_accelerated += static_cast<double>(sum.macs_done);
    accelerated += sum;
  }
  if (overlapped) r.accelerated_cycles = *overlapped;
  const auto images = static_cast<double>(r.images);
  // Of an image. A pipeline is filled and drained once: what it does in between is its rate.
  const double steady = 1e-6 * r.interval_cycles.value_or(0) / r.clock_mhz;
  const double whole = steady > 0 ? steady : ratio(seconds(r.cycles, r.clock_mhz), images);
  double time = ratio(seconds(r.accelerated_cycles, r.clock_mhz), images);
  if (r.layers_overlap && steady > 0) time = std::min(time, steady);
  r.dense_macs_per_image = ratio(dense, images);
  r.macs_per_image = ratio(static_cast<double>(all.macs_done), images);
  r.images_per_second = ratio(1, whole);
  r.gops = ratio(2e-9 * ratio(dense_accelerated, images), time);
  r.gops_effective = ratio(2e-9 * ratio(done_accelerated, images), time);
  r.gops_end_to_end = ratio(2e-9 * r.dense_macs_per_image, whole);
  r.gops_per_dsp = ratio(r.gops, r.resources.dsp);

  fill_energy(r, model, all, accelerated);
  r.gop_per_j = ratio(r.gops, r.power_w);
  r.images_per_second_per_watt = ratio(r.images_per_second, r.power_end_to_end_w);
}

Cycles busy_cycles(const LayerResult& layer) {
  const PartResult* part = computing_part(layer);
  return part == nullptr ? 0 : part->buckets.busy;
}

// Where layers overlap the one that is at work the longest sets the pace.
std::string slowest_of_pipeline(const Result& r) {
  const auto layer = std::max_element(r.layers.begin(), r.layers.end(),
                                      [](const auto& a, const auto& b) { return busy_cycles(a) < busy_cycles(b); });
  if (layer == r.layers.end() || busy_cycles(*layer) == 0) return "no node worked";
  const CycleBuckets& b = computing_part(*layer)->buckets;
  const double images = static_cast<double>(r.images);
  const auto an_image = [&](Cycles cycles) { return static_cast<double>(cycles) / images; };
  const double interval = r.interval_cycles.value_or(an_image(r.cycles));
  return fmt::format("{} ({}): of {:.0f} cycles an image it works {:.0f}, waits {:.0f} for input, {:.0f} for room",
                     layer->name, layer->built.empty() ? to_string(layer->kind) : layer->built, interval,
                     an_image(b.busy), an_image(b.waiting_input), an_image(b.waiting_output));
}

// Of operators that each hold one image, the one with the longest interval sets the pace.
std::string slowest_operator(const Result& r) {
  const auto stage = std::max_element(r.stages.begin(), r.stages.end(),
                                      [](const auto& a, const auto& b) { return a.interval < b.interval; });
  return fmt::format(
      "{} ({}): takes an image every {} cycles at best, and {} of the {} cycles of the first image's latency",
      stage->name, stage->what, stage->interval, stage->first, r.latency ? r.latency->first : 0);
}

std::string slowest(const std::vector<LayerResult>& layers, Cycles cycles) {
  const auto layer =
      std::max_element(layers.begin(), layers.end(), [](const auto& a, const auto& b) { return a.cycles < b.cycles; });
  if (layer == layers.end()) return "nothing ran";
  return fmt::format("{} ({:.1f} % of the time): {}", layer->name,
                     100 * ratio(static_cast<double>(layer->cycles), static_cast<double>(cycles)), layer->bottleneck);
}

}  // namespace

const PartResult* computing_part(const LayerResult& layer) {
  const auto most = std::max_element(layer.parts.begin(), layer.parts.end(), [](const auto& a, const auto& b) {
    return a.activity.macs_done < b.activity.macs_done;
  });
  return most == layer.parts.end() ? nullptr : &*most;
}

Result simulate(const Accelerator& accelerator, const Trace& trace, const std::string& trace_sha256,
                const SimulationOptions& options) {
  if (options.skipped_images >= trace.images())
    input_error("--skip-images {}: must be less than the {} images of the trace", options.skipped_images,
                trace.images());
  const UnseenImages workload(trace, options.skipped_images);
  const Design design = accelerator.design(workload);
  const std::vector<ResourceItem> bill = accelerator.whole_bill(design);
  if (!options.ignore_capacity) accelerator.check_capacity(bill);
  if (options.steps && !design.steps)
    input_error("--gain: architecture {} has no nodes to widen one at a time", accelerator.architecture);
  RunRecord record = design.elaborate(options.run)->run();

  Result r;
  r.accelerator = accelerator.name;
  r.architecture = accelerator.architecture;
  r.device = accelerator.board.device.name;
  r.board = accelerator.board.board.name;
  r.clock_mhz = accelerator.clock_mhz;
  r.word = accelerator.word;
  r.workload = trace.graph().name;
  r.workload_sha256 = trace_sha256;
  r.trace_images = trace.images();
  r.skipped_images = options.skipped_images;
  r.config = accelerator.resolved;
  r.config.merge_patch(design.chosen);
  r.reached_limit = record.reached_limit;
  r.layers_overlap = record.accelerated.has_value();
  r.images = record.images.size();
  r.cycles = record.end;
  if (!record.images.empty()) r.latency = latency(record.images);
  if (options.deadline_us) r.deadline = deadline(*options.deadline_us, record.images, r.clock_mhz);
  if (record.images.size() >= 3)
    r.interval_cycles = static_cast<double>(record.images.back().end - record.images.front().end) /
                        static_cast<double>(record.images.size() - 1);
  r.cycles_per_image = ratio(static_cast<double>(r.cycles), static_cast<double>(r.images));
  if (!r.reached_limit) r.batches = batches(record, r.clock_mhz);
  r.extrapolated_from = record.extrapolated_from;
  r.resource_bill = bill;
  r.resources = total(bill);
  r.capacity = accelerator.board.device.capacity;
  r.layers = layer_results(record, trace.graph());
  if (design.facts) add_facts(r.layers, design.facts(options.run.images), trace.graph());
  for (const Layer& layer : trace.graph().layers) {
    if (!layer.weighted()) continue;
    r.weights += layer.shape.weights();
    r.kept_weights += kept_weights(layer);
  }
  fill_rates(r, accelerator.energy_model(bill), record.accelerated);
  r.stages = std::move(record.stages);
  r.bottleneck = !r.stages.empty()  ? slowest_operator(r)
                 : r.layers_overlap ? slowest_of_pipeline(r)
                                    : slowest(r.layers, r.cycles);
  r.critical_path = std::move(record.critical_path);
  if (options.steps) r.steps = design.steps(r.critical_path);
  r.fifos = std::move(record.fifos);
  r.timeline = std::move(record.timeline);
  for (ImageRecord& image : record.images) {
    if (!image.answer.empty()) r.answers.push_back(std::move(image.answer));
    r.images_cut += image.dropped_pixels > 0;
    r.dropped_pixels += image.dropped_pixels;
  }
  r.notes = design.notes;
  r.notes.insert(r.notes.end(), record.notes.begin(), record.notes.end());
  if (const std::string note = region_note(r.resources, accelerator.board.device); !note.empty())
    r.notes.push_back(note);
  return r;
}

}  // namespace sparsim
