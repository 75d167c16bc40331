#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "models/core/error.h"
#include "models/fpgaconvnet/fpgaconvnet.h"
#include "tests/support/masked_workload.h"

namespace sparsim {

/// A small board around a pipeline.
inline FpgaConvNetConfig tiny_board() {
  FpgaConvNetConfig c;
  c.axi.data_bytes = 2;
  c.axi.burst_beats = 2;
  c.dma.setup_cycles = 6;
  SramConfig sram;
  sram.data_bits = 16;
  sram.turnaround_cycles = 0;
  c.memory = sram;
  c.host.clock_mhz = 200;
  c.host.interrupt_latency_cycles = 20;  // 10 of the accelerator
  return c;
}

inline LayerGraph one_convolution(std::int64_t filters = 1) {
  LayerGraph graph;
  graph.name = "tiny";
  graph.input = {2, 2, 1};
  graph.layers = {conv("only", 2, 1, filters, 1)};
  return graph;
}

inline RunRecord run(const FpgaConvNetConfig& config, const Workload& workload, const RunOptions& options) {
  const LayerGraph& graph = workload.graph();
  FpgaConvNet accelerator("accelerator", config, plan(config, graph), std::vector<ChannelOrder>(graph.layers.size()),
                          workload, options);
  return accelerator.run();
}

inline std::vector<std::pair<Cycles, Cycles>> dates(const RunRecord& record) {
  std::vector<std::pair<Cycles, Cycles>> found;
  for (const ImageRecord& image : record.images) found.emplace_back(image.start, image.end);
  return found;
}

inline const PartRecord& part(const LayerRecord& layer, const std::string& name) {
  const auto found =
      std::find_if(layer.parts.begin(), layer.parts.end(), [&](const PartRecord& p) { return p.part == name; });
  if (found == layer.parts.end()) throw std::out_of_range(name);
  return *found;
}

inline Activity sum_of(const std::vector<LayerRecord>& layers) {
  Activity sum;
  for (const LayerRecord& layer : layers)
    for (const PartRecord& p : layer.parts) sum += p.activity;
  return sum;
}

// Everything that must hold of any run.
inline void expect_identities(const RunRecord& record, const FpgaConvNetConfig& config, const Workload& workload) {
  const LayerGraph& graph = workload.graph();
  for (const LayerRecord& layer : record.layers) {
    for (const PartRecord& p : layer.parts) {
      SCOPED_TRACE(fmt::format("image {} layer {} part {}", layer.image, graph.layers[layer.layer].name, p.part));
      EXPECT_EQ(p.buckets.total(), p.end - p.start);
      p.buckets.visit([](const char* name, Cycles cycles, auto...) { EXPECT_GE(cycles, 0) << name; });
      if (p.part != "weighted") continue;
      EXPECT_EQ(p.activity.macs_done + p.activity.macs_skipped,
                static_cast<std::uint64_t>(graph.layers[layer.layer].macs()));
    }
  }
  const Pipeline pipeline = plan(config, graph).pipeline;
  ASSERT_EQ(record.fifos.size(), pipeline.edges.size());
  const auto images = static_cast<std::int64_t>(record.images.size());
  for (std::size_t e = 0; e < pipeline.edges.size(); ++e) {
    EXPECT_EQ(record.fifos[e].name, pipeline.edges[e].name);
    EXPECT_EQ(record.fifos[e].depth, pipeline.edges[e].depth);
    EXPECT_EQ(record.fifos[e].words, static_cast<std::uint64_t>(images * pipeline.edges[e].shape.words()));
    EXPECT_LE(record.fifos[e].high_water, record.fifos[e].depth);
  }
  const Activity all = sum_of(record.layers);
  const std::int64_t bytes = word_bytes(config.format) * images;
  EXPECT_EQ(all.bus_read_bytes, static_cast<std::uint64_t>(graph.input.elements() * bytes));
  EXPECT_EQ(all.bus_write_bytes, static_cast<std::uint64_t>(graph.layers.back().shape.output.elements() * bytes));
  EXPECT_EQ(all.dram_read_bytes, all.bus_read_bytes);
  EXPECT_EQ(all.dram_write_bytes, all.bus_write_bytes);
  if (record.critical_path.empty()) return;
  Cycles critical = 0;
  for (const CauseShare& share : record.critical_path) critical += share.cycles;
  EXPECT_EQ(critical, record.end);
}

/// What a run throws.
inline std::string error_of(const FpgaConvNetConfig& config, const Workload& workload, const RunOptions& options) {
  try {
    run(config, workload, options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace sparsim
