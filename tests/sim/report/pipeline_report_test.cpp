#include "sim/report/pipeline_report.h"

#include <gmock/gmock.h>

namespace sparsim {
namespace {

using testing::HasSubstr;

/// Two images, 1000 cycles apart.
Result two_nodes() {
  Result r;
  r.layers_overlap = true;
  r.images = 2;
  r.cycles = 2000;
  r.interval_cycles = 1000;
  LayerResult conv;
  conv.name = "conv1";
  conv.built = "dense 1x2x1, 3 of 9";
  conv.facts = {{"ideal_cycles", "cycles", "", 750}, {"zero_windows", "", "", 0.25}};
  conv.parts.push_back({"weighted", {}, {}});
  conv.parts.front().buckets.busy = 1600;
  conv.parts.front().buckets.waiting_output = 100;
  r.layers.push_back(conv);
  LayerResult pool;
  pool.name = "pool1";
  pool.kind = LayerKind::max_pool;
  pool.parts.push_back({"pool", {}, {}});
  r.layers.push_back(pool);
  r.resource_bill = {{"conv1", 1, {1500, 0, 6, 2, 0}}};
  return r;
}

TEST(NodeTable, SaysWhatLiesBetweenIdealAndSimulatedCycles) {
  Result r = two_nodes();
  EXPECT_THAT(node_table(r), testing::Not(HasSubstr("slowest stream")));
  r.layers.front().facts.push_back({"mean_stream_cycles", "cycles", "", 780});
  EXPECT_THAT(node_table(r), HasSubstr("slowest stream: with imbalance; busy: as simulated; what is left of the "
                                       "interval: stalls\n"));
}

TEST(NodeTable, HasCyclesAnImageAndSharesOfTheInterval) {
  EXPECT_EQ(node_table(two_nodes()),
            "node   kind         built                ideal  zero windows  busy  wait in  wait out  busy %  in %  out %"
            "      mJ  kLUT  DSP  BRAM18\n"
            "-----  -----------  -------------------  -----  ------------  ----  -------  --------  ------  ----  -----"
            "  ------  ----  ---  ------\n"
            "conv1  convolution  dense 1x2x1, 3 of 9    750          0.25   800        0        50    80.0   0.0    5.0"
            "  0.0000   1.5    6       2\n"
            "pool1  max_pool     -                        -             -     0        0         0     0.0   0.0    0.0"
            "  0.0000   0.0    0       0\n"
            "cycles an image; % of 1000 cycles, the interval between images\n");
}

TEST(NodeTable, SaysWhereThereIsNoInterval) {
  Result r = two_nodes();
  r.interval_cycles.reset();
  EXPECT_THAT(node_table(r), HasSubstr("% of 1000 cycles, the run / images"));
}

TEST(FifoTable, ShowsTheFiveWhoseWritersWaitLongest) {
  Result r;
  r.images = 2;
  for (const Cycles stall : {10, 0, 60, 20, 50, 40, 30})
    r.fifos.push_back({"f" + std::to_string(stall), 2, 100, 2, stall, 4, 0});
  EXPECT_EQ(fifo_table(r),
            "FIFO  depth  most words  words  writer waits  reader waits  BRAM18\n"
            "----  -----  ----------  -----  ------------  ------------  ------\n"
            "f60       2           2     50            30             2       0\n"
            "f50       2           2     50            25             2       0\n"
            "f40       2           2     50            20             2       0\n"
            "f30       2           2     50            15             2       0\n"
            "f20       2           2     50            10             2       0\n"
            "6 of 7 FIFOs make their writer wait; an image\n");
  r.fifos.resize(2);
  r.fifos.erase(r.fifos.begin());
  EXPECT_EQ(fifo_table(r), "");
}

}  // namespace
}  // namespace sparsim
