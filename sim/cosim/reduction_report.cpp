#include <fmt/format.h>

#include <algorithm>

#include "sim/cosim/reduction_cosim.h"
#include "sim/cosim/report_text.h"
#include "sim/report/table.h"
#include "sim/version.h"

namespace sparsim {
namespace {

using Json = nlohmann::ordered_json;

/// "12:200 40:3": pixel and value of each slot that is filled.
std::string list_text(const ReductionOutputs& outputs) {
  std::string text;
  for (std::size_t slot = 0; slot < outputs.index.size(); ++slot)
    if (outputs.value[slot] != 0)
      text += fmt::format("{}{}:{}", text.empty() ? "" : " ", outputs.index[slot], outputs.value[slot]);
  return text;
}

}  // namespace

std::string reduction_cosim_text(const ReductionCosimReport& report) {
  const ReductionCosimResult& result = report.result;
  const double images = static_cast<double>(std::max<std::size_t>(result.images, 1));
  return fmt::format(
      "input_reduction {}: {}\n"
      "  {} images with {} active pixels, {} of them without a slot\n"
      "  stalls: {}\n"
      "  RTL = step model on every pin, in every cycle: {} cycles\n"
      "  RTL = fast form in every list and its date: {} lists\n\n"
      "cycles from image to list: {:.2f} on average, {} to {}\n",
      to_string(report.setup.shape), report.images, result.images, result.active, result.dropped,
      stalls_text(report.setup.stall_probability, report.setup.seed), result.cycles, result.images,
      static_cast<double>(result.reduced) / images, result.shortest, result.longest);
}

Json reduction_cosim_json(const ReductionCosimReport& report) {
  const ReductionCosimResult& result = report.result;
  const ReductionShape& shape = report.setup.shape;
  return {{"sparsim_version", kVersion},
          {"block", "input_reduction"},
          {"height", shape.height},
          {"width", shape.width},
          {"value_bits", shape.value_bits},
          {"slots", shape.slots},
          {"levels_per_cycle", shape.levels_per_cycle},
          {"early_exit", shape.early_exit},
          {"threshold_raw", shape.threshold},
          {"source", report.images},
          {"stall_probability", report.setup.stall_probability},
          {"seed", report.setup.seed},
          {"images", result.images},
          {"active_pixels", result.active},
          {"dropped_pixels", result.dropped},
          {"cycles", result.cycles},
          {"cycles_to_list", {{"sum", result.reduced}, {"least", result.shortest}, {"most", result.longest}}},
          {"difference", difference_json(result.difference, "image")}};
}

std::string reduction_difference_text(const ReductionCosimResult& result) {
  const Difference& difference = *result.difference;
  std::string text = fmt::format("cycle {}: image {}: {}: expected {}, seen {}\n\n", difference.cycle,
                                 difference.window, difference.what, difference.expected, difference.seen);
  Table table({"cycle", "image", "input", "list expected", "seen", "output"});
  for (const ReductionCycle& record : result.last_cycles)
    table.add_row({fmt::format("{}", record.cycle), fmt::format("{}", record.image),
                   handshake_text(record.image_valid, record.seen.image_ready), list_text(record.expected),
                   list_text(record.seen), handshake_text(record.seen.list_valid, record.list_ready)});
  return text + table.to_string();
}

}  // namespace sparsim
