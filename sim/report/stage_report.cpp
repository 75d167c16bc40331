#include "sim/report/stage_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/report/table.h"

namespace sparsim {
std::string stage_table(const Result& r) {
  Table table({"operator", "kind", "cycles, first image", "most", "hand-off", "ns", "% of the latency",
               "between images", "LUT", "FF", "DSP", "BRAM18"});
  const Cycles first = r.latency ? r.latency->first : 0;
  for (const StageRecord& stage : r.stages) {
    const Cycles spent = stage.first + stage.hand_off;
    std::vector<std::string> cells{
        stage.name,
        stage.what,
        fmt::format("{}", stage.first),
        fmt::format("{}", stage.max),
        fmt::format("{}", stage.hand_off),
        fmt::format("{:.0f}", 1e9 * seconds(spent, r.clock_mhz)),
        fmt::format("{:.1f}", 100 * static_cast<double>(spent) / static_cast<double>(std::max<Cycles>(first, 1))),
        fmt::format("{}", stage.interval)};
    const Resources need = need_of(r.resource_bill, stage.name);
    for (const double amount : {need.lut, need.ff, need.dsp, need.bram18})
      cells.push_back(fmt::format("{:.0f}", amount));
    table.add_row(std::move(cells));
  }
  return table.to_string() + "ns and per cent: with the hand-off; between images: where nothing is waited for\n";
}

std::string answers_report(const Result& r) {
  std::string text;
  if (r.images_cut > 0)
    text += fmt::format("active pixels  {} of {} images have more than are kept: {} pixels dropped\n", r.images_cut,
                        r.images, r.dropped_pixels);
  if (r.answers_compared) {
    const AnswerComparison& c = *r.answers_compared;
    text += fmt::format(
        "answers        {} of {} of the reference's class, AUC {:.4f} against its classes; scores differ by {:.2g} "
        "(median), {:.2g} (most)\n",
        c.same_class, c.images, c.auc, c.median_error, c.largest_error);
  }
  return text;
}

}  // namespace sparsim
