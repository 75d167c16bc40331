#include "sim/workload/preprocess.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "models/core/error.h"

namespace sparsim {
namespace {

using Channels = Preprocessing::Channels;

struct Preset {
  const char* name;
  const char* meaning;
  Preprocessing preprocessing;
};

constexpr std::int64_t kNone = Preprocessing::kNone, kNetwork = Preprocessing::kNetwork;
// The mean and deviation of ImageNet's training set, RGB in 0..1, as torchvision gives them.
constexpr float kMeanR = 0.485f, kMeanG = 0.456f, kMeanB = 0.406f;
constexpr float kDeviationR = 0.229f, kDeviationG = 0.224f, kDeviationB = 0.225f;

const std::vector<float> kTorchMean{255 * kMeanR, 255 * kMeanG, 255 * kMeanB};
const std::vector<float> kTorchScale{1 / (255 * kDeviationR), 1 / (255 * kDeviationG), 1 / (255 * kDeviationB)};

const std::array<Preset, 7> kPresets{{
    {"imagenet-caffe",
     "short side 256, centre crop, BGR, minus 104,117,123",
     {Channels::bgr, 256, kNetwork, {104, 117, 123}, {}}},
    {"imagenet-torch",
     "short side 256, centre crop, RGB / 255, mean .485,.456,.406, deviation .229,.224,.225",
     {Channels::rgb, 256, kNetwork, kTorchMean, kTorchScale}},
    {"imagenet-tf",
     "short side 256, centre crop, RGB, (x - 128) / 128",
     {Channels::rgb, 256, kNetwork, {128}, {1.0f / 128}}},
    {"cifar10",
     "RGB / 255, mean and deviation as imagenet-torch, resized to the network",
     {Channels::rgb, kNetwork, kNetwork, kTorchMean, kTorchScale}},
    {"cifar10-raw", "RGB 0..255, resized to the network", {Channels::rgb, kNetwork, kNetwork, {}, {}}},
    {"mnist", "grey 0..255, resized to the network", {Channels::gray, kNetwork, kNetwork, {}, {}}},
    {"none", "as the file has it", {}},
}};

constexpr std::array<std::pair<const char*, Channels>, 4> kChannels{
    {{"as-is", Channels::as_is}, {"rgb", Channels::rgb}, {"bgr", Channels::bgr}, {"gray", Channels::gray}}};

/// One axis of a resize: result pixel i is the weighted sum of source pixels first..first + weights.size().
struct Tap {
  std::int64_t first = 0;
  std::vector<double> weights;
};

std::vector<Tap> taps(std::int64_t from, std::int64_t to) {
  const double ratio = static_cast<double>(from) / static_cast<double>(to), reach = std::max(ratio, 1.0);
  std::vector<Tap> result(static_cast<std::size_t>(to));
  for (std::int64_t i = 0; i < to; ++i) {
    Tap& tap = result[static_cast<std::size_t>(i)];
    const double centre = (static_cast<double>(i) + 0.5) * ratio - 0.5;
    tap.first = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor(centre - reach)) + 1);
    double sum = 0;
    for (std::int64_t s = tap.first; s < from && static_cast<double>(s) < centre + reach; ++s) {
      tap.weights.push_back(1 - std::abs(static_cast<double>(s) - centre) / reach);
      sum += tap.weights.back();
    }
    for (double& weight : tap.weights) weight /= sum;  // what lies outside the image does not count
  }
  return result;
}

std::int64_t channels_of(const Tensor& image) { return image.shape[0]; }
std::int64_t height_of(const Tensor& image) { return image.shape[1]; }
std::int64_t width_of(const Tensor& image) { return image.shape[2]; }

Tensor with_channels(Channels wanted, Tensor image, const std::string& name) {
  const std::int64_t has = channels_of(image), needs = wanted == Channels::gray ? 1 : 3;
  if (wanted == Channels::as_is) return image;
  if (has != 1 && has != 3) input_error("{}: {} channels; a channel order is for one or three", name, has);
  const auto plane = static_cast<std::size_t>(height_of(image) * width_of(image));
  std::vector<float>& values = image.values;
  if (has == 1 && needs == 3) {
    values.resize(3 * plane);
    std::copy_n(values.begin(), plane, values.begin() + static_cast<std::ptrdiff_t>(plane));
    std::copy_n(values.begin(), plane, values.begin() + static_cast<std::ptrdiff_t>(2 * plane));
  } else if (has == 3 && needs == 1) {
    for (std::size_t p = 0; p < plane; ++p)
      values[p] = 0.299f * values[p] + 0.587f * values[plane + p] + 0.114f * values[2 * plane + p];
    values.resize(plane);
  }
  image.shape[0] = needs;
  if (wanted == Channels::bgr)
    std::swap_ranges(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(plane),
                     values.begin() + static_cast<std::ptrdiff_t>(2 * plane));
  return image;
}

Tensor resized(const Tensor& image, std::int64_t short_side, const std::string& name) {
  const std::int64_t height = height_of(image), width = width_of(image), side = std::min(height, width);
  if (short_side == side) return image;
  const std::int64_t new_height = height * short_side / side, new_width = width * short_side / side;
  if (new_height > kMostPixels / new_width / channels_of(image))
    input_error("{}: {}x{} pixels resized to {}x{}; at most {} values are made", name, width, height, new_width,
                new_height, kMostPixels);
  Tensor result{{channels_of(image), new_height, new_width}, {}};
  for (std::int64_t c = 0; c < channels_of(image); ++c) {
    const std::vector<float> plane =
        resize_plane(image.values.data() + c * height * width, height, width, new_height, new_width);
    result.values.insert(result.values.end(), plane.begin(), plane.end());
  }
  return result;
}

