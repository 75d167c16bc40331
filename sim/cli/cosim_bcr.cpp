#include "sim/cli/cosim_bcr.h"

#include <fmt/format.h>

#include <optional>

#include "models/core/error.h"
#include "sim/cli/progress.h"
#include "sim/cosim/bcr_layer.h"
#include "sim/nearest.h"
#include "sim/output_file.h"
#include "sim/workload/trace.h"

namespace sparsim {
namespace {

std::size_t pruned_layer(const Trace& trace, const BcrCosimOptions& options) {
  const std::vector<Layer>& layers = trace.graph().layers;
  std::vector<std::string> pruned;
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    if (!layers[layer].blocks) continue;
    if (options.layer.empty() || options.layer == layers[layer].name) return layer;
    pruned.push_back(layers[layer].name);
  }
  if (pruned.empty()) input_error("{}: no layer of it was pruned in blocks (sparsim prune --bcr)", options.trace);
  input_error("{}: --layer {}: no layer of that name was pruned in blocks{}; there are {}", options.trace,
              options.layer, did_you_mean(options.layer, pruned), fmt::join(pruned, ", "));
}

BcrLayerChoice choice_of(const BcrCosimOptions& options, const Trace& trace) {
  BcrLayerChoice choice;
  choice.layer = pruned_layer(trace, options);
  choice.pe = options.pe;
  choice.simd = options.simd;
  choice.image = static_cast<std::size_t>(options.image);
  choice.vectors = static_cast<std::size_t>(options.vectors);
  choice.seed = static_cast<std::uint64_t>(options.seed);
  if (choice.image >= trace.images())
    input_error("{}: --image {}: the trace has {} images, counted from 0", options.trace, choice.image, trace.images());
  return choice;
}

}  // namespace

void add_bcr_options(po::options_description& into, BcrCosimOptions& options) {
  po::options_description_easy_init option = into.add_options();
  option("pe", bounded("pe", &options.pe, 1, 64)->value_name("P")->default_value(options.pe), "processing elements");
  option("simd", bounded("simd", &options.simd, 1, 64)->value_name("S")->default_value(options.simd),
         "lanes of each, values of a word");
  option("vectors", bounded("vectors", &options.vectors, 1, 1'000'000)->value_name("K")->default_value(options.vectors),
         "number; of a trace's values: windows of --image in raster order, from the first again after the last");
}

int cosim_bcr(const BcrCosimOptions& options) {
  if (options.trace.empty()) input_error("cosim: --block bcr_mvau needs --trace: one that was pruned in blocks");
  const Trace trace = Trace::open(options.trace);
  BcrCosimReport report;
  const BcrWork work = bcr_work(trace, options.trace, choice_of(options, trace), report);
  report.setup.stall_probability = options.stall_probability;
  report.setup.seed = static_cast<std::uint64_t>(options.seed);
  report.setup.progress = progress_bar("vectors");

  const auto rtl =
      rtl_bcr_mvau_pins(report.setup.shape, bcr_mvau_program(report.setup.shape, work.layer, work.weights));
  std::optional<FaultyBcrMvau> faulty;
  if (!options.inject.empty())
    faulty.emplace(*rtl, fault_named(options.inject), report.setup.shape.rows * options.vectors / 2);
  std::optional<OutputFile> json;
  if (!options.json.empty()) json.emplace(options.json);
  report.result = cosimulate_bcr(work, faulty ? static_cast<BcrMvauPins&>(*faulty) : *rtl, report.setup);
  if (json) json->write(bcr_cosim_json(report).dump(2) + "\n");
  if (report.result.difference) {
    fmt::print("bcr_mvau {}: {}\n{}", to_string(report.setup.shape), report.layer, bcr_difference_text(report.result));
    return 1;
  }
  if (faulty && !faulty->happened())
    input_error("--inject {}: output words leave in every cycle to the end, so that none can be repeated",
                options.inject);
  if (faulty) throw ModelError(fmt::format("an injected fault ({}) was not found", options.inject));
  fmt::print("{}", bcr_cosim_text(report));
  return 0;
}

}  // namespace sparsim
