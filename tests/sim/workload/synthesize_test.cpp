#include "sim/workload/synthesize.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sparsim {
namespace {

NetworkDescription one_layer(const std::string& correlation, const std::string& density) {
  return parse_network("name: t\ninput: [32, 32, 64]\ncorrelation: " + correlation +
                           "\nlayers: [{name: a, op: conv, filters: 8, kernel: 1, density: " + density + "}]\n",
                       "t.yaml");
}

bool at(const BitMask& mask, std::size_t y, std::size_t x, std::size_t c) { return mask.test((y * 32 + x) * 64 + c); }

TEST(Synthesizer, MeetsTheDensityToTheValue) {
  for (const char* correlation : {"0", "0.5", "0.95"})
    for (const auto& [density, count] : {std::pair{"0", 0u}, {"0.1", 6554u}, {"0.5", 32768u}, {"1", 65536u}})
      EXPECT_EQ(Synthesizer(one_layer(correlation, density), 3).image(0).inputs[0].nonzero.count(), count);  // of 2^16
}

// Between channels (2/pi) asin(k/2) of the variance, where half the values are non-zero: 0, 0.161.
TEST(Synthesizer, MakesSomeChannelsBusy) {
  const auto between_channels = [](const char* correlation) {
    double sum = 0;
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      const BitMask mask = Synthesizer(one_layer(correlation, "0.5"), seed).image(0).inputs[0].nonzero;
      for (std::size_t c = 0; c < 64; ++c) {
        std::size_t count = 0;
        for (std::size_t y = 0; y < 32; ++y)
          for (std::size_t x = 0; x < 32; ++x) count += at(mask, y, x, c);
        sum += std::pow(static_cast<double>(count) / 1024 - 0.5, 2) / 0.25 / (8 * 64);
      }
    }
    return sum;
  };
  EXPECT_LT(between_channels("0"), 0.002);  // 1/1024 of sampling
  // 512 channels: the estimate's own deviation is about 0.161 * sqrt(2 / 512) = 0.01; noise here is uniform, not
  // normal.
  EXPECT_NEAR(between_channels("0.5"), 0.161, 0.03);
}

TEST(Synthesizer, MakesBlobs) {
  const auto equal_neighbours = [](const char* correlation) {
    std::size_t equal = 0;
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      const BitMask mask = Synthesizer(one_layer(correlation, "0.5"), seed).image(0).inputs[0].nonzero;
      for (std::size_t y = 0; y < 32; ++y)
        for (std::size_t x = 0; x + 1 < 32; ++x)
          for (std::size_t c = 0; c < 64; ++c) equal += at(mask, y, x, c) == at(mask, y, x + 1, c);
    }
    return static_cast<double>(equal) / (8 * 32 * 31 * 64);
  };
  EXPECT_NEAR(equal_neighbours("0"), 0.5, 0.01);  // 507,904 pairs: deviation 0.0007
  // 1/2 + asin(r)/pi with r = k/2 + 0.8 k/2 = 0.45, 0.81.
  EXPECT_NEAR(equal_neighbours("0.5"), 0.649, 0.015);
  EXPECT_NEAR(equal_neighbours("0.9"), 0.800, 0.015);
}

TEST(Synthesizer, IsTheSameForASeed) {
  const Synthesizer a(one_layer("0.5", "0.5"), 1), b(one_layer("0.5", "0.5"), 1), c(one_layer("0.5", "0.5"), 2);
  EXPECT_EQ(a.image(3).inputs[0].nonzero, b.image(3).inputs[0].nonzero);
  EXPECT_NE(a.image(3).inputs[0].nonzero, a.image(4).inputs[0].nonzero);
  EXPECT_NE(a.image(3).inputs[0].nonzero, c.image(3).inputs[0].nonzero);
}

