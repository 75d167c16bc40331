#include "sim/cli/capture.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <memory>

#include "models/core/error.h"
#include "sim/cli/progress.h"
#include "sim/report/table.h"
#include "sim/version.h"
#include "sim/workload/capture.h"
#include "sim/workload/capture_summary.h"
#include "sim/workload/network_parameters.h"
#include "sim/workload/onnx_import.h"
#include "sim/workload/operation.h"
#include "sim/workload/sha256.h"

namespace sparsim {
namespace {

constexpr std::int64_t kMostImages = 1'000'000'000, kMostPixelsASide = 1 << 14;
constexpr std::size_t kListedImages = 16;  // a line each up to here, beyond that the summary alone

struct Options {
  std::string model, output, weights, preset, labels, reduce, channel_order, axes = "nchw", mean, scale;
  std::vector<std::string> images;
  std::int64_t bits = 0, first = 0, resize = 0, crop = 0;
  bool values = false;
};

/// "104,117,123".
std::vector<float> numbers(const std::string& option, const std::string& text) {
  std::vector<float> result;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    const auto [next, error] = std::from_chars(at, end, result.emplace_back());
    if (error != std::errc() || !std::isfinite(result.back()) || (next != end && *next != ','))
      input_error("--{} '{}': must be numbers, as 128 or 104,117,123", option, text);
    if (next == end) return result;
    at = next + 1;
  }
}

Preprocessing preprocessing(const Options& options, const po::variables_map& given) {
  Preprocessing result = preprocessing_preset(options.preset.empty() ? "none" : options.preset);
  if (given.count("resize") != 0) result.resize = options.resize;
  if (given.count("crop") != 0) result.crop = options.crop;
  if (given.count("mean") != 0) result.mean = numbers("mean", options.mean);
  if (given.count("scale") != 0) result.scale = numbers("scale", options.scale);
  if (given.count("channel-order") != 0) result.channels = preprocessing_channels(options.channel_order);
  return result;
}

/// "imagenet-caffe crop=227": the preset and what overrides it.
std::string described_preprocessing(const Options& options, const po::variables_map& given) {
  std::vector<std::string> parts;
  if (!options.preset.empty()) parts.push_back(options.preset);
  for (const char* const option : {"resize", "crop"})
    if (given.count(option) != 0) parts.push_back(fmt::format("{}={}", option, given[option].as<std::int64_t>()));
  for (const char* const option : {"mean", "scale", "channel-order"})
    if (given.count(option) != 0) parts.push_back(fmt::format("{}={}", option, given[option].as<std::string>()));
  return fmt::format("{}", fmt::join(parts, " "));
}

ChannelAxis channel_axis(const std::string& axes) {
  if (axes == "nchw") return ChannelAxis::first;
  if (axes == "nhwc") return ChannelAxis::last;
  input_error("--axes '{}': must be nchw or nhwc", axes);
}

bool is_description(const std::string& model) {
  const std::string extension = std::filesystem::path(model).extension().string();
  return extension == ".yaml" || extension == ".yml";
}

/// A network that can be computed, and the words for where its weights are from, if not from the model itself.
struct Model {
  Network network;
  std::string weights;
};

Model read_model(const Options& options) {
  if (!is_description(options.model)) {
    if (!options.weights.empty())
      input_error("--weights: {} is no network file (.yaml); ONNX holds its own", options.model);
    return {import_onnx(options.model), ""};
  }
  const NetworkDescription description = load_network(options.model);
  const std::string directory = options.weights.empty() ? description.parameter_directory : options.weights;
  Network network = with_parameters(description, directory);
  if (description.parameter_files.empty()) return {std::move(network), ""};
  // The last part of the path: the rest is of no meaning on another machine.
  const std::filesystem::path named = std::filesystem::absolute(directory + "/").lexically_normal().parent_path();
  return {std::move(network), fmt::format(" with the parameters in {}", named.filename().string())};
}

std::string percent(double share) { return fmt::format("{:.1f}", 100 * share); }

std::string of(std::size_t part, std::size_t all) {
  return fmt::format("{} of {} ({} %)", part, all, percent(static_cast<double>(part) / static_cast<double>(all)));
}

std::vector<std::string> image_row(const CapturedImage& image) {
  std::vector<std::string> row{image.trace.name, image.trace.label ? fmt::format("{}", *image.trace.label) : "-"};
  for (std::size_t i = 0; i < 5; ++i)
    row.push_back(i < image.best.size() ? fmt::format("{}: {:.3f}", image.best[i].label, image.best[i].probability)
                                        : "-");
  return row;
}

void print_layers(const LayerGraph& graph, const CaptureSummary& summary, bool reduced) {
  std::vector<std::string> header{"layer", "input (HxWxC)",    "filters",
                                  "MACs",  "input non-zero %", "weights non-zero %"};
  if (reduced) header.insert(header.end(), {"input channels kept %", "filters kept %"});
  Table table(header);
  double work = 0, on_nonzero = 0;
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    const Layer& layer = graph.layers[i];
    if (!layer.weighted()) continue;
    std::vector<std::string> row{layer.name,
                                 to_string(layer.shape.input),
                                 fmt::format("{}", layer.shape.output.channels),
                                 fmt::format("{}", layer.macs()),
                                 percent(summary.density(i)),
                                 percent(layer.weight_nonzero.density())};
    if (reduced) row.insert(row.end(), {percent(summary.kept(i)), percent(layer.kept_filters.density())});
    table.add_row(std::move(row));
    work += static_cast<double>(layer.macs());
    on_nonzero += static_cast<double>(layer.macs()) * summary.density(i);
  }
  fmt::print("{}", table.to_string());
  if (work > 0)
    fmt::print("{} MACs an image; input non-zero, weighted by MACs: {} %\n", graph.macs(), percent(on_nonzero / work));
}

