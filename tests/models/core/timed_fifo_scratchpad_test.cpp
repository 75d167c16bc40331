// How a tiled accelerator reads on TimedFifos: a token is a scratchpad buffer, its depth the number of buffers, and a
// slot stays taken until the computation on it has ended.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <systemc>
#include <vector>

#include "models/core/timed_fifo.h"
#include "models/core/timed_run.h"

namespace sparsim {
namespace {

using testing::ElementsAre;

constexpr int kTiles = 4;

MATCHER_P2(Share, cause, cycles, "") { return arg.cause == cause && arg.cycles == cycles; }

// Two ifmap buffers, one weight buffer, one ofmap buffer. Each DMA engine is synchronised with the kernel while its
// transfer lasts; the PE grid runs ahead.
struct Accelerator : sc_core::sc_module {
  TimedFifo<> ifmaps{"ifmaps", 2, 0, 0}, weights{"weights", 1, 0, 0}, ofmaps{"ofmaps", 1, 0, 0};

  TimedThread ifmap_dma{"ifmap_dma", [this] { load(ifmap_dma, ifmaps_o, 10); }};
  TimedThread weight_dma{"weight_dma", [this] { load(weight_dma, weights_o, 6); }};
  TimedThread ofmap_dma{"ofmap_dma", [this] { store(4); }};
  TimedThread pe_grid{"pe_grid", [this] { compute(15); }};

  TimedOut<> ifmaps_o{"ifmaps_o", ifmap_dma}, weights_o{"weights_o", weight_dma}, ofmaps_o{"ofmaps_o", pe_grid};
  TimedIn<> ifmaps_i{"ifmaps_i", pe_grid}, weights_i{"weights_i", pe_grid}, ofmaps_i{"ofmaps_i", ofmap_dma};

  std::vector<Cycles> loaded_ifmaps, loaded_weights, started, ended, stored;

  explicit Accelerator(const sc_core::sc_module_name& name) : sc_module(name) {
    ifmaps_o(ifmaps), weights_o(weights), ofmaps_o(ofmaps);
    ifmaps_i(ifmaps), weights_i(weights), ofmaps_i(ofmaps);
  }

  void load(TimedThread& dma, TimedOut<>& out, Cycles duration) {
    for (int tile = 0; tile < kTiles; ++tile) {
      out.claim();  // a free buffer
      dma.sync();
      sc_core::wait(kernel_time(duration));  // in place of a bus
      dma.catch_up("DDR");
      out.write();
      (&out == &ifmaps_o ? loaded_ifmaps : loaded_weights).push_back(dma.now());
    }
  }
  void compute(Cycles duration) {
    for (int tile = 0; tile < kTiles; ++tile) {
      ifmaps_i.front();
      weights_i.front();
      ofmaps_o.claim();
      started.push_back(pe_grid.now());
      pe_grid.advance(duration);
      ended.push_back(pe_grid.now());
      ifmaps_i.pop();  // only now may the next tile go there
      weights_i.pop();
      ofmaps_o.write();
    }
  }
  void store(Cycles duration) {
    for (int tile = 0; tile < kTiles; ++tile) {
      ofmaps_i.front();
      ofmap_dma.sync();
      sc_core::wait(kernel_time(duration));
      ofmap_dma.catch_up("DDR");
      ofmaps_i.pop();
      stored.push_back(ofmap_dma.now());
    }
  }
};

TEST(TimedFifoScratchpad, HoldsABufferUntilItsComputationEnds) {
  Accelerator top("top");
  TimedRun run({{}, true});
  run.run();

  // ifmap k loads after ifmap k-1 and once tile k-2 is computed, in 10; weight k once tile k-1 is computed, in 6.
  EXPECT_THAT(top.loaded_ifmaps, ElementsAre(10, 20, 25 + 10, 46 + 10));
  EXPECT_THAT(top.loaded_weights, ElementsAre(6, 25 + 6, 46 + 6, 67 + 6));
  // Tile k starts with ifmap k, weight k, the end of tile k-1 and the ofmap buffer, free once tile k-1 is stored.
  EXPECT_THAT(top.started, ElementsAre(10, 31, 52, 73));
  EXPECT_THAT(top.ended, ElementsAre(25, 46, 67, 88));
  EXPECT_THAT(top.stored, ElementsAre(29, 50, 71, 92));
  EXPECT_EQ(run.end(), 92);

  EXPECT_EQ(top.ifmaps.counters().reader_starvation_cycles, 10);      // tile 0
  EXPECT_EQ(top.weights.counters().reader_starvation_cycles, 3 * 6);  // tiles 1 to 3; tile 0 waited for its ifmap
  EXPECT_EQ(top.ifmaps.counters().writer_stall_cycles, (25 - 20) + (46 - 35));
  EXPECT_EQ(top.weights.counters().writer_stall_cycles, (25 - 6) + (46 - 31) + (67 - 52));
  EXPECT_EQ(top.ofmaps.counters().writer_stall_cycles, 0);
  EXPECT_EQ(top.ifmaps.counters().high_water, 2u);
  EXPECT_EQ(top.weights.counters().high_water, 1u);
  // Back from the end: the last store, four computations with a weight load before each but the first, the first ifmap.
  EXPECT_THAT(run.critical_path(), ElementsAre(Share("top.pe_grid", 4 * 15), Share("DDR", 4 + 3 * 6 + 10)));
}

}  // namespace
}  // namespace sparsim
