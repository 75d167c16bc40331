#include "sim/cli/synthesize.h"

#include <fmt/format.h>

#include <filesystem>
#include <limits>
#include <memory>

#include "sim/version.h"
#include "sim/workload/sha256.h"
#include "sim/workload/synthesize.h"

namespace sparsim {
namespace {

constexpr std::int64_t kMaxImages = 1'000'000;

struct Options {
  std::string network, output;
  std::vector<std::string> overrides;
  std::int64_t seed = 0, images = 1;
};

int synthesize(const Options& options) {
  std::vector<Override> overrides;
  for (const std::string& assignment : options.overrides) overrides.push_back(Override::parse(assignment));
  NetworkDescription network = load_network(options.network, overrides);
  TraceInfo info;
  info.tool_version = kVersion;
  info.source = std::filesystem::path(options.network).filename().string();
  info.source_sha256 = sha256_of_file(options.network);
  info.seed = static_cast<std::uint64_t>(options.seed);
  info.origin =
      fmt::format("drawn from the shapes and densities of {}, correlation {}", info.source, network.correlation);
  for (const std::string& assignment : options.overrides) info.origin += ", " + assignment;
  std::size_t assumed = 0;
  for (const Provenance& provenance : network.provenance) assumed += provenance.basis == Basis::assumed ? 1 : 0;
  const std::size_t stated = network.provenance.size();

  const Synthesizer synthesizer(std::move(network), *info.seed);
  TraceWriter writer(options.output, synthesizer.graph(), info);
  for (std::int64_t i = 0; i < options.images; ++i) writer.add(synthesizer.image(static_cast<std::size_t>(i)));
  writer.commit();
  fmt::print("{}: {}, {} images, {} MACs an image, seed {}\n", options.output, synthesizer.graph().name, options.images,
             synthesizer.graph().macs(), options.seed);
  fmt::print("{} of the {} densities stated are assumptions; the reasons are in {}\n", assumed, stated,
             options.network);
  return 0;
}

}  // namespace

Command synthesize_command() {
  const auto options = std::make_shared<Options>();
  Command command;
  command.name = "synthesize";
  command.arguments = "NETWORK.yaml --seed N -o TRACE.h5 [--images N]";
  command.summary = "draw a trace from shapes and densities, where no weights are to be had";
  command.details =
      "Every image has the density that the network file states, to the value; which values are zero is drawn, with\n"
      "the correlation that the file states: busy and idle channels, zeros in blobs. Images do not differ in density,\n"
      "as real ones do. The same seed gives the same trace on every machine.\n\n"
      "example: sparsim synthesize configs/networks/alexnet.yaml --seed 1 -o alexnet.h5\n";
  constexpr std::int64_t kMaxSeed = std::numeric_limits<std::int64_t>::max();
  po::options_description_easy_init option = command.options.add_options();
  option("seed", bounded("seed", &options->seed, 0, kMaxSeed)->required()->value_name("N"), "of all that is drawn");
  option("output,o", po::value(&options->output)->required()->value_name("TRACE.h5"), "where to write the trace");
  option("images", bounded("images", &options->images, 1, kMaxImages)->value_name("N"), "how many; 1 if not given");
  option("set", po::value(&options->overrides)->value_name("KEY=VALUE")->composing(),
         "change a key of the network file, density or correlation say; may be repeated");
  command.positional_options.add_options()("network", po::value(&options->network)->required());
  command.positionals.add("network", 1);
  command.run = [options](const po::variables_map&) { return synthesize(*options); };
  return command;
}

}  // namespace sparsim
