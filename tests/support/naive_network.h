#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "models/core/region.h"
#include "models/core/timed_fifo.h"
#include "models/core/timed_process.h"
#include "models/stream/slot_node.h"
#include "models/stream/slots.h"
#include "tests/support/naive_pipeline.h"

namespace sparsim {

/// A pipeline, described once and built twice. FIFOs are numbered; what is neither a slot node nor an end of the
/// pipeline is added to both builds by the test.
struct Network {
  struct Node {
    std::string name;
    SlotSchedule slots;
    std::vector<std::size_t> inputs, outputs;  // FIFOs
    Cycles latency = 0;
  };
  struct End {
    std::size_t fifo = 0;
    std::vector<Cycles> gaps;  // of each word from the one before (naive::Source)
  };

  std::vector<std::size_t> depths;  // of the FIFOs
  std::vector<Node> nodes;
  std::vector<End> sources, sinks;
  std::size_t images = 1;

  std::size_t add_fifo(std::size_t depth) {
    depths.push_back(depth);
    return depths.size() - 1;
  }
};

/// What can be seen of a run.
struct Outcome {
  std::vector<std::vector<Cycles>> sent, received;  // the date of each word, by source and by sink
  std::vector<TimedFifoBase::Counters> fifos;
  std::vector<NodeLog> logs;  // of the nodes
};

TimedFifoBase::Counters counters(const naive::Fifo& fifo);

/// In words, where two runs differ: the first difference of each list. Empty where they are equal.
std::vector<std::string> differences(const Outcome& expected, const Outcome& seen);

/// Cycle by cycle.
class NaiveNetwork : public sc_core::sc_module {
 public:
  NaiveNetwork(const sc_core::sc_module_name& name, const Network& network, Cycles limit = 2'000'000);

  naive::Clock& clock() { return clock_; }
  naive::Fifo& fifo(std::size_t i) { return *fifos_[i]; }
  Outcome outcome() const;

 private:
  const Network network_;
  naive::Clock clock_;
  std::vector<std::unique_ptr<naive::Fifo>> fifos_;
  std::vector<std::unique_ptr<naive::SlotNode>> nodes_;
  std::vector<std::unique_ptr<naive::Part>> ends_;
};

/// An end of a pipeline as a process with a local clock.
class TimedSource final : public TimedProcess {
 public:
  TimedOut<> out{"out", *this};
  TimedSource(const sc_core::sc_module_name& name, std::vector<Cycles> gaps)
      : TimedProcess(name), gaps_(std::move(gaps)) {}
  const std::vector<Cycles>& dates() const { return dates_; }

 private:
  bool step() override;

  const std::vector<Cycles> gaps_;
  std::vector<Cycles> dates_;
  bool waited_ = false;
};

class TimedSink final : public TimedProcess {
 public:
  TimedIn<> in{"in", *this};
  TimedSink(const sc_core::sc_module_name& name, std::vector<Cycles> gaps)
      : TimedProcess(name), gaps_(std::move(gaps)) {}
  const std::vector<Cycles>& dates() const { return dates_; }

 private:
  bool step() override;

  const std::vector<Cycles> gaps_;
  std::vector<Cycles> dates_;
  bool waited_ = false;
};

/// Where sources and sinks run: with the nodes, or each as an SC_THREAD.
enum class Ends { region, threads };

/// The models under test.
class TimedNetwork : public sc_core::sc_module {
 public:
  TimedNetwork(const sc_core::sc_module_name& name, const Network& network, Ends ends = Ends::region);

  Region& region() { return region_; }
  TimedFifo<>& fifo(std::size_t i) { return *fifos_[i]; }
  Outcome outcome() const;

 private:
  Region region_;
  std::vector<std::unique_ptr<TimedFifo<>>> fifos_;
  std::vector<std::unique_ptr<SlotNode>> nodes_;
  std::vector<std::unique_ptr<TimedSource>> sources_;
  std::vector<std::unique_ptr<TimedSink>> sinks_;
};

}  // namespace sparsim
