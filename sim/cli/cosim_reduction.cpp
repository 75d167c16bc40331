#include "sim/cli/cosim_reduction.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>

#include "models/core/error.h"
#include "models/core/random.h"
#include "models/sparsepixels/fixed_point.h"
#include "sim/cli/progress.h"
#include "sim/cosim/reduction_cosim.h"
#include "sim/output_file.h"
#include "sim/workload/trace.h"

namespace sparsim {
namespace {

using Images = std::vector<std::vector<std::int64_t>>;

enum Use : std::uint64_t { kPixelValues = 0x7069'7865 };

constexpr std::int64_t kMostSide = 1 << 10;

/// "63x56": rows, columns.
void read_extent(const std::string& text, ReductionShape& shape) {
  int height = 0, width = 0, end = 0;
  if (std::sscanf(text.c_str(), "%4dx%4d%n", &height, &width, &end) != 2 || end != static_cast<int>(text.size()) ||
      height < 1 || width < 1 || height > kMostSide || width > kMostSide)
    input_error("--pixels {}: must be ROWSxCOLUMNS, each 1..{}", text, kMostSide);
  shape.height = height;
  shape.width = width;
}

/// Any value that is not zero.
std::int64_t drawn_value(const ReductionShape& shape, Random& random) {
  return 1 + static_cast<std::int64_t>(random.below((std::uint64_t{1} << shape.value_bits) - 1));
}

Images drawn_images(const ReductionCosimOptions& options, const ReductionShape& shape) {
  Images images(static_cast<std::size_t>(options.images));
  for (std::size_t image = 0; image < images.size(); ++image) {
    Random random(static_cast<std::uint64_t>(options.seed), kPixelValues, image);
    images[image].resize(static_cast<std::size_t>(shape.pixels()));
    for (std::int64_t& value : images[image]) value = random.chance(options.density) ? drawn_value(shape, random) : 0;
  }
  return images;
}

/// The layer whose input is the network's.
std::size_t first_layer(const Trace& trace, const std::string& name) {
  const std::vector<Layer>& layers = trace.graph().layers;
  for (std::size_t layer = 0; layer < layers.size(); ++layer)
    if (layers[layer].weighted() && layers[layer].inputs == std::vector{Layer::kNetworkInput}) return layer;
  input_error("{}: holds no pixels, and no convolution of the network's input with their mask", name);
}

std::vector<std::int64_t> traced_image(const Trace& trace, const ReductionCosimOptions& options,
                                       const FixedFormat& format, const ReductionShape& shape, std::size_t image) {
  std::vector<std::int64_t> raw;
  const std::vector<float> pixels = trace.pixels(image);
  if (!pixels.empty()) {
    for (const float value : pixels) raw.push_back(format.quantize(static_cast<double>(value)));
    return raw;
  }
  const BitMask mask = trace.nonzero(image, first_layer(trace, options.trace));
  Random random(static_cast<std::uint64_t>(options.seed), kPixelValues, image);
  for (std::size_t pixel = 0; pixel < mask.size(); ++pixel)
    raw.push_back(mask.test(pixel) ? drawn_value(shape, random) : 0);
  return raw;
}

Images traced_images(const ReductionCosimOptions& options, const FixedFormat& format, ReductionCosimReport& report) {
  const Trace trace = Trace::open(options.trace);
  ReductionShape& shape = report.setup.shape;
  const MapShape& input = trace.graph().input;
  if (input.channels != 1)
    input_error("{}: images are {}: the RTL of an input reduction takes one channel", options.trace, to_string(input));
  shape.height = input.height;
  shape.width = input.width;
  const auto count = static_cast<std::int64_t>(trace.images());
  if (options.image && *options.image >= count)
    input_error("{}: --image {}: the trace has {} images, counted from 0", options.trace, *options.image, count);
  const std::int64_t begin = options.image.value_or(0), end = options.image ? begin + 1 : count;
  Images images;
  for (std::int64_t image = begin; image < end; ++image)
    images.push_back(traced_image(trace, options, format, shape, static_cast<std::size_t>(image)));
  report.images =
      fmt::format("{} of {} ({}), {}", options.image ? fmt::format("image {}", begin) : fmt::format("{} images", count),
                  trace.graph().name, options.trace,
                  trace.pixels(0).empty() ? fmt::format("masks of it with drawn values, seed {}", options.seed)
                                          : to_string(format));
  return images;
}

}  // namespace

void add_reduction_options(po::options_description& into, ReductionCosimOptions& options) {
  po::options_description_easy_init option = into.add_options();
  option("pixels", po::value(&options.pixels)->value_name("HxW")->default_value(options.pixels),
         "drawn images: extent");
  option("images", bounded("images", &options.images, 1, 1'000'000)->value_name("K")->default_value(options.images),
         "drawn images: number");
  option("input", po::value(&options.input)->value_name("FORMAT")->default_value(options.input),
         "number format of pixels");
  option(
      "slots",
      bounded("slots", &options.slots, 1, ReductionShape::kMostRtlSlots)->value_name("N")->default_value(options.slots),
      "pixels that a list holds");
  option("levels",
         bounded("levels", &options.levels_per_cycle, 1, 30)->value_name("L")->default_value(options.levels_per_cycle),
         "of the tree, a cycle");
  option("threshold",
         bounded("threshold", &options.threshold, 0, 1e9)->value_name("T")->default_value(options.threshold, "0"),
         "a pixel is active where its value is above");
  option("early-exit", po::bool_switch(&options.early_exit), "a list ends behind the last active pixel");
}

int cosim_reduction(const ReductionCosimOptions& options) {
  const FixedFormat format = fixed_format(options.input);
  ReductionCosimReport report;
  ReductionShape& shape = report.setup.shape;
  shape.value_bits = format.bits;
  shape.slots = options.slots;
  shape.levels_per_cycle = options.levels_per_cycle;
  shape.early_exit = options.early_exit;
  shape.threshold = static_cast<std::int64_t>(std::floor(options.threshold / format.step()));
  report.setup.stall_probability = options.stall_probability;
  report.setup.seed = static_cast<std::uint64_t>(options.seed);
  report.setup.progress = progress_bar("images");
  Images images;
  if (options.trace.empty()) {
    read_extent(options.pixels, shape);
    images = drawn_images(options, shape);
    report.images = fmt::format("drawn, density {}, seed {}", options.density, options.seed);
  } else {
    images = traced_images(options, format, report);
  }

  const auto rtl = rtl_reduction_pins(shape);
  std::optional<FaultyReduction> faulty;
  if (!options.inject.empty()) faulty.emplace(*rtl, shape, fault_named(options.inject), images.size() / 2);
  std::optional<OutputFile> json;
  if (!options.json.empty()) json.emplace(options.json);
  report.result = cosimulate_reduction(images, faulty ? static_cast<ReductionPins&>(*faulty) : *rtl, report.setup);
  if (json) json->write(reduction_cosim_json(report).dump(2) + "\n");
  if (report.result.difference) {
    fmt::print("input_reduction {}: {}\n{}", to_string(shape), report.images, reduction_difference_text(report.result));
    return 1;
  }
  if (faulty && !faulty->happened())
    input_error("--inject {}: these images offer no opportunity; take more of them, or another density",
                options.inject);
  if (faulty) throw ModelError(fmt::format("an injected fault ({}) was not found", options.inject));
  fmt::print("{}", reduction_cosim_text(report));
  return 0;
}

}  // namespace sparsim
