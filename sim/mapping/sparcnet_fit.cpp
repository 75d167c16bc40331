#include "sim/mapping/sparcnet_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "models/core/error.h"
#include "models/cost/resources.h"
#include "models/sparcnet/masks.h"
#include "models/sparcnet/resource_bill.h"
#include "models/sparcnet/tiling.h"
#include "sim/output_file.h"
#include "sim/sweep/child.h"

namespace sparsim {
namespace {

constexpr std::int64_t kBankBytes = 2048;  // what a RAMB18 holds in words of 16 bits
constexpr std::size_t kLargestResult = 256u << 20;

// The grid nearest to a square: the broadcast's way to the farthest PE is the shortest.
PeGridConfig grid_of(PeGridConfig grid, std::int64_t pes) {
  grid.rows = static_cast<std::int64_t>(std::sqrt(static_cast<double>(pes)));
  while (pes % grid.rows != 0) --grid.rows;
  grid.columns = pes / grid.rows;
  return grid;
}

// Cycles of a layer as the tiling's own estimate has them: what is double buffered hides behind computing.
double layer_cycles(const Layer& layer, const std::vector<MaskedConnection>& connections, const SparcnetConfig& c) {
  const double bytes_per_cycle = static_cast<double>(c.axi.data_bytes) * c.axi.clock_mhz / c.clock_mhz;
  std::int64_t compute = 0, ifmap = 0, weight = 0, ofmap = 0;
  for (const TileStep& step : tile(layer.name, layer.shape, connections, c)) {
    const TileExtent e = extent(layer.shape, step);
    compute += compute_cycles(layer.shape, c.pe_grid, step) + c.pe_grid.drain_cycles();
    if (step.load_ifmap) ifmap += e.ifmap_words;
    if (step.load_weights) weight += e.weight_words;
    if (step.last_chunk) ofmap += e.output_words;
  }
  const auto cycles = [&](std::int64_t words) {
    return static_cast<double>(words * word_bytes(c.pe_grid.format)) / bytes_per_cycle;
  };
  const double in_the_open = (c.ifmap.double_buffered ? 0 : cycles(ifmap)) +
                             (c.weight.double_buffered ? 0 : cycles(weight)) +
                             (c.ofmap.double_buffered ? 0 : cycles(ofmap));
  return std::max({static_cast<double>(compute) + in_the_open, cycles(ifmap) + cycles(weight), cycles(ofmap)});
}

// What may be chosen: sizes that published and built grids of this kind lie between.
std::vector<SparcnetConfig> variants(const SparcnetConfig& given) {
  std::vector<SparcnetConfig> all;
  for (const WordFormat format : {WordFormat::fp16, WordFormat::int16, WordFormat::int8})
    for (const std::int64_t pes : {8, 16, 24, 32, 48, 64, 96, 128, 160, 192, 256, 384, 512})
      for (const std::int64_t macs : {1, 2, 4}) {
        SparcnetConfig c = given;
        c.pe_grid = grid_of(given.pe_grid, pes);
        c.pe_grid.format = format;
        c.pe_grid.macs_per_pe = macs;
        c.ifmap.word_bytes = c.weight.word_bytes = macs * word_bytes(format);
        c.ofmap.word_bytes = psum_bytes(format);
        c.weight.ports = c.ofmap.ports = pes;
        for (const std::int64_t ifmap_bytes : {16384, 32768, 65536})
          for (const std::int64_t weight_banks : {1, 2, 4})
            for (const bool weight_twice : {false, true})
              for (const bool ofmap_twice : {false, true}) {
                c.ifmap.size_bytes = ifmap_bytes;
                c.weight.size_bytes = weight_banks * kBankBytes * pes;
                c.weight.double_buffered = weight_twice;
                c.ofmap.size_bytes = (ofmap_twice ? 2 : 1) * kBankBytes * pes;
                c.ofmap.double_buffered = ofmap_twice;
                if (problems(c).empty()) all.push_back(c);
              }
      }
  return all;
}

}  // namespace

std::vector<SparcnetFit> fit_sparcnet(const SparcnetConfig& given, const LayerGraph& graph, const BoardFile& board,
                                      std::size_t wanted) {
  std::vector<std::vector<MaskedConnection>> connections(graph.layers.size());
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    const Layer& layer = graph.layers[i];
    const BitMask all(static_cast<std::size_t>(layer.shape.input.channels), true);
    if (layer.weighted()) connections[i] = masked_connections(layer, all);
  }
  std::vector<SparcnetFit> fits;
  for (const SparcnetConfig& c : variants(given)) {
    SparcnetFit fit;
    fit.config = c;
    fit.need = total(resource_bill(c, board.device.technology)) + board.reserved;
    if (!shortages(fit.need, board.device).empty()) continue;
    try {
      for (std::size_t i = 0; i < graph.layers.size(); ++i)
        if (!connections[i].empty()) fit.estimated_cycles += layer_cycles(graph.layers[i], connections[i], c);
    } catch (const InputError&) {
      continue;  // not even a row of a channel fits a scratchpad
    }
    fits.push_back(fit);
  }
  if (fits.empty()) input_error("no PE grid of 8 or more PEs fits {} and can tile {}", board.device.name, graph.name);
  // Of equal ones the smaller: they stand before the larger.
  std::stable_sort(fits.begin(), fits.end(),
                   [](const auto& a, const auto& b) { return a.estimated_cycles < b.estimated_cycles; });
  fits.resize(std::min(fits.size(), wanted));
  return fits;
}

