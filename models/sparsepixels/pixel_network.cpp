#include "models/sparsepixels/pixel_network.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "models/core/error.h"

namespace sparsim {
namespace {

bool weighted(const PixelStage& stage) {
  return stage.op == PixelOperator::convolution || stage.op == PixelOperator::dense;
}

/// Weights of a filter.
std::int64_t window(const PixelStage& stage) {
  return stage.op == PixelOperator::convolution ? stage.kernel * stage.kernel * stage.input.channels
                                                : stage.input.elements();
}

std::int64_t filters(const PixelStage& stage) { return stage.output.channels; }

/// Raw: pixels above it are those above `threshold`.
std::int64_t raw_threshold(double threshold, const FixedFormat& format) {
  const double steps = std::floor(std::ldexp(threshold, format.fraction_bits()));
  return static_cast<std::int64_t>(
      std::clamp(steps, static_cast<double>(format.lowest() - 1), static_cast<double>(format.highest())));
}

/// With these formats, pixels of one and weights of one, no value rounds to zero: a mean over the largest map is 2^-30.
SparsePixelsConfig activity_alone(SparsePixelsConfig config) {
  config.threshold = 0;
  config.input = config.weights = {1, 1, false};
  config.activations = {FixedFormat::kMostBits, 1, false};
  config.pools.reset();
  return config;
}

Parameters ones(const PixelStage& stage) {
  return {std::vector<float>(static_cast<std::size_t>(filters(stage) * window(stage)), 1.0F), {}};
}

PixelParameters quantized(const Parameters& parameters, const PixelStage& stage, const FixedFormat& input,
                          const FixedFormat& format) {
  PixelParameters raw{{}, std::vector<std::int64_t>(static_cast<std::size_t>(filters(stage)))};
  for (const float weight : parameters.weights) raw.weights.push_back(format.quantize(weight));
  for (std::size_t filter = 0; filter < parameters.bias.size(); ++filter)
    raw.bias[filter] = format.quantize(parameters.bias[filter]) * (std::int64_t{1} << input.fraction_bits());
  return raw;
}

/// What keeps the values of these formats from being computed.
std::vector<std::string> problems(const std::vector<PixelStage>& stages, const std::vector<FixedFormat>& formats) {
  std::vector<std::string> found;
  for (std::size_t s = 1; s < stages.size(); ++s) {
    if (weighted(stages[s]) && formats[s].bits > FixedFormat::kMostSumBits)
      found.push_back(fmt::format("types: sums of {} take {} bits: must be {} or less, by narrower inputs or weights",
                                  stages[s].name, formats[s].bits, FixedFormat::kMostSumBits));
    if (stages[s].op == PixelOperator::average_pool && formats[s - 1].is_signed)
      found.push_back(fmt::format("layer {}: a pool of signed values: must be behind a ReLU", stages[s].name));
  }
  return found;
}

/// The layer whose input is the image itself.
std::size_t first_layer(const std::vector<PixelStage>& stages) {
  for (const PixelStage& stage : stages) {
    if (weighted(stage)) return stage.layer;
    if (stage.op != PixelOperator::reduce && stage.op != PixelOperator::flatten)
      input_error("layer {}: no input of its own in a trace without values: capture it with --values", stage.name);
  }
  input_error("a network without weights, in a trace without values: capture it with --values");
}

}  // namespace

std::vector<FixedFormat> stage_formats(const SparsePixelsConfig& config, const std::vector<PixelStage>& stages) {
  std::vector<FixedFormat> formats;
  FixedFormat format = config.input;
  for (const PixelStage& stage : stages) {
    if (weighted(stage)) format = sum_format(format, config.weights, window(stage));
    if (stage.op == PixelOperator::relu) format = config.activations;
    if (stage.op == PixelOperator::average_pool) format = config.pools.value_or(config.activations);
    formats.push_back(format);
  }
  return formats;
}

PixelNetwork::PixelNetwork(const SparsePixelsConfig& config, std::vector<PixelStage> stages, const Workload& workload)
    : workload_(workload), stages_(std::move(stages)), n_max_(config.n_max), sites_(config.sites) {
  if (config.dense) return;
  computes_ = workload.images() > 0 && !workload.pixels(0).empty();
  std::vector<Parameters> parameters(stages_.size());
  for (std::size_t s = 0; s < stages_.size(); ++s) {
    if (!weighted(stages_[s])) continue;
    parameters[s] = workload.parameters(stages_[s].layer);
    computes_ = computes_ && !parameters[s].weights.empty();
  }

  if (!computes_) mask_layer_ = first_layer(stages_);
  const SparsePixelsConfig types = computes_ ? config : activity_alone(config);
  threshold_ = raw_threshold(types.threshold, types.input);
  input_ = types.input;
  formats_ = stage_formats(types, stages_);
  if (const std::vector<std::string> found = problems(stages_, formats_); !found.empty())
    throw InputError(fmt::format("{}", fmt::join(found, "\n")));
  parameters_.resize(stages_.size());
  for (std::size_t s = 0; s < stages_.size(); ++s)
    if (weighted(stages_[s]))
      parameters_[s] = quantized(computes_ ? parameters[s] : ones(stages_[s]), stages_[s],
                                 s == 0 ? input_ : formats_[s - 1], types.weights);
}

PixelData PixelNetwork::image(std::size_t image) const {
  PixelData data;
  if (formats_.empty()) return data;
  const std::size_t of_workload = image % workload_.images();
  if (computes_) {
    for (const float pixel : workload_.pixels(of_workload)) data.vector.push_back(input_.quantize(pixel));
  } else {
    const BitMask mask = workload_.nonzero(of_workload, mask_layer_);
    for (std::size_t i = 0; i < mask.size(); ++i) data.vector.push_back(mask.test(i));
  }
  return data;
}

PixelData PixelNetwork::apply(std::size_t s, PixelData data) const {
  if (formats_.empty()) return data;
  const PixelStage& stage = stages_[s];
  const FixedFormat& before = s == 0 ? input_ : formats_[s - 1];
  if (s == 1 && sites_ == PixelSites::kept)  // by whatever form of the reduction
    for (std::size_t slot = 0; slot < data.list.slots(); ++slot) data.list.kept.push_back(data.list.active(slot));
  switch (stage.op) {
    case PixelOperator::reduce:
      data.list = reduce_input(data.vector, stage.input, n_max_, threshold_);
      data.vector.clear();
      break;
    case PixelOperator::convolution:
      data.list = convolve(parameters_[s], stage.kernel, data.list);
      break;
    case PixelOperator::relu:  // of the list or of the vector: the other one is empty
      relu(data.list.values, before, formats_[s]);
      relu(data.vector, before, formats_[s]);
      break;
    case PixelOperator::average_pool:
      data.list = average_pool(data.list, stage.kernel, before, formats_[s]);
      break;
    case PixelOperator::flatten:
      data = {{}, flatten(data.list, stage.input), {}};
      break;
    case PixelOperator::dense:
      if (data.list.slots() > 0) data = {{}, flatten(data.list, stage.input), {}};  // a map of one pixel
      data.vector = multiply(parameters_[s], data.vector);
      break;
    case PixelOperator::sigmoid:
    case PixelOperator::softmax:
      break;  // of the answer alone
  }
  if (computes_ && s + 1 == stages_.size()) data.answer = answer(data);
  return data;
}

std::vector<double> PixelNetwork::answer(const PixelData& data) const {
  const PixelStage& last = stages_.back();
  const FixedFormat& format = formats_.back();
  if (last.op == PixelOperator::sigmoid) return sigmoid(data.vector, format);
  if (last.op == PixelOperator::softmax) return softmax(data.vector, format);
  std::vector<double> values;
  for (const std::int64_t value : data.list.slots() > 0 ? flatten(data.list, last.output) : data.vector)
    values.push_back(static_cast<double>(value) * format.step());
  return values;
}

std::int64_t PixelNetwork::active_pixels(std::size_t stage, const PixelData& data) const {
  if (stage == 0) return sparsim::active_pixels(data.vector, stages_[0].input.channels, threshold_);
  if (data.list.slots() > 0) return static_cast<std::int64_t>(data.list.active_count());
  return std::count_if(data.vector.begin(), data.vector.end(), [](std::int64_t value) { return value != 0; });
}

}  // namespace sparsim
