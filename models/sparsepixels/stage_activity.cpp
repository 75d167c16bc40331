#include "models/sparsepixels/stage_activity.h"

#include <algorithm>

#include "models/sparsepixels/position.h"

namespace sparsim {
namespace {

std::uint64_t events(std::int64_t count) { return static_cast<std::uint64_t>(count); }

/// Products of one value or pixel with what it is connected to at one place.
std::int64_t connections(const PixelStage& stage) {
  switch (stage.op) {
    case PixelOperator::convolution:
      return stage.input.channels * stage.output.channels;
    case PixelOperator::dense:
      return stage.output.elements();
    default:
      return 0;
  }
}

std::int64_t dense_macs(const PixelStage& stage) {
  if (stage.op == PixelOperator::dense) return stage.input.elements() * connections(stage);
  return stage.output.pixels() * stage.kernel * stage.kernel * connections(stage);
}

std::int64_t macs_done(const PixelStage& stage, std::int64_t active) {
  if (stage.op == PixelOperator::dense) return active * connections(stage);
  return active * std::min(active, stage.kernel * stage.kernel) * connections(stage);
}

/// Of a pixel in a list, with its position unless that passes by a relu; or of a vector's value.
std::int64_t entry_bits(const PixelStage& stage, const MapShape& map, std::int64_t bits) {
  if (map.pixels() == 1) return bits;
  return map.channels * bits + (stage.op == PixelOperator::relu ? 0 : position_bits(map));
}

std::int64_t bytes(std::int64_t bits) { return ceil_div(bits, 8); }

/// A stream of the map comes in, and of a convolution that with zeros around it once more; each pixel of a window's row
/// is read and written a row further for all rows but the last.
Activity baseline(const PixelStage& stage, std::int64_t bits) {
  Activity a;
  a.macs_done = events(dense_macs(stage));
  const std::int64_t in = bytes(stage.input.elements() * bits), out = bytes(stage.output.elements() * bits);
  a.scratchpad_read_bytes = events(in);
  a.scratchpad_write_bytes = events(out);
  if (stage.op != PixelOperator::convolution && stage.op != PixelOperator::average_pool) return a;
  const std::int64_t around = stage.op == PixelOperator::convolution ? stage.kernel - 1 : 0;
  const std::int64_t padded =
      bytes((stage.input.height + around) * (stage.input.width + around) * stage.input.channels * bits);
  const std::int64_t buffered = padded * (stage.kernel - 1) + (around > 0 ? padded : 0);
  a.scratchpad_read_bytes += events(buffered);
  a.scratchpad_write_bytes += events(buffered);
  return a;
}

}  // namespace

Activity stage_activity(const PixelStage& stage, const SparsePixelsConfig& config, std::int64_t active_in,
                        std::int64_t active_out) {
  const std::int64_t bits = config.activations.bits;
  if (config.dense) return baseline(stage, bits);
  Activity a;
  const std::int64_t done = macs_done(stage, active_in);
  a.macs_done = events(done);
  a.macs_skipped = events(dense_macs(stage) - done);
  // The image comes in at ports.
  if (stage.op != PixelOperator::reduce)
    a.scratchpad_read_bytes = events(bytes(active_in * entry_bits(stage, stage.input, bits)));
  a.scratchpad_write_bytes = events(bytes(active_out * entry_bits(stage, stage.output, bits)));
  return a;
}

}  // namespace sparsim
