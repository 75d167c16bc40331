#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <systemc>
#include <vector>

#include "models/core/activity.h"
#include "models/core/cycles.h"
#include "models/core/work.h"

namespace sparsim {

/// Where the cycles of a part went: every cycle of a layer is in exactly one bucket.
struct CycleBuckets {
  Cycles busy = 0;
  Cycles waiting_input = 0;   // what it computes on was not there
  Cycles waiting_output = 0;  // nowhere to put the result
  Cycles waiting_bus = 0;     // a request of its own was not yet granted or answered
  Cycles idle = 0;            // nothing to do

  Cycles total() const { return busy + waiting_input + waiting_output + waiting_bus + idle; }
  template <class Visitor>
  void visit(Visitor&& v) const {
    v("busy", busy, "cycles", "it worked");
    v("waiting_input", waiting_input, "cycles", "its input was not there");
    v("waiting_output", waiting_output, "cycles", "its output had no room");
    v("waiting_bus", waiting_bus, "cycles", "its bus request was not granted or answered");
    v("idle", idle, "cycles", "it had nothing to do");
  }
};

/// One part (a PE grid, a DMA engine, a node) during one layer of one image.
struct PartRecord {
  std::string part;
  Cycles start = 0, end = 0;  // from its first to its last action
  CycleBuckets buckets;       // add up to the duration of the layer
  Activity activity;
};

struct LayerRecord {
  std::size_t image = 0, layer = 0;  // layer: position in the LayerGraph
  Cycles start = 0, end = 0;
  bool accelerated = false;  // false: the host computed it
  std::string bottleneck;    // in words
  std::vector<PartRecord> parts;
};

struct ImageRecord {
  Cycles start = 0, end = 0;
  std::vector<double> answer;       // of the network, where the architecture computes values
  std::int64_t dropped_pixels = 0;  // of its input, for lack of room
};

/// Cycles of the run that one cause held back: the shares of a critical path add up to the run.
struct CauseShare {
  std::string cause;
  Cycles cycles = 0;
};

/// One bar of a timeline: `track` did `what` from start to end.
struct Span {
  std::string track, what;
  Cycles start = 0, end = 0;
};

/// A FIFO between two nodes, over the whole run.
struct FifoRecord {
  std::string name;
  std::size_t depth = 0;
  std::uint64_t words = 0;
  std::size_t high_water = 0;           // most words at a time
  Cycles writer_stall_cycles = 0;       // the writer waited for room
  Cycles reader_starvation_cycles = 0;  // the reader waited for a word
  double bram18 = 0;                    // 18 Kb blocks that it takes
};

/// An operator that every image passes once, at its own pace.
struct StageRecord {
  std::string name, what;     // "conv1", "convolution"
  Cycles first = 0, max = 0;  // from its first cycle of an image to its last: of the first image, of all
  Cycles interval = 0;        // between its first cycles of two images, where nothing is waited for; the longest
  Cycles hand_off = 0;        // to the next operator, or to the end of the design
};

/// A number that is known of a layer's hardware without a run.
struct Fact {
  std::string name, unit, meaning;
  double value = 0;
};

/// How a layer is built, and what it would come to on this workload if nothing but itself held it up.
struct LayerFacts {
  std::size_t layer = 0;  // position in the LayerGraph
  std::string built;      // in words: "crossbar 2x4x1, 3 of 9 lanes"
  std::vector<Fact> facts;
};

/// What a run leaves behind. Only finished images are in it.
struct RunRecord {
  Cycles end = 0;
  bool reached_limit = false;                    // --max-cycles came before the work was done
  std::optional<std::size_t> extrapolated_from;  // images simulated, where those behind them follow from them exactly
  /// Where layers overlap: cycles in which the accelerator worked. Otherwise its layers add up.
  std::optional<Cycles> accelerated;
  std::vector<ImageRecord> images;
  std::vector<LayerRecord> layers;
  std::vector<CauseShare> critical_path;
  std::vector<FifoRecord> fifos;
  std::vector<StageRecord> stages;  // of a dataflow of operators
  std::vector<Span> timeline;       // only where asked for
  std::vector<std::string> notes;   // what the architecture cannot do with this workload, in words
};

struct RunOptions {
  std::size_t images = 1;            // beyond those of the workload they repeat in order
  std::optional<Cycles> max_cycles;  // stop here
  bool timeline = false;
  bool critical_path = true;  // keep the cause of each date
  bool every_image = false;   // simulate all, where the rest could be extrapolated exactly
  std::string reduction;      // of architectures with an input reduction: fast, step, rtl or lockstep; empty: fast
  std::string crossbar;       // of architectures with crossbars: an engine, or engine:NODE for one node; empty: fast
};

/// An accelerator, elaborated for a workload. `run` simulates to the end and may be called once: SystemC elaborates and
/// runs once a process.
class Architecture : public sc_core::sc_module {
 public:
  explicit Architecture(const sc_core::sc_module_name& name) : sc_module(name) {}
  /// Throws InputError on a deadlock that is the configuration's (it names who waits on what).
  virtual RunRecord run() = 0;
};

}  // namespace sparsim
