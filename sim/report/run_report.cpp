#include "sim/report/run_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "sim/report/pipeline_report.h"
#include "sim/report/stage_report.h"
#include "sim/report/table.h"

namespace sparsim {
namespace {

double share(double part, double whole) { return whole > 0 ? 100 * part / whole : 0; }
double share(Cycles part, Cycles whole) { return share(static_cast<double>(part), static_cast<double>(whole)); }

/// What times, or energies, of a run are told in.
struct Unit {
  const char* name;
  double per_base;  // of them to a second, or a joule
};

Unit time_unit(const Result& r) {
  constexpr double kShort = 1e-4;
  return r.latency && seconds(r.latency->max, r.clock_mhz) < kShort ? Unit{"us", 1e6} : Unit{"ms", 1e3};
}

Unit energy_unit(const Result& r) {
  constexpr double kLittle = 1e-4;
  return r.energy_per_image_j > 0 && r.energy_per_image_j < kLittle ? Unit{"uJ", 1e6} : Unit{"mJ", 1e3};
}

std::string layer_table(const Result& r) {
  Table table({"layer", "on", "ms/image", "time %", "MMAC", "skipped %", "MAC/cycle", "busy %", "wait in %",
               "wait out %", "idle %", "mJ/image", "bottleneck"});
  const double images = static_cast<double>(std::max<std::size_t>(r.images, 1));
  for (const LayerResult& layer : r.layers) {
    const PartResult* part = computing_part(layer);
    if (part == nullptr || layer.cycles == 0) continue;  // fused into the layer before it
    const CycleBuckets& b = part->buckets;
    const auto done = static_cast<double>(part->activity.macs_done);
    const auto skipped = static_cast<double>(part->activity.macs_skipped);
    table.add_row({layer.name, layer.accelerated ? "PEs" : "host",
                   fmt::format("{:.3f}", 1e3 * seconds(layer.cycles, r.clock_mhz) / images),
                   fmt::format("{:.1f}", share(layer.cycles, r.cycles)),
                   done + skipped > 0 ? fmt::format("{:.2f}", 1e-6 * (done + skipped) / images) : "-",
                   done + skipped > 0 ? fmt::format("{:.1f}", share(skipped, done + skipped)) : "-",
                   done > 0 ? fmt::format("{:.1f}", done / static_cast<double>(layer.cycles)) : "-",
                   fmt::format("{:.1f}", share(b.busy, layer.cycles)),
                   fmt::format("{:.1f}", share(b.waiting_input + b.waiting_bus, layer.cycles)),
                   fmt::format("{:.1f}", share(b.waiting_output, layer.cycles)),
                   fmt::format("{:.1f}", share(b.idle, layer.cycles)),
                   fmt::format("{:.3f}", 1e3 * layer.energy.joules / images), layer.bottleneck});
  }
  return table.to_string();
}

std::string energy_table(const Result& r) {
  const Unit unit = energy_unit(r);
  Table table({"energy", fmt::format("{}/image", unit.name), "share %", "low", "high", "basis"});
  const double images = static_cast<double>(std::max<std::size_t>(r.images, 1));
  const EnergyTotal whole = total(r.energy);
  for (const EnergyTerm& term : r.energy)
    if (term.joules > 0)
      table.add_row({term.what, fmt::format("{:.3f}", unit.per_base * term.joules / images),
                     fmt::format("{:.1f}", share(term.joules, whole.joules)),
                     fmt::format("{:.3f}", unit.per_base * term.low / images),
                     fmt::format("{:.3f}", unit.per_base * term.high / images), std::string(to_string(term.basis))});
  return table.to_string();
}

// "conv2.engine_0" and "FIFO conv2.windows_0" are parts of conv2.
std::string part_of(const std::string& cause) {
  constexpr std::string_view kFifo = "FIFO ";
  const std::size_t dot = cause.find('.');
  if (dot == std::string::npos) return cause;
  const std::size_t from = cause.compare(0, kFifo.size(), kFifo) == 0 ? kFifo.size() : 0;
  return cause.substr(from, dot - from);
}

// The largest causes, and the same by kind, "conv2: PE grid" is of the kind "PE grid", or by what they are parts of.
std::string critical_path(const Result& r) {
  constexpr std::size_t kShown = 5;
  Cycles whole = 0;  // of the images that were simulated
  for (const CauseShare& cause : r.critical_path) whole += cause.cycles;
  const auto listed = [&](const std::vector<CauseShare>& shares) {
    std::string text;
    for (std::size_t i = 0; i < std::min(kShown, shares.size()); ++i)
      text += fmt::format("{}{} {:.1f} %", i == 0 ? "" : ", ", shares[i].cause, share(shares[i].cycles, whole));
    return text;
  };
  std::map<std::string, Cycles> by_kind;
  for (const CauseShare& cause : r.critical_path) {
    const std::size_t colon = cause.cause.rfind(": ");
    by_kind[colon == std::string::npos ? part_of(cause.cause) : cause.cause.substr(colon + 2)] += cause.cycles;
  }
  std::vector<CauseShare> kinds;
  for (const auto& [kind, cycles] : by_kind) kinds.push_back({kind, cycles});
  std::stable_sort(kinds.begin(), kinds.end(), [](const auto& a, const auto& b) { return a.cycles > b.cycles; });
  const std::string causes = listed(r.critical_path), by_part = listed(kinds);
  return fmt::format("critical path  {}\n", by_part) + (causes == by_part ? "" : "               " + causes + "\n");
}

std::string change(double from, double to) {
  return fmt::format("{:.0f} -> {:.0f} cycles ({:+.2f} %)", from, to, from > 0 ? 100 * (to / from - 1) : 0.0);
}

std::string gain_line(const Gain& gain, const Result& r) {
  std::string text = fmt::format("gain           {}: ", gain.what);
  if (gain.interval_cycles && r.interval_cycles)
    text += fmt::format("interval {}, ", change(*r.interval_cycles, *gain.interval_cycles));
  return text + fmt::format("first latency {}\n", change(static_cast<double>(r.latency ? r.latency->first : 0),
                                                         static_cast<double>(gain.first_latency_cycles)));
}

// Throughput of batches: the fewer images, the more of the time the pipeline fills and drains.
std::string batch_line(const Result& r) {
  std::string line;
  for (const Batch& batch : r.batches)
    line += fmt::format("{}{}: {:.4g}", line.empty() ? "batches        images/s of " : ", ", batch.images,
                        batch.images_per_second);
  return line + fmt::format("  ({:.1f} cycles an image of the whole run)\n", r.cycles_per_image);
}

}  // namespace

std::string resource_report(const std::vector<ResourceItem>& bill, const Device& device) {
  Table table({"resource need", "count", "LUT", "FF", "DSP", "BRAM18", "URAM"});
  const auto row = [&](const std::string& name, const std::string& count, const Resources& r) {
    std::vector<std::string> cells{name, count};
    r.visit([&](const char*, double amount) { cells.push_back(fmt::format("{:.0f}", amount)); });
    table.add_row(cells);
  };
  for (const ResourceItem& item : bill) row(item.part, fmt::format("{:.0f}", item.count), item.need);
  const Resources need = total(bill);
  row("total", "", need);
  row(device.name, "", device.capacity);
  std::vector<std::string> cells{"per cent", ""};
  std::vector<double> limits;
  device.capacity.visit([&](const char*, double limit) { limits.push_back(limit); });
  auto limit = limits.begin();
  need.visit([&](const char*, double amount) {
    cells.push_back(*limit > 0 ? fmt::format("{:.1f}", share(amount, *limit)) : "-");
    ++limit;
  });
  table.add_row(cells);
  return table.to_string();
}

std::string run_report(const Result& r) {
  std::string text = fmt::format("{} ({}) on {}, {} at {:g} MHz, {} words\n", r.accelerator, r.architecture, r.board,
                                 r.device, r.clock_mhz, r.word);
  text += fmt::format("workload {}, {} image{}", r.workload, r.images, r.images == 1 ? "" : "s");
  if (r.skipped_images > 0) text += fmt::format(" behind the first {} of the trace", r.skipped_images);
  if (const std::size_t all = r.trace_images - r.skipped_images; r.images > all)
    text += fmt::format(" (the trace has {}: they repeat in order)", all);
  text += "\n\n" + (!r.stages.empty() ? stage_table(r) : r.layers_overlap ? node_table(r) : layer_table(r)) + "\n";
  if (const std::string fifos = fifo_table(r); !fifos.empty()) text += fifos + "\n";
  text += energy_table(r) + "\n";

  if (r.reached_limit)
    text += fmt::format("ended at --max-cycles, cycle {}, with {} images finished\n", r.cycles, r.images);
  const Unit time = time_unit(r), energy = energy_unit(r);
  const auto timed = [&](Cycles cycles) {
    return fmt::format("{:.3f} {}", time.per_base * seconds(cycles, r.clock_mhz), time.name);
  };
  if (r.latency)
    text += fmt::format("latency        {} first, {} p50, {} p99, {} max  ({} cycles first)\n", timed(r.latency->first),
                        timed(r.latency->p50), timed(r.latency->p99), timed(r.latency->max), r.latency->first);
  if (r.interval_cycles)
    text += fmt::format("interval       {:.0f} cycles, {:.4f} {} between images\n", *r.interval_cycles,
                        1e-6 * time.per_base * *r.interval_cycles / r.clock_mhz, time.name);
  if (!r.batches.empty()) text += batch_line(r);
  if (r.deadline)
    text +=
        fmt::format("deadline       {:g} us: {} of {} images miss it ({:.1f} %)\n", r.deadline->us, r.deadline->misses,
                    r.images, share(static_cast<double>(r.deadline->misses), static_cast<double>(r.images)));
  text += fmt::format("throughput     {:.3f} images/s; {:.2f} GOP/s while accelerated layers run, {:.2f} end to end",
                      r.images_per_second, r.gops, r.gops_end_to_end);
  if (r.resources.dsp > 0) text += fmt::format("; {:.4f} GOP/s/DSP", r.gops_per_dsp);
  text += fmt::format("\npower          {:.2f} W while accelerated layers run, {:.2f} W end to end\n", r.power_w,
                      r.power_end_to_end_w);
  text +=
      fmt::format("energy         {:.2f} {}/image ({:.2f}..{:.2f}; {:.0f} % on assumed coefficients), {:.2f} GOP/J\n",
                  energy.per_base * r.energy_per_image_j, energy.name, energy.per_base * r.energy_low_j,
                  energy.per_base * r.energy_high_j, 100 * r.energy_assumed_share, r.gop_per_j);
  std::string used;
  std::vector<double> limits;
  r.capacity.visit([&](const char*, double limit) { limits.push_back(limit); });
  auto limit = limits.begin();
  r.resources.visit([&](const char* name, double amount) {
    if (*limit > 0)
      used += fmt::format("{}{} {:.0f} ({:.0f} %)", used.empty() ? "" : ", ", name, amount, share(amount, *limit));
    ++limit;
  });
  text += fmt::format("resources      {}\n", used);
  text += fmt::format("bottleneck     {}\n", r.bottleneck);
  if (!r.critical_path.empty()) text += critical_path(r);
  text += answers_report(r);
  for (const Gain& gain : r.gains) text += gain_line(gain, r);
  for (const std::string& note : r.notes) text += fmt::format("note           {}\n", note);
  return text;
}

}  // namespace sparsim
