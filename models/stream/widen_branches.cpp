#include <algorithm>
#include <limits>

#include "models/core/error.h"
#include "models/stream/pipeline.h"

// Which words have to wait where follows from what nodes read before they write, not from their times. So a run without
// times is enough, in which the sink asks for pixel after pixel, and a node works, slot by slot, only until it has
// written the pixel that it was asked for. A split that is asked by one branch writes to all; in the others the pixels
// wait, between their split and some edge further on, until their join asks for them.
//
// That run is one of the schedules of the pipeline. A network of nodes that block in a fixed order ends in a deadlock
// under all schedules or none (Kahn), so it is free of deadlock with the room that this run took; and where nodes work
// word by word, they take no more: a word of a pixel never needs more than the pixel does.
//
// A waiting pixel may have passed the nodes at the head of its branch already. The room on each edge there is found
// beside the run, by copies of those nodes that work as soon as the split writes.

namespace sparsim {
namespace {

constexpr int kImages = 2;  // what an image leaves behind, the next one meets

// What a node does in a slot of a pixel, or of a window; between edges it counts values, because a flatten changes how
// many a pixel has.
struct PixelNode {
  SlotSchedule schedule;
  std::vector<std::int64_t> takes;  // values of an input in a slot that reads it
  std::int64_t gives = 0;           // values to each output in a slot that writes
};

// A node's place in its schedule, which begins again with each image.
struct Cursor {
  std::size_t run = 0;
  std::int64_t done = 0;

  const SlotRun& slot(const SlotSchedule& schedule) const { return schedule.runs[run]; }
  void advance(const SlotSchedule& schedule) {
    if (++done < schedule.runs[run].count) return;
    done = 0;
    run = (run + 1) % schedule.runs.size();
  }
};

PixelNode pixel_node(const Pipeline& pipeline, const PipelineNode& node, const LayerGraph& graph) {
  PixelNode p;
  std::uint32_t all = 0;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    p.takes.push_back(pipeline.input(node, i).map.channels);
    all |= 1u << i;
  }
  const MapShape& map = node.kind == NodeKind::source ? pipeline.output(node).map : pipeline.input(node).map;
  p.schedule = {{{map.pixels(), all, 1}}, 1};
  if (node.kind == NodeKind::weighted || node.kind == NodeKind::pool) {
    p.schedule = window_slots(graph.layers[node.layer].shape, 1);
    p.gives = graph.layers[node.layer].shape.output.channels;
  } else if (node.kind == NodeKind::concat) {
    for (const std::int64_t values : p.takes) p.gives += values;
  } else {
    p.gives = map.channels;
  }
  return p;
}

class DemandRun {
 public:
  DemandRun(const Pipeline& pipeline, const LayerGraph& graph);

  void run();
  /// Calls widen(edge, values) for each branch in which values have to wait.
  template <class Widen>
  void report(Widen&& widen) const {
    for (const Branch& branch : branches_) {
      const auto fewest = std::min_element(branch.rooms.begin(), branch.rooms.end(),
                                           [](const Room& a, const Room& b) { return a.values < b.values; });
      if (fewest->values > 0) widen(fewest->edge, fewest->values);
    }
  }

 private:
  // An edge at the head of a branch, and what would wait there if the nodes before it worked at once.
  struct Room {
    std::size_t edge = 0;
    std::size_t node = 0;      // the one before it
    Cursor cursor;             // of that node; not used where it is the split
    std::int64_t unread = 0;   // what it has, too little for its next slot
    std::int64_t written = 0;  // to the edge
    std::int64_t values = 0;   // the most that waited
  };
  // From an output of a split up to the next split or join.
  struct Branch {
    std::size_t split = 0;
    std::vector<Room> rooms;  // in their order
  };

  bool ready(std::size_t node, std::size_t input) const;
  void fire(std::size_t node);
  void push(Branch& branch, std::int64_t values);
  void measure(const Branch& active);

