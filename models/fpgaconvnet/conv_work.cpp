#include "models/fpgaconvnet/conv_work.h"

#include <algorithm>
#include <numeric>

#include "models/core/error.h"
#include "models/core/window_count.h"
#include "models/stream/slots.h"

namespace sparsim {
namespace {

// Windows of a stream and an image.
double windows(const ConvDesign& design) {
  return static_cast<double>(design.shape.output.pixels() * design.groups() * design.steps());
}

// A window that holds no multiplier still takes its turn at the window port.
Cycles slot_cycles(const ConvDesign& design, int nonzeros) {
  return std::max<Cycles>(1, design.filters() * design.pass(nonzeros));
}

}  // namespace

double StreamWork::slowest() const { return *std::max_element(cycles.begin(), cycles.end()); }

double StreamWork::mean() const {
  return std::accumulate(cycles.begin(), cycles.end(), 0.0) / static_cast<double>(cycles.size());
}

double StreamWork::imbalance() const { return slowest() / mean(); }

WindowHistogram::WindowHistogram(const Workload& workload, std::size_t layer, std::size_t images)
    : workload_(workload),
      layer_(layer),
      images_(images),
      shape_(workload.graph().layers[layer].shape),
      padded_pixels_(window_slots(shape_, 1).slots()) {
  SPARSIM_CHECK(images >= 1 && images <= workload.images(), "{} images of {}", images, workload.images());
}

void WindowHistogram::for_each_row(const ConvDesign& design, const ChannelOrder& order,
                                   const RowOfWindows& take) const {
  WindowCounter counter =
      design.clustered() ? WindowCounter(shape_, static_cast<int>(design.folding.coarse_in)) : WindowCounter(shape_);
  std::vector<std::uint8_t> counts(static_cast<std::size_t>(counter.windows_per_row()));
  for (std::size_t image = 0; image < images_; ++image) {
    BitMask nonzero = workload_.nonzero(image, layer_);
    if (design.clustered() && !order.empty()) nonzero = reordered(nonzero, shape_.input, order);
    for (std::int64_t y = 0; y < shape_.output.height; ++y) {
      counter.count_row(nonzero, y, counts.data());
      take(counts.data());
    }
  }
}

const WindowHistogram::Counts& WindowHistogram::channel_counts() {
  if (!channels_.windows.empty()) return channels_;
  ConvDesign by_channel;
  by_channel.shape = shape_;
  channels_.most = by_channel.kernel();
  const auto channels = static_cast<std::size_t>(shape_.input.channels);
  const auto stride = static_cast<std::size_t>(channels_.most + 1);
  channels_.windows.resize(channels * stride);
  for_each_row(by_channel, {}, [&](const std::uint8_t* counts) {
    for (std::int64_t x = 0; x < shape_.output.width; ++x)
      for (std::size_t c = 0; c < channels; ++c) ++channels_.windows[c * stride + *counts++];
  });
  return channels_;
}

const WindowHistogram::Counts& WindowHistogram::cluster_counts(const ConvDesign& design, const ChannelOrder& order) {
  const auto [place, is_new] = clusters_.try_emplace({design.folding.coarse_in, order});
  Counts& found = place->second;
  if (!is_new) return found;
  found.most = design.folding.coarse_in;
  const auto groups = static_cast<std::size_t>(shape_.groups), steps = static_cast<std::size_t>(design.steps());
  const auto stride = static_cast<std::size_t>(found.most + 1);
  found.windows.resize(groups * stride);
  for_each_row(design, order, [&](const std::uint8_t* counts) {
    for (std::int64_t x = 0; x < shape_.output.width; ++x)
      for (std::size_t group = 0; group < groups; ++group)
        for (std::size_t step = 0; step < steps; ++step) ++found.windows[group * stride + *counts++];
  });
  return found;
}

StreamWork WindowHistogram::work(const ConvDesign& design, const ChannelOrder& order) {
  const auto streams = static_cast<std::size_t>(design.streams());
  const auto images = static_cast<double>(images_);
  StreamWork work;
  const std::int64_t in_words = shape_.input.channels / design.in_streams();
  const std::int64_t out_words = shape_.output.channels / design.out_streams();
  work.words = static_cast<double>(std::max(padded_pixels_ * in_words, shape_.output.pixels() * out_words));
  const double all_windows = windows(design) * static_cast<double>(streams);
  if (design.engine == DotEngine::dense) {
    work.cycles.assign(streams, windows(design) * static_cast<double>(slot_cycles(design, 0)));
    work.ideal = windows(design) * static_cast<double>(design.filters() * design.kernel()) /
                 static_cast<double>(design.folding.fine);
    return work;
  }

  const bool clustered = design.clustered();
  const Counts& counts = clustered ? cluster_counts(design, order) : channel_counts();
  const auto stride = static_cast<std::size_t>(counts.most + 1);
  std::vector<double> multiplier_cycles(stride);
  for (std::size_t n = 0; n < stride; ++n)
    multiplier_cycles[n] = static_cast<double>(design.filters() * design.pass(static_cast<int>(n)));
  work.cycles.resize(streams);
  double nonzeros = 0, zero_windows = 0;
  const auto add = [&](std::size_t stream, std::size_t row) {
    const std::uint64_t* of_row = &counts.windows[row * stride];
    for (std::size_t n = 0; n < stride; ++n) {
      const auto number = static_cast<double>(of_row[n]);
      work.cycles[stream] += number * multiplier_cycles[n];
      nonzeros += number * static_cast<double>(n);
    }
    zero_windows += static_cast<double>(of_row[0]);
  };
  for (std::size_t stream = 0; stream < streams; ++stream)
    for (std::int64_t group = 0; group < design.groups(); ++group) {
      if (clustered) {
        add(stream, static_cast<std::size_t>(group * design.folding.coarse_group) + stream);
        continue;
      }
      for (std::int64_t step = 0; step < design.steps(); ++step) {
        const auto position =
            static_cast<std::size_t>(design.channel(static_cast<std::int64_t>(stream), group, step, 0));
        add(stream, order.empty() ? position : static_cast<std::size_t>(order[position]));
      }
    }
  for (double& cycles : work.cycles) cycles = std::max(cycles / images, windows(design));
  work.ideal = nonzeros / images * static_cast<double>(design.filters()) /
               static_cast<double>(design.streams() * design.folding.fine);
  work.zero_windows = zero_windows / images / all_windows;
  return work;
}

double WindowHistogram::lock_step(const ConvDesign& design, const ChannelOrder& order) {
  if (design.engine == DotEngine::dense) return windows(design) * static_cast<double>(slot_cycles(design, 0));
  const auto streams = static_cast<std::size_t>(design.streams());
  // Of the counts of a pixel: those of the first windows of all streams, of their second ones, ...
  std::vector<std::size_t> together;
  for (std::int64_t group = 0; group < design.groups(); ++group)
    for (std::int64_t step = 0; step < design.steps(); ++step)
      for (std::int64_t stream = 0; stream < design.streams(); ++stream) {
        const auto position = static_cast<std::size_t>(design.channel(stream, group, step, 0));
        if (design.clustered())
          together.push_back(position / static_cast<std::size_t>(design.folding.coarse_in));
        else
          together.push_back(order.empty() ? position : static_cast<std::size_t>(order[position]));
      }
  std::vector<Cycles> cycles_of;
  for (std::int64_t n = 0; n <= design.operands(); ++n) cycles_of.push_back(slot_cycles(design, static_cast<int>(n)));

  Cycles sum = 0;
  for_each_row(design, order, [&](const std::uint8_t* counts) {
    for (std::int64_t x = 0; x < shape_.output.width; ++x, counts += together.size())
      for (std::size_t first = 0; first < together.size(); first += streams) {
        std::uint8_t most = 0;
        for (std::size_t i = first; i < first + streams; ++i) most = std::max(most, counts[together[i]]);
        sum += cycles_of[most];
      }
  });
  return static_cast<double>(sum) / static_cast<double>(images_);
}

std::vector<double> WindowHistogram::channel_density() {
  const Counts& counts = channel_counts();
  const auto stride = static_cast<std::size_t>(counts.most + 1);
  const double operands = static_cast<double>(shape_.output.pixels() * counts.most) * static_cast<double>(images_);
  std::vector<double> density;
  for (std::size_t begin = 0; begin < counts.windows.size(); begin += stride) {
    double nonzeros = 0;
    for (std::size_t n = 0; n < stride; ++n) nonzeros += static_cast<double>(n * counts.windows[begin + n]);
    density.push_back(nonzeros / operands);
  }
  return density;
}

}  // namespace sparsim
