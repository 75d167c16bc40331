#include "sim/cli/prune.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <memory>

#include "models/core/error.h"
#include "models/finn/config.h"
#include "sim/cli/progress.h"
#include "sim/cli/prune_report.h"
#include "sim/config/accelerator.h"
#include "sim/output_file.h"
#include "sim/version.h"
#include "sim/workload/trace_network.h"

namespace sparsim {
namespace {

struct Options {
  std::string trace, output, blocks, layers, skipped, accelerator, json;
  std::vector<std::string> overrides;
  double ratio = 0;
  std::int64_t seed = 1;
  bool balanced = false, reordered = false;
};

/// "16x16".
BlockPruningRule rule_of(const Options& options) {
  BlockPruningRule rule;
  const char* const end = options.blocks.data() + options.blocks.size();
  const auto rows = std::from_chars(options.blocks.data(), end, rule.rows);
  const bool cross = rows.ec == std::errc() && rows.ptr != end && *rows.ptr == 'x';
  const auto columns = std::from_chars(cross ? rows.ptr + 1 : end, end, rule.columns);
  if (!cross || columns.ec != std::errc() || columns.ptr != end || rule.rows < 1 || rule.columns < 1)
    input_error("--bcr '{}': must be ROWSxCOLUMNS, both at least 1, as in 16x16", options.blocks);
  if (options.ratio == 1) input_error("--ratio 1: must be below 1");
  rule.ratio = options.ratio;
  rule.balanced = options.balanced;
  return rule;
}

std::vector<std::string> names_of(const std::string& text) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    names.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return names;
}

/// "bcr:16x16:0.5:balanced:reordered" behind what was done before.
std::string reductions_of(const PruneReport& report, const std::string& before) {
  const BlockPruningRule& rule = report.rule;
  std::string text = fmt::format("{}{}bcr:{}x{}:{}{}{}", before, before.empty() ? "" : ",", rule.rows, rule.columns,
                                 rule.ratio, rule.balanced ? ":balanced" : "", report.reordered ? ":reordered" : "");
  for (const PrunedLayer& target : report.targets)
    if (target.source == WeightSource::drawn) return fmt::format("{}:drawn={}", text, report.seed);
  return text;
}

/// An accelerator with a matrix unit a layer.
AcceleratorCorners units_of(const Options& options, const Trace& trace) {
  std::vector<Override> overrides;
  for (const std::string& assignment : options.overrides) overrides.push_back(Override::parse(assignment));
  const LayerGraph& graph = trace.graph();
  const Accelerator a = load_accelerator(options.accelerator, overrides, &graph);
  if (!a.finn)
    input_error("{}: architecture {}; only finn has matrix units for weights pruned in blocks", options.accelerator,
                a.architecture);
  FinnConfig config = *a.finn;
  const Design design = a.design(trace);
  if (design.chosen.contains("nodes"))
    for (const auto& [name, factors] : design.chosen["nodes"].items()) {
      config.nodes[name].pe = factors.value("pe", std::int64_t{0});
      config.nodes[name].simd = factors.value("simd", std::int64_t{0});
    }
  AcceleratorCorners result{a.name, a.clock_mhz, {}, {}, {}};
  for (std::size_t i = 0; i < graph.layers.size(); ++i)
    result.units.push_back(graph.layers[i].weighted() ? matrix_unit(config, graph, i) : MatrixUnit{});
  return result;
}

/// Runs a trace's network pruned and not.
class Comparison {
 public:
  /// The network must outlive it. `runs` are those over all images that the progress bar waits for, the first included.
  Comparison(const Trace& trace, const Network& network, std::size_t runs)
      : trace_(trace), network_(network), bar_(progress_bar("inferences")), total_(runs * trace.images()) {
    before_ = classes_of(network_, trace_, progress());
  }

  ImageProgress progress() {
    if (!bar_) return {};
    const std::size_t base = run_++ * trace_.images();
    return [this, base](std::size_t done) { bar_(base + done, total_); };
  }
  Network pruned_network(const LayerGraph& graph) const { return without_pruned_weights(network_, graph); }

  Agreement with(const std::vector<std::int32_t>& after) const {
    Agreement agreement;
    for (std::size_t i = 0; i < before_.size(); ++i) agreement.add(before_[i], after[i], trace_.label(i));
    return agreement;
  }
  Agreement with(const LayerGraph& graph) { return with(classes_of(pruned_network(graph), trace_, progress())); }
  /// Images that the trace has another class of.
  std::size_t moved() const {
    std::size_t moved = 0;
    for (std::size_t i = 0; i < before_.size(); ++i) moved += trace_.top1(i) && trace_.top1(i) != before_[i];
    return moved;
  }

