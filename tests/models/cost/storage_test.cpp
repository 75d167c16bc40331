#include "models/cost/storage.h"

#include <gtest/gtest.h>

#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

TEST(Storage, AddressesTellWordsApart) {
  EXPECT_EQ(address_bits(1), 0);
  EXPECT_EQ(address_bits(2), 1);
  EXPECT_EQ(address_bits(32), 5);
  EXPECT_EQ(address_bits(33), 6);
}

// A LUT of a SLICEM holds 64 x 1 or 32 x 2 bits; 65 words x 144 bits are 4 blocks of 512 x 36.
TEST(Storage, RomsMoveToBlockRamBeyondALut) {
  EXPECT_EQ(rom(1, 144).lut, 72);
  EXPECT_EQ(rom(32, 144).lut, 72);
  EXPECT_EQ(rom(33, 144).lut, 144);
  EXPECT_EQ(rom(64, 144).lut, 144);
  EXPECT_EQ(rom(65, 144).lut, 0);
  EXPECT_EQ(rom(65, 144).bram18, 4);
  EXPECT_EQ(rom(513, 144).bram18, 8);
}

// The same bits as many words as there are, 64 to a LUT; URAMs are 4,096 x 72.
TEST(Storage, MemoriesOfAKindGoOn) {
  EXPECT_EQ(lut_memory(65, 144).lut, 2 * 144);
  EXPECT_EQ(lut_memory(1, 144).lut, 72);
  EXPECT_EQ(block_memory(1, 144).bram18, 4);
  EXPECT_EQ(ultra_memory(4096, 72).uram, 1);
  EXPECT_EQ(ultra_memory(4097, 73).uram, 4);
}

// Four LUTs hold 32 x 6 or 64 x 3 bits with two ports.
TEST(Storage, TwoPortsTakeMore) {
  EXPECT_EQ(dual_port_lut_memory(32, 144).lut, 4 * 24);
  EXPECT_EQ(dual_port_lut_memory(33, 144).lut, 4 * 48);
  EXPECT_EQ(dual_port_lut_memory(65, 144).lut, 2 * 4 * 48);
  EXPECT_EQ(dual_port_memory(64, 144).lut, 4 * 48);
  EXPECT_EQ(dual_port_memory(65, 144).lut, 0);
  EXPECT_EQ(dual_port_memory(65, 144).bram18, 4);
}

// The last word lies in a register; a LUT holds 16 x 2 or 32 x 1 of the others. Two LUTs a bit of the address.
TEST(Storage, ShiftFifosGrowByTheirDepth) {
  EXPECT_EQ(shift_fifo(2, 24).lut, 12 + 2 * 1);
  EXPECT_EQ(shift_fifo(2, 24).ff, 24 + 1 + 1);
  EXPECT_EQ(shift_fifo(17, 24).lut, 12 + 2 * 5);
  EXPECT_EQ(shift_fifo(18, 24).lut, 24 + 2 * 5);
  EXPECT_EQ(shift_fifo(256, 24).lut, 8 * 24 + 2 * 8);
  EXPECT_EQ(shift_fifo(256, 24).bram18, 0);
  EXPECT_EQ(shift_fifo(257, 24).bram18, 1);
}

/// What Yosys 0.23 counts of a module of rtl/, run as rtl/synth/synth.py runs it. LUTs without inverters, which
/// placement puts into the LUTs behind them.
struct Synthesized {
  std::int64_t depth, bits;
  double lut, ff, bram18;
};
void PrintTo(const Synthesized& s, std::ostream* os) { *os << s.depth << " x " << s.bits; }

/// Flip-flops and blocks are exact. Logic around counters is two LUTs a bit, give or take one a bit.
void expect_near(const Resources& need, const Synthesized& counted, int counter_bits) {
  EXPECT_EQ(need.ff, counted.ff);
  EXPECT_EQ(need.bram18, counted.bram18);
  EXPECT_NEAR(need.lut, counted.lut, counter_bits);
}