void print_answers(const CaptureSummary& summary, const std::string& reductions) {
  if (summary.labelled() != 0)
    fmt::print("accuracy: top-1 {}, top-5 {} labelled images\n", of(summary.top1(), summary.labelled()),
               of(summary.top5(), summary.labelled()));
  if (reductions.empty()) return;
  fmt::print("reductions {}: top-1 answer as without them for {} images", reductions,
             of(summary.agreed(), summary.images()));
  if (summary.labelled() != 0)
    fmt::print("; accuracy without them: top-1 {}", of(summary.unreduced_top1(), summary.labelled()));
  fmt::print("\n");
}

/// What --values keeps of a layer: quantised weights, or all that it takes to compute the network from the trace.
void add_values(TraceWriter& writer, const Capture& capture, std::size_t layer) {
  const bool weighted = capture.graph().layers[layer].weighted();
  if (capture.graph().value_bits != 0) {
    if (weighted) writer.add_weights(layer, capture.weights(layer));
  } else if (weighted) {
    writer.add_parameters(layer, capture.parameters(layer));
  } else if (const auto operation = operation_of(capture.network().nodes[layer])) {
    writer.add_operation(layer, *operation);
  }
}

int run(const Options& options, const po::variables_map& given) {
  if (given.count("bits") != 0 && options.bits != 8 && options.bits != 16)
    input_error("--bits {}: must be 8 or 16", options.bits);
  CaptureOptions capture_options;
  capture_options.images = static_cast<std::size_t>(options.first);
  capture_options.preprocessing = preprocessing(options, given);
  if (!options.reduce.empty()) capture_options.reductions = parse_reductions(options.reduce);
  capture_options.bits = static_cast<int>(options.bits);
  capture_options.values = options.values;

  Model model = read_model(options);
  for (const std::string& remark : model.network.remarks) fmt::print(stderr, "note: {}\n", remark);
  const Images images(options.images, options.labels, channel_axis(options.axes), model.network.input);

  Capture capture(std::move(model.network), images, capture_options, progress_bar("inferences"));
  const LayerGraph& graph = capture.graph();
  TraceInfo info;
  info.tool_version = kVersion;
  info.source = std::filesystem::path(options.model).filename().string();
  info.source_sha256 = sha256_of_file(options.model);
  info.preset = described_preprocessing(options, given);
  info.reductions = options.reduce;
  const std::string zeros =
      options.bits == 0 ? "as in float32" : fmt::format("after {}-bit quantisation", options.bits);
  info.origin =
      fmt::format("inference of {}{} on {} images, zeros {}", info.source, model.weights, capture.images(), zeros);
  TraceWriter writer(options.output, graph, info);
  if (options.values)
    for (std::size_t i = 0; i < graph.layers.size(); ++i) add_values(writer, capture, i);

  CaptureSummary summary(graph);
  Table listed({"image", "label", "1st", "2nd", "3rd", "4th", "5th"});
  for (std::size_t i = 0; i < capture.images(); ++i) {
    const CapturedImage image = capture.image(i);
    writer.add(image.trace);
    summary.add(image);
    if (capture.images() <= kListedImages) listed.add_row(image_row(image));
  }
  writer.commit();

  if (!listed.empty()) fmt::print("most probable classes: probability\n{}\n", listed.to_string());
  print_layers(graph, summary, !options.reduce.empty());
  print_answers(summary, options.reduce);
  fmt::print("{}: {} images, zeros {}", options.output, summary.images(), zeros);
  if (std::filesystem::is_regular_file(options.output))  // a pipe has no size
    fmt::print(", {:.1f} kB", static_cast<double>(std::filesystem::file_size(options.output)) / 1000);
  fmt::print("\n");
  return 0;
}

}  // namespace

