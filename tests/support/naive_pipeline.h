#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <systemc>
#include <vector>

#include "models/core/cycles.h"
#include "models/stream/node_log.h"
#include "models/stream/slots.h"

/// A pipeline as the hardware that it is, cycle by cycle: what the models that compute dates are held against. It is
/// written to be believed at sight and for nothing else. There are registers, and in each cycle every part decides from
/// what they hold; kernel time has two ticks a cycle (models/core/cycles.h): parts act in the first, registers change
/// in the second.
namespace sparsim::naive {

class Part;

/// Ticks until all parts are done, or until cycle `limit`.
class Clock : public sc_core::sc_module {
 public:
  Clock(const sc_core::sc_module_name& name, Cycles limit);

  sc_core::sc_event cycle, end_of_cycle;
  void add(const Part& part) { parts_.push_back(&part); }
  bool all_done() const;

 private:
  void run();

  const Cycles limit_;
  std::vector<const Part*> parts_;
};

/// A registered FIFO: what is written in a cycle can be read in the next, a place freed in a cycle written in the next.
class Fifo : public sc_core::sc_module {
 public:
  Fifo(const sc_core::sc_module_name& name, Clock& clock, std::size_t depth);

  bool has_word() const { return words_ > 0; }
  /// A word on its way through the pipeline of its writer has its place already.
  bool has_room() const { return words_ + on_the_way_.size() < depth_; }
  /// Once a cycle at most; the word is in the FIFO `latency` cycles later.
  void write(Cycles latency);
  void read();

  /// A cycle in which the writer waited for room in this FIFO, or the reader for a word.
  void stall() { ++stalls_; }
  void starve() { ++starvations_; }

  const std::vector<Cycles>& writes() const { return writes_; }
  const std::vector<Cycles>& reads() const { return reads_; }
  Cycles stalls() const { return stalls_; }
  Cycles starvations() const { return starvations_; }
  std::size_t high_water() const { return high_water_; }

 private:
  void change();

  const std::size_t depth_;
  std::size_t words_ = 0;
  bool read_ = false;
  std::deque<Cycles> on_the_way_;  // the cycles at whose end they enter
  std::vector<Cycles> writes_, reads_;
  Cycles stalls_ = 0, starvations_ = 0;
  std::size_t high_water_ = 0;
};

/// What acts once a cycle.
class Part : public sc_core::sc_module {
 public:
  virtual bool done() const = 0;

 protected:
  Part(const sc_core::sc_module_name& name, Clock& clock);
  virtual void act() = 0;

 private:
  void on_cycle();
};

/// Writes words: the first `gaps[0]` cycles after the start, word i `gaps[i]` cycles after the one before, or later
/// where there is no room. Gaps but the first are at least 1.
class Source : public Part {
 public:
  Source(const sc_core::sc_module_name& name, Clock& clock, std::vector<Cycles> gaps, Fifo& out);
  bool done() const override { return out_.writes().size() == gaps_.size(); }

 private:
  void act() override;

  const std::vector<Cycles> gaps_;
  Fifo& out_;
  Cycles waits_;
};

/// Reads words, likewise.
class Sink : public Part {
 public:
  Sink(const sc_core::sc_module_name& name, Clock& clock, std::vector<Cycles> gaps, Fifo& in);
  bool done() const override { return in_.reads().size() == gaps_.size(); }

 private:
  void act() override;

  const std::vector<Cycles> gaps_;
  Fifo& in_;
  Cycles waits_;
};

/// A slot a cycle, where every FIFO that it reads has a word and every one that it writes has room.
class SlotNode : public Part {
 public:
  SlotNode(const sc_core::sc_module_name& name, Clock& clock, const SlotSchedule& schedule, std::vector<Fifo*> inputs,
           std::vector<Fifo*> outputs, Cycles latency, std::size_t images);
  bool done() const override { return images_left_ == 0; }
  const NodeLog& log() const { return log_; }

 private:
  void act() override;
  void wait_for_input(Fifo& input);
  void wait_for_output(Fifo& output);

  std::vector<SlotRun> slots_;  // of an image, one by one
  const std::vector<Fifo*> inputs_, outputs_;
  const Cycles latency_;
  std::size_t images_left_;
  std::size_t next_ = 0;  // slot
  NodeImage image_;
  NodeLog log_;
};

}  // namespace sparsim::naive
