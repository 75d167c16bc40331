#include "models/stream/pipeline_record.h"

#include <fmt/format.h>

#include <string>

namespace sparsim {
namespace {

std::string in_words(const CycleBuckets& b) {
  if (b.waiting_input > b.busy && b.waiting_input >= b.waiting_output) return "waits for input";
  return b.waiting_output > b.busy ? "waits for room behind it" : "its own work";
}

// By node: the layer that it stands with.
std::vector<std::size_t> owners(const Pipeline& p) {
  constexpr std::size_t kNoLayer = PipelineNode::kNoLayer;
  std::vector<std::size_t> owner(p.nodes.size(), kNoLayer);
  std::size_t first = kNoLayer;
  for (std::size_t n = 0; n < p.nodes.size(); ++n) {
    if (p.nodes[n].layer != kNoLayer) {
      owner[n] = p.nodes[n].layer;
      if (first == kNoLayer) first = owner[n];
    } else if (!p.nodes[n].inputs.empty()) {
      owner[n] = owner[p.edges[p.nodes[n].inputs[0]].from];
    }
  }
  for (std::size_t& layer : owner)
    if (layer == kNoLayer) layer = first;
  return owner;
}

// The node that computes a layer; others that have it as their layer (what pads and slides windows) stand with it.
bool computes(const PipelineNode& node) {
  return node.layer != PipelineNode::kNoLayer && node.kind != NodeKind::padding && node.kind != NodeKind::window;
}

}  // namespace

void record_layers(RunRecord& record, const Pipeline& p, const PipelineLogs& logs, bool timeline) {
  const std::vector<std::size_t> owner = owners(p);
  std::size_t last = 0;
  for (std::size_t n = 0; n < p.nodes.size(); ++n)
    if (computes(p.nodes[n])) last = n;
  for (std::size_t image = 0; image < record.images.size(); ++image) {
    for (std::size_t n = 0; n < p.nodes.size(); ++n) {
      if (!computes(p.nodes[n])) continue;
      const NodeImage& own = logs.nodes[n][image];
      LayerRecord layer;
      layer.image = image;
      layer.layer = p.nodes[n].layer;
      layer.start = own.start;
      layer.end = own.end;
      layer.accelerated = true;
      layer.bottleneck = in_words(own.buckets);
      for (std::size_t m = 0; m < p.nodes.size(); ++m) {
        if (owner[m] != layer.layer || p.nodes[m].kind == NodeKind::sink) continue;
        if (p.nodes[m].kind == NodeKind::source) {
          layer.parts.push_back(logs.source(image));
          continue;
        }
        const NodeImage& log = logs.nodes[m][image];
        PartRecord part;
        part.part = m == n ? std::string(to_string(p.nodes[m].kind)) : p.nodes[m].name;
        part.start = log.start;
        part.end = log.end;
        part.buckets = log.buckets;
        part.activity = logs.activity(m, image);
        layer.parts.insert(m == n ? layer.parts.begin() : layer.parts.end(), part);  // the layer's own first
      }
      if (n == last)
        for (PartRecord& part : logs.result(image)) layer.parts.push_back(std::move(part));
      record.layers.push_back(std::move(layer));
      if (timeline) record.timeline.push_back({p.nodes[n].name, fmt::format("image {}", image), own.start, own.end});
    }
  }
}

}  // namespace sparsim
