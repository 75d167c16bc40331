#include "models/sparcnet/layer_plan.h"

#include <algorithm>

namespace sparsim {
namespace {

const std::int64_t* at(const std::vector<std::int64_t>& positions, std::int64_t i) { return positions.data() + i; }

std::int64_t span(const std::vector<std::int64_t>& ascending) { return ascending.back() - ascending.front() + 1; }

}  // namespace

LayerPlan::LayerPlan(const Layer& layer, const BitMask& kept_channels, const LayerAddresses& addresses,
                     const SparcnetConfig& config)
    : layer_(layer),
      config_(config),
      addresses_(addresses),
      word_(word_bytes(config.pe_grid.format)),
      connections_(masked_connections(layer, kept_channels)) {
  std::uint64_t base = addresses.weights;
  for (const MaskedConnection& connection : connections_) {
    weight_bases_.push_back(base);
    base += static_cast<std::uint64_t>(static_cast<std::int64_t>(connection.filters.size()) *
                                       span(connection.channels) * layer.shape.kernel_h * layer.shape.kernel_w * word_);
  }
  steps_ = tile(layer.name, layer.shape, connections_, config);
  for (const TileStep& step : steps_) macs_ += macs(step);
  if (layer.dynamically_pruned && config.salience_unit == SalienceUnit::pe) plan_ranking();
}

// Whole maps, as many as fit the ifmap scratchpad; a map that is larger than it, band by band.
void LayerPlan::plan_ranking() {
  const MapShape& input = layer_.shape.input;
  const std::int64_t tile_words = Scratchpad(config_.ifmap).tile_bytes() / word_;
  const std::int64_t rows = std::clamp<std::int64_t>(tile_words / input.width, 1, input.height);
  const std::int64_t maps = std::clamp<std::int64_t>(tile_words / input.pixels(), 1, input.channels);
  for (std::int64_t channel = 0; channel < input.channels; ++channel) ranked_.channels.push_back(channel);
  for (std::int64_t channel = 0; channel < input.channels; channel += maps)
    for (std::int64_t row = 0; row < input.height; row += rows) {
      TileStep step;
      step.connection = &ranked_;
      step.first_row = row;
      step.rows = std::min(rows, input.height - row);
      step.first_channel = channel;
      step.channels = std::min(maps, input.channels - channel);
      ranking_.push_back(step);
    }
}

std::int64_t LayerPlan::mask_registers() const {
  constexpr std::int64_t kRegisterBits = 32;
  const std::int64_t masks = static_cast<std::int64_t>(std::max<std::size_t>(layer_.connections.size(), 1));
  return masks *
         (ceil_div(layer_.shape.output.channels, kRegisterBits) + ceil_div(layer_.shape.input.channels, kRegisterBits));
}

std::int64_t LayerPlan::macs(const TileStep& step) const {
  const WindowShape& s = layer_.shape;
  return step.filters * step.rows * s.output.width * s.kernel_h * s.kernel_w * step.channels;
}

std::vector<Transfer> LayerPlan::ifmap_transfers(const TileStep& step) const {
  const MapShape& input = layer_.shape.input;
  const bool ranking = step.connection == &ranked_;
  const TileExtent e = extent(layer_.shape, step);
  const std::int64_t first_row = ranking ? step.first_row : e.input_first_row;
  const std::int64_t rows = ranking ? step.rows : e.input_rows;
  const std::int64_t map_bytes = input.pixels() * word_;
  const std::vector<std::int64_t>& channels = step.connection->channels;
  std::vector<Transfer> transfers;
  for (const Run& run : runs(at(channels, step.first_channel), at(channels, step.first_channel + step.channels))) {
    Transfer t;
    t.address = addresses_.ifmap + static_cast<std::uint64_t>(run.first * map_bytes + first_row * input.width * word_);
    t.row_bytes = rows * input.width * word_;
    t.rows = run.count;
    t.row_stride_bytes = map_bytes;
    if (t.row_bytes > 0) transfers.push_back(t);  // a band may lie in the padding as a whole
  }
  return transfers;
}

std::vector<Transfer> LayerPlan::weight_transfers(const TileStep& step) const {
  const WindowShape& s = layer_.shape;
  const std::vector<std::int64_t>& channels = step.connection->channels;
  const std::int64_t kernel = s.kernel_h * s.kernel_w * word_;
  const std::uint64_t base = weight_bases_[static_cast<std::size_t>(step.connection - connections_.data())] +
                             static_cast<std::uint64_t>(step.first_filter * span(channels) * kernel);
  std::vector<Transfer> transfers;
  for (const Run& run : runs(at(channels, step.first_channel), at(channels, step.first_channel + step.channels))) {
    Transfer t;
    t.address = base + static_cast<std::uint64_t>((run.first - channels.front()) * step.filters * kernel);
    t.row_bytes = run.count * step.filters * kernel;
    transfers.push_back(t);
  }
  return transfers;
}

std::vector<Transfer> LayerPlan::ofmap_transfers(const TileStep& step) const {
  const MapShape& output = layer_.shape.output;
  const std::int64_t map_bytes = output.pixels() * word_;
  const std::vector<std::int64_t>& filters = step.connection->filters;
  std::vector<Transfer> transfers;
  for (const Run& run : runs(at(filters, step.first_filter), at(filters, step.first_filter + step.filters))) {
    Transfer t;
    t.write = true;
    t.address =
        addresses_.ofmap + static_cast<std::uint64_t>(run.first * map_bytes + step.first_row * output.width * word_);
    t.row_bytes = step.rows * output.width * word_;
    t.rows = run.count;
    t.row_stride_bytes = map_bytes;
    transfers.push_back(t);
  }
  return transfers;
}

}  // namespace sparsim
