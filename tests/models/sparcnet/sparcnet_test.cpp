#include "models/sparcnet/sparcnet.h"

#include <gtest/gtest.h>

#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

SparcnetConfig zedboard() {
  SparcnetConfig c;
  c.pe_grid = {8, 16, 1, WordFormat::fp16, 6};
  c.ifmap = {32768, 2, 1, true};
  c.weight = {262144, 2, 128, false};
  c.ofmap = {262144, 2, 128, true};
  c.memory = DramConfig{};
  return c;
}

TEST(Probe, AlexNet) {
  LayerGraph g;
  g.name = "alexnet";
  g.input = {227, 227, 3};
  g.layers = {conv("conv1", 227, 3, 96, 11, 4), conv("conv2", 27, 96, 256, 5, 1, 2), conv("conv3", 13, 256, 384, 3, 1, 1),
              conv("conv4", 13, 384, 384, 3, 1, 1), conv("conv5", 13, 384, 256, 3, 1, 1)};
  PlainWorkload w(g);
  Sparcnet s("s", zedboard(), w, {});
  RunRecord r = s.run();
  Cycles acc = 0;
  for (auto& l : r.layers) {
    acc += l.end - l.start;
    printf("%s %ld %s\n", g.layers[l.layer].name.c_str(), l.end - l.start, l.bottleneck.c_str());
    for (auto& p : l.parts) {
      printf("   %s %ld..%ld busy %ld in %ld out %ld bus %ld idle %ld\n", p.part.c_str(), p.start, p.end, p.buckets.busy, p.buckets.waiting_input, p.buckets.waiting_output, p.buckets.waiting_bus, p.buckets.idle);
      EXPECT_EQ(p.buckets.total(), p.end - p.start);
    }
  }
  printf("%f GOPs\n", 2e-9 * g.macs() / (acc / 1e8));
  for (auto& c : r.critical_path) printf("%s %ld\n", c.cause.c_str(), c.cycles);
}

}  // namespace
}  // namespace sparsim
