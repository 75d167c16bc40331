#include "sim/cli/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "models/core/error.h"
#include "sim/answers.h"
#include "sim/config/accelerator.h"
#include "sim/output_file.h"
#include "sim/report/result_json.h"
#include "sim/report/run_report.h"
#include "sim/report/timeline.h"
#include "sim/simulation.h"
#include "sim/sweep/gain.h"
#include "sim/workload/sha256.h"
#include "sim/workload/trace.h"

namespace sparsim {
namespace {

constexpr std::int64_t kMostImages = 1'000'000;
constexpr Cycles kMostCycles = 1'000'000'000'000;  // dates stay exact up to here

struct Options {
  std::string accelerator, trace, json, timeline, crossbar, reduction, reference;
  std::vector<std::string> overrides;
  std::int64_t images = 0, skipped_images = 0, max_cycles = 0;
  double deadline_us = 0;
  bool ignore_capacity = false, no_critical_path = false, gain = false, every_image = false;
};

AnswerComparison compare_with(const Answers& reference, const Result& result, const Options& options) {
  if (result.answers.empty())
    input_error("--reference {}: {} computes no answers on this trace: capture it with --values", options.reference,
                result.accelerator);
  Answers beside;
  for (std::size_t i = 0; i < result.answers.size(); ++i)
    beside.push_back(reference[result.skipped_images + i % (result.trace_images - result.skipped_images)]);
  try {
    return compare(result.answers, beside);
  } catch (const InputError& error) {
    input_error("--reference {}: {}", options.reference, error.what());
  }
}

int run(const Options& options) {
  if (options.gain && options.no_critical_path)
    input_error("--gain: follows the critical path; leave --no-critical-path");
  if (options.gain && options.max_cycles > 0) input_error("--gain: compares whole runs; leave --max-cycles");
  if (!options.json.empty() && options.json == options.timeline)
    input_error("--json and --timeline: both name {}", options.json);
  std::vector<Override> overrides;
  for (const std::string& assignment : options.overrides) overrides.push_back(Override::parse(assignment));
  const Trace trace = Trace::open(options.trace);
  const Accelerator accelerator = load_accelerator(options.accelerator, overrides, &trace.graph());
  std::optional<Answers> reference;
  if (!options.reference.empty()) {
    reference = read_answers(options.reference);
    if (reference->size() != trace.images())
      input_error("--reference {}: {} answers, the trace has {} images", options.reference, reference->size(),
                  trace.images());
  }
  // Opened before the simulation, which is what takes time.
  std::optional<OutputFile> json, timeline;
  if (!options.json.empty()) json.emplace(options.json);
  if (!options.timeline.empty()) timeline.emplace(options.timeline);

  SimulationOptions simulation;
  RunOptions& run = simulation.run;
  simulation.skipped_images = static_cast<std::size_t>(options.skipped_images);
  const std::size_t left = trace.images() - std::min(trace.images(), simulation.skipped_images);
  run.images = options.images > 0 ? static_cast<std::size_t>(options.images) : left;
  if (options.max_cycles > 0) run.max_cycles = options.max_cycles;
  run.timeline = !options.timeline.empty();
  run.critical_path = !options.no_critical_path;
  run.every_image = options.every_image;
  run.crossbar = options.crossbar;
  run.reduction = options.reduction;
  simulation.ignore_capacity = options.ignore_capacity;
  if (options.deadline_us > 0) simulation.deadline_us = options.deadline_us;
  simulation.steps = options.gain;
  Result result = simulate(accelerator, trace, sha256_of_file(options.trace), simulation);
  if (reference) result.answers_compared = compare_with(*reference, result, options);
  if (options.gain) result.gains = measure_gains(accelerator, result, options.trace);

  fmt::print("{}", run_report(result));
  if (json) json->write(result_json(result, accelerator).dump(2) + "\n");
  if (timeline) timeline->write(chrome_trace(result.timeline, result.clock_mhz));
  return 0;
}

}  // namespace

Command run_trace_command() {
  const auto options = std::make_shared<Options>();
  Command command;
  command.name = "run";
  command.arguments = "ACCELERATOR.yaml TRACE.h5 [options]";
  command.summary = "simulate an accelerator on a trace: time, energy, resources, bottleneck";
  command.details =
      "Prints where the time and the energy of each layer went. The JSON holds everything that was computed, with the\n"
      "resolved configuration; the timeline opens in https://ui.perfetto.dev or chrome://tracing.\n\n"
      "  sparsim run configs/accelerators/sparcnet-zedboard.yaml traces/squeezenet1.1.h5 --json result.json\n"
      "  sparsim run configs/accelerators/sparcnet-zedboard.yaml traces/squeezenet1.1.h5 --set pe_grid.rows=4\n";
  command.options.add_options()("json", po::value(&options->json)->value_name("FILE"), "write result.json");
  command.options.add_options()("timeline", po::value(&options->timeline)->value_name("FILE"),
                                "write a timeline for Perfetto");
  command.options.add_options()("images", bounded("images", &options->images, 1, kMostImages)->value_name("N"),
                                "images to run (default: those of the trace; beyond that they repeat in order)");
  command.options.add_options()(
      "skip-images", bounded("skip-images", &options->skipped_images, 0, kMostImages)->value_name("K"),
      "run the images behind the first K only; what is chosen for the trace (folding, order of "
      "channels) is chosen by those K");
  command.options.add_options()("max-cycles",
                                bounded("max-cycles", &options->max_cycles, 1, kMostCycles)->value_name("N"),
                                "stop at this cycle of the accelerator clock");
  command.options.add_options()("deadline-us",
                                bounded("deadline-us", &options->deadline_us, 0.001, 1e9)->value_name("X"),
                                "count the images whose latency is more than X microseconds");
  command.options.add_options()("crossbar", po::value(&options->crossbar)->value_name("FORM[:NODE]"),
                                "of crossbar engines: fast (default), step, rtl or lockstep; of all nodes or of one");
  command.options.add_options()("reduction", po::value(&options->reduction)->value_name("FORM"),
                                "of input reductions: fast (default: as published), step, rtl or lockstep");
  command.options.add_options()("reference", po::value(&options->reference)->value_name("FILE"),
                                "compare the answers of the network with these: a line of scores an image");
  command.options.add_options()("no-critical-path", po::bool_switch(&options->no_critical_path),
                                "do not keep the cause of each date: pipelines run faster");
  command.options.add_options()("every-image", po::bool_switch(&options->every_image),
                                "simulate all images, also where those of a steady pipeline follow from the first");
  command.options.add_options()(
      "gain", po::bool_switch(&options->gain),
      "of pipelines: run again with a lane more, and with a place more in the FIFO, where the "
      "critical path is longest");
  command.options.add_options()("set", po::value(&options->overrides)->value_name("KEY=VALUE")->composing(),
                                "change a key of the accelerator file; may be repeated");
  command.options.add_options()("ignore-capacity", po::bool_switch(&options->ignore_capacity),
                                "run a design that does not fit its device");
  command.positional_options.add_options()("accelerator", po::value(&options->accelerator)->required());
  command.positional_options.add_options()("trace", po::value(&options->trace)->required());
  command.positionals.add("accelerator", 1).add("trace", 1);
  command.run = [options](const po::variables_map&) { return run(*options); };
  return command;
}

}  // namespace sparsim
