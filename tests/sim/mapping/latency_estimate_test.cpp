#include "sim/mapping/latency_estimate.h"

#include <gtest/gtest.h>

#include "sim/mapping/fold_space.h"
#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

// Layers in a row, planned with factors of 1.
struct Chain {
  explicit Chain(std::vector<Layer> layers) {
    graph.name = "chain";
    graph.input = layers[0].shape.input;
    for (std::size_t i = 1; i < layers.size(); ++i) layers[i].inputs = {i - 1};
    graph.layers = std::move(layers);
    planned = plan({}, graph);
  }
  double cycles(const std::vector<double>& nodes) const { return latency_estimate(planned, graph).cycles(nodes); }

  LayerGraph graph;
  FpgaConvNetPlan planned;
};

// source, one node of a window that is the whole map, sink: nothing comes out before all is in.
TEST(LatencyEstimate, AWindowThatIsTheWholeMapWaitsForAllOfIt) {
  const Chain chain({conv("c", 4, 1, 1, 4)});
  const double latency = chain.cycles({16, 100, 1});
  // The source takes 16 cycles, the window's last slot is one of 16; what it computes takes 100 from the first word on.
  // Registers: source, node, dot product (2 stages for one multiplier), sink: a few cycles.
  EXPECT_NEAR(latency, 116, 8);
}

TEST(LatencyEstimate, ThroughputOfTheSlowestNodeAndFillOfTheOthers) {
  const Chain chain({conv("a", 32, 1, 1, 3, 1, 1), conv("b", 32, 1, 1, 3, 1, 1), conv("c", 32, 1, 1, 3, 1, 1)});
  // Each waits for two of the 34 padded rows of its predecessor: 10'000 + 2 x (about 2 / 34 of 10'000), not 30'000.
  const double balanced = chain.cycles({1024, 10'000, 10'000, 10'000, 1024});
  EXPECT_GT(balanced, 10'000 + 2 * 2 / 34. * 10'000);
  EXPECT_LT(balanced, 10'000 + 4 * 2 / 34. * 10'000);
}

TEST(LatencyEstimate, AFasterNodeIsNeverSlower) {
  const Chain chain({conv("a", 16, 1, 4, 3, 1, 1), conv("b", 16, 4, 4, 3, 2, 1), conv("c", 8, 4, 2, 8)});
  std::vector<double> cycles{256, 4000, 9000, 3000, 2};
  double before = chain.cycles(cycles);
  for (const std::size_t node : {1u, 2u, 3u, 2u}) {
    cycles[node] /= 2;
    const double after = chain.cycles(cycles);
    EXPECT_LE(after, before);
    before = after;
  }
}

}  // namespace
}  // namespace sparsim
