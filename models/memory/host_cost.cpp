#include "models/memory/host_cost.h"

#include <fmt/format.h>

#include <cmath>

#include "models/core/error.h"
#include "models/core/shape.h"
#include "models/memory/clock.h"

namespace sparsim {
namespace {

/// Set bits of `mask` among [begin, end) that `kept` also has; an empty `kept` keeps all.
std::int64_t count_kept(BitMask mask, const BitMask& kept) {
  if (!kept.empty()) mask &= kept;
  return static_cast<std::int64_t>(mask.count());
}

/// How many of the values [begin, begin + count) are kept.
std::int64_t count_kept(const BitMask& kept, std::int64_t begin, std::int64_t count) {
  return kept.empty() ? count
                      : static_cast<std::int64_t>(
                            kept.count(static_cast<std::size_t>(begin), static_cast<std::size_t>(begin + count)));
}

/// Pairs of a filter and an input channel that it sees, both kept.
std::int64_t connected_pairs(const Layer& layer, const BitMask& kept_channels) {
  std::int64_t pairs = 0;
  for (const Connection& c : layer.connections)
    pairs += count_kept(c.filters, layer.kept_filters) * count_kept(c.channels, kept_channels);
  if (!layer.connections.empty()) return pairs;
  const std::int64_t filters = layer.shape.filters_per_group(), channels = layer.shape.channels_per_group();
  for (std::int64_t g = 0; g < layer.shape.groups; ++g)
    pairs += count_kept(layer.kept_filters, g * filters, filters) * count_kept(kept_channels, g * channels, channels);
  return pairs;
}

}  // namespace

std::vector<std::string> problems(const HostConfig& c) {
  std::vector<std::string> found;
  const auto in_range = [&](const std::string& key, auto value, auto low, auto high, const char* unit) {
    if (!(value >= low && value <= high))
      found.push_back(fmt::format("host.{} = {}: must be {}..{}{}", key, value, low, high, unit));
  };
  in_range("clock_mhz", c.clock_mhz, 0.001, 100'000.0, " MHz");
  in_range("cores", c.cores, 1, 1024, "");
  HostOperations::visit(c.cycles_per, [&](const char* name, double cycles, const char*) {
    in_range(fmt::format("cycles_per.{}", name), cycles, 0.0, 1e6, " host cycles");
  });
  in_range("layer_cycles", c.layer_cycles, 0.0, 1e9, " host cycles");
  in_range("interrupt_latency_cycles", c.interrupt_latency_cycles, 0.0, 1e9, " host cycles");
  return found;
}

HostOperations& HostOperations::operator+=(const HostOperations& other) {
  std::vector<std::int64_t> addends;
  visit(other, [&](const char*, std::int64_t count, const char*) { addends.push_back(count); });
  auto addend = addends.begin();
  visit(*this, [&](const char*, std::int64_t& count, const char*) { count += *addend++; });
  return *this;
}

HostOperations host_operations(const Layer& layer, const BitMask& kept_channels, std::int64_t value_bytes) {
  const WindowShape& shape = layer.shape;
  const std::int64_t values = shape.output.elements();
  const std::int64_t window = shape.kernel_h * shape.kernel_w;
  HostOperations ops;
  switch (layer.kind) {
    case LayerKind::convolution:
      ops.conv_macs = shape.output.pixels() * window * connected_pairs(layer, kept_channels);
      break;
    case LayerKind::dense:
      ops.dense_macs = shape.output.pixels() * window * connected_pairs(layer, kept_channels);
      break;
    case LayerKind::max_pool:
      ops.compares = values * window;
      break;
    case LayerKind::average_pool:
      ops.adds = values * window;
      ops.divisions = values;
      break;
    case LayerKind::add:
      ops.adds = values * (static_cast<std::int64_t>(layer.inputs.size()) - 1);
      break;
    case LayerKind::activation:
      ops.compares = values;
      break;
    case LayerKind::softmax:
      ops.compares = ops.exponentials = ops.adds = ops.divisions = values;
      break;
    case LayerKind::normalization:
      ops.normalizations = values;
      break;
    case LayerKind::scale:
      ops.adds = values;  // a multiply-add takes as long
      break;
    case LayerKind::concat:
    case LayerKind::reshape:
      ops.moved_bytes = values * value_bytes;
      break;
  }
  return ops;
}

HostOperations salience_ranking(const MapShape& maps) {
  std::int64_t log2_channels = 0;
  while (std::int64_t{1} << log2_channels < maps.channels) ++log2_channels;
  HostOperations ops;
  ops.adds = maps.elements();
  ops.sort_steps = maps.channels * log2_channels;
  return ops;
}

Cycles host_cycles(const HostConfig& config, const HostOperations& operations, double clock_mhz) {
  std::vector<double> cost;
  HostOperations::visit(config.cycles_per, [&](const char*, double cycles, const char*) { cost.push_back(cycles); });
  auto cycles_each = cost.begin();
  double total = 0;
  HostOperations::visit(operations, [&](const char*, std::int64_t count, const char*) {
    total += static_cast<double>(count) * *cycles_each++;
  });
  const double spent = config.layer_cycles + total / static_cast<double>(config.cores);
  const ClockRatio clocks(ClockPeriod::of_mhz(clock_mhz), ClockPeriod::of_mhz(config.clock_mhz));
  return clocks.to_near(static_cast<std::int64_t>(std::ceil(spent)));
}

}  // namespace sparsim
