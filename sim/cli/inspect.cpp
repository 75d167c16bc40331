#include "sim/cli/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "sim/report/table.h"
#include "sim/workload/mac_count.h"
#include "sim/workload/sha256.h"
#include "sim/workload/trace.h"

namespace sparsim {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string trace;
  bool json = false;
};

/// One number over the images.
struct Spread {
  double mean = 0, least = 1, most = 0;

  void add(double value, std::size_t images) {
    mean += value / static_cast<double>(images);
    least = std::min(least, value);
    most = std::max(most, value);
  }
};

/// A weighted layer, over all images.
struct Measured {
  Spread density;                         // of the input, padding not counted
  Spread kept_channels;                   // share of them
  double kept_macs = 0, useful_macs = 0;  // means an image
};

Measured measure(const Trace& trace, std::size_t position) {
  const Layer& layer = trace.graph().layers[position];
  Measured measured;
  const std::size_t images = trace.images();
  for (std::size_t image = 0; image < images; ++image) {
    const BitMask nonzero = trace.nonzero(image, position), kept = trace.kept_channels(image, position);
    const MacCount macs = count_macs(layer, nonzero, kept);
    measured.density.add(nonzero.density(), images);
    measured.kept_channels.add(kept.density(), images);
    measured.kept_macs += static_cast<double>(macs.kept) / static_cast<double>(images);
    measured.useful_macs += static_cast<double>(macs.useful) / static_cast<double>(images);
  }
  return measured;
}

std::string percent(double share) { return fmt::format("{:.1f}", 100 * share); }

Json json_of(const Spread& spread) { return {{"mean", spread.mean}, {"min", spread.least}, {"max", spread.most}}; }

Json json_of(const MapShape& shape) { return {shape.height, shape.width, shape.channels}; }

Json header_of(const Trace& trace, const std::string& path) {
  const TraceInfo& info = trace.info();
  std::size_t labelled = 0, right = 0;
  for (std::size_t i = 0; i < trace.images(); ++i) {
    const auto label = trace.label(i);
    labelled += label ? 1 : 0;
    right += label && trace.top1(i) == label ? 1 : 0;
  }
  Json json{{"network", trace.graph().name},
            {"input_shape", json_of(trace.graph().input)},
            {"images", trace.images()},
            {"value_bits", trace.graph().value_bits},
            {"pixels", !trace.pixels(0).empty()},
            {"labelled", labelled},
            {"top1_right", right},
            {"origin", info.origin},
            {"source", info.source},
            {"source_sha256", info.source_sha256},
            {"preset", info.preset},
            {"reductions", info.reductions},
            {"seed", info.seed ? Json(*info.seed) : Json()},
            {"tool_version", info.tool_version},
            {"sha256", sha256_of_file(path)}};
  return json;
}

Json layer_json(const Trace& trace, std::size_t position) {
  const Layer& layer = trace.graph().layers[position];
  Json json{{"name", layer.name},
            {"kind", to_string(layer.kind)},
            {"input_shape", json_of(layer.shape.input)},
            {"output_shape", json_of(layer.shape.output)},
            {"macs", layer.macs()}};
  if (layer.function != Function::other) json["function"] = to_string(layer.function);
  if (!layer.weighted()) return json;
  json["active_sites"] = layer.active_sites;
  json["parameters"] = !trace.parameters(position).weights.empty();
  const Measured measured = measure(trace, position);
  json["input_density"] = json_of(measured.density);
  json["kept_channels"] = json_of(measured.kept_channels);
  json["weight_density"] = layer.weight_nonzero.empty() ? Json() : Json(layer.weight_nonzero.density());
  if (layer.blocks)
    json["blocks"] = {
        {"rows", layer.blocks->rows}, {"columns", layer.blocks->columns}, {"reordered", layer.blocks->reordered}};
  json["kept_filters"] = layer.kept_filters.density();
  json["connections"] = layer.connections.size();
  json["macs_kept"] = measured.kept_macs;
  json["macs_useful"] = measured.useful_macs;
  json["stored_bytes"] = trace.stored_bytes(position);
  return json;
}

void print_header(const Json& header) {
  fmt::print("{}: {}\n", header["network"].get<std::string>(), header["origin"].get<std::string>());
  for (const char* key : {"source", "source_sha256", "preset", "reductions", "tool_version", "sha256"})
    if (!header[key].get<std::string>().empty()) fmt::print("  {}: {}\n", key, header[key].get<std::string>());
  if (!header["seed"].is_null()) fmt::print("  seed: {}\n", header["seed"].get<std::uint64_t>());
  const int bits = header["value_bits"].get<int>();
  fmt::print("  values: {}\n", bits == 0 ? "float" : fmt::format("{} bits", bits));
  fmt::print("  images: {}{}\n", header["images"].get<std::size_t>(),
             header["pixels"].get<bool>() ? ", with their pixels" : "");
  if (const auto labelled = header["labelled"].get<std::size_t>(); labelled > 0)
    fmt::print("  top-1: {} of {} labelled images right\n", header["top1_right"].get<std::size_t>(), labelled);
}

