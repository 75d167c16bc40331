// The critical path of whole networks against the longest paths of their event graphs, found by brute force.
#define SC_INCLUDE_DYNAMIC_PROCESSES  // sc_spawn
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <tuple>

#include "models/core/timed_run.h"
#include "tests/models/core/timed_fifo_networks.h"

namespace sparsim {
namespace {

using namespace testing_networks;

using Shares = std::map<std::string, Cycles>;

/// All longest paths to an event of a network, as shares. An event is a step of an item in a process, or one port of
/// it.
class LongestPaths {
 public:
  explicit LongestPaths(const Network& network) : network_(network) {}

  struct Paths {
    Cycles length = 0;
    std::set<Shares> shares = {{}};
  };

  const Paths& to_step(std::size_t process, std::size_t item, std::size_t step) {
    const auto [known, fresh] = steps_.try_emplace({process, item, step});
    if (!fresh) return known->second;
    const Step& what = network_.programs[process].steps[step];
    Paths paths = before(process, item, step);
    if (what.kind == Step::work) {
      paths = longer(paths, what.durations[item], "timed.process" + std::to_string(process));
    } else {
      for (const std::size_t fifo : what.fifos) paths = later(paths, to_port(process, item, step, fifo));
    }
    return steps_[{process, item, step}] = paths;
  }

 private:
  static Paths longer(Paths paths, Cycles cycles, const std::string& cause) {
    if (cycles == 0) return paths;
    paths.length += cycles;
    std::set<Shares> extended;
    for (Shares shares : paths.shares) shares[cause] += cycles, extended.insert(shares);
    paths.shares = extended;
    return paths;
  }
  static Paths later(const Paths& a, const Paths& b) {
    if (a.length != b.length) return a.length > b.length ? a : b;
    Paths both = a;
    both.shares.insert(b.shares.begin(), b.shares.end());
    return both;
  }
  Paths before(std::size_t process, std::size_t item, std::size_t step) {
    if (step != 0) return to_step(process, item, step - 1);
    return item != 0 ? to_step(process, item - 1, network_.programs[process].steps.size() - 1) : Paths{};
  }
  /// What one port of a step waits for: the other end of its FIFO.
  Paths to_port(std::size_t process, std::size_t item, std::size_t step, std::size_t fifo) {
    const Step::Kind kind = network_.programs[process].steps[step].kind;
    const bool reads = kind == Step::read_all || kind == Step::read_each;
    const Paths start = before(process, item, step);
    if (!reads && item < network_.depth) return start;
    const auto [other, other_step] = end(fifo, !reads);
    const std::size_t other_item = reads ? item : item - network_.depth;
    const Step::Kind other_kind = network_.programs[other].steps[other_step].kind;
    const bool each = other_kind == Step::read_each || other_kind == Step::write_each;
    const Paths opposite = each ? to_port(other, other_item, other_step, fifo) : to_step(other, other_item, other_step);
    return later(start, longer(opposite, reads ? network_.forward : network_.backward,
                               "FIFO timed.fifo" + std::to_string(fifo)));
  }
  std::pair<std::size_t, std::size_t> end(std::size_t fifo, bool reads) const {
    for (std::size_t p = 0; p < network_.programs.size(); ++p)
      for (std::size_t s = 0; s < network_.programs[p].steps.size(); ++s) {
        const Step& step = network_.programs[p].steps[s];
        if (reads != (step.kind == Step::read_all || step.kind == Step::read_each) || step.kind == Step::work) continue;
        if (std::count(step.fifos.begin(), step.fifos.end(), fifo) != 0) return {p, s};
      }
    throw std::logic_error("a FIFO without an end");
  }

  const Network& network_;
  std::map<std::tuple<std::size_t, std::size_t, std::size_t>, Paths> steps_;
};

struct Case {
  const char* name;
  Network (*make)(std::mt19937&);
  std::size_t depth;
  Cycles forward, backward;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }

class CriticalPathOfNetworks : public testing::TestWithParam<Case> {};

TEST_P(CriticalPathOfNetworks, IsALongestPathOfTheEventGraph) {
  constexpr std::uint32_t kSeed = 11;
  SCOPED_TRACE(kSeed);
  std::mt19937 random(kSeed);
  Network network = GetParam().make(random);
  network.depth = GetParam().depth;
  network.forward = GetParam().forward;
  network.backward = GetParam().backward;
  TimedNetwork timed("timed", network, Users::mixed);
  TimedRun run({{}, true});
  run.run();

  LongestPaths graph(network);
  LongestPaths::Paths longest;
  for (std::size_t p = 0; p < network.programs.size(); ++p) {
    const auto& paths = graph.to_step(p, network.items - 1, network.programs[p].steps.size() - 1);
    if (paths.length > longest.length)
      longest = paths;
    else if (paths.length == longest.length)
      longest.shares.insert(paths.shares.begin(), paths.shares.end());
  }
  EXPECT_EQ(run.end(), longest.length);
  Shares shares;
  Cycles sum = 0;
  for (const CauseShare& share : run.critical_path()) shares[share.cause] = share.cycles, sum += share.cycles;
  EXPECT_EQ(sum, run.end());
  EXPECT_EQ(longest.shares.count(shares), 1u) << "of " << longest.shares.size();
}

Network short_pipeline(std::mt19937& r) { return pipeline(r, 3, 12); }
Network atomic(std::mt19937& r) { return diamond(r, Step::write_all, Step::read_all, 12); }
Network independent(std::mt19937& r) { return diamond(r, Step::write_each, Step::read_each, 12); }
INSTANTIATE_TEST_SUITE_P(Small, CriticalPathOfNetworks,
                         testing::Values(Case{"pipeline_depth1_11", short_pipeline, 1, 1, 1},
                                         Case{"pipeline_depth2_00", short_pipeline, 2, 0, 0},
                                         Case{"pipeline_depth3_20", short_pipeline, 3, 2, 0},
                                         Case{"atomic_depth1_11", atomic, 1, 1, 1},
                                         Case{"atomic_depth2_10", atomic, 2, 1, 0},
                                         Case{"independent_depth1_11", independent, 1, 1, 1},
                                         Case{"independent_depth2_13", independent, 2, 1, 3}),
                         [](const testing::TestParamInfo<Case>& test) { return test.param.name; });

}  // namespace
}  // namespace sparsim