  const Pipeline& pipeline_;
  std::vector<PixelNode> nodes_;
  std::vector<Cursor> cursors_;
  std::vector<std::int64_t> written_, read_;  // values, by edge
  std::vector<Branch> branches_;
  std::vector<std::size_t> branch_of_;  // by edge: that which begins with it, or kNone
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
};

DemandRun::DemandRun(const Pipeline& pipeline, const LayerGraph& graph)
    : pipeline_(pipeline),
      cursors_(pipeline.nodes.size()),
      written_(pipeline.edges.size()),
      read_(pipeline.edges.size()),
      branch_of_(pipeline.edges.size(), kNone) {
  for (std::size_t n = 0; n < pipeline.nodes.size(); ++n) {
    nodes_.push_back(pixel_node(pipeline, pipeline.nodes[n], graph));
    if (pipeline.nodes[n].kind != NodeKind::split) continue;
    for (std::size_t edge : pipeline.nodes[n].outputs) {
      branch_of_[edge] = branches_.size();
      Branch branch{n, {{edge, n, {}, 0, 0, 0}}};
      for (;;) {
        const std::size_t next = pipeline.edges[edge].to;
        const PipelineNode& node = pipeline.nodes[next];
        if (node.inputs.size() != 1 || node.outputs.size() != 1) break;
        edge = node.outputs[0];
        branch.rooms.push_back({edge, next, {}, 0, 0, 0});
      }
      branches_.push_back(std::move(branch));
    }
  }
}

void DemandRun::run() {
  if (branches_.empty()) return;
  const std::size_t sink = nodes_.size() - 1;
  std::vector<std::size_t> asked;  // each by the one before it
  for (std::int64_t slots = kImages * nodes_[sink].schedule.slots(); slots > 0; --slots) {
    asked.push_back(sink);
    while (!asked.empty()) {
      const std::size_t n = asked.back();
      const PipelineNode& node = pipeline_.nodes[n];
      std::size_t input = 0;
      while (input < node.inputs.size() && ready(n, input)) ++input;
      if (input < node.inputs.size()) {
        asked.push_back(pipeline_.edges[node.inputs[input]].from);
        continue;
      }
      if (cursors_[n].slot(nodes_[n].schedule).writes != 0) asked.pop_back();
      fire(n);
    }
  }
}

bool DemandRun::ready(std::size_t n, std::size_t input) const {
  if ((cursors_[n].slot(nodes_[n].schedule).reads >> input & 1u) == 0) return true;
  const std::size_t edge = pipeline_.nodes[n].inputs[input];
  return written_[edge] - read_[edge] >= nodes_[n].takes[input];
}

void DemandRun::fire(std::size_t n) {
  const PipelineNode& node = pipeline_.nodes[n];
  const SlotRun& slot = cursors_[n].slot(nodes_[n].schedule);
  if (slot.reads != 0) {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) read_[node.inputs[i]] += nodes_[n].takes[i];
    for (const std::size_t edge : node.inputs)
      if (branch_of_[edge] != kNone) measure(branches_[branch_of_[edge]]);
  }
  if (slot.writes != 0)
    for (const std::size_t edge : node.outputs) {
      written_[edge] += nodes_[n].gives;
      if (branch_of_[edge] != kNone) push(branches_[branch_of_[edge]], nodes_[n].gives);
    }
  cursors_[n].advance(nodes_[n].schedule);
}

// The nodes at the head of the branch take what its split has written.
void DemandRun::push(Branch& branch, std::int64_t values) {
  for (Room& room : branch.rooms) {
    if (room.node != branch.split) {
      const PixelNode& node = nodes_[room.node];
      room.unread += values;
      values = 0;
      // Padding waits for the next value: until then it is in nobody's way.
      while (room.unread >= node.takes[0]) {
        const SlotRun& slot = room.cursor.slot(node.schedule);
        if (slot.reads != 0) room.unread -= node.takes[0];
        if (slot.writes != 0) values += node.gives;
        room.cursor.advance(node.schedule);
      }
    }
    room.written += values;
  }
}

// While a branch works, what is in the others of its split waits.
void DemandRun::measure(const Branch& active) {
  for (Branch& branch : branches_)
    if (branch.split == active.split && &branch != &active)
      for (Room& room : branch.rooms) room.values = std::max(room.values, room.written - read_[room.edge]);
}

}  // namespace

void widen_branches(Pipeline& pipeline, const LayerGraph& graph) {
  DemandRun run(pipeline, graph);
  run.run();
  run.report([&](std::size_t edge, std::int64_t values) {
    PipelineEdge& e = pipeline.edges[edge];
    e.depth += static_cast<std::size_t>(ceil_div(values, e.shape.streams));
  });
}

}  // namespace sparsim
