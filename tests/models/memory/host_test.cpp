#include "models/memory/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tlm_utils/simple_target_socket.h>

#include <functional>

#include "models/core/error.h"
#include "models/memory/axi_lite.h"

namespace sparsim {
namespace {

Layer layer(LayerKind kind, const MapShape& input, const MapShape& output, std::int64_t kernel = 1) {
  Layer l;
  l.kind = kind;
  l.shape.input = input;
  l.shape.output = output;
  l.shape.kernel_h = l.shape.kernel_w = kernel;
  l.inputs = {Layer::kNetworkInput};
  return l;
}

BitMask mask(std::size_t size, std::initializer_list<std::size_t> set) {
  BitMask m(size);
  for (const std::size_t i : set) m.set(i);
  return m;
}

TEST(HostOperations, OfAConvolutionAreItsMacs) {
  const Layer conv = layer(LayerKind::convolution, {8, 8, 4}, {6, 6, 10}, 3);
  EXPECT_EQ(host_operations(conv, {}, 4).conv_macs, 6 * 6 * 10 * 9 * 4);
  EXPECT_EQ(host_operations(conv, {}, 4).conv_macs, conv.macs());
}

TEST(HostOperations, OfADenseLayerAreCountedApart) {
  Layer dense = layer(LayerKind::dense, {1, 1, 4096}, {1, 1, 1000});
  EXPECT_EQ(host_operations(dense, {}, 4).dense_macs, 4'096'000);
  EXPECT_EQ(host_operations(dense, {}, 4).conv_macs, 0);
}

TEST(HostOperations, LeaveOutPrunedFiltersAndChannels) {
  Layer conv = layer(LayerKind::convolution, {1, 1, 4}, {1, 1, 6});
  conv.kept_filters = mask(6, {0, 1, 5});
  EXPECT_EQ(host_operations(conv, {}, 4).conv_macs, 3 * 4);
  EXPECT_EQ(host_operations(conv, mask(4, {2, 3}), 4).conv_macs, 3 * 2);
  conv.shape.groups = 2;  // filters 0..2 see channels 0, 1; filters 3..5 see 2, 3
  EXPECT_EQ(host_operations(conv, mask(4, {1, 2, 3}), 4).conv_macs, 2 * 1 + 1 * 2);
}

TEST(HostOperations, FollowTheConnections) {
  Layer conv = layer(LayerKind::convolution, {1, 1, 4}, {1, 1, 6});
  conv.connections = {{mask(6, {0, 1}), mask(4, {0})}, {mask(6, {2, 3, 4, 5}), mask(4, {1, 2, 3})}};
  EXPECT_EQ(host_operations(conv, {}, 4).conv_macs, 2 * 1 + 4 * 3);
  conv.kept_filters = mask(6, {1, 2});
  EXPECT_EQ(host_operations(conv, mask(4, {0, 1}), 4).conv_macs, 1 * 1 + 1 * 1);
}

TEST(HostOperations, OfEveryOtherLayer) {
  const MapShape map{2, 3, 5};  // 30 values
  EXPECT_EQ(host_operations(layer(LayerKind::max_pool, {4, 6, 5}, map, 2), {}, 4).compares, 30 * 4);
  const auto pool = host_operations(layer(LayerKind::average_pool, {4, 6, 5}, map, 2), {}, 4);
  EXPECT_EQ(pool.adds, 30 * 4);
  EXPECT_EQ(pool.divisions, 30);
  Layer add = layer(LayerKind::add, map, map);
  add.inputs = {0, 1, 2};
  EXPECT_EQ(host_operations(add, {}, 4).adds, 60);
  EXPECT_EQ(host_operations(layer(LayerKind::activation, map, map), {}, 4).compares, 30);
  EXPECT_EQ(host_operations(layer(LayerKind::scale, map, map), {}, 4).adds, 30);
  EXPECT_EQ(host_operations(layer(LayerKind::normalization, map, map), {}, 4).normalizations, 30);
  EXPECT_EQ(host_operations(layer(LayerKind::concat, map, map), {}, 4).moved_bytes, 120);
  EXPECT_EQ(host_operations(layer(LayerKind::reshape, map, map), {}, 2).moved_bytes, 60);
  const auto softmax = host_operations(layer(LayerKind::softmax, map, map), {}, 4);
  EXPECT_EQ(softmax.exponentials, 30);
  EXPECT_EQ(softmax.compares, 30);
  EXPECT_EQ(softmax.adds, 30);
  EXPECT_EQ(softmax.divisions, 30);
}

TEST(HostOperations, OfASalienceRankingAreASumAMapAndASort) {
  const HostOperations ops = salience_ranking({13, 13, 100});
  EXPECT_EQ(ops.adds, 16'900);
  EXPECT_EQ(ops.sort_steps, 100 * 7);  // 2^7 = 128
  EXPECT_EQ(salience_ranking({1, 1, 128}).sort_steps, 128 * 7);
  EXPECT_EQ(salience_ranking({1, 1, 1}).sort_steps, 0);
}

TEST(HostOperations, AddUp) {
  HostOperations sum = salience_ranking({1, 1, 4});
  sum += host_operations(layer(LayerKind::softmax, {1, 1, 3}, {1, 1, 3}), {}, 4);
  EXPECT_EQ(sum.adds, 4 + 3);
  EXPECT_EQ(sum.sort_steps, 8);
  EXPECT_EQ(sum.exponentials, 3);
}

/// 667 MHz, two cores; costs that are easy to follow.
HostConfig host_config() {
  HostConfig c;
  c.cycles_per.conv_macs = 1.5;
  c.cycles_per.exponentials = 50;
  c.layer_cycles = 100;
  c.interrupt_latency_cycles = 667;
  return c;
}

TEST(HostCycles, AreHostCyclesOverTheCoresRoundedUp) {
  HostOperations ops;
  ops.conv_macs = 1000;
  ops.exponentials = 2;
  // 100 + (1500 + 100) / 2 = 900 host cycles = 134.93 of 100 MHz
  EXPECT_EQ(host_cycles(host_config(), ops, 100), 135);
  HostConfig one_core = host_config();
  one_core.cores = 1;
  EXPECT_EQ(host_cycles(one_core, ops, 100), 255);  // 1700 host cycles = 254.87
  EXPECT_EQ(host_cycles(one_core, ops, 667), 1700);
}

TEST(HostCycles, EveryOperationHasACost) {
  HostOperations::visit(HostCosts{},
                        [](const char* name, double cycles, const char*) { EXPECT_GT(cycles, 0) << name; });
}

TEST(HostConfig, RulesNameTheirKeys) {
  using testing::StartsWith;
  EXPECT_TRUE(problems(host_config()).empty());
  HostConfig c;
  c.clock_mhz = -1;
  c.cores = 0;
  c.cycles_per.compares = -2;
  c.layer_cycles = -1;
  c.interrupt_latency_cycles = -1;
  EXPECT_THAT(problems(c),
              testing::ElementsAre(StartsWith("host.clock_mhz ="), StartsWith("host.cores ="),
                                   StartsWith("host.cycles_per.compare ="), StartsWith("host.layer_cycles ="),
                                   StartsWith("host.interrupt_latency_cycles =")));
  EXPECT_THROW(Host("host", c, 100), ModelError);
}

class Registers : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Registers> socket{"socket"};
  std::vector<std::uint64_t> addresses;

  explicit Registers(const sc_core::sc_module_name& name) : sc_module(name) {
    socket.register_b_transport(this, &Registers::b_transport);
  }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
    addresses.push_back(payload.get_address());
    payload.set_response_status(payload.get_address() < 100 ? tlm::TLM_OK_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE);
  }
};

class Board : public sc_core::sc_module {
 public:
  Host host{"host", host_config(), 100};
  AxiLiteBus bus{"bus", AxiLiteConfig{5, 6}};
  Registers registers{"registers"};

