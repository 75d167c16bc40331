#include "sim/cli/size_fifos.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "models/core/error.h"
#include "sim/config/accelerator.h"
#include "sim/mapping/accelerator_text.h"
#include "sim/mapping/size_fifos.h"
#include "sim/output_file.h"
#include "sim/report/table.h"
#include "sim/sweep/child.h"
#include "sim/workload/trace.h"

namespace sparsim {
namespace {

constexpr std::size_t kLargestAccelerator = 4u << 20, kLargestResult = 256u << 20;

struct Options {
  std::string accelerator, trace, output;
  double loss = 1;
  std::int64_t images = 4;
};

// Runs of an accelerator file that differ in the depths of its FIFOs.
class FifoRuns {
 public:
  explicit FifoRuns(const Options& options)
      : options_(options), text_(read_file(options.accelerator, kLargestAccelerator)) {}

  /// The results of each, `source_interval` as in the file where it is 0; null where it ends in deadlock.
  std::vector<nlohmann::json> run(const std::vector<FifoDepths>& settings, Cycles source_interval = 0) {
    std::vector<std::vector<std::string>> commands;
    const auto file = [&](std::size_t i, const char* extension) {
      return directory_.file(fmt::format("{}.{}", i, extension));
    };
    for (std::size_t i = 0; i < settings.size(); ++i) {
      write_file(file(i, "yaml"), text(settings[i], file(i, "yaml"), source_interval));
      std::vector<std::string> command{"run",
                                       file(i, "yaml"),
                                       options_.trace,
                                       "--images",
                                       fmt::format("{}", options_.images),
                                       "--no-critical-path",
                                       "--json",
                                       file(i, "json")};
      // Whether a design fits is said of the sized one; here FIFOs may be deeper than the device can hold.
      command.emplace_back("--ignore-capacity");
      commands.push_back(std::move(command));
    }
    const std::vector<ChildOutcome> outcomes = run_children(commands, 2);
    runs_ += outcomes.size();
    std::vector<nlohmann::json> results;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      const bool deadlock = outcomes[i].errors.find("deadlock") != std::string::npos;
      if (outcomes[i].status != 0 && !deadlock) input_error("{}", outcomes[i].errors);
      results.push_back(deadlock ? nlohmann::json()
                                 : nlohmann::json::parse(read_file(file(i, "json"), kLargestResult)));
    }
    return results;
  }

  std::string text(const FifoDepths& depths, const std::string& to, Cycles source_interval = 0) const {
    std::string changed = with_depths(moved(text_, options_.accelerator, to), depths);
    if (source_interval > 0)
      changed = with_blocks(changed, {{"source_interval", fmt::format("source_interval: {}\n", source_interval)}});
    return changed;
  }
  std::size_t runs() const { return runs_; }

