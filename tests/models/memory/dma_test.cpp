#include "models/memory/dma.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "models/core/error.h"
#include "models/memory/sram.h"

namespace sparsim {
namespace {

/// A DMA engine on a bus of one byte a beat before an SRAM of a byte a cycle; address to memory 4 cycles, back 4, and
/// the first byte takes the SRAM's one: a read of n bytes takes 9 + n cycles (up to 16, one burst), a write n + 4 + n
/// + 4.
class Bench : public sc_core::sc_module {
 public:
  AxiInterconnect bus;
  SramController memory{"memory", SramConfig{}, 100};
  DmaEngine dma;

  Bench(const sc_core::sc_module_name& name, const DmaConfig& config, std::function<void(Bench&)> program)
      : sc_module(name), bus("bus", bus_config(), 1, 100), dma("dma", config), program_(std::move(program)) {
    bus.memory_port.bind(memory);
    dma.socket.bind(bus.port_sockets[0]);
    SC_HAS_PROCESS(Bench);
    SC_THREAD(run);
  }
  void sleep(Cycles duration) { wait(kernel_time(duration)); }
  bool finished() const { return finished_; }

 private:
  static AxiConfig bus_config() {
    AxiConfig c;
    c.data_bytes = 1;
    return c;
  }
  void run() {
    program_(*this);
    finished_ = true;
  }
  std::function<void(Bench&)> program_;
  bool finished_ = false;
};

void simulate(const DmaConfig& config, std::function<void(Bench&)> program) {
  Bench bench("bench", config, std::move(program));
  sc_core::sc_start();
  EXPECT_TRUE(bench.finished());
}

TEST(DmaEngine, ATransferTakesItsSetUpAndTheBus) {
  simulate({8, 1}, [](Bench& b) {
    EXPECT_EQ(b.dma.transfer({false, 0, 16}), 8 + 9 + 16);
    EXPECT_EQ(kernel_cycle(), 33);
    const CycleBuckets& buckets = b.dma.buckets(40);
    EXPECT_EQ(buckets.busy, 8 + 16);
    EXPECT_EQ(buckets.waiting_bus, 9);
    EXPECT_EQ(buckets.idle, 7);
    EXPECT_EQ(buckets.total(), 40);
  });
}

TEST(DmaEngine, CountsBytesAndBurstsByDirection) {
  simulate({8, 2}, [](Bench& b) {
    b.dma.transfer({false, 0, 20, 3, 100});  // two bursts a row
    b.dma.transfer({true, 4000, 200});       // 4000..4095 six bursts, 4096..4199 seven
    EXPECT_EQ(b.dma.activity().bus_read_bytes, 60u);
    EXPECT_EQ(b.dma.activity().bus_write_bytes, 200u);
    EXPECT_EQ(b.dma.activity().bus_bursts, 6u + 13u);
    EXPECT_EQ(b.memory.activity().dram_read_bytes, 60u);
    EXPECT_EQ(b.memory.activity().dram_write_bytes, 200u);
  });
}

TEST(DmaEngine, DescriptorsUnderWayShareTheWay) {
  simulate({0, 2}, [](Bench& b) {
    const auto first = b.dma.start({false, 0, 16});
    const auto second = b.dma.start({false, 64, 16});
    EXPECT_EQ(kernel_cycle(), 0);
    EXPECT_EQ(b.dma.finish(second), 9 + 32);
    EXPECT_EQ(b.dma.finish(first), 9 + 32);  // over long ago
    EXPECT_EQ(b.dma.buckets(41).busy, 32);
  });
}

TEST(DmaEngine, SetsUpOneDescriptorAtATime) {
  simulate({50, 2}, [](Bench& b) {
    b.dma.start({false, 0, 16});
    EXPECT_EQ(b.dma.finish(b.dma.start({false, 64, 16})), 100 + 9 + 16);
    // 0..100 setting up, 100..109 waiting for the second's data, 109..125 data; the first's moved during set-up.
    EXPECT_EQ(b.dma.buckets(125).busy, 100 + 16);
    EXPECT_EQ(b.dma.buckets(125).waiting_bus, 9);
  });
}

TEST(DmaEngine, WaitsForADescriptorOnlyWhenAllAreInUse) {
  simulate({0, 2}, [](Bench& b) {
    b.dma.start({false, 0, 16});
    b.dma.start({false, 64, 16});
    EXPECT_EQ(kernel_cycle(), 0);
    b.dma.start({false, 128, 16});
    EXPECT_EQ(kernel_cycle(), 9 + 16);
  });
}

TEST(DmaEngine, NamesTheCyclesOfATransferThatIsNotOver) {
  simulate({8, 1}, [](Bench& b) {
    b.sleep(5);
    const auto ticket = b.dma.start({false, 0, 16});
    b.sleep(4);
    EXPECT_EQ(b.dma.buckets(9).busy, 4);  // of 8 to set up
    b.dma.finish(ticket);
    const CycleBuckets& buckets = b.dma.buckets(kernel_cycle());
    EXPECT_EQ(buckets.idle, 5);
    EXPECT_EQ(buckets.busy, 8 + 16);
    EXPECT_EQ(buckets.waiting_bus, 9);
  });
}

TEST(DmaEngine, RemembersTheCyclesOfDescriptorsThatAreUsedAgain) {
  simulate({8, 1}, [](Bench& b) {
    for (int i = 0; i < 3; ++i) b.dma.transfer({false, 0, 16});
    EXPECT_EQ(b.dma.buckets(3 * 33).busy, 3 * (8 + 16));
    EXPECT_EQ(b.dma.buckets(3 * 33).waiting_bus, 3 * 9);
  });
}

TEST(DmaEngine, AnEmptyTransferIsOverAtOnce) {
  simulate({8, 1}, [](Bench& b) {
    b.sleep(3);
    EXPECT_EQ(b.dma.transfer({false, 0, 0}), 3);
    EXPECT_EQ(b.dma.transfer({false, 0, 16, 0}), 3);
    EXPECT_EQ(b.dma.activity().bus_bursts, 0u);
    EXPECT_EQ(b.dma.transfer({false, 0, 16}), 3 + 8 + 9 + 16);
  });
}

TEST(DmaEngine, ATicketThatWasNeverGivenIsADefect) {
  simulate({8, 1}, [](Bench& b) { EXPECT_THROW(b.dma.finish(0), ModelError); });
}

TEST(DmaConfig, RulesNameTheirKeys) {
  EXPECT_TRUE(problems(DmaConfig{}).empty());
  using testing::StartsWith;
  EXPECT_THAT(problems(DmaConfig{-1, 0}),
              testing::ElementsAre(StartsWith("dma.setup_cycles ="), StartsWith("dma.descriptors =")));
  EXPECT_THROW(DmaEngine("dma", DmaConfig{-1, 0}), ModelError);
}

}  // namespace
}  // namespace sparsim
