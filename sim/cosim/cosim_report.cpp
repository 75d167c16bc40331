#include "sim/cosim/cosim_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/cosim/report_text.h"
#include "sim/report/table.h"
#include "sim/version.h"

namespace sparsim {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kTableCycles = 16;

double ratio(double a, double b) { return b == 0 ? 0 : a / b; }
double ratio(std::uint64_t a, std::uint64_t b) { return ratio(static_cast<double>(a), static_cast<double>(b)); }

std::string percent(double share) { return fmt::format("{:.1f}", 100 * share); }

/// "0 3 -": the input of each lane.
std::string lanes_text(const DotOutputs& pins) {
  std::string text;
  for (const std::uint64_t grant : pins.grant) {
    std::string inputs;
    for (int i = 0; i < 64; ++i)
      if (grant >> i & 1u) inputs += fmt::format("{}{}", inputs.empty() ? "" : "+", i);
    text += (text.empty() ? "" : " ") + (inputs.empty() ? "-" : inputs);
  }
  return text;
}

std::string beat_text(const DotOutputs& pins) { return pins.beat ? lanes_text(pins) : ""; }
std::string result_text(const DotOutputs& pins) { return pins.result_valid ? fmt::format("{}", pins.result) : ""; }

Json run_json(const CosimReport& report, const CosimResult& result) {
  Json toggles = Json::array();
  for (const ToggleCounter::Group& group : result.toggles.groups())
    toggles.push_back({{"ports", group.name}, {"pins", group.pins}, {"toggles", group.toggles}});
  return {{"cycles", result.cycles},
          {"beats", result.beats},
          {"results", result.results},
          {"macs", result.macs},
          {"occupancy", report.occupancy(result)},
          {"toggles", toggles}};
}

Json difference_json(const CosimReport& report) {
  const auto& difference = report.sparse.difference ? report.sparse.difference : report.dense.difference;
  if (!difference) return nullptr;
  return {{"engine", report.sparse.difference ? "sparse" : "dense"},
          {"cycle", difference->cycle},
          {"window_at_input", difference->window},
          {"what", difference->what},
          {"expected", difference->expected},
          {"seen", difference->seen}};
}

}  // namespace

double CosimReport::occupancy(const CosimResult& result) const {
  return ratio(sparse.macs, static_cast<std::uint64_t>(shape.lanes) * static_cast<std::uint64_t>(result.cycles));
}

double CosimReport::density() const { return ratio(sparse.macs, sparse.dense_macs); }

double CosimReport::speedup() const {
  return ratio(static_cast<double>(dense.cycles), static_cast<double>(sparse.cycles));
}

void add(CosimResult& total, CosimResult part) {
  total.windows += part.windows;
  total.zero_windows += part.zero_windows;
  total.results += part.results;
  total.cycles += part.cycles;
  total.beats += part.beats;
  total.macs += part.macs;
  total.dense_macs += part.dense_macs;
  total.toggles += part.toggles;
  total.difference = std::move(part.difference);
  total.waveform = std::move(part.waveform);
}

