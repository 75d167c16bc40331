#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/core/error.h"
#include "models/sparsepixels/config.h"
#include "models/sparsepixels/resource_bill.h"
#include "models/sparsepixels/sparsepixels.h"
#include "models/sparsepixels/stages.h"
#include "sim/config/architecture_readers.h"
#include "sim/config/key_places.h"

namespace sparsim {
namespace {

/// `otherwise`: where it is wrong, so that no other problem follows from it.
FixedFormat read_format(Section& types, const std::string& key, const FixedFormat& otherwise) {
  const std::string text = types.text(key);
  if (text.empty()) return otherwise;  // a problem of its own
  try {
    return fixed_format(text);
  } catch (const InputError& error) {
    types.problem(key, error.what());
    return otherwise;
  }
}

/// Notes a problem of the whole configuration, "types.pools = ...", at its key.
void note(const Section& root, const Section& types, const std::string& problem) {
  const std::string separator = " = ", section = "types.";
  const std::size_t end = problem.find(separator);
  const std::string key = problem.substr(0, end), what = problem.substr(end + separator.size());
  if (key.compare(0, section.size(), section) == 0)
    types.problem(key.substr(section.size()), what);
  else
    root.problem(key, what);
}

SparsePixelsConfig read_config(Section& root, KeyPlaces& places) {
  SparsePixelsConfig c;
  c.clock_mhz = root.number("clock_mhz", {1, 1000});
  c.dense = root.choice("pixels", {"active", "all"}, 0) == 1;
  constexpr std::int64_t kMost = 1 << 20;
  if (!c.dense) {
    c.n_max = root.integer("n_max", {1, SparsePixelsConfig::kMostSlots});
    c.threshold = root.number("threshold", {0, 1e6}, 0.0);
    c.sites = root.choice("sites", {"nonzero", "kept"}, 0) == 0 ? PixelSites::nonzero : PixelSites::kept;
    c.early_exit = root.boolean("early_exit", false);
    c.sums = root.choice("sums", {"chain", "tree"}, 0) == 0 ? SumShape::chain : SumShape::tree;
    if (root.has("multiplier_cycles")) c.multiplier_cycles = root.integer("multiplier_cycles", {0, 64});
    c.flatten_unroll = root.integer("flatten_unroll", {1, kMost});
  }
  Section types = root.section("types");
  c.input = read_format(types, "input", c.input);
  c.weights = read_format(types, "weights", c.weights);
  c.activations = read_format(types, "activations", c.activations);
  if (types.has("pools")) c.pools = read_format(types, "pools", SparsePixelsConfig().activations);
  c.levels_per_cycle =
      root.integer("levels_per_cycle", {1, 64}, std::clamp<std::int64_t>(levels_in_a_cycle(c.clock_mhz), 1, 64));
  c.hand_off_cycles = root.integer("hand_off_cycles", {0, 1000});
  c.restart_cycles = root.integer("restart_cycles", {0, 1000});
  c.images =
      root.choice("images", {"streamed", "one_at_a_time"}, 0) == 0 ? PixelImages::streamed : PixelImages::one_at_a_time;
  if (std::optional<Section> reuse = root.optional_section("reuse"))
    for (const std::string& layer : reuse->keys()) {
      c.reuse[layer] = reuse->integer(layer, {1, kMost});
      places.add(*reuse, layer);
    }
  places.add(root, "n_max");
  for (const std::string& problem : problems(c)) note(root, types, problem);
  return c;
}

}  // namespace

void read_sparsepixels(Section& root, Accelerator& accelerator) {
  KeyPlaces places(accelerator.file);
  const SparsePixelsConfig c = read_config(root, places);

  accelerator.clock_mhz = c.clock_mhz;
  accelerator.format = c.weights.bits <= 8 ? WordFormat::int8 : WordFormat::int16;
  accelerator.network_has_resources = true;
  const auto network_problems = [c, places = std::move(places)](const LayerGraph& graph) {
    std::vector<std::string> found = problems(c, graph);
    for (std::string& problem : found) problem = places.located(problem);
    return found;
  };
  accelerator.network_problems = network_problems;
  accelerator.design = [c, network_problems](const Workload& workload) {
    const std::vector<std::string> found = network_problems(workload.graph());
    if (!found.empty()) throw InputError(fmt::format("{}", fmt::join(found, "\n")));
    Design design;
    design.resource_bill = resource_bill(c, pixel_stages(c, workload.graph()));
    design.elaborate = [c, &workload](const RunOptions& options) {
      refuse_crossbar("sparsepixels", options);
      return std::make_unique<SparsePixels>("sparsepixels", c, workload, options);
    };
    return design;
  };
}

}  // namespace sparsim
