#include "sim/cli/fold.h"

#include <fmt/format.h>

#include <cctype>
#include <iterator>
#include <memory>
#include <optional>

#include "models/core/cycles.h"
#include "models/core/error.h"
#include "sim/config/accelerator.h"
#include "sim/mapping/accelerator_text.h"
#include "sim/mapping/finn_fold.h"
#include "sim/mapping/finn_folding_json.h"
#include "sim/mapping/fold.h"
#include "sim/mapping/fold_json.h"
#include "sim/mapping/sparcnet_fit.h"
#include "sim/output_file.h"
#include "sim/report/table.h"
#include "sim/workload/trace.h"

namespace sparsim {
namespace {

constexpr std::size_t kLargestAccelerator = 4u << 20;

struct Options {
  std::string accelerator, trace, output, json, objective = "throughput";
  std::vector<std::string> limits;
  std::int64_t images = 8, interval = 0;
  double throughput_share = 90;
};

FoldObjective objective(const std::string& name) {
  for (std::size_t i = 0; i < std::size(kFoldObjectiveNames); ++i)
    if (kFoldObjectiveNames[i] == name) return static_cast<FoldObjective>(i);
  input_error("fold: --objective {}: must be one of {}", name, fmt::join(kFoldObjectiveNames, ", "));
}

// "dsp=100": the device has no more than that.
void apply_limit(const std::string& text, Resources& capacity) {
  const std::size_t equals = text.find('=');
  const std::string name = text.substr(0, equals), value = equals == std::string::npos ? "" : text.substr(equals + 1);
  std::vector<std::string> known;
  double* found = nullptr;
  Resources::visit(capacity, [&](const char* resource, double& amount) {
    known.emplace_back(resource);
    if (name == resource) found = &amount;
  });
  const bool number = !value.empty() && value.size() < 10 && value.find_first_not_of("0123456789") == std::string::npos;
  if (found == nullptr || !number)
    input_error("fold: --limit {}: must be RESOURCE=N with one of {}", text, fmt::join(known, ", "));
  *found = std::stod(value);
}

std::string factors(const FoldedNode& node) {
  if (node.kind != NodeKind::weighted) return fmt::format("{}", node.coarse);
  return fmt::format("{} x {} x {}, {}", node.folding.coarse_in, node.folding.coarse_out, node.folding.coarse_group,
                     node.folding.fine);
}

Table node_table(const FoldResult& result) {
  Table table(
      {"layer", "kind", "in x out x group, fine", "cycles", "ideal", "slowest / mean stream", "zero windows %"});
  for (const FoldedNode& node : result.nodes) {
    const bool weighted = node.kind == NodeKind::weighted;
    table.add_row({node.layer, std::string(to_string(node.kind)), factors(node), fmt::format("{:.0f}", node.cycles),
                   weighted ? fmt::format("{:.0f}", node.ideal_cycles) : "-",
                   weighted ? fmt::format("{:.3f}", node.imbalance) : "-",
                   weighted ? fmt::format("{:.1f}", 100 * node.zero_windows) : "-"});
  }
  return table;
}

Table node_table(const FinnFoldResult& result) {
  Table table({"layer", "kind", "PE", "SIMD", "cycles", "dense"});
  for (const FinnFoldedNode& node : result.nodes) {
    const bool weighted = node.kind == NodeKind::weighted;
    table.add_row({node.layer, std::string(to_string(node.kind)), fmt::format("{}", node.pe),
                   weighted ? fmt::format("{}", node.simd) : "-", fmt::format("{:.0f}", node.cycles),
                   weighted ? fmt::format("{:.0f}", node.dense_cycles) : "-"});
  }
  return table;
}

template <class Result>
void print_result(const Options& options, const Result& result, const LayerGraph& graph) {
  Table resources({"resource", "need", "device", "%"});
  std::vector<double> capacity;
  result.capacity.visit([&](const char*, double amount) { capacity.push_back(amount); });
  auto limit = capacity.begin();
  result.need.visit([&](const char* name, double need) {
    resources.add_row({name, fmt::format("{:.0f}", need), fmt::format("{:.0f}", *limit),
                       *limit > 0 ? fmt::format("{:.1f}", 100 * need / *limit) : "-"});
    ++limit;
  });
  const double image_s = result.interval_cycles / (result.config.clock_mhz * 1e6);
  fmt::print(
      "{}\n{}\n{}: {:.0f} cycles an image at {} MHz: {:.1f} images/s if no FIFO holds a node up; first image after "
      "about {:.0f} cycles\n",
      node_table(result).to_string(), resources.to_string(), graph.name, result.interval_cycles,
      result.config.clock_mhz, 1 / image_s, result.latency_cycles);
  if (options.interval == 0) fmt::print("what limits: {}\n", result.limit);
}

FoldGoal goal(const Options& options) {
  const FoldGoal goal{objective(options.objective), options.throughput_share / 100,
                      static_cast<double>(options.interval)};
  if (goal.interval > 0 && goal.objective != FoldObjective::throughput)
    input_error("fold: --interval {} with --objective {}: it is one of its own; leave one of them out",
                options.interval, options.objective);
  return goal;
}

BoardFile limited(const Options& options, const Accelerator& accelerator) {
  BoardFile board = accelerator.board;
  for (const std::string& limit : options.limits) apply_limit(limit, board.device.capacity);
  return board;
}

// The accelerator file with its new nodes.
template <class Config>
std::string folded_text(const Options& options, const Config& given, const Config& folded, const LayerGraph& graph) {
  const std::vector<TextBlock> blocks{{"folding", "folding: nodes\n"}, nodes_block(folded, graph)};
  std::string text = read_file(options.accelerator, kLargestAccelerator);
  if (!given.fifo_depths.empty()) {
    text = with_depths(text, {});
    fmt::print("fifos.depths is left out: which FIFOs there are follows from the factors; size-fifos names them\n");
  }
  return with_blocks(moved(text, options.accelerator, options.output), blocks);
}

int fold_fpgaconvnet(const Options& options, const Accelerator& accelerator, const Trace& trace, OutputFile& output) {
  std::optional<OutputFile> json;
  if (!options.json.empty()) json.emplace(options.json);
  FoldOptions wanted;
  static_cast<FoldGoal&>(wanted) = goal(options);
  wanted.images = static_cast<std::size_t>(options.images);
  const FpgaConvNetConfig& given = *accelerator.fpgaconvnet;
  const FoldResult result = fold(given, trace, limited(options, accelerator), wanted);
  output.write(folded_text(options, given, result.config, trace.graph()));
  if (json) json->write(folding_json(result.config, trace.graph()));
  print_result(options, result, trace.graph());
  return 0;
}

int fold_finn(const Options& options, const Accelerator& accelerator, const Trace& trace, OutputFile& output) {
  std::optional<OutputFile> json;
  if (!options.json.empty()) json.emplace(options.json);
  const LayerGraph& graph = trace.graph();
  const FinnConfig& given = *accelerator.finn;
  const FinnFoldResult result = fold_finn(given, graph, limited(options, accelerator), goal(options));
  output.write(folded_text(options, given, result.config, graph));
  if (json) json->write(finn_folding_json(plan(result.config, graph), graph));
  print_result(options, result, graph);
  return 0;
}

int fold_sparcnet(const Options& options, const Accelerator& accelerator, const Trace& trace, OutputFile& output) {
  if (!options.json.empty()) input_error("fold: --json: the folding files of fpgaConvNet and FINN hold no PE grid");
  if (options.interval > 0) input_error("fold: --interval: a PE grid is fitted for throughput");
  if (options.objective != "throughput")
    input_error("fold: --objective {}: a PE grid is fitted for throughput, which is latency there", options.objective);
  const std::string text = read_file(options.accelerator, kLargestAccelerator);
  const std::vector<SparcnetFit> runs =
      run_best_fits(fit_sparcnet(*accelerator.sparcnet, trace.graph(), limited(options, accelerator)), text,
                    options.accelerator, options.trace);
  output.write(with_blocks(moved(text, options.accelerator, options.output), sparcnet_blocks(runs.front().config)));
  Table table({"PEs", "MACs a PE", "word", "ifmap B", "weight B", "ofmap B", "estimated cycles", "simulated cycles",
               "DSP", "BRAM18", "LUT"});
  for (const SparcnetFit& fit : runs) {
    const SparcnetConfig& c = fit.config;
    const auto size = [](const ScratchpadConfig& s) {
      return fmt::format("{}{}", s.size_bytes, s.double_buffered ? " x 2" : "");
    };
    table.add_row({fmt::format("{} x {}", c.pe_grid.rows, c.pe_grid.columns), fmt::format("{}", c.pe_grid.macs_per_pe),
                   std::string(to_string(c.pe_grid.format)), size(c.ifmap), size(c.weight), size(c.ofmap),
                   fmt::format("{:.0f}", fit.estimated_cycles), fmt::format("{:.0f}", *fit.simulated_cycles),
                   fmt::format("{:.0f}", fit.need.dsp), fmt::format("{:.0f}", fit.need.bram18),
                   fmt::format("{:.0f}", fit.need.lut)});
  }
  fmt::print("{}the first is written to {}\n", table.to_string(), options.output);
  return 0;
}

int run(const Options& options) {
  const Trace trace = Trace::open(options.trace);
  const Accelerator accelerator = load_accelerator(options.accelerator);
  using Fold = int (*)(const Options&, const Accelerator&, const Trace&, OutputFile&);
  const Fold fold = accelerator.fpgaconvnet ? fold_fpgaconvnet
                    : accelerator.finn      ? static_cast<Fold>(fold_finn)
                    : accelerator.sparcnet  ? fold_sparcnet
                                            : nullptr;
  if (fold == nullptr)
    input_error("{}: architecture {}: has no factors to choose", options.accelerator, accelerator.architecture);
  OutputFile output(options.output);
  return fold(options, accelerator, trace, output);
}

}  // namespace

Command fold_command() {
  const auto options = std::make_shared<Options>();
  Command command;
  command.name = "fold";
  command.arguments = "ACCELERATOR.yaml TRACE.h5 -o FOLDED.yaml [options]";
  command.summary = "fit an accelerator to a network and a device: folding factors, or a PE grid";
  command.details =
      "fpgaconvnet: coarse_in, coarse_out, coarse_group and fine of each weighted layer, streams of the others.\n"
      "finn: PE and SIMD of each weighted layer, PE of the others. Zero weights count where they were pruned in "
      "blocks.\n"
      "Every node gets the cheapest factors that keep up with the slowest, and that is made as fast as the device "
      "allows.\n"
      "The cycles of a weighted node of fpgaconvnet are those of its slowest stream, counted on the activations of "
      "the\n"
      "trace. All cycles are lower bounds, as stalls on FIFOs are not in them; `sparsim run` has them. Objectives:\n"
      "  throughput  images a second (of images one at a time: the latency)\n"
      "  latency     an estimate: each node works at an even pace and waits for the lines that its window needs\n"
      "  energy      static power and clocked flip-flops for the time of an image, at no less than --throughput-share "
      "of\n"
      "              the throughput. What operations and memory cost is the same for all foldings; static power "
      "mostly\n"
      "              outweighs the rest, so the fastest folding is often the answer\n"
      "sparcnet: PE grid, scratchpads and word format by an estimate, the best few of them simulated. Accuracy in\n"
      "another format is not judged.\n"
      "\n"
      "  sparsim fold configs/accelerators/fpgaconvnet-sparse-zc706.yaml traces/resnet8.h5 -o folded.yaml\n"
      "  sparsim fold configs/accelerators/fpgaconvnet-sparse-zc706.yaml traces/resnet8.h5 -o small.yaml --limit "
      "dsp=100\n"
      "  sparsim fold configs/accelerators/finn-mobilenet-u280.yaml mobilenet.h5 -o folded.yaml --json folding.json\n";
  po::options_description_easy_init option = command.options.add_options();
  option("output,o", po::value(&options->output)->required()->value_name("FOLDED.yaml"),
         "the accelerator file with its new factors");
  option("objective", po::value(&options->objective)->value_name("NAME"), "throughput (default), latency or energy");
  option("throughput-share", bounded("throughput-share", &options->throughput_share, 1.0, 100.0)->value_name("PERCENT"),
         "for the energy objective; 90 if not given");
  option("interval", bounded("interval", &options->interval, 1, 1'000'000'000)->value_name("CYCLES"),
         "the cheapest design that takes no more cycles an image, instead of the fastest that fits");
  option("images", bounded("images", &options->images, 1, 1'000'000)->value_name("N"),
         "fpgaconvnet: count zeros on the first N images of the trace; 8 if not given");
  option("limit", po::value(&options->limits)->value_name("RESOURCE=N")->composing(),
         "use no more of a resource: lut, ff, dsp, bram18, uram; N may also be more than the device has; may be "
         "repeated");
  option("json", po::value(&options->json)->value_name("FILE"),
         "write the factors as a folding file of fpgaConvNet or FINN, too");
  command.positional_options.add_options()("accelerator", po::value(&options->accelerator)->required());
  command.positional_options.add_options()("trace", po::value(&options->trace)->required());
  command.positionals.add("accelerator", 1).add("trace", 1);
  command.run = [options](const po::variables_map&) { return run(*options); };
  return command;
}

}  // namespace sparsim
