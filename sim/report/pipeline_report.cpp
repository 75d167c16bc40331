#include "sim/report/pipeline_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "sim/report/table.h"

namespace sparsim {
namespace {

double an_image(const Result& r, Cycles cycles) {
  return static_cast<double>(cycles) / static_cast<double>(std::max<std::size_t>(r.images, 1));
}

// Those of all layers, in the order in which they come up.
std::vector<std::string> fact_names(const Result& r) {
  std::vector<std::string> names;
  for (const LayerResult& layer : r.layers)
    for (const Fact& fact : layer.facts)
      if (std::find(names.begin(), names.end(), fact.name) == names.end()) names.push_back(fact.name);
  return names;
}

// "mean_stream_cycles": "mean stream"; the table says what its cycles are of.
std::string heading(std::string name) {
  constexpr std::string_view kUnit = "_cycles";
  if (name.size() > kUnit.size() && name.compare(name.size() - kUnit.size(), kUnit.size(), kUnit) == 0)
    name.resize(name.size() - kUnit.size());
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

std::string fact_cell(const LayerResult& layer, const std::string& name) {
  const auto fact = std::find_if(layer.facts.begin(), layer.facts.end(), [&](const Fact& f) { return f.name == name; });
  return fact == layer.facts.end() ? "-" : fmt::format("{:.{}f}", fact->value, fact->unit == "cycles" ? 0 : 2);
}

}  // namespace

std::string node_table(const Result& r) {
  const double interval = r.interval_cycles.value_or(an_image(r, r.cycles));
  const std::vector<std::string> facts = fact_names(r);
  std::vector<std::string> header{"node", "kind", "built"};
  for (const std::string& fact : facts) header.push_back(heading(fact));
  for (const char* column : {"busy", "wait in", "wait out", "busy %", "in %", "out %", "mJ", "kLUT", "DSP", "BRAM18"})
    header.push_back(column);
  Table table(header);
  for (const LayerResult& layer : r.layers) {
    const PartResult* part = computing_part(layer);
    if (part == nullptr) continue;
    std::vector<std::string> cells{layer.name, std::string(to_string(layer.kind)),
                                   layer.built.empty() ? "-" : layer.built};
    for (const std::string& fact : facts) cells.push_back(fact_cell(layer, fact));
    const Cycles spent[] = {part->buckets.busy, part->buckets.waiting_input, part->buckets.waiting_output};
    for (const Cycles cycles : spent) cells.push_back(fmt::format("{:.0f}", an_image(r, cycles)));
    for (const Cycles cycles : spent)
      cells.push_back(fmt::format("{:.1f}", interval > 0 ? 100 * an_image(r, cycles) / interval : 0.0));
    const Resources need = need_of(r.resource_bill, layer.name);
    cells.push_back(fmt::format("{:.4f}", 1e3 * layer.energy.joules / std::max(1.0, static_cast<double>(r.images))));
    cells.push_back(fmt::format("{:.1f}", 1e-3 * need.lut));
    cells.push_back(fmt::format("{:.0f}", need.dsp));
    cells.push_back(fmt::format("{:.0f}", need.bram18));
    table.add_row(cells);
  }
  std::string text =
      table.to_string() + fmt::format("cycles an image; % of {:.0f} cycles, {}\n", interval,
                                      r.interval_cycles ? "the interval between images" : "the run / images");
  if (std::find(facts.begin(), facts.end(), "mean_stream_cycles") != facts.end())
    text +=
        "ideal: non-zeros spread evenly over all multipliers; mean stream: with windows of zeros (for zeros) and "
        "multipliers\nidle at the end of a pass; slowest stream: with imbalance; busy: as simulated; what is left of "
        "the interval: stalls\n";
  return text;
}

std::string fifo_table(const Result& r) {
  constexpr std::size_t kShown = 5;
  std::vector<FifoRecord> fifos = r.fifos;
  fifos.erase(std::remove_if(fifos.begin(), fifos.end(), [](const auto& f) { return f.writer_stall_cycles == 0; }),
              fifos.end());
  if (fifos.empty()) return "";
  std::stable_sort(fifos.begin(), fifos.end(),
                   [](const auto& a, const auto& b) { return a.writer_stall_cycles > b.writer_stall_cycles; });
  Table table({"FIFO", "depth", "most words", "words", "writer waits", "reader waits", "BRAM18"});
  for (std::size_t i = 0; i < std::min(kShown, fifos.size()); ++i) {
    const FifoRecord& f = fifos[i];
    table.add_row({f.name, fmt::format("{}", f.depth), fmt::format("{}", f.high_water),
                   fmt::format("{:.0f}", an_image(r, static_cast<Cycles>(f.words))),
                   fmt::format("{:.0f}", an_image(r, f.writer_stall_cycles)),
                   fmt::format("{:.0f}", an_image(r, f.reader_starvation_cycles)), fmt::format("{:.0f}", f.bram18)});
  }
  return table.to_string() +
         fmt::format("{} of {} FIFOs make their writer wait; an image\n", fifos.size(), r.fifos.size());
}

}  // namespace sparsim
