#include "models/finn/unit_cost.h"

#include <gtest/gtest.h>

#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

Device device(Resources capacity) {
  Device d;
  d.capacity = capacity;
  return d;
}
const Device kXc7z020 = device({53200, 106400, 220, 280, 0});
const Device kZu7ev = device({230400, 460800, 1728, 624, 96});

MatrixUnit unit_of(const Layer& layer, std::int64_t pe, std::int64_t simd, int weight_bits, int input_bits,
                   int output_bits) {
  MatrixUnit unit;
  unit.shape = layer.shape;
  unit.pe = pe;
  unit.simd = simd;
  unit.weight_bits = weight_bits;
  unit.input_bits = input_bits;
  unit.output_bits = output_bits;
  return unit;
}

// CNV's conv1: 576 columns in 18 words, 64 rows on 32 PEs; sums of 1 + 1 + 10 bits.
// LUTs: 300 + 1.1 x 32 x (32 lanes x 2 + adder tree 2 x 63 + accumulator 12) = 7,410.4; weights 36 words of 1,024 bits,
// a LUT a bit, and a 6-bit address; the vector 18 words of 32 bits, half a LUT a bit; thresholds 2 words of 32 x 12
// bits and 1.1 x 32 x 12 for comparators. FFs of a PE: 64 of products, tree 16 x 3 + 8 x 4 + 4 x 5 + 2 x 6 + 7,
// accumulator 12, result 1.
TEST(UnitCost, OfBinaryWeightsIsLuts) {
  const Layer layer = conv("conv1", 30, 64, 64, 3);
  const Resources need = unit_resources(unit_of(layer, 32, 32, 1, 1, 1), layer, kXc7z020);
  EXPECT_EQ(need.lut, 7410 + (1024 + 12) + 16 + (192 + 422));
  EXPECT_EQ(need.ff, 32 * (64 + 119 + 12 + 1) + (1024 + 6) + 32);
  EXPECT_EQ(need.dsp + need.bram18 + need.uram, 0);
}

// 128 columns in 8 words, 256 rows on 8 PEs; products of 8 bits, sums of 15.
struct FourBits : testing::Test {
  const Layer layer = conv("1x1", 28, 128, 256, 1);
  MatrixUnit unit = unit_of(layer, 8, 16, 4, 4, 4);
  // Vector 8 words of 64 bits; thresholds 32 words of 8 x 15 x 15 bits and their comparators; an 8-bit address.
  const double other_luts = 32 + (900 + 1980) + 16;
};

// 300 + 8.8 x (16 lanes x (2 x ceil(8 / 6) - 1) x 8 + 8 x 31 + 15) = 5,993.6.
TEST_F(FourBits, MultiplyInLuts) {
  unit.multipliers = Multipliers::lut;
  const Resources need = unit_resources(unit, layer, kXc7z020);
  EXPECT_EQ(need.lut, 5993 + other_luts);
  EXPECT_EQ(need.ff, 8 * (16 * 8 + (8 * 9 + 4 * 10 + 2 * 11 + 12) + 15 + 4) + 8 + 64);
  EXPECT_EQ(need.dsp, 0);
  EXPECT_EQ(need.bram18, 15);  // 256 words of 512 bits: 15 x 36 = 540
}

// 300 + 8.8 x (8 x 31 + 15) = 2,614.4; four PEs share a DSP a lane, and its registers hold the products.
TEST_F(FourBits, MultiplyInDsps) {
  unit.multipliers = Multipliers::dsp;
  const Resources need = unit_resources(unit, layer, kXc7z020);
  EXPECT_EQ(need.lut, 2614 + other_luts);
  EXPECT_EQ(need.ff, 8 * ((8 * 9 + 4 * 10 + 2 * 11 + 12) + 15 + 4) + 8 + 64);
  EXPECT_EQ(need.dsp, 2 * 16);
}

