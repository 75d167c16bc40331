#include "models/sparcnet/masks.h"

namespace sparsim {
namespace {

bool kept(const BitMask& mask, std::int64_t i) { return mask.empty() || mask.test(static_cast<std::size_t>(i)); }

std::vector<std::int64_t> kept_of(const BitMask& members, const BitMask& mask) {
  std::vector<std::int64_t> positions;
  for (std::size_t i = 0; i < members.size(); ++i)
    if (members.test(i) && kept(mask, static_cast<std::int64_t>(i))) positions.push_back(static_cast<std::int64_t>(i));
  return positions;
}

std::vector<std::int64_t> kept_of(Run range, const BitMask& mask) {
  std::vector<std::int64_t> positions;
  for (std::int64_t i = range.first; i < range.first + range.count; ++i)
    if (kept(mask, i)) positions.push_back(i);
  return positions;
}

}  // namespace

std::vector<MaskedConnection> masked_connections(const Layer& layer, const BitMask& kept_channels) {
  std::vector<MaskedConnection> connections;
  const auto add = [&](MaskedConnection connection) {
    if (!connection.filters.empty() && !connection.channels.empty()) connections.push_back(std::move(connection));
  };
  if (!layer.connections.empty()) {
    for (const Connection& connection : layer.connections)
      add({kept_of(connection.filters, layer.kept_filters), kept_of(connection.channels, kept_channels)});
    return connections;
  }
  const std::int64_t filters = layer.shape.filters_per_group(), channels = layer.shape.channels_per_group();
  for (std::int64_t group = 0; group < layer.shape.groups; ++group)
    add({kept_of(Run{group * filters, filters}, layer.kept_filters),
         kept_of(Run{group * channels, channels}, kept_channels)});
  return connections;
}

std::vector<Run> runs(const std::int64_t* begin, const std::int64_t* end) {
  std::vector<Run> found;
  for (; begin != end; ++begin) {
    if (!found.empty() && found.back().first + found.back().count == *begin)
      ++found.back().count;
    else
      found.push_back({*begin, 1});
  }
  return found;
}

}  // namespace sparsim
