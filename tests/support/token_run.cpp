#include "tests/support/token_run.h"

#include <algorithm>
#include <limits>

namespace sparsim {
namespace {

struct Fifo {
  std::int64_t depth = 1, written = 0, read = 0;
};

class Actor {
 public:
  Actor(SlotSchedule schedule, std::vector<std::size_t> inputs, std::vector<std::size_t> outputs, std::int64_t images)
      : schedule_(std::move(schedule)),
        inputs_(std::move(inputs)),
        outputs_(std::move(outputs)),
        repeats_left_(schedule_.repeats * images) {}

  bool done() const { return repeats_left_ == 0; }

  /// Does all that it can; false where that is nothing.
  bool fire(std::vector<Fifo>& fifos) {
    bool worked = false;
    while (repeats_left_ > 0) {
      const SlotRun& run = schedule_.runs[run_];
      std::int64_t slots = run.count - done_;
      for (std::size_t i = 0; i < inputs_.size(); ++i)
        if (run.reads >> i & 1u) slots = std::min(slots, fifos[inputs_[i]].written - fifos[inputs_[i]].read);
      for (std::size_t i = 0; i < outputs_.size(); ++i) {
        const Fifo& fifo = fifos[outputs_[i]];
        if (run.writes >> i & 1u) slots = std::min(slots, fifo.depth - (fifo.written - fifo.read));
      }
      if (slots == 0) break;
      worked = true;
      for (std::size_t i = 0; i < inputs_.size(); ++i)
        if (run.reads >> i & 1u) fifos[inputs_[i]].read += slots;
      for (std::size_t i = 0; i < outputs_.size(); ++i)
        if (run.writes >> i & 1u) fifos[outputs_[i]].written += slots;
      done_ += slots;
      if (done_ < run.count) continue;
      done_ = 0;
      if (++run_ < schedule_.runs.size()) continue;
      run_ = 0;
      --repeats_left_;
    }
    return worked;
  }

 private:
  SlotSchedule schedule_;
  std::vector<std::size_t> inputs_, outputs_;  // FIFOs
  std::int64_t repeats_left_, done_ = 0;
  std::size_t run_ = 0;
};

}  // namespace

TokenOutcome token_run(const FpgaConvNetPlan& plan, const LayerGraph& graph, std::int64_t images) {
  const Pipeline& pipeline = plan.pipeline;
  TokenOutcome outcome;
  std::vector<Fifo> fifos(pipeline.edges.size());
  outcome.reads_of_an_image.resize(fifos.size());
  for (std::size_t e = 0; e < fifos.size(); ++e) fifos[e].depth = static_cast<std::int64_t>(pipeline.edges[e].depth);
  std::vector<Actor> actors;
  for (std::size_t n = 0; n < pipeline.nodes.size(); ++n) {
    const PipelineNode& node = pipeline.nodes[n];
    SlotSchedule schedule;
    std::vector<std::size_t> outputs = node.outputs;
    if (node.kind == NodeKind::source) {
      schedule = {{{pipeline.output(node).words(), 0, 1}}, 1};
    } else if (node.kind == NodeKind::sink) {
      schedule = {{{pipeline.input(node).words(), 1, 0}}, 1};
    } else if (node.kind == NodeKind::weighted) {
      const ConvDesign& design = plan.designs[n];
      schedule = window_slots(design.shape, design.groups() * design.steps());
      fifos.emplace_back();  // of windows
      actors.emplace_back(SlotSchedule{{{design.steps(), 1, 0}, {design.filters(), 0, 1}},
                                       design.shape.output.pixels() * design.groups()},
                          std::vector<std::size_t>{fifos.size() - 1}, outputs, images);
      outputs = {fifos.size() - 1};
    } else {
      schedule = slots(pipeline, node, graph);
    }
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
      outcome.reads_of_an_image[node.inputs[i]] = schedule.reads(static_cast<int>(i));
    actors.emplace_back(std::move(schedule), node.inputs, outputs, images);
  }

  for (bool worked = true; worked;) {
    worked = false;
    for (Actor& actor : actors) worked |= actor.fire(fifos);
  }
  outcome.finished = std::all_of(actors.begin(), actors.end(), [](const Actor& a) { return a.done(); });
  for (std::size_t e = 0; e < pipeline.edges.size(); ++e) {
    outcome.written.push_back(fifos[e].written);
    outcome.read.push_back(fifos[e].read);
  }
  return outcome;
}

}  // namespace sparsim