std::string spread_text(const Json& spread) {
  return fmt::format("{} {}..{}", percent(spread["mean"]), percent(spread["min"]), percent(spread["max"]));
}

/// "relu", "convolution on active sites", "dense".
std::string kind_text(const Json& layer) {
  if (layer.contains("function")) return layer["function"];
  return layer["kind"].get<std::string>() + (layer.value("active_sites", false) ? " on active sites" : "");
}

/// "16x16 reordered"; empty where weights were not pruned in blocks.
std::string blocks_text(const Json& layer) {
  if (!layer.contains("blocks")) return {};
  const Json& blocks = layer["blocks"];
  return fmt::format("{}x{}{}", blocks["rows"].get<std::int64_t>(), blocks["columns"].get<std::int64_t>(),
                     blocks["reordered"].get<bool>() ? " reordered" : "");
}

std::string shape_text(const Json& shape) { return to_string(MapShape{shape[0], shape[1], shape[2]}); }

void print_layers(const Json& layers) {
  std::vector<std::string> columns{"layer",     "kind",       "input",     "output",      "MACs",     "input %",
                                   "weights %", "channels %", "filters %", "MACs kept %", "useful %", "stored B"};
  const bool in_blocks = std::any_of(layers.begin(), layers.end(), [](const Json& l) { return l.contains("blocks"); });
  if (in_blocks) columns.emplace_back("blocks");
  Table table(columns);
  double dense = 0, kept = 0, useful = 0;
  for (const Json& layer : layers) {
    std::vector<std::string> row{layer["name"], kind_text(layer), shape_text(layer["input_shape"]),
                                 shape_text(layer["output_shape"])};
    if (!layer.contains("input_density")) {
      row.resize(columns.size());
    } else {
      const double macs = layer["macs"];
      dense += macs;
      kept += layer["macs_kept"].get<double>();
      useful += layer["macs_useful"].get<double>();
      row.insert(row.end(),
                 {fmt::format("{}", layer["macs"].get<std::int64_t>()), spread_text(layer["input_density"]),
                  layer["weight_density"].is_null() ? "-" : percent(layer["weight_density"]),
                  percent(layer["kept_channels"]["mean"]), percent(layer["kept_filters"]),
                  percent(layer["macs_kept"].get<double>() / macs), percent(layer["macs_useful"].get<double>() / macs),
                  fmt::format("{}", layer["stored_bytes"].get<std::uint64_t>())});
      if (in_blocks) row.push_back(blocks_text(layer));
    }
    table.add_row(std::move(row));
  }
  fmt::print("\n{}", table.to_string());
  if (dense > 0)
    fmt::print("\n{:.0f} MACs an image; masks keep {} %; in {} % neither value is zero\n", dense, percent(kept / dense),
               percent(useful / dense));
}

int inspect(const Options& options) {
  const Trace trace = Trace::open(options.trace);
  Json json = header_of(trace, options.trace);
  json["layers"] = Json::array();
  for (std::size_t i = 0; i < trace.graph().layers.size(); ++i) json["layers"].push_back(layer_json(trace, i));
  if (options.json) {
    fmt::print("{}\n", json.dump(2));
  } else {
    print_header(json);
    print_layers(json["layers"]);
  }
  return 0;
}

}  // namespace

Command inspect_command() {
  const auto options = std::make_shared<Options>();
  Command command;
  command.name = "inspect";
  command.arguments = "TRACE.h5 [--json]";
  command.summary = "show a trace: where it comes from, its layers, densities, multiply-accumulates and sizes";
  command.details =
      "input %     non-zeros among the input values, padding not counted: mean, least and most over the images\n"
      "weights %   non-zeros among the weights; - where the trace does not know them\n"
      "channels %  input channels that pruning leaves; filters %  output channels that it leaves\n"
      "MACs kept % of the dense MACs, what the masks of filters, channels and connections leave\n"
      "useful %    of the dense MACs, those in which neither the value nor the weight is zero, nor masked, nor "
      "padding;\n"
      "            counted, not estimated\n"
      "stored B    bytes of the file, compressed\n"
      "blocks      rows x columns that the weights were pruned in, where they were\n\n"
      "example: sparsim inspect traces/shapes.h5\n";
  command.options.add_options()("json", po::bool_switch(&options->json), "the same as JSON, unrounded");
  command.positional_options.add_options()("trace", po::value(&options->trace)->required());
  command.positionals.add("trace", 1);
  command.run = [options](const po::variables_map&) { return inspect(*options); };
  return command;
}

}  // namespace sparsim