Tensor cropped(const Tensor& image, std::int64_t new_height, std::int64_t new_width, const std::string& name) {
  const std::int64_t height = height_of(image), width = width_of(image);
  if (new_height > height || new_width > width)
    input_error("{}: {}x{} pixels, too small for a crop of {}x{}; try --resize", name, width, height, new_width,
                new_height);
  const std::int64_t top = (height - new_height) / 2, left = (width - new_width) / 2;
  Tensor result{{channels_of(image), new_height, new_width}, {}};
  for (std::int64_t c = 0; c < channels_of(image); ++c)
    for (std::int64_t y = 0; y < new_height; ++y) {
      const float* const row = image.values.data() + (c * height + top + y) * width + left;
      result.values.insert(result.values.end(), row, row + new_width);
    }
  return result;
}

/// The value for channel c of a list that has none, one, or one a channel.
float per_channel(const std::vector<float>& list, std::size_t c, float none) {
  return list.empty() ? none : list.size() == 1 ? list[0] : list[c];
}

void check_channels(const std::vector<float>& list, std::int64_t channels, const char* what, const std::string& name) {
  if (list.size() > 1 && static_cast<std::int64_t>(list.size()) != channels)
    input_error("{}: {} values for {}, but {} channels", name, list.size(), what, channels);
}

}  // namespace

Preprocessing preprocessing_preset(const std::string& name) {
  std::vector<std::string> known;
  for (const Preset& preset : kPresets) {
    if (name == preset.name) return preset.preprocessing;
    known.push_back(preset.name);
  }
  input_error("unknown preset '{}'; known: {}", name, fmt::join(known, ", "));
}

std::string preprocessing_help() {
  std::string text;
  for (const Preset& preset : kPresets) text += fmt::format("  {:<15} {}\n", preset.name, preset.meaning);
  return text;
}

Preprocessing::Channels preprocessing_channels(const std::string& name) {
  std::vector<std::string> known;
  for (const auto& [spelling, channels] : kChannels) {
    if (name == spelling) return channels;
    known.push_back(spelling);
  }
  input_error("unknown channel order '{}'; known: {}", name, fmt::join(known, ", "));
}

Tensor preprocess(const Preprocessing& preprocessing, const Image& image, const MapShape& network) {
  Tensor result = with_channels(preprocessing.channels, image.values, image.name);
  const std::int64_t resize =
      preprocessing.resize == kNetwork ? std::max(network.height, network.width) : preprocessing.resize;
  if (resize != kNone) result = resized(result, resize, image.name);
  if (preprocessing.crop == kNetwork)
    result = cropped(result, network.height, network.width, image.name);
  else if (preprocessing.crop != kNone)
    result = cropped(result, preprocessing.crop, preprocessing.crop, image.name);

  if (channels_of(result) != network.channels || height_of(result) != network.height ||
      width_of(result) != network.width)
    input_error(
        "{}: {} (channels x height x width), but the network takes {}x{}x{}; --preset, --resize, --crop and "
        "--channel-order fit images to networks",
        image.name, fmt::join(result.shape, "x"), network.channels, network.height, network.width);
  check_channels(preprocessing.mean, network.channels, "the mean", image.name);
  check_channels(preprocessing.scale, network.channels, "the scale", image.name);
  const auto plane = static_cast<std::size_t>(network.pixels());
  for (std::size_t i = 0; i < result.values.size(); ++i)
    result.values[i] = (result.values[i] - per_channel(preprocessing.mean, i / plane, 0)) *
                       per_channel(preprocessing.scale, i / plane, 1);
  result.shape.insert(result.shape.begin(), 1);
  return result;
}

std::vector<float> resize_plane(const float* source, std::int64_t height, std::int64_t width, std::int64_t new_height,
                                std::int64_t new_width) {
  const std::vector<Tap> rows = taps(height, new_height), columns = taps(width, new_width);
  std::vector<float> narrow(static_cast<std::size_t>(height * new_width));  // resized along its rows only
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < new_width; ++x) {
      const Tap& tap = columns[static_cast<std::size_t>(x)];
      double sum = 0;
      for (std::size_t k = 0; k < tap.weights.size(); ++k)
        sum += tap.weights[k] * static_cast<double>(source[y * width + tap.first + static_cast<std::int64_t>(k)]);
      narrow[static_cast<std::size_t>(y * new_width + x)] = static_cast<float>(sum);
    }
  std::vector<float> result(static_cast<std::size_t>(new_height * new_width));
  for (std::int64_t y = 0; y < new_height; ++y)
    for (std::int64_t x = 0; x < new_width; ++x) {
      const Tap& tap = rows[static_cast<std::size_t>(y)];
      double sum = 0;
      for (std::size_t k = 0; k < tap.weights.size(); ++k)
        sum += tap.weights[k] *
               static_cast<double>(
                   narrow[static_cast<std::size_t>((tap.first + static_cast<std::int64_t>(k)) * new_width + x)]);
      result[static_cast<std::size_t>(y * new_width + x)] = static_cast<float>(sum);
    }
  return result;
}

}  // namespace sparsim
