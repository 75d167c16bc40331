#include <algorithm>
#include <limits>

#include "models/core/error.h"
#include "models/stream/pipeline.h"

// Which words have to wait where follows from what nodes read before they write, not from their times. So a run without
// times is enough, in which the last join asks for pixel after pixel, and a node works, slot by slot, only until it has
// written the pixel that it was asked for. A split that is asked by one branch writes to all; in the others the pixels
// wait until their join asks for them.
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
  bool slides = false;              // it has a window
  bool keeps = false;               // it takes all of the next pixel before it writes the one that it has finished
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
  if (node.kind == NodeKind::padding) {
    p.schedule = padding_slots(graph.layers[node.layer].shape, 1);
    p.gives = map.channels;
  } else if (node.kind == NodeKind::window) {
    p.schedule = window_slots(without_padding(graph.layers[node.layer].shape), 1);
    p.gives = pipeline.output(node).map.channels;
    p.slides = true;
  } else if (node.kind == NodeKind::weighted &&
             pipeline.nodes[pipeline.edges[node.inputs[0]].from].kind == NodeKind::window) {
    p.gives = graph.layers[node.layer].shape.output.channels;  // of a vector
  } else if (node.kind == NodeKind::weighted || node.kind == NodeKind::pool) {
    p.schedule = window_slots(graph.layers[node.layer].shape, 1);
    p.gives = graph.layers[node.layer].shape.output.channels;
    p.slides = true;
    p.keeps = node.kind == NodeKind::weighted && graph.layers[node.layer].shape.groups == 1;
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
  /// Calls widen(edge, values, nodes) for each branch in which values have to wait while so many nodes with windows
  /// work on what they wait for.
  template <class Widen>
  void report(Widen&& widen) const {
    for (const Branch& branch : branches_) {
      const auto fewest = std::min_element(branch.rooms.begin(), branch.rooms.end(),
                                           [](const Room& a, const Room& b) { return a.values < b.values; });
      if (fewest->values > 0) widen(fewest->edge, fewest->values, branch.nodes_waited_for);
    }
  }

 private:
  // An edge of a branch, and what would wait there if the nodes before it worked at once.
  struct Room {
    std::size_t edge = 0;
    std::size_t node = 0;      // the one before it
    Cursor cursor;             // of that node; not used where it is the head of the branch
    std::int64_t unread = 0;   // what it has, too little for its next slot
    std::int64_t kept = 0;     // finished and not yet written
    std::int64_t written = 0;  // to the edge
    std::int64_t gone = 0;     // read for what has left the branch
    std::int64_t values = 0;   // the most that waited
  };
  // From an output of a split or a join up to the next.
  struct Branch {
    std::size_t head = 0, tail = 0;  // nodes; the tail reads the last edge
    std::vector<Room> rooms;         // in their order
    int asked = 0;                   // edges of it on which somebody waits
    bool given = false;              // it has written what it was asked for, and the tail has not yet read it
    std::ptrdiff_t nodes_waited_for = 0;
  };
  struct Asked {
    std::size_t node, edge;
  };
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  void add_branch(std::size_t head, std::size_t edge);
  void ask(std::size_t node, std::size_t edge);
  bool ready(std::size_t node, std::size_t input) const;
  void fire(std::size_t node);
  void push(Branch& branch, std::int64_t values);
  void measure(Branch& branch);

  const Pipeline& pipeline_;
  std::vector<PixelNode> nodes_;
  std::vector<Cursor> cursors_;
  std::vector<std::int64_t> written_, read_;  // values, by edge
  std::vector<Branch> branches_;
  std::vector<std::size_t> branch_of_;  // by edge
  std::vector<std::size_t> given_;      // branches
  std::vector<Asked> asked_;            // each by the one before it
  std::size_t first_split_ = kNone;
  std::size_t last_join_ = kNone;
};

DemandRun::DemandRun(const Pipeline& pipeline, const LayerGraph& graph)
    : pipeline_(pipeline),
      cursors_(pipeline.nodes.size()),
      written_(pipeline.edges.size()),
      read_(pipeline.edges.size()),
      branch_of_(pipeline.edges.size(), kNone) {
  for (std::size_t n = 0; n < pipeline.nodes.size(); ++n) {
    const PipelineNode& node = pipeline.nodes[n];
    nodes_.push_back(pixel_node(pipeline, node, graph));
    if (node.kind == NodeKind::split) first_split_ = std::min(first_split_, n);
    if (node.inputs.size() > 1) last_join_ = n;
  }
  for (std::size_t n = 0; n < pipeline.nodes.size(); ++n)
    if (pipeline.nodes[n].kind == NodeKind::split || (pipeline.nodes[n].inputs.size() > 1 && n != last_join_))
      for (const std::size_t edge : pipeline.nodes[n].outputs) add_branch(n, edge);
}

void DemandRun::add_branch(std::size_t head, std::size_t edge) {
  Branch branch;
  branch.head = head;
  for (std::size_t before = head;;) {
    branch_of_[edge] = branches_.size();
    Room room;
    room.edge = edge;
    room.node = before;
    branch.rooms.push_back(room);
    before = pipeline_.edges[edge].to;
    const PipelineNode& node = pipeline_.nodes[before];
    branch.tail = before;
    if (node.inputs.size() != 1 || node.outputs.size() != 1) break;
    edge = node.outputs[0];
  }
  branches_.push_back(std::move(branch));
}