TEST_F(FourBits, KeepWeightsWhereTheyAreTold) {
  const Resources block = unit_resources(unit, layer, kXc7z020);
  unit.weights = WeightMemory::lut;
  const Resources lut = unit_resources(unit, layer, kXc7z020);
  EXPECT_EQ(lut.lut - block.lut, 512 * 4);  // 64 words to a LUT
  EXPECT_EQ(lut.ff - block.ff, 512);        // block RAM has that register in it
  EXPECT_EQ(lut.bram18, 0);
  unit.weights = WeightMemory::ultra;
  const Resources ultra = unit_resources(unit, layer, kZu7ev);
  EXPECT_EQ(ultra.uram, 8);  // 8 x 72 = 576
  EXPECT_EQ(ultra.bram18, 0);
  unit.weights = WeightMemory::stream;
  const Resources stream = unit_resources(unit, layer, kXc7z020);
  EXPECT_EQ(stream.bram18, 0);
  EXPECT_EQ(stream.lut - block.lut, 256 + 2);  // two words wait
  EXPECT_EQ(stream.ff - block.ff, 512 + 1 + 1);
}

// Where 8.8 x 384 LUTs are 6.4 % of the XC7Z020 and 1.47 % of the ZU7EV, 32 DSPs are 14.5 % and 1.85 %. At 8 x 8 bits
// 8.8 x 16 x 5 x 16 are 21 % and 4.9 %, and 64 DSPs, two PEs each, 29 % and 3.7 %.
TEST_F(FourBits, MultiplyInWhatTheDeviceHasMoreOf) {
  EXPECT_EQ(chosen_multipliers(unit, layer, kXc7z020), Multipliers::lut);
  EXPECT_EQ(chosen_multipliers(unit, layer, kZu7ev), Multipliers::lut);
  unit.weight_bits = unit.input_bits = 8;
  EXPECT_EQ(chosen_multipliers(unit, layer, kXc7z020), Multipliers::lut);
  EXPECT_EQ(chosen_multipliers(unit, layer, kZu7ev), Multipliers::dsp);
  EXPECT_EQ(unit_resources(unit, layer, kZu7ev).dsp, 4 * 16);
  unit.multipliers = Multipliers::lut;
  EXPECT_EQ(chosen_multipliers(unit, layer, kZu7ev), Multipliers::lut);
}

// Channels have no input in common: a DSP each. Nothing is read twice, so no vector is kept: 300 + 17.6 x (8 + 12) =
// 652; weights 18 words of 64 bits; thresholds 2 words of 16 x 15 x 12 bits.
TEST(UnitCost, OfADepthwiseLayerIsADspAChannel) {
  Layer layer = conv("depthwise", 14, 32, 32, 3, 1, 1);
  layer.shape.groups = 32;
  MatrixUnit unit = unit_of(layer, 16, 1, 4, 4, 4);
  unit.multipliers = Multipliers::dsp;
  const Resources need = unit_resources(unit, layer, kXc7z020);
  EXPECT_EQ(need.dsp, 16);
  EXPECT_EQ(need.lut, 652 + (32 + 10) + (1440 + 3168));
  EXPECT_EQ(need.ff, 16 * (12 + 4) + (64 + 5) + 64);
}

// Sums that leave as they are need no thresholds: 300 + 5.5 x (2 + 2 + 11) = 382.5. Weights are 1,024 words of 5 bits.
// The vector of 512 single bits takes 8 LUTs, less of the device than a block.
TEST(UnitCost, OfSumsHasNoThresholds) {
  Layer layer = conv("scores", 1, 512, 10, 1);
  layer.kind = LayerKind::dense;
  const Resources scores = unit_resources(unit_of(layer, 5, 1, 1, 1, 16), layer, kXc7z020);
  EXPECT_EQ(scores.lut, 382 + 2 * 10 + 8);
  EXPECT_EQ(scores.bram18, 1);
}