std::vector<SparcnetFit> run_best_fits(std::vector<SparcnetFit> fits, std::string_view text, const std::string& from,
                                       const std::string& trace) {
  const TemporaryDirectory directory;
  std::vector<std::vector<std::string>> commands;
  const auto file = [&](std::size_t i, const char* extension) {
    return directory.file(fmt::format("{}.{}", i, extension));
  };
  for (std::size_t i = 0; i < fits.size(); ++i) {
    write_file(file(i, "yaml"), with_blocks(moved(text, from, file(i, "yaml")), sparcnet_blocks(fits[i].config)));
    commands.push_back(
        {"run", file(i, "yaml"), trace, "--images", "1", "--ignore-capacity", "--json", file(i, "json")});
  }
  const std::vector<ChildOutcome> outcomes = run_children(commands, 2);
  for (std::size_t i = 0; i < fits.size(); ++i) {
    if (outcomes[i].status != 0) input_error("{}", outcomes[i].errors);
    fits[i].simulated_cycles =
        nlohmann::json::parse(read_file(file(i, "json"), kLargestResult)).at("cycles").get<double>();
  }
  std::stable_sort(fits.begin(), fits.end(),
                   [](const auto& a, const auto& b) { return *a.simulated_cycles < *b.simulated_cycles; });
  return fits;
}

std::vector<TextBlock> sparcnet_blocks(const SparcnetConfig& c) {
  const auto scratchpad = [](const char* name, const ScratchpadConfig& s) {
    return fmt::format("  {}: {{size_bytes: {}, overlapped: {}}}\n", name, s.size_bytes, s.double_buffered);
  };
  const PeGridConfig& grid = c.pe_grid;
  return {{"pe_grid",
           fmt::format("pe_grid: {{rows: {}, columns: {}, macs_per_pe: {}, format: {}, "
                       "accumulate_latency: {}}}\n",
                       grid.rows, grid.columns, grid.macs_per_pe, to_string(grid.format), grid.accumulate_latency)},
          {"scratchpads", "scratchpads:\n" + scratchpad("ifmap", c.ifmap) + scratchpad("weight", c.weight) +
                              scratchpad("ofmap", c.ofmap)}};
}

}  // namespace sparsim