std::string cosim_text(const CosimReport& report) {
  const CosimResult &sparse = report.sparse, &dense = report.dense;
  std::string text = fmt::format(
      "sparse_vector_dot {}: {}\n"
      "  {} windows, {} of them all zero; {} % of the operands are not zero; {} filter{}\n"
      "  stalls: {}\n"
      "  RTL = step model on every pin, in every cycle\n"
      "  RTL = fast form in every date: {} windows entered, {} results left\n"
      "  RTL = integer arithmetic: {} dot products\n\n",
      to_string(report.shape), report.windows, sparse.windows, sparse.zero_windows, percent(report.density()),
      report.filters, report.filters == 1 ? "" : "s", stalls_text(report.stall_probability, report.seed),
      sparse.windows, sparse.results, sparse.results);

  Table runs({"engine", "cycles", "beats", "multiplications", "occupancy %"});
  for (const auto& [name, run] : {std::pair("sparse", &sparse), std::pair("dense", &dense)})
    runs.add_row({name, fmt::format("{}", run->cycles), fmt::format("{}", run->beats),
                  fmt::format("{}", run == &sparse ? run->macs : run->dense_macs), percent(report.occupancy(*run))});
  text += runs.to_string();
  text += fmt::format("\nspeed-up at {} multipliers: {:.3f}; all operands / non-zeros: {:.3f}\n\n", report.shape.lanes,
                      report.speedup(), ratio(1.0, report.density()));

  Table toggles(
      {"ports", "pins", "toggles sparse", "a pin and cycle", "toggles dense", "a pin and cycle", "sparse/dense"});
  for (std::size_t i = 0; i < sparse.toggles.groups().size(); ++i) {
    const ToggleCounter::Group &ours = sparse.toggles.groups()[i], &theirs = dense.toggles.groups()[i];
    const auto rate = [](const ToggleCounter::Group& group, Cycles cycles) {
      return group.pins == 0
                 ? std::string("-")
                 : fmt::format("{:.4f}", ratio(group.toggles, group.pins * static_cast<std::uint64_t>(cycles)));
    };
    toggles.add_row({ours.name, fmt::format("{}", ours.pins), fmt::format("{}", ours.toggles),
                     rate(ours, sparse.cycles), theirs.pins == 0 ? "-" : fmt::format("{}", theirs.toggles),
                     rate(theirs, dense.cycles),
                     theirs.toggles == 0 ? "-" : fmt::format("{:.3f}", ratio(ours.toggles, theirs.toggles))});
  }
  text += toggles.to_string();
  text += fmt::format(
      "\nswitching activity of the multipliers' operands for the same work, sparse / dense: {:.3f}\n"
      "(toggles of ports, not of wires inside; counted, not estimated)\n",
      ratio(sparse.toggles.multiplier_toggles(), dense.toggles.multiplier_toggles()));
  return text;
}

Json cosim_json(const CosimReport& report) {
  return {{"sparsim_version", kVersion},
          {"inputs", report.shape.inputs},
          {"lanes", report.shape.lanes},
          {"skip_zero_window", report.shape.skip_zero_window},
          {"source", report.windows},
          {"filters", report.filters},
          {"stall_probability", report.stall_probability},
          {"seed", report.seed},
          {"windows", report.sparse.windows},
          {"zero_windows", report.sparse.zero_windows},
          {"density", report.density()},
          {"sparse", run_json(report, report.sparse)},
          {"dense", run_json(report, report.dense)},
          {"speedup", report.speedup()},
          {"difference", difference_json(report)},
          {"switching_sparse_over_dense",
           ratio(report.sparse.toggles.multiplier_toggles(), report.dense.toggles.multiplier_toggles())}};
}

std::string difference_text(const CosimResult& result, bool with_model) {
  const Difference& difference = *result.difference;
  std::string text = fmt::format("cycle {}: window {} at the input: {}: expected {}, seen {}\n\n", difference.cycle,
                                 difference.window, difference.what, difference.expected, difference.seen);
  std::vector<std::string> header{"cycle", "window", "input", "lanes of the RTL", "result of the RTL", "output"};
  if (with_model) header = {"cycle", "window", "input", "lanes expected", "seen", "result expected", "seen", "output"};
  Table table(header);
  const auto end = std::find_if(result.waveform.begin(), result.waveform.end(),
                                [&](const CycleRecord& record) { return record.cycle > difference.cycle; });
  const auto before = static_cast<std::size_t>(end - result.waveform.begin());
  for (std::size_t i = before - std::min(before, kTableCycles); i < before; ++i) {
    const CycleRecord& record = result.waveform[i];
    std::vector<std::string> row{fmt::format("{}", record.cycle), fmt::format("{}", record.window),
                                 handshake_text(record.inputs.window_valid, record.seen.window_ready)};
    if (with_model) row.push_back(beat_text(record.expected));
    row.push_back(beat_text(record.seen));
    if (with_model) row.push_back(result_text(record.expected));
    row.push_back(result_text(record.seen));
    row.push_back(handshake_text(record.seen.result_valid, record.inputs.result_ready));
    table.add_row(std::move(row));
  }
  return text + table.to_string();
}

}  // namespace sparsim
