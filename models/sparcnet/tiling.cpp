#include "models/sparcnet/tiling.h"

#include <algorithm>
#include <limits>

#include "models/core/error.h"

namespace sparsim {
namespace {

struct RowRange {
  std::int64_t first = 0, count = 0;
};

// Input rows under a band of output rows, those of the padding left out.
RowRange input_rows(const WindowShape& s, std::int64_t first_row, std::int64_t rows) {
  const std::int64_t top = first_row * s.stride_h - s.pad_top;
  const std::int64_t bottom = (first_row + rows - 1) * s.stride_h - s.pad_top + s.dilation_h * (s.kernel_h - 1) + 1;
  const std::int64_t first = std::clamp<std::int64_t>(top, 0, s.input.height);
  return {first, std::clamp<std::int64_t>(bottom, first, s.input.height) - first};
}

// A band of output rows and a chunk of input channels: the choice that a tiling is.
struct Blocking {
  std::int64_t rows = 0, channels = 0;
};

// What all bands of a map need together, and the largest of them: the same for every chunk size.
struct Bands {
  std::int64_t count = 0, input_rows = 0, largest = 0;
};

Bands bands(const WindowShape& shape, std::int64_t rows) {
  Bands all;
  for (std::int64_t row = 0; row < shape.output.height; row += rows) {
    const std::int64_t count = input_rows(shape, row, std::min(rows, shape.output.height - row)).count;
    ++all.count;
    all.input_rows += count;
    all.largest = std::max(all.largest, count);
  }
  return all;
}

std::int64_t tile_bytes(const ScratchpadConfig& config) {
  return config.double_buffered ? config.size_bytes / 2 : config.size_bytes;
}

// Distinct sizes of the parts into which `whole` can be cut evenly, largest first.
std::vector<std::int64_t> even_parts(std::int64_t whole) {
  std::vector<std::int64_t> parts;
  for (std::int64_t n = 1; n <= whole; ++n)
    if (const std::int64_t part = ceil_div(whole, n); parts.empty() || parts.back() != part) parts.push_back(part);
  return parts;
}

class Planner {
 public:
  Planner(const WindowShape& shape, const MaskedConnection& connection, const SparcnetConfig& config)
      : s_(shape),
        c_(config),
        filters_(static_cast<std::int64_t>(connection.filters.size())),
        channels_(static_cast<std::int64_t>(connection.channels.size())),
        pes_(std::min(config.pe_grid.pes(), filters_)),
        groups_(ceil_div(filters_, config.pe_grid.pes())),
        word_(word_bytes(config.pe_grid.format)),
        bytes_per_cycle_(static_cast<double>(config.axi.data_bytes) * config.axi.clock_mhz / config.clock_mhz) {}

  // Throws where the smallest block does not fit.
  void check_fit(const std::string& layer) const {
    const auto check = [&](const char* pad, const ScratchpadConfig& config, std::int64_t need,
                           const std::string& what) {
      if (need > tile_bytes(config))
        input_error(
            "{}: {} scratchpad: {} need {} bytes{}, the scratchpad has {} bytes; enlarge scratchpads.{}.size_bytes",
            layer, pad, what, need, config.double_buffered ? " twice (double buffered)" : "", config.size_bytes, pad);
    };
    check("ifmap", c_.ifmap, ifmap_bytes(bands(s_, 1).largest, 1),
          fmt::format("the input rows of one output row ({} x {} values)", bands(s_, 1).largest, s_.input.width));
    check("weight", c_.weight, weight_bytes(1), fmt::format("one kernel a PE ({} kernels)", pes_));
    check("ofmap", c_.ofmap, ofmap_bytes(1), fmt::format("partial sums of one row ({} x {})", s_.output.width, pes_));
  }

  Blocking best() const {
    Blocking chosen;
    double least = std::numeric_limits<double>::infinity();
    const std::vector<std::int64_t> chunk_sizes = even_parts(channels_);
    for (const std::int64_t rows : even_parts(s_.output.height)) {
      if (ofmap_bytes(rows) > tile_bytes(c_.ofmap)) continue;
      const Bands all = bands(s_, rows);
      for (const std::int64_t channels : chunk_sizes) {
        if (ifmap_bytes(all.largest, channels) > tile_bytes(c_.ifmap)) continue;
        if (weight_bytes(channels) > tile_bytes(c_.weight)) continue;
        const double cycles = estimate(rows, channels, all);
        if (cycles < least) {
          least = cycles;
          chosen = {rows, channels};
        }
      }
    }
    SPARSIM_CHECK(chosen.rows > 0, "a block that fits was not found again");
    return chosen;
  }

 private:
  std::int64_t ifmap_bytes(std::int64_t rows, std::int64_t channels) const {
    return rows * s_.input.width * channels * word_;
  }
  std::int64_t weight_bytes(std::int64_t channels) const { return pes_ * s_.kernel_h * s_.kernel_w * channels * word_; }
  std::int64_t ofmap_bytes(std::int64_t rows) const {
    return rows * s_.output.width * pes_ * psum_bytes(c_.pe_grid.format);
  }

