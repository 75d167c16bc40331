#include "sim/cli/cosim.h"

#include <fmt/format.h>

#include <limits>
#include <memory>
#include <optional>

#include "models/core/error.h"
#include "models/crossbar/rtl_engines.h"
#include "models/crossbar/vector_dot_step.h"
#include "sim/cli/cosim_bcr.h"
#include "sim/cli/cosim_reduction.h"
#include "sim/cli/progress.h"
#include "sim/cosim/cosim_report.h"
#include "sim/cosim/fault.h"
#include "sim/cosim/layer_windows.h"
#include "sim/cosim/waveform.h"
#include "sim/nearest.h"
#include "sim/output_file.h"
#include "sim/workload/trace.h"

namespace sparsim {
namespace {

struct Options {
  std::int64_t inputs = 0, lanes = 0;  // 0: not given
  std::int64_t windows = 10'000, filters = 1, seed = 1, image = 0;
  double density = 0.5, stall_probability = 0;
  bool skip_zero_window = false;
  std::string block, trace, layer, inject, vcd, json;
  ReductionCosimOptions reduction;
  BcrCosimOptions bcr;
};

// What each block has for itself.
constexpr std::initializer_list<const char*> kDotOptions = {"inputs",           "lanes", "windows", "filters",
                                                            "skip-zero-window", "vcd"};
constexpr std::initializer_list<const char*> kReductionOptions = {"pixels", "images",    "input",     "slots",
                                                                  "levels", "threshold", "early-exit"};
constexpr std::initializer_list<const char*> kBcrOptions = {"pe", "simd", "vectors"};

// Windows to wait before a fault: past the start, and so that every kind of window was seen.
constexpr std::uint64_t kFaultAfter = 100;

/// The lanes of an engine that was built: the fewest that are at least a quarter of the inputs, else the most.
int default_lanes(std::int64_t inputs) {
  int lanes = 1;
  for (const CrossbarShape& shape : built_shapes()) {
    if (shape.inputs != inputs) continue;
    lanes = shape.lanes;
    if (4 * lanes >= shape.inputs) break;
  }
  return lanes;
}

CrossbarShape shape_of(const Options& options, std::int64_t default_inputs) {
  CrossbarShape shape;
  shape.inputs = static_cast<int>(options.inputs != 0 ? options.inputs : default_inputs);
  shape.lanes = options.lanes != 0 ? static_cast<int>(options.lanes) : default_lanes(shape.inputs);
  shape.skip_zero_window = options.skip_zero_window;
  const std::vector<std::string> found = problems(shape);
  if (!found.empty()) throw InputError(fmt::format("cosim: {}", fmt::join(found, "\ncosim: ")));
  return shape;
}

std::size_t weighted_layer(const Trace& trace, const Options& options) {
  std::vector<std::string> weighted;
  for (std::size_t i = 0; i < trace.graph().layers.size(); ++i) {
    const Layer& layer = trace.graph().layers[i];
    if (layer.name == options.layer && layer.weighted()) return i;
    if (layer.weighted()) weighted.push_back(layer.name);
  }
  input_error("{}: --layer {}: no convolution or dense layer of that name{}; there are {}", options.trace,
              options.layer, did_you_mean(options.layer, weighted), fmt::join(weighted, ", "));
}

/// Runs both engines over a source, and adds to the report. False at a difference.
class Runner {
 public:
  Runner(const Options& options, CosimReport& report) : report_(report) {
    if (!options.inject.empty()) fault_ = fault_named(options.inject);
  }

