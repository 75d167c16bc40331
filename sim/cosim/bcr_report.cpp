#include <fmt/format.h>

#include "sim/cosim/bcr_cosim.h"
#include "sim/cosim/report_text.h"
#include "sim/report/table.h"
#include "sim/version.h"

namespace sparsim {
namespace {

double ratio(std::int64_t a, std::int64_t b) { return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b); }

std::string word_text(const BcrMvauOutputs& pins) {
  return pins.out_valid ? fmt::format("{}", fmt::join(pins.out, " ")) : "";
}

}  // namespace

std::string bcr_cosim_text(const BcrCosimReport& report) {
  const BcrCosimResult& result = report.result;
  const BcrMvauShape& shape = report.setup.shape;
  return fmt::format(
      "bcr_mvau {}: {}\n"
      "{}"
      "  {}\n"
      "  {} vectors; stalls: {}\n"
      "  RTL = step model on every pin, in every cycle: {} cycles\n"
      "  RTL = recurrence in every date: {} words taken, {} output words; {} cycles\n"
      "  RTL = integer arithmetic: {} dot products\n\n"
      "weights kept: {} of {} ({:.1f} %); lanes busy in {:.1f} % of the steps\n"
      "cycles between two vectors: {}; with all weights kept: {}; {:.3f} times as many\n",
      to_string(shape), report.layer, report.cut.empty() ? "" : fmt::format("  cut: {}\n", report.cut), report.values,
      result.vectors, stalls_text(report.setup.stall_probability, report.setup.seed), result.cycles, result.words_in,
      result.words_out, result.predicted, result.dot_products, report.kept, shape.filters() * shape.columns(),
      100 * ratio(report.kept, shape.filters() * shape.columns()), 100 * ratio(report.kept, report.steps * shape.simd),
      report.interval, report.dense_interval(), ratio(report.dense_interval(), report.interval));
}

nlohmann::ordered_json bcr_cosim_json(const BcrCosimReport& report) {
  const BcrCosimResult& result = report.result;
  const BcrMvauShape& shape = report.setup.shape;
  return {{"sparsim_version", kVersion},
          {"block", "bcr_mvau"},
          {"pe", shape.pe},
          {"simd", shape.simd},
          {"words", shape.words},
          {"rows", shape.rows},
          {"data_bits", shape.data_bits},
          {"weight_bits", shape.weight_bits},
          {"gather", shape.gather},
          {"source", report.layer},
          {"cut", report.cut},
          {"values", report.values},
          {"stall_probability", report.setup.stall_probability},
          {"seed", report.setup.seed},
          {"weights_kept", report.kept},
          {"steps", report.steps},
          {"interval_cycles", report.interval},
          {"dense_interval_cycles", report.dense_interval()},
          {"vectors", result.vectors},
          {"words_in", result.words_in},
          {"words_out", result.words_out},
          {"dot_products", result.dot_products},
          {"cycles", result.cycles},
          {"predicted_cycles", result.predicted},
          {"difference", difference_json(result.difference, "vector")}};
}

std::string bcr_difference_text(const BcrCosimResult& result) {
  const Difference& difference = *result.difference;
  std::string text = fmt::format("cycle {}: vector {}: {}: expected {}, seen {}\n\n", difference.cycle,
                                 difference.window, difference.what, difference.expected, difference.seen);
  Table table({"cycle", "vector", "input", "room", "output expected", "seen"});
  for (const BcrCycle& record : result.last_cycles)
    table.add_row({fmt::format("{}", record.cycle), fmt::format("{}", record.vector),
                   handshake_text(record.word_valid, record.seen.word_ready), record.out_room ? "yes" : "no",
                   word_text(record.expected), word_text(record.seen)});
  return text + table.to_string();
}

}  // namespace sparsim