  Board(const sc_core::sc_module_name& name, std::function<void(Board&)> program)
      : sc_module(name), program_(std::move(program)) {
    host.socket.bind(bus.host_socket);
    bus.register_socket.bind(registers.socket);
    SC_HAS_PROCESS(Board);
    SC_THREAD(run);
  }

 private:
  void run() { program_(*this); }
  std::function<void(Board&)> program_;
};

TEST(Host, ProgramsRegistersOneByOne) {
  Board board("board", [](Board& b) {
    EXPECT_EQ(b.host.write_registers(16, 3), 15);
    EXPECT_EQ(kernel_cycle(), 15);
    EXPECT_EQ(b.registers.addresses, (std::vector<std::uint64_t>{16, 20, 24}));
    EXPECT_EQ(b.host.write_registers(0, 0), 15);
  });
  sc_core::sc_start();
  EXPECT_EQ(board.bus.writes(), 3u);
  EXPECT_EQ(board.bus.reads(), 0u);
  EXPECT_EQ(board.host.busy_cycles(), 15);
}

TEST(Host, TakesInterruptsAndComputes) {
  Board board("board", [](Board& b) {
    EXPECT_EQ(b.host.take_interrupt(), 100);  // 667 host cycles
    HostOperations ops;
    ops.conv_macs = 1000;
    EXPECT_EQ(b.host.compute(ops), 100 + 128);  // 100 + 750 host cycles = 127.4
  });
  sc_core::sc_start();
  EXPECT_EQ(board.host.busy_cycles(), 228);
}

TEST(Host, ARegisterThatIsNotThereIsADefect) {
  Board board("board", [](Board& b) { b.host.write_registers(96, 2); });
  EXPECT_THROW(sc_core::sc_start(), sc_core::sc_report);  // the kernel wraps what a process throws
}

TEST(AxiLiteConfig, RulesNameTheirKeys) {
  using testing::StartsWith;
  EXPECT_TRUE(problems(AxiLiteConfig{}).empty());
  EXPECT_THAT(problems(AxiLiteConfig{0, 0}),
              testing::ElementsAre(StartsWith("registers.write_cycles ="), StartsWith("registers.read_cycles =")));
  EXPECT_THROW(AxiLiteBus("bus", AxiLiteConfig{0, 0}), ModelError);
}

}  // namespace
}  // namespace sparsim
