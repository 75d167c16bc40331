#include "tests/models/fpgaconvnet/rtl_node_run.h"

#include <stdexcept>

#include "models/core/error.h"
#include "models/core/random.h"
#include "sim/workload/trace.h"

namespace sparsim {
namespace {

constexpr Cycles kMostCycles = 10'000'000;

std::int16_t any_value(Random& random) {
  const auto value = static_cast<std::int16_t>(random.below(65536) - 32768);
  return value == 0 ? std::int16_t{1} : value;
}

bool gone(const std::vector<Cycles>& events, std::size_t index, Cycles by) {
  return events.size() > index && events[index] <= by;
}

}  // namespace

ValueLayer::ValueLayer(const WindowShape& shape, std::size_t images, double density, std::uint64_t seed) {
  Layer layer;
  layer.name = "conv";
  layer.inputs = {Layer::kNetworkInput};
  layer.shape = shape;
  graph_ = {"drawn", shape.input, 16, {layer}};
  for (std::size_t image = 0; image < images; ++image) {
    Random random(seed, 0, image);
    std::vector<std::int16_t>& values = values_.emplace_back(static_cast<std::size_t>(shape.input.elements()));
    for (std::int16_t& value : values) value = random.chance(density) ? any_value(random) : std::int16_t{0};
  }
  Random random(seed, 1);
  weights_.resize(static_cast<std::size_t>(shape.weights()));
  for (std::int16_t& weight : weights_) weight = any_value(random);
  find_nonzeros();
}

ValueLayer::ValueLayer(const std::string& name, std::size_t images) {
  const Trace trace = Trace::open(SPARSIM_SOURCE_DIR "/traces/shapes.h5");
  const std::vector<Layer>& layers = trace.graph().layers;
  std::size_t position = 0;
  while (position < layers.size() && layers[position].name != name) ++position;
  if (position == layers.size()) throw std::runtime_error("no layer " + name);
  Layer layer = layers[position];
  layer.inputs = {Layer::kNetworkInput};
  graph_ = {name, layer.shape.input, trace.graph().value_bits, {layer}};
  for (std::size_t image = 0; image < images; ++image) values_.push_back(trace.values(image, position).value().values);
  weights_ = trace.weights(position).value().values;
  find_nonzeros();
}

std::int16_t ValueLayer::value(std::size_t image, std::int64_t y, std::int64_t x, std::int64_t channel) const {
  const MapShape& map = shape().input;
  if (y < 0 || y >= map.height || x < 0 || x >= map.width) return 0;
  return values_[image][static_cast<std::size_t>((y * map.width + x) * map.channels + channel)];
}

std::int16_t ValueLayer::weight(std::int64_t filter, std::int64_t y, std::int64_t x, std::int64_t channel) const {
  const WindowShape& s = shape();
  return weights_[static_cast<std::size_t>(((filter * s.kernel_h + y) * s.kernel_w + x) * s.channels_per_group() +
                                           channel)];
}

std::vector<std::int64_t> ValueLayer::convolution() const {
  const WindowShape& s = shape();
  std::vector<std::int64_t> sums;
  for (std::size_t image = 0; image < images(); ++image)
    for (std::int64_t pixel = 0; pixel < s.output.pixels(); ++pixel)
      for (std::int64_t filter = 0; filter < s.output.channels; ++filter) {
        const std::int64_t top = pixel / s.output.width * s.stride_h - s.pad_top;
        const std::int64_t left = pixel % s.output.width * s.stride_w - s.pad_left;
        std::int64_t sum = 0;
        for (std::int64_t y = 0; y < s.kernel_h; ++y)
          for (std::int64_t x = 0; x < s.kernel_w; ++x)
            for (std::int64_t channel = 0; channel < s.input.channels; ++channel)
              sum += std::int64_t{value(image, top + y * s.dilation_h, left + x * s.dilation_w, channel)} *
                     weight(filter, y, x, channel);
        sums.push_back(sum);
      }
  return sums;
}

void ValueLayer::find_nonzeros() {
  for (const std::vector<std::int16_t>& values : values_) {
    BitMask& mask = nonzero_.emplace_back(values.size());
    for (std::size_t i = 0; i < mask.size(); ++i) mask.set(i, values[i] != 0);
  }
}

BitMask ValueLayer::kept_channels(std::size_t, std::size_t) const {
  return BitMask(static_cast<std::size_t>(shape().input.channels), true);
}

NodePins::NodePins(const ConvDesign& design, const ValueLayer& layer) {
  const WindowShape& shape = layer.shape();
  const std::int64_t streams = design.streams(), cluster = design.folding.coarse_in / streams;
  for (std::size_t image = 0; image < layer.images(); ++image)
    for (std::int64_t pixel = 0; pixel < shape.input.pixels(); ++pixel)
      for (std::int64_t step = 0; step < design.steps(); ++step) {
        std::vector<std::int16_t>& word = words.emplace_back();
        for (std::int64_t stream = 0; stream < streams; ++stream)
          for (std::int64_t i = 0; i < cluster; ++i)
            word.push_back(layer.value(image, pixel / shape.input.width, pixel % shape.input.width,
                                       design.channel(stream, 0, step, i)));
      }
  memory.resize(static_cast<std::size_t>(streams));
  for (std::int64_t stream = 0; stream < streams; ++stream)
    for (std::int64_t step = 0; step < design.steps(); ++step)
      for (std::int64_t pass = 0; pass < design.filters(); ++pass) {
        std::vector<std::int16_t>& row = memory[static_cast<std::size_t>(stream)].emplace_back();
        for (std::int64_t engine = 0; engine < design.folding.coarse_out; ++engine)
          for (std::int64_t tap = 0; tap < design.kernel(); ++tap)
            for (std::int64_t i = 0; i < cluster; ++i)
              row.push_back(layer.weight(pass * design.folding.coarse_out + engine, tap / shape.kernel_w,
                                         tap % shape.kernel_w, design.channel(stream, 0, step, i)));
      }
}

RtlNodeRun run_rtl_node(RtlConvNode& rtl, const ConvDesign& design, const NodePins& pins,
                        const NodeSurroundings& around) {
  SPARSIM_CHECK(around.source.size() == pins.words.size(), "{} gaps, {} words", around.source.size(),
                pins.words.size());
  const std::size_t sums = around.sink.size();
  // The FIFO in front by nothing but the definition of a registered one.
  rtl.reset(static_cast<std::uint32_t>(design.filters()));
  RtlNodeRun run;
  std::vector<Cycles>&written = run.dates.written, &read = run.dates.read;
  std::vector<Cycles> taken;  // by the node
  RtlNodeInputs in;
  in.word = pins.words[0];
  std::vector<std::uint32_t> rows(pins.memory.size());
  const auto show_weights = [&] {
    in.weight.clear();
    for (std::size_t stream = 0; stream < rows.size(); ++stream) {
      // Behind the last row, where the next group has not begun, nobody looks.
      const auto& row = pins.memory[stream][rows[stream] % pins.memory[stream].size()];
      in.weight.insert(in.weight.end(), row.begin(), row.end());
    }
  };
  show_weights();
  Cycles source_ready = around.source[0], sink_ready = around.sink[0];
  for (Cycles t = 0; read.size() < sums; ++t) {
    if (t > kMostCycles) throw std::runtime_error("the node does not end");
    in.word_valid = gone(written, taken.size(), t - 1);
    if (in.word_valid) in.word = pins.words[taken.size()];
    in.sum_ready = t >= sink_ready;
    const RtlNodeOutputs& seen = rtl.evaluate(in);
    if (in.word_valid && seen.word_ready) taken.push_back(t);
    if (seen.sum_valid && in.sum_ready) {
      read.push_back(t);
      run.sums.insert(run.sums.end(), seen.sum.begin(), seen.sum.end());
      if (read.size() < sums) sink_ready = t + around.sink[read.size()];
    }
    if (rows != seen.weight_row) {
      rows = seen.weight_row;
      show_weights();
    }
    rtl.clock();
    if (written.size() < pins.words.size() && t >= source_ready &&
        (written.size() < around.depth_in || gone(taken, written.size() - around.depth_in, t - 1))) {
      written.push_back(t);
      if (written.size() < pins.words.size()) source_ready = t + around.source[written.size()];
    }
  }
  return run;
}

}  // namespace sparsim
