#include "sim/sweep/gain.h"

#include <fmt/format.h>

#include "models/core/error.h"
#include "sim/output_file.h"
#include "sim/sweep/child.h"
#include "sim/sweep/resolved_accelerator.h"

namespace sparsim {

std::vector<Gain> measure_gains(const Accelerator& accelerator, const Result& result, const std::string& trace_file) {
  constexpr std::size_t kLargestResult = 256u << 20, kJobs = 2;
  const TemporaryDirectory directory;
  std::vector<std::vector<std::string>> commands;
  for (const DesignStep& step : result.steps) {
    nlohmann::ordered_json config = result.config;
    config.merge_patch(step.change);
    const std::string name = directory.file(std::to_string(commands.size()));
    OutputFile(name + ".yaml").write(resolved_accelerator(config, accelerator.board_file));
    commands.push_back({"run", name + ".yaml", trace_file, "--images", std::to_string(result.images), "--skip-images",
                        std::to_string(result.skipped_images), "--json", name + ".json", "--ignore-capacity",
                        "--no-critical-path"});
  }
  const std::vector<ChildOutcome> outcomes = run_children(commands, kJobs);
  std::vector<Gain> gains;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].status != 0) input_error("--gain: {}: {}", result.steps[i].what, outcomes[i].errors);
    const auto json = nlohmann::json::parse(read_file(directory.file(std::to_string(i) + ".json"), kLargestResult));
    Gain gain{result.steps[i].what, std::nullopt, json["latency_cycles"]["first"].get<Cycles>()};
    if (json["interval_cycles"].is_number()) gain.interval_cycles = json["interval_cycles"].get<double>();
    gains.push_back(gain);
  }
  return gains;
}

}  // namespace sparsim