 private:
  const Trace& trace_;
  const Network& network_;
  const std::function<void(std::size_t, std::size_t)> bar_;
  const std::size_t total_;
  std::size_t run_ = 0;
  std::vector<std::int32_t> before_;
};

int prune(const Options& options) {
  PruneReport report;
  report.rule = rule_of(options);
  report.output = options.output;
  report.reordered = options.reordered;
  report.seed = static_cast<std::uint64_t>(options.seed);
  const Trace trace = Trace::open(options.trace);
  const LayerGraph& before = trace.graph();
  try {
    report.targets = layers_to_prune(trace, report.rule.rows, report.rule.columns,
                                     {names_of(options.layers), names_of(options.skipped)}, report.seed);
  } catch (const InputError& error) {
    input_error("{}: {}", options.trace, error.what());
  }
  if (!options.accelerator.empty()) {
    report.accelerator = units_of(options, trace);
    report.accelerator->corners = block_corners(before, report.accelerator->units, report.targets, report.rule);
  }
  std::optional<OutputFile> json;
  if (!options.json.empty()) json.emplace(options.json);  // before the work, so that it is known to be possible

  report.graph = pruned(before, report.targets, report.rule, report.reordered);
  TraceInfo info = trace.info();
  info.tool_version = kVersion;
  info.reductions = reductions_of(report, info.reductions);
  report.not_computed = missing_for_inference(trace);
  if (!report.not_computed.empty()) {
    info.origin += "; then weights alone were pruned in blocks, the inputs are those of the unpruned network";
    write_pruned(options.output, trace, report.graph, info, nullptr, {});
  } else {
    info.origin += "; then pruned in blocks and computed again";
    const Network network = network_of(trace);
    Comparison comparison(trace, network, report.accelerator ? 3 : 2);
    report.answers_moved = comparison.moved();
    const Network after = comparison.pruned_network(report.graph);
    report.agreement =
        comparison.with(write_pruned(options.output, trace, report.graph, info, &after, comparison.progress()));
    if (report.accelerator) {
      BlockPruningRule other = report.rule;
      other.balanced = !other.balanced;
      const Agreement others = comparison.with(pruned(before, report.targets, other, report.reordered));
      for (std::size_t c = 0; c < kCornerCount; ++c)
        report.accelerator->agreement[c] = kCorners[c].balanced == report.rule.balanced ? *report.agreement : others;
    }
  }
  if (json) json->write(to_json(report).dump(2) + "\n");
  fmt::print("{}", to_text(report));
  return 0;
}

}  // namespace

Command prune_command() {
  const auto options = std::make_shared<Options>();
  Command command;
  command.name = "prune";
  command.arguments = "TRACE.h5 --bcr ROWSxCOLUMNS --ratio R -o PRUNED.h5 [options]";
  command.summary = "prune weights in blocks, by rows and columns: a trace of the pruned network";
  command.details =
      "The weight matrix of each layer, a row a filter, a column an input of its dot product, is cut into blocks; of\n"
      "each block whole rows and columns go, the least salient (mean square of what they still hold) first. Balanced,\n"
      "every block keeps as many rows and columns as the others; not balanced, all blocks of a layer compete.\n"
      "Reordered, what blocks keep of a row of them is moved together, so that it fills the words of SIMD lanes.\n"
      "A trace that `capture --values` wrote without --bits is computed again: what its layers see and answer is the\n"
      "pruned network's, held against the unpruned one's. Of others the masks alone are pruned, by their quantised\n"
      "weights, or, where they have none, by drawn ones. Nothing is trained again; those who publish such networks\n"
      "do so.\n"
      "With --accelerator, the cycles of all four ways to prune, and the break-even: how much can be kept and still\n"
      "save cycles.\n\n"
      "example: sparsim capture MODEL.onnx IMAGES --values -o t.h5\n"
      "         sparsim prune t.h5 --bcr 16x16 --ratio 0.5 --balanced --reorder -o pruned.h5\n";
  constexpr std::int64_t kMaxSeed = std::numeric_limits<std::int64_t>::max();
  po::options_description_easy_init option = command.options.add_options();
  option("bcr", po::value(&options->blocks)->required()->value_name("ROWSxCOLUMNS"), "of a block");
  option("ratio", bounded("ratio", &options->ratio, 0, 1)->required()->value_name("R"),
         "of each layer's weights that go, 0 <= R < 1");
  option("balanced", po::bool_switch(&options->balanced), "keep the same number of rows and columns of every block");
  option("reorder", po::bool_switch(&options->reordered), "move what blocks keep together");
  option("output,o", po::value(&options->output)->required()->value_name("PRUNED.h5"), "where to write the trace");
  option("layers", po::value(&options->layers)->value_name("NAME,..."), "prune these only");
  option("skip", po::value(&options->skipped)->value_name("NAME,..."), "leave these as they are");
  option("seed", bounded("seed", &options->seed, 0, kMaxSeed)->value_name("N"),
         "of weights that are drawn; 1 if not given");
  option("accelerator", po::value(&options->accelerator)->value_name("FILE.yaml"),
         "cycles on this accelerator, whose architecture is finn");
  option("set", po::value(&options->overrides)->value_name("KEY=VALUE")->composing(),
         "change a key of the accelerator file; may be repeated");
  option("json", po::value(&options->json)->value_name("FILE"), "write the same numbers, unrounded");
  command.positional_options.add_options()("trace", po::value(&options->trace)->required());
  command.positionals.add("trace", 1);
  command.run = [options](const po::variables_map&) { return prune(*options); };
  return command;
}

}  // namespace sparsim