void DemandRun::run() {
  if (first_split_ == kNone) return;
  for (std::int64_t slots = kImages * nodes_[last_join_].schedule.slots(); slots > 0; --slots) {
    ask(last_join_, kNone);
    while (!asked_.empty()) {
      const auto [n, edge] = asked_.back();
      const PipelineNode& node = pipeline_.nodes[n];
      std::size_t input = 0;
      while (input < node.inputs.size() && ready(n, input)) ++input;
      if (input < node.inputs.size()) {
        ask(pipeline_.edges[node.inputs[input]].from, node.inputs[input]);
        continue;
      }
      const bool writes = cursors_[n].slot(nodes_[n].schedule).writes != 0;
      fire(n);
      if (!writes) continue;
      asked_.pop_back();
      if (edge == kNone) continue;
      Branch& branch = branches_[branch_of_[edge]];
      if (--branch.asked > 0) continue;
      branch.given = true;
      given_.push_back(branch_of_[edge]);
    }
  }
}

void DemandRun::ask(std::size_t node, std::size_t edge) {
  asked_.push_back({node, edge});
  if (edge != kNone) ++branches_[branch_of_[edge]].asked;
}

bool DemandRun::ready(std::size_t n, std::size_t input) const {
  if (n == first_split_ || (cursors_[n].slot(nodes_[n].schedule).reads >> input & 1u) == 0) return true;
  const std::size_t edge = pipeline_.nodes[n].inputs[input];
  return written_[edge] - read_[edge] >= nodes_[n].takes[input];
}

void DemandRun::fire(std::size_t n) {
  const PipelineNode& node = pipeline_.nodes[n];
  const SlotRun& slot = cursors_[n].slot(nodes_[n].schedule);
  if (slot.reads != 0) {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) read_[node.inputs[i]] += nodes_[n].takes[i];
    for (const std::size_t edge : node.inputs) {
      if (branch_of_[edge] == kNone) continue;
      Branch& branch = branches_[branch_of_[edge]];
      if (branch.tail != n) continue;
      branch.given = false;
      for (Room& room : branch.rooms) room.gone = read_[room.edge];
    }
  }
  // This takes its time: all that has been given waits for it.
  if (node.kind == NodeKind::split || (nodes_[n].slides && slot.reads != 0)) {
    for (const std::size_t branch : given_)
      if (branches_[branch].given && branches_[branch].asked == 0) measure(branches_[branch]);
    given_.clear();
  }
  if (slot.writes != 0)
    for (const std::size_t edge : node.outputs) {
      written_[edge] += nodes_[n].gives;
      if (branch_of_[edge] == kNone) continue;
      Branch& branch = branches_[branch_of_[edge]];
      if (branch.head != n) continue;
      push(branch, nodes_[n].gives);
      if (branch.asked == 0) measure(branch);
    }
  cursors_[n].advance(nodes_[n].schedule);
}

// The nodes of the branch take what its head has written.
void DemandRun::push(Branch& branch, std::int64_t values) {
  for (Room& room : branch.rooms) {
    if (room.node != branch.head) {
      const PixelNode& node = nodes_[room.node];
      room.unread += values;
      values = 0;
      // Padding waits for the next value: until then it is in nobody's way.
      while (room.unread >= node.takes[0]) {
        const SlotRun& slot = room.cursor.slot(node.schedule);
        values += room.kept;
        room.kept = 0;
        if (slot.reads != 0) room.unread -= node.takes[0];
        if (slot.writes != 0) (node.keeps ? room.kept : values) += node.gives;
        room.cursor.advance(node.schedule);
      }
    }
    room.written += values;
  }
}

// The branch waits for what others are asked for.
void DemandRun::measure(Branch& branch) {
  for (Room& room : branch.rooms) room.values = std::max(room.values, room.written - room.gone);
  std::ptrdiff_t nodes = 0;
  for (auto asked = asked_.rbegin(); asked != asked_.rend() && asked->node != branch.tail; ++asked)
    if (nodes_[asked->node].slides) ++nodes;
  branch.nodes_waited_for = std::max(branch.nodes_waited_for, nodes);
}

}  // namespace

void widen_branches(Pipeline& pipeline, const LayerGraph& graph) {
  // Where a node could begin with its next pixel only once the last one has left all nodes behind it, they would work
  // one after the other. So each may be ahead: by a pixel that it works on, and one that waits for the next node.
  constexpr std::int64_t kPixelsAhead = 2;
  DemandRun run(pipeline, graph);
  run.run();
  run.report([&](std::size_t edge, std::int64_t values, std::int64_t nodes) {
    PipelineEdge& e = pipeline.edges[edge];
    e.depth +=
        static_cast<std::size_t>(ceil_div(values, e.shape.streams) + kPixelsAhead * nodes * e.shape.words_per_pixel());
  });
}

}  // namespace sparsim