  bool run(WindowSource& source, const std::vector<std::int64_t>* dot_products) {
    CosimSetup setup;
    setup.shape = report_.shape;
    setup.stall_probability = report_.stall_probability;
    setup.seed = report_.seed;
    setup.dot_products = dot_products;
    setup.progress = progress_bar("windows");
    report_.filters = source.filters();

    SparseDotStep model(report_.shape);
    const auto rtl = rtl_sparse_dot(report_.shape);
    std::optional<FaultyDot> faulty;
    if (fault_) faulty.emplace(*rtl, *fault_, std::min(kFaultAfter, source.windows() / 2));
    add(report_.sparse, cosimulate(source, &model, faulty ? *faulty : *rtl, setup));
    if (report_.sparse.difference) return false;
    if (faulty) {
      if (!faulty->happened())
        input_error("--inject {}: these windows offer no opportunity; take more of them, or another density",
                    to_string(*fault_));
      throw ModelError(fmt::format("an injected fault ({}) was not found", to_string(*fault_)));
    }

    setup.dense = true;
    const auto dense = rtl_dense_dot(report_.shape);
    add(report_.dense, cosimulate(source, nullptr, *dense, setup));
    return !report_.dense.difference;
  }

 private:
  CosimReport& report_;
  std::optional<Fault> fault_;
};

bool run_random(const Options& options, CosimReport& report, Runner& runner) {
  report.shape = shape_of(options, 9);
  report.windows = fmt::format("drawn, density {}, seed {}", options.density, options.seed);
  RandomWindows source(static_cast<std::size_t>(report.shape.inputs), static_cast<std::uint32_t>(options.filters),
                       static_cast<std::uint64_t>(options.windows), options.density, report.seed);
  return runner.run(source, nullptr);
}

bool run_layer(const Options& options, CosimReport& report, Runner& runner) {
  const Trace trace = Trace::open(options.trace);
  const std::size_t position = weighted_layer(trace, options);
  const auto image = static_cast<std::size_t>(options.image);
  if (image >= trace.images())
    input_error("{}: --image {}: the trace has {} images, counted from 0", options.trace, image, trace.images());
  const WindowShape& shape = trace.graph().layers[position].shape;
  const std::int64_t taps = shape.kernel_h * shape.kernel_w;
  if (taps > CrossbarShape::kMostInputs)
    input_error("{}: layer {}: its windows are {}x{}; an engine takes at most {} operands", options.trace,
                options.layer, shape.kernel_h, shape.kernel_w, CrossbarShape::kMostInputs);
  report.shape = shape_of(options, taps > 1 ? taps : 8);
  report.windows =
      fmt::format("layer {} of {} ({}, image {}), {} -> {}, {}x{}", options.layer, trace.graph().name, options.trace,
                  image, to_string(shape.input), to_string(shape.output), shape.kernel_h, shape.kernel_w);
  for (std::int64_t group = 0; group < shape.groups; ++group) {
    LayerWindows source(trace, options.trace, image, position, group, static_cast<std::size_t>(report.shape.inputs));
    const std::vector<std::int64_t> convolution = source.convolution();
    if (!runner.run(source, &convolution)) return false;
  }
  return true;
}

bool is_given(const po::variables_map& given, const char* option) {
  return given.count(option) != 0 && !given[option].defaulted();
}

void refuse(const po::variables_map& given, std::initializer_list<const char*> options, const std::string& block) {
  for (const char* option : options)
    if (is_given(given, option)) input_error("cosim: --{} is not an option of --block {}", option, block);
}

void check_combinations(const Options& options, const po::variables_map& given) {
  refuse(given, kReductionOptions, options.block);
  refuse(given, kBcrOptions, options.block);
  if (options.trace.empty() != options.layer.empty())
    input_error("cosim: --{} is missing: a trace and a layer of it go together",
                options.trace.empty() ? "trace" : "layer");
  for (const char* option : {"windows", "density", "filters"})
    if (!options.trace.empty() && !given[option].defaulted())
      input_error("cosim: --{} is for drawn windows; those of a trace are what they are", option);
  if (options.trace.empty() && !given["image"].defaulted()) input_error("cosim: --image needs --trace and --layer");
  if (!options.json.empty() && options.json == options.vcd) input_error("--json and --vcd: both name {}", options.json);
}

int cosim_input_reduction(const Options& options, const po::variables_map& given) {
  refuse(given, kDotOptions, options.block);
  refuse(given, kBcrOptions, options.block);
  refuse(given, {"layer"}, options.block);
  for (const char* option : {"pixels", "images", "density"})
    if (!options.trace.empty() && is_given(given, option))
      input_error("cosim: --{} is for drawn images; those of a trace are what they are", option);
  if (options.trace.empty() && is_given(given, "image")) input_error("cosim: --image needs --trace");
  ReductionCosimOptions reduction = options.reduction;
  reduction.trace = options.trace;
  reduction.inject = options.inject;
  reduction.json = options.json;
  if (is_given(given, "image")) reduction.image = options.image;
  if (is_given(given, "density")) reduction.density = options.density;
  reduction.stall_probability = options.stall_probability;
  reduction.seed = options.seed;
  return cosim_reduction(reduction);
}

int cosim_bcr_mvau(const Options& options, const po::variables_map& given) {
  refuse(given, kDotOptions, options.block);
  refuse(given, kReductionOptions, options.block);
  refuse(given, {"density"}, options.block);
  BcrCosimOptions bcr = options.bcr;
  bcr.trace = options.trace;
  bcr.layer = options.layer;
  bcr.inject = options.inject;
  bcr.json = options.json;
  bcr.image = options.image;
  bcr.seed = options.seed;
  bcr.stall_probability = options.stall_probability;
  return cosim_bcr(bcr);
}

int cosim(const Options& options, const po::variables_map& given) {
  if (options.block == "input_reduction") return cosim_input_reduction(options, given);
  if (options.block == "bcr_mvau") return cosim_bcr_mvau(options, given);
  if (options.block != "sparse_vector_dot")
    input_error("--block {}: must be sparse_vector_dot, input_reduction or bcr_mvau", options.block);
  check_combinations(options, given);
  CosimReport report;
  report.stall_probability = options.stall_probability;
  report.seed = static_cast<std::uint64_t>(options.seed);
  Runner runner(options, report);
  std::optional<OutputFile> json, vcd;
  if (!options.json.empty()) json.emplace(options.json);
  if (!options.vcd.empty()) vcd.emplace(options.vcd);

  const bool equal = options.trace.empty() ? run_random(options, report, runner) : run_layer(options, report, runner);
  const bool with_model = !report.dense.difference;
  const CosimResult& shown = with_model ? report.sparse : report.dense;
  if (vcd) vcd->write(value_change_dump(shown.waveform, with_model));
  if (json) json->write(cosim_json(report).dump(2) + "\n");
  if (!equal) {
    fmt::print("{} {}: {}\n{}", with_model ? "sparse_vector_dot" : "dense_vector_dot", to_string(report.shape),
               report.windows, difference_text(shown, with_model));
    return 1;
  }
  fmt::print("{}", cosim_text(report));
  return 0;
}

}  // namespace

Command cosim_command() {
  const auto options = std::make_shared<Options>();
  Command command;
  command.name = "cosim";
  command.arguments = "[options]";
  command.summary =
      "run RTL (crossbar, input reduction, pruned MVAU) in lockstep with its models, on drawn work or a trace's";
  command.details =
      "The Verilated sparse_vector_dot runs beside the step model (every pin, every cycle), the fast form (every\n"
      "date) and integer arithmetic (every dot product); then the dense engine runs over the same windows, to "
      "compare.\n"
      "The first difference ends the run: what was expected and seen, the last 16 cycles as a table, exit status 1.\n"
      "A layer is computed whole: all pixels, channels and filters of one image, from quantised values and weights,\n"
      "so its trace has to hold them (sparsim capture --bits 8 --values).\n\n"
      "  sparsim cosim --inputs 9 --lanes 3 --windows 100000 --density 0.4 --stall-probability 0.2\n"
      "  sparsim cosim --trace traces/shapes.h5 --layer block_a --lanes 4 --skip-zero-window\n"
      "  sparsim cosim --inject drop --vcd drop.vcd    # the harness itself: a planted fault must be found\n\n"
      "--block input_reduction: the Verilated input_reduction of SparsePixels beside its step model (every pin, every\n"
      "cycle) and its fast form (every list and its date), over drawn images (density 0.01) or a trace's, all or "
      "one.\n\n"
      "  sparsim cosim --block input_reduction --pixels 63x63 --slots 8 --images 1000 --stall-probability 0.2\n"
      "  sparsim cosim --block input_reduction --trace neutrino.h5 --slots 16 --early-exit\n\n"
      "--block bcr_mvau: the Verilated matrix-vector unit for weights pruned in blocks beside its step model (every\n"
      "pin, every cycle), its recurrence (every date) and integer arithmetic (every dot product), on the weights of a\n"
      "pruned layer, as many of them as the RTL holds, and its quantised inputs; drawn where the trace holds none.\n\n"
      "  sparsim cosim --block bcr_mvau --trace pruned.h5 --layer conv3 --pe 4 --simd 4 --vectors 1000\n";
  constexpr std::int64_t kMaxSeed = std::numeric_limits<std::int64_t>::max();
  po::options_description_easy_init option = command.options.add_options();
  option("block", po::value(&options->block)->value_name("NAME")->default_value("sparse_vector_dot"),
         "what of rtl/: sparse_vector_dot, input_reduction or bcr_mvau");
  option("inputs", bounded("inputs", &options->inputs, 1, CrossbarShape::kMostInputs)->value_name("M"),
         "operands of a window (default: the layer's K x K; 8 where its kernel is 1x1; 9)");
  option("lanes", bounded("lanes", &options->lanes, 1, CrossbarShape::kMostInputs)->value_name("N"),
         "multipliers (default: a quarter of M or more)");
  option("windows", bounded("windows", &options->windows, 1, 1'000'000'000)->value_name("K")->default_value(10'000),
         "drawn windows");
  option("density", bounded("density", &options->density, 0, 1)->value_name("D")->default_value(0.5, "0.5"),
         "of their operands, or of drawn pixels: share that is not zero");
  option("filters", bounded("filters", &options->filters, 1, Arbiter::kMaxPasses)->value_name("F")->default_value(1),
         "that use each of them");
  option("seed", bounded("seed", &options->seed, 0, kMaxSeed)->value_name("S")->default_value(1),
         "of all that is drawn, stalls too");
  option("trace", po::value(&options->trace)->value_name("TRACE.h5"),
         "take the windows of a layer of this trace, its images, or its pruned weights");
  option("layer", po::value(&options->layer)->value_name("NAME"), "which");
  option("image", bounded("image", &options->image, 0, 1'000'000'000)->value_name("I")->default_value(0),
         "of which image");
  option("stall-probability",
         bounded("stall-probability", &options->stall_probability, 0, 0.99)->value_name("P")->default_value(0.0, "0"),
         "each cycle: that no window is there, and that no result is taken");
  option("skip-zero-window", po::bool_switch(&options->skip_zero_window), "the engine skips windows without non-zeros");
  option("inject", po::value(&options->inject)->value_name("FAULT"),
         "plant a fault in the RTL's pins: flip (a bit of a grant, a pixel's flag, a bit of a sum), drop or repeat (a "
         "request, a pixel, an output word)");
  option("vcd", po::value(&options->vcd)->value_name("FILE"),
         "waveform of the cycles around the first difference, or of the last 64 where there is none");
  option("json", po::value(&options->json)->value_name("FILE"), "the report as JSON");
  po::options_description reduction("options of --block input_reduction");
  add_reduction_options(reduction, options->reduction);
  command.options.add(reduction);
  po::options_description bcr("options of --block bcr_mvau");
  add_bcr_options(bcr, options->bcr);
  command.options.add(bcr);
  command.run = [options](const po::variables_map& given) { return cosim(*options, given); };
  return command;
}

}  // namespace sparsim
