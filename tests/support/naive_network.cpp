#include "tests/support/naive_network.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace sparsim {
namespace {

std::string to_string(Cycles date) { return fmt::to_string(date); }

std::string to_string(const TimedFifoBase::Counters& c) {
  return fmt::format("{} words, {} cycles of stall, {} of starvation, high-water mark {}", c.words,
                     c.writer_stall_cycles, c.reader_starvation_cycles, c.high_water);
}

std::string to_string(const NodeImage& image) {
  const CycleBuckets& b = image.buckets;
  return fmt::format("{}..{}: busy {}, waiting for input {}, for output {}", image.start, image.end, b.busy,
                     b.waiting_input, b.waiting_output);
}

template <class T>
void compare(const std::string& what, const std::vector<T>& expected, const std::vector<T>& seen,
             std::vector<std::string>& found) {
  for (std::size_t i = 0; i < std::max(expected.size(), seen.size()); ++i) {
    const std::string a = i < expected.size() ? to_string(expected[i]) : "none";
    const std::string b = i < seen.size() ? to_string(seen[i]) : "none";
    if (a == b) continue;
    found.push_back(fmt::format("{} {}: {}, expected {}", what, i, b, a));
    return;
  }
}

template <class T>
void compare_each(const std::string& what, const std::string& item, const std::vector<std::vector<T>>& expected,
                  const std::vector<std::vector<T>>& seen, std::vector<std::string>& found) {
  if (expected.size() != seen.size())
    found.push_back(fmt::format("{}: {}, expected {}", what, seen.size(), expected.size()));
  for (std::size_t i = 0; i < std::min(expected.size(), seen.size()); ++i)
    compare(fmt::format("{} {}: {}", what, i, item), expected[i], seen[i], found);
}

template <class T>
std::vector<T*> pointers(const std::vector<std::unique_ptr<T>>& owned, const std::vector<std::size_t>& wanted) {
  std::vector<T*> found;
  for (const std::size_t i : wanted) found.push_back(owned[i].get());
  return found;
}

}  // namespace

TimedFifoBase::Counters counters(const naive::Fifo& fifo) {
  return {fifo.writes().size(), fifo.stalls(), fifo.starvations(), fifo.high_water()};
}

std::vector<std::string> differences(const Outcome& expected, const Outcome& seen) {
  std::vector<std::string> found;
  compare_each("source", "word", expected.sent, seen.sent, found);
  compare_each("sink", "word", expected.received, seen.received, found);
  compare("FIFO", expected.fifos, seen.fifos, found);
  compare_each("node", "image", expected.logs, seen.logs, found);
  return found;
}

NaiveNetwork::NaiveNetwork(const sc_core::sc_module_name& name, const Network& network, Cycles limit)
    : sc_module(name), network_(network), clock_("clock", limit) {
  for (std::size_t i = 0; i < network.depths.size(); ++i)
    fifos_.push_back(std::make_unique<naive::Fifo>(fmt::format("fifo{}", i).c_str(), clock_, network.depths[i]));
  for (const Network::Node& node : network.nodes)
    nodes_.push_back(std::make_unique<naive::SlotNode>(node.name.c_str(), clock_, node.slots,
                                                       pointers(fifos_, node.inputs), pointers(fifos_, node.outputs),
                                                       node.latency, network.images));
  for (const Network::End& end : network.sources)
    ends_.push_back(
        std::make_unique<naive::Source>(sc_core::sc_gen_unique_name("source"), clock_, end.gaps, *fifos_[end.fifo]));
  for (const Network::End& end : network.sinks)
    ends_.push_back(
        std::make_unique<naive::Sink>(sc_core::sc_gen_unique_name("sink"), clock_, end.gaps, *fifos_[end.fifo]));
}

Outcome NaiveNetwork::outcome() const {
  Outcome outcome;
  for (const Network::End& end : network_.sources) outcome.sent.push_back(fifos_[end.fifo]->writes());
  for (const Network::End& end : network_.sinks) outcome.received.push_back(fifos_[end.fifo]->reads());
  for (const auto& fifo : fifos_) outcome.fifos.push_back(counters(*fifo));
  for (const auto& node : nodes_) outcome.logs.push_back(node->log());
  return outcome;
}

bool TimedSource::step() {
  for (; dates_.size() < gaps_.size(); dates_.push_back(now())) {
    if (!waited_) advance(gaps_[dates_.size()]);
    waited_ = true;
    if (!out.await()) return false;
    out.write();
    waited_ = false;
  }
  return true;
}

bool TimedSink::step() {
  for (; dates_.size() < gaps_.size(); dates_.push_back(now())) {
    if (!waited_) advance(gaps_[dates_.size()]);
    waited_ = true;
    if (!in.await()) return false;
    in.read();
    waited_ = false;
  }
  return true;
}

TimedNetwork::TimedNetwork(const sc_core::sc_module_name& name, const Network& network, Ends ends)
    : sc_module(name), region_("region") {
  for (std::size_t i = 0; i < network.depths.size(); ++i)
    fifos_.push_back(std::make_unique<TimedFifo<>>(fmt::format("fifo{}", i).c_str(), network.depths[i], 1, 1));
  for (const Network::Node& node : network.nodes) {
    SlotNode& made = *nodes_.emplace_back(
        std::make_unique<SlotNode>(node.name.c_str(), node.slots, static_cast<int>(node.inputs.size()),
                                   static_cast<int>(node.outputs.size()), node.latency, network.images));
    for (std::size_t i = 0; i < node.inputs.size(); ++i) made.inputs[i](*fifos_[node.inputs[i]]);
    for (std::size_t i = 0; i < node.outputs.size(); ++i) made.outputs[i](*fifos_[node.outputs[i]]);
    region_.add(made);
  }
  const auto place = [&](TimedProcess& end) {
    if (ends == Ends::region) region_.add(end);
  };
  for (const Network::End& end : network.sources) {
    TimedSource& source =
        *sources_.emplace_back(std::make_unique<TimedSource>(sc_core::sc_gen_unique_name("source"), end.gaps));
    source.out(*fifos_[end.fifo]);
    place(source);
  }
  for (const Network::End& end : network.sinks) {
    TimedSink& sink = *sinks_.emplace_back(std::make_unique<TimedSink>(sc_core::sc_gen_unique_name("sink"), end.gaps));
    sink.in(*fifos_[end.fifo]);
    place(sink);
  }
}

Outcome TimedNetwork::outcome() const {
  Outcome outcome;
  for (const auto& source : sources_) outcome.sent.push_back(source->dates());
  for (const auto& sink : sinks_) outcome.received.push_back(sink->dates());
  for (const auto& fifo : fifos_) outcome.fifos.push_back(fifo->counters());
  for (const auto& node : nodes_) outcome.logs.push_back(node->log());
  return outcome;
}

}  // namespace sparsim