 private:
  const Options& options_;
  const std::string text_;
  const TemporaryDirectory directory_;
  std::size_t runs_ = 0;
};

double interval(const nlohmann::json& result) { return result.at("interval_cycles").get<double>(); }

// Those of the accelerator with the factors that its file names; those that `fold` chooses at run time might not be the
// same with other depths.
std::vector<FifoDesign> fifos_between_nodes(const Accelerator& accelerator, const Trace& trace) {
  if (accelerator.resolved.value("folding", "") == "auto")
    input_error("{}: folding: auto: factors must be named; write them with `sparsim fold`", accelerator.file);
  std::vector<FifoDesign> fifos = accelerator.design(trace).fifos;
  if (fifos.empty())
    input_error("{}: architecture {}: has no FIFOs between layers", accelerator.file, accelerator.architecture);
  if (accelerator.resolved.value("images", "") == "one_at_a_time")
    input_error("{}: images: one_at_a_time leaves no interval to keep; must be streamed", accelerator.file);
  return fifos;
}

void print_table(const std::vector<FifoToSize>& fifos, const FifoDepths& depths) {
  Table table({"FIFO", "bits", "given", "high water", "sized", "BRAM18 given", "BRAM18 sized"});
  for (const FifoToSize& fifo : fifos) {
    const auto blocks = [&](std::int64_t depth) {
      return fmt::format("{:.0f}", bram18_of({fifo}, {{fifo.name, depth}}));
    };
    const std::int64_t sized = depths.at(fifo.name);
    table.add_row({fifo.name, fmt::format("{}", fifo.bits), fmt::format("{}", fifo.given),
                   fmt::format("{}", fifo.high_water), fmt::format("{}", sized), blocks(fifo.given), blocks(sized)});
  }
  fmt::print("{}", table.to_string());
}

int size(const Options& options) {
  const Trace trace = Trace::open(options.trace);
  const Accelerator accelerator = load_accelerator(options.accelerator, {}, &trace.graph());
  const std::vector<FifoDesign> designed = fifos_between_nodes(accelerator, trace);
  OutputFile output(options.output);

  std::vector<FifoToSize> fifos;
  FifoDepths unbounded, given, filled;
  for (const FifoDesign& fifo : designed) {
    fifos.push_back({fifo.name, fifo.bits, fifo.depth, 0});
    given[fifo.name] = fifo.depth;
    unbounded[fifo.name] = std::max(options.images * fifo.words, fifo.depth);
  }
  FifoRuns runs(options);
  // The steady interval that FIFOs can keep, then the marks that images leave which come no faster.
  const std::vector<nlohmann::json> eager = runs.run({unbounded, given});
  const double best = interval(eager[0]);
  const nlohmann::json throttled = runs.run({unbounded}, static_cast<Cycles>(std::ceil(best)))[0];
  for (const nlohmann::json& fifo : throttled.at("fifos"))
    for (FifoToSize& ours : fifos)
      if (ours.name == fifo.at("name").get<std::string>()) ours.high_water = fifo.at("high_water").get<std::int64_t>();

  const double most = best * (1 + options.loss / 100);
  const FifoDepths depths = size_fifos(fifos, most, [&](const std::vector<FifoDepths>& settings) {
    std::vector<std::optional<double>> found;
    for (const nlohmann::json& result : runs.run(settings))
      found.push_back(result.is_null() ? std::nullopt : std::optional(interval(result)));
    return found;
  });
  for (const FifoToSize& fifo : fifos) filled[fifo.name] = std::max<std::int64_t>(fifo.high_water, 1);
  const double reached = interval(runs.run({depths})[0]);
  output.write(runs.text(depths, options.output));

  print_table(fifos, depths);
  const double sized = bram18_of(fifos, depths);
  fmt::print(
      "\ninterval: {:.1f} cycles an image with FIFOs that are never full, {} as given, {:.1f} as sized ({:+.2f} %)\n",
      best, eager[1].is_null() ? "deadlock" : fmt::format("{:.1f}", interval(eager[1])), reached,
      100 * (reached / best - 1));
  fmt::print(
      "BRAM18 of the FIFOs between nodes: {:.0f} as given, {:.0f} as filled, {:.0f} as sized: {:.0f} saved against "
      "as filled\n{} runs\n",
      bram18_of(fifos, given), bram18_of(fifos, filled), sized, bram18_of(fifos, filled) - sized, runs.runs());
  return 0;
}

}  // namespace

Command size_fifos_command() {
  const auto options = std::make_shared<Options>();
  Command command;
  command.name = "size-fifos";
  command.arguments = "FOLDED.yaml TRACE.h5 -o SIZED.yaml [options]";
  command.summary = "find the smallest FIFOs between the nodes of a pipeline that keep its throughput";
  command.details =
      "Runs the pipeline with FIFOs that are never full, and then again with a source that gives an image each of the\n"
      "intervals found (an eager one would pile images up before the slowest node): what the FIFOs then hold at most\n"
      "is where the search begins. Each FIFO is then bisected over the depths that save a block of RAM, the largest\n"
      "first, with a run for each; those without block RAM keep what they hold. Window and result FIFOs inside nodes\n"
      "are left alone. The depths hold for the images run: other images may need deeper ones.\n\n"
      "  sparsim size-fifos folded.yaml traces/resnet8.h5 -o sized.yaml --loss 2\n";
  po::options_description_easy_init option = command.options.add_options();
  option("output,o", po::value(&options->output)->required()->value_name("SIZED.yaml"),
         "the accelerator file with its new depths");
  option("loss", bounded("loss", &options->loss, 0.0, 100.0)->value_name("PERCENT"),
         "of throughput that may be lost; 1 if not given");
  option("images", bounded("images", &options->images, 3, 10'000)->value_name("N"),
         "images a run, several in the pipeline at a time; 4 if not given");
  command.positional_options.add_options()("accelerator", po::value(&options->accelerator)->required());
  command.positional_options.add_options()("trace", po::value(&options->trace)->required());
  command.positionals.add("accelerator", 1).add("trace", 1);
  command.run = [options](const po::variables_map&) { return size(*options); };
  return command;
}

}  // namespace sparsim