  double estimate(std::int64_t rows, std::int64_t channels, const Bands& all) const {
    const std::int64_t chunks = ceil_div(channels_, channels);
    const std::int64_t steps = groups_ * all.count * chunks;
    const std::int64_t macs = c_.pe_grid.macs_per_pe;
    const std::int64_t operands =
        ceil_div(channels, macs) * (chunks - 1) + ceil_div(channels_ - channels * (chunks - 1), macs);
    const std::int64_t last_rows = s_.output.height - rows * (all.count - 1);
    const std::int64_t latency = c_.pe_grid.accumulate_latency;
    const std::int64_t pixels =
        std::max(rows * s_.output.width, latency) * (all.count - 1) + std::max(last_rows * s_.output.width, latency);
    const auto compute = static_cast<double>(groups_ * s_.kernel_h * s_.kernel_w * operands * pixels +
                                             steps * c_.pe_grid.drain_cycles());
    const bool ifmap_stays = all.count * chunks == 1, weights_stay = chunks == 1;
    const double ifmap = cycles_of(ifmap_bytes(all.input_rows, channels_) * (ifmap_stays ? 1 : groups_));
    const double weights =
        cycles_of(filters_ * s_.kernel_h * s_.kernel_w * channels_ * word_ * (weights_stay ? 1 : all.count));
    const double ofmap = cycles_of(s_.output.pixels() * filters_ * word_);
    const double in_the_open = (c_.ifmap.double_buffered ? 0 : ifmap) + (c_.weight.double_buffered ? 0 : weights) +
                               (c_.ofmap.double_buffered ? 0 : ofmap);
    return std::max({compute + in_the_open, ifmap + weights, ofmap});
  }

  double cycles_of(std::int64_t bytes) const { return static_cast<double>(bytes) / bytes_per_cycle_; }

  const WindowShape& s_;
  const SparcnetConfig& c_;
  const std::int64_t filters_, channels_, pes_, groups_, word_;
  const double bytes_per_cycle_;
};

void append_steps(const WindowShape& shape, const MaskedConnection& connection, std::int64_t pes, Blocking block,
                  std::vector<TileStep>& steps) {
  const auto filters = static_cast<std::int64_t>(connection.filters.size());
  const auto channels = static_cast<std::int64_t>(connection.channels.size());
  const std::int64_t rows = shape.output.height;
  const bool one_chunk = block.channels >= channels, one_band = block.rows >= rows;
  for (std::int64_t filter = 0; filter < filters; filter += pes)
    for (std::int64_t row = 0; row < rows; row += block.rows)
      for (std::int64_t channel = 0; channel < channels; channel += block.channels) {
        TileStep step;
        step.connection = &connection;
        step.first_filter = filter;
        step.filters = std::min(pes, filters - filter);
        step.first_row = row;
        step.rows = std::min(block.rows, rows - row);
        step.first_channel = channel;
        step.channels = std::min(block.channels, channels - channel);
        step.load_ifmap = !(one_chunk && one_band && filter > 0);
        step.load_weights = !(one_chunk && row > 0);
        step.first_chunk = channel == 0;
        step.last_chunk = channel + step.channels == channels;
        steps.push_back(step);
      }
}

}  // namespace

TileExtent extent(const WindowShape& s, const TileStep& step) {
  const RowRange input = input_rows(s, step.first_row, step.rows);
  TileExtent e;
  e.input_first_row = input.first;
  e.input_rows = input.count;
  e.ifmap_words = input.count * s.input.width * step.channels;
  e.weight_words = step.filters * s.kernel_h * s.kernel_w * step.channels;
  e.output_words = step.rows * s.output.width * step.filters;
  return e;
}

std::int64_t compute_cycles(const WindowShape& s, const PeGridConfig& grid, const TileStep& step) {
  const std::int64_t interleaved = std::max(step.rows * s.output.width, grid.accumulate_latency);
  return s.kernel_h * s.kernel_w * ceil_div(step.channels, grid.macs_per_pe) * interleaved;
}

std::vector<TileStep> tile(const std::string& layer, const WindowShape& shape,
                           const std::vector<MaskedConnection>& connections, const SparcnetConfig& config) {
  std::vector<TileStep> steps;
  Blocking block;
  const MaskedConnection* planned = nullptr;  // groups are alike: plan the first, reuse
  for (const MaskedConnection& connection : connections) {
    if (planned == nullptr || planned->filters.size() != connection.filters.size() ||
        planned->channels.size() != connection.channels.size()) {
      const Planner planner(shape, connection, config);
      planner.check_fit(layer);
      block = planner.best();
      planned = &connection;
    }
    append_steps(shape, connection, config.pe_grid.pes(), block, steps);
  }
  return steps;
}

}  // namespace sparsim