class Fifo : public testing::TestWithParam<Synthesized> {};
TEST_P(Fifo, NeedsWhatItsRtlNeeds) {
  const auto& [depth, bits, lut, ff, bram18] = GetParam();
  expect_near(fifo_resources(depth, bits), GetParam(), address_bits(depth + 1) + 2 * address_bits(depth));
}
INSTANTIATE_TEST_SUITE_P(StreamFifo, Fifo,
                         testing::Values(Synthesized{1, 16, 2, 17, 0}, Synthesized{2, 16, 8 + 12, 5, 0},
                                         Synthesized{2, 144, 8 + 96, 5, 0}, Synthesized{4, 16, 13 + 12, 9, 0},
                                         Synthesized{16, 16, 23 + 12, 17, 0}, Synthesized{32, 16, 27 + 12, 21, 0},
                                         Synthesized{64, 16, 33 + 24, 25, 0}, Synthesized{64, 144, 33 + 192, 25, 0},
                                         Synthesized{512, 16, 82, 45, 1}, Synthesized{1024, 36, 94, 68, 2},
                                         Synthesized{2048, 16, 97, 51, 2}));

class DelayLine : public testing::TestWithParam<Synthesized> {};
TEST_P(DelayLine, NeedsWhatItsRtlNeeds) {
  const auto& [depth, bits, lut, ff, bram18] = GetParam();
  expect_near(delay_line(depth, bits), GetParam(), address_bits(depth));
}
INSTANTIATE_TEST_SUITE_P(DelayLine, DelayLine,
                         testing::Values(Synthesized{1, 16, 0, 16, 0}, Synthesized{2, 16, 0, 32, 0},
                                         Synthesized{3, 16, 1 + 8, 17, 0}, Synthesized{9, 32, 3 + 16, 35, 0},
                                         Synthesized{33, 16, 5 + 8, 21, 0}, Synthesized{65, 32, 6 + 32, 38, 0},
                                         Synthesized{64, 96, 6 + 96, 102, 0}, Synthesized{544, 32, 11, 10, 2}));

struct SynthesizedWindow {
  std::int64_t word_bits, words_per_pixel;
  Layer layer;
  int counter_bits;  // columns, rows and words of the padded map, strides, addresses of both delay lines
  Synthesized counted;
};
void PrintTo(const SynthesizedWindow& s, std::ostream* os) { *os << s.layer.name; }

class LineBuffers : public testing::TestWithParam<SynthesizedWindow> {};
TEST_P(LineBuffers, NeedWhatTheirRtlNeeds) {
  const SynthesizedWindow& p = GetParam();
  expect_near(line_buffers(p.layer.shape, p.words_per_pixel, p.word_bits), p.counted, p.counter_bits);
}
INSTANTIATE_TEST_SUITE_P(
    SlidingWindow, LineBuffers,
    testing::Values(
        SynthesizedWindow{16, 16, conv("3x3", 32, 16, 1, 3, 1, 1), 6 + 6 + 4 + 9 + 4, {0, 0, 90 + 48, 125, 1}},
        SynthesizedWindow{16, 1, conv("3x3 one word", 32, 1, 1, 3, 1, 1), 6 + 6 + 5, {0, 0, 73 + 16, 145, 0}},
        SynthesizedWindow{8, 64, conv("3x3 deep", 56, 64, 1, 3, 1, 1), 6 + 6 + 6 + 12 + 6, {0, 0, 72 + 48, 84, 4}},
        SynthesizedWindow{16, 8, conv("5x5", 28, 8, 1, 5, 1, 2), 5 + 5 + 3 + 8 + 3, {0, 0, 117 + 160, 344, 2}},
        SynthesizedWindow{
            64, 4, conv("3x3 by 2", 14, 4, 1, 3, 2, 1), 4 + 4 + 2 + 2 + 6 + 2, {0, 0, 230 + 320, 532, 0}}));

TEST(LineBuffers, OfAPointAreNone) {
  const Resources none = line_buffers(conv("1x1", 8, 16, 16, 1).shape, 16, 16);
  EXPECT_EQ(none.lut + none.ff + none.bram18, 0);
}

}  // namespace
}  // namespace sparsim