const char kPruned[] = R"(
name: pruned
input: [6, 6, 3]
correlation: 0.5
density: 0.5
layers:
  - {name: a, op: conv_relu, filters: 8, kernel: 1, kept_filters: 0.5, weight_density: 0.25}
  - {name: b, op: max_pool, kernel: 2, stride: 2}
  - {name: c, op: conv_relu, filters: 4, kernel: 1}
  - {name: d, op: conv, inputs: [b], filters: 8, kernel: 3, pad: 1, kept_filters: 0.25}
  - {name: e, op: concat, inputs: [c, d]}
  - {name: f, op: dense, filters: 2}
)";

TEST(Synthesizer, PrunesAsTheDescriptionSays) {
  const Synthesizer synthesizer(parse_network(kPruned, "p.yaml"), 1);
  const auto& layers = synthesizer.graph().layers;
  EXPECT_EQ(layers[0].weight_nonzero.count(), 6u);  // a quarter of 8*3
  EXPECT_EQ(layers[0].kept_filters.count(), 4u);
  EXPECT_TRUE(layers[3].kept_filters.empty());
  EXPECT_TRUE(layers[3].weight_nonzero.empty());
}

TEST(Synthesizer, HandsPrunedFiltersOnAsChannelsOfZeros) {
  const Synthesizer synthesizer(parse_network(kPruned, "p.yaml"), 1);
  const auto& layers = synthesizer.graph().layers;
  const TraceImage image = synthesizer.image(0);
  ASSERT_EQ(layers[3].name, "c");
  EXPECT_TRUE(image.inputs[0].kept_channels.empty());
  EXPECT_EQ(image.inputs[3].kept_channels, layers[0].kept_filters);  // through relu and pool
  EXPECT_EQ(image.inputs[3].nonzero.count(), 18u);                   // half of 3*3 pixels * 4 channels that live
  for (std::size_t i = 0; i < 72; ++i)
    EXPECT_LE(image.inputs[3].nonzero.test(i), layers[0].kept_filters.test(i % 8)) << i;
  EXPECT_EQ(image.inputs[5].nonzero, image.inputs[3].nonzero);  // c and d read the same map
  // f sees 3*3 pixels of c's four channels and of the two of eight that d keeps.
  ASSERT_EQ(layers[7].name, "f");
  EXPECT_EQ(image.inputs[7].kept_channels.count(), 54u);
}

// As many active pixels as the files state, of the means that were measured: 0.00268 * 63^2 = 10.6, 0.00453 * 56^2 =
// 14.2; and, behind flatten, 0.04523 * 243 = 11.0.
TEST(Synthesizer, DrawsImagesOfFewActivePixels) {
  const auto drawn = [](const std::string& name) {
    return Synthesizer(load_network(SPARSIM_SOURCE_DIR "/configs/networks/" + name + ".yaml"), 1).image(0);
  };
  const TraceImage microboone = drawn("sparsepixels-microboone");
  EXPECT_EQ(microboone.inputs[0].nonzero.count(), 11u);
  EXPECT_EQ(microboone.inputs[6].nonzero.count(), 11u);
  EXPECT_EQ(drawn("sparsepixels-jet").inputs[0].nonzero.count(), 14u);
  EXPECT_EQ(drawn("sparsepixels-two-pools").inputs[0].nonzero.count(), 10u);
}

TEST(Synthesizer, HandsPrunedFiltersOnThroughFlatten) {
  const TraceImage image = Synthesizer(parse_network(R"(
name: t
input: [2, 2, 3]
correlation: 0
density: 1
layers:
  - {name: a, op: conv, filters: 4, kernel: 1, kept_filters: 0.5}
  - {name: b, op: flatten}
  - {name: c, op: dense, filters: 2}
)",
                                                     "t.yaml"),
                                       1)
                               .image(0);
  EXPECT_EQ(image.inputs[2].nonzero.count(), 8u);  // 2 * 2 pixels, two of four channels
  for (std::size_t i = 4; i < 16; ++i)
    EXPECT_EQ(image.inputs[2].nonzero.test(i), image.inputs[2].nonzero.test(i - 4)) << i;
}

}  // namespace
}  // namespace sparsim