// Four rows and eight columns in blocks of 2 x 4, of which the first two columns are kept: two steps a row of SIMD 2,
// four a PE. 300 + 2.2 x (2 lanes x 3 x 8 + 8 x 3 + 11) = 482.6 LUTs; FFs of a PE: products 16, tree 9, accumulator 11,
// result 16.
struct Skipping : testing::Test {
  Skipping() {
    layer.blocks = BlockPruning{2, 4, false};
    layer.weight_nonzero = BitMask(32);
    for (std::size_t row = 0; row < 4; ++row)
      for (const std::size_t column : {0, 1, 4, 5}) layer.weight_nonzero.set(8 * row + column);
  }
  Layer layer = conv("pruned", 4, 8, 4, 1);
  MatrixUnit unit = unit_of(layer, 2, 2, 4, 4, 16);
  const double datapath_luts = 482, datapath_ffs = 2 * (16 + 9 + 11 + 16);
  const double address_luts = 2 * (2 + 2),
               address_ffs = 2 + 2;  // of a PE: steps, rows done; words loaded and two of rows
};

// A PE: 4 steps of 1 + 2 + 2 x 4 bits; two banks of 4 words of 8 bits, 2 sums of 11 bits, 6 bits of each in four LUTs.
TEST_F(Skipping, HasAProgramAndAVectorAPe) {
  const Resources need = unit_resources(unit, layer, kXc7z020);
  EXPECT_EQ(need.lut, datapath_luts + 2 * (6 + 8 + 8 + address_luts) + address_luts);
  EXPECT_EQ(need.ff, datapath_ffs + 2 * (11 + 8 + address_ffs) + address_ffs);
}

// Reordered: of 1 + 2 x 3 + 2 x 4 bits, a vector a lane, of which it takes one of two values of 4 bits.
TEST_F(Skipping, HasAVectorALaneWhereLanesPickTheirColumns) {
  layer.blocks->reordered = true;
  const Resources need = unit_resources(unit, layer, kXc7z020);
  EXPECT_EQ(need.lut, datapath_luts + 2 * (8 + 2 * 8 + 8 + address_luts + 8) + address_luts);
  EXPECT_EQ(need.ff, datapath_ffs + 2 * (15 + 8 + address_ffs) + address_ffs);
}

// 1 + 2 + 2 x 2 bits: whether a lane has work, beside its weight. 300 + 2.2 x (2 x 1 x 5 + 5 x 3 + 8) = 372.6; sums of
// 8 bits.
TEST_F(Skipping, SaysWhichLanesIdleWhereNoWeightIsZero) {
  unit.weight_bits = 1;
  EXPECT_EQ(unit_resources(unit, layer, kXc7z020).lut, 372 + 2 * (4 + 8 + 8 + address_luts) + address_luts);
}

// PEs at different columns share no DSP.
TEST_F(Skipping, TakesADspALane) {
  unit.multipliers = Multipliers::dsp;
  EXPECT_EQ(unit_resources(unit, layer, kXc7z020).dsp, 4);
  layer.blocks.reset();
  EXPECT_EQ(unit_resources(unit, layer, kXc7z020).dsp, 2);
}

// 1,024 steps of 11 bits fill a block; one more does not fit.
TEST_F(Skipping, ProgramsAreAsLongAsTheBusiestPe) {
  EXPECT_EQ(unit_resources(unit, layer, kXc7z020, 1024).bram18, 2 * 1);
  EXPECT_EQ(unit_resources(unit, layer, kXc7z020, 1025).bram18, 2 * 2);
}

// Five levels of a search: 2, 4, 8, 16 and 32 words of 10 bits, a comparator each.
TEST(Thresholds, AreSearchedForBeyondFourBits) {
  const Resources need = thresholds(2, 1, 10, 5);
  EXPECT_EQ(need.lut, 5 * 5 + 55);
  EXPECT_EQ(need.ff, 50);
  EXPECT_EQ(thresholds(2, 1, 10, 8).bram18, 2);  // the last two, of 128 and 256 words
}

}  // namespace
}  // namespace sparsim