Command capture_command() {
  const auto options = std::make_shared<Options>();
  Command command;
  command.name = "capture";
  command.arguments = "MODEL IMAGES... -o TRACE.h5 [options]";
  command.summary = "run a network on images: a trace of which values are not zero";
  command.details = fmt::format(
      "MODEL is an ONNX file, or a network file (configs/networks/*.yaml) that names files of weights.\n"
      "IMAGES are files or directories of pictures:\n  {}\n"
      "An event list has a line event,row,col,value for each pixel that is not zero; the network says how large its\n"
      "images are.\n"
      "Inference is in float32. With --bits, a value is zero where its integer is: value / scale, rounded half to\n"
      "even; one scale a tensor, the largest magnitude over all images to the largest integer (two passes).\n\n"
      "presets (without one, images must have the network's shape and are taken as they are, pixels as "
      "0..255):\n{}\n{}\n"
      "example: sparsim capture traces/shapes/shapes.onnx traces/shapes/shapes_test200.bin --bits 8 -o shapes.h5\n"
      "         sparsim capture configs/networks/sparsepixels-jet.yaml events.csv --weights DIRECTORY --values -o "
      "jet.h5\n",
      kImageFormats, preprocessing_help(), kReductionsHelp);
  po::options_description_easy_init option = command.options.add_options();
  option("output,o", po::value(&options->output)->required()->value_name("TRACE.h5"), "where to write the trace");
  option("preset", po::value(&options->preset)->value_name("NAME"), "what the network takes its images as");
  option("bits", po::value(&options->bits)->value_name("8|16"), "zeros as after quantisation");
  option("values", po::bool_switch(&options->values),
         "store values, too: with --bits the integers of inputs and weights; without, in float32 the network's input "
         "and all that it takes to compute it");
  option("weights", po::value(&options->weights)->value_name("DIRECTORY"),
         "where the files of weights are that a network file names, if not where it says");
  option("labels", po::value(&options->labels)->value_name("FILE"), "classes: IDX, a number a line, or name,number");
  option("images", bounded("images", &options->first, 1, kMostImages)->value_name("N"), "the first N images only");
  option("reduce", po::value(&options->reduce)->value_name("STEPS"), "prune: see below");
  option("resize", bounded("resize", &options->resize, 0, kMostPixelsASide)->value_name("PX"),
         "length of the short side after scaling; 0: as it is");
  option("crop", bounded("crop", &options->crop, 0, kMostPixelsASide)->value_name("PX"),
         "side of the centre square; 0: all");
  option("mean", po::value(&options->mean)->value_name("M[,M,M]"), "subtracted from pixels of 0..255");
  option("scale", po::value(&options->scale)->value_name("S[,S,S]"), "what they are multiplied by then");
  option("channel-order", po::value(&options->channel_order)->value_name("ORDER"), "rgb, bgr, gray, or as-is");
  option("axes", po::value(&options->axes)->value_name("nchw|nhwc"),
         "of .npy, .pb, and IDX with four axes (default: nchw)");
  command.positional_options.add_options()("model", po::value(&options->model)->required());
  command.positional_options.add_options()("image-files", po::value(&options->images)->required());
  command.positionals.add("model", 1).add("image-files", -1);
  command.run = [options](const po::variables_map& given) { return run(*options, given); };
  return command;
}

}  // namespace sparsim
