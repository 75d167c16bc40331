#pragma once

#include <string>
#include <vector>

#include "models/core/architecture.h"

namespace sparsim {

/// The record of one part, a layer after the other, and the bars of its timeline where they are asked for.
class LayerLog {
 public:
  explicit LayerLog(std::string part) : part_(std::move(part)) {}

  void begin(Cycles date) {
    current_ = PartRecord{};
    current_.part = part_;
    current_.start = date;
  }
  PartRecord& current() { return current_; }
  void end(Cycles date) {
    current_.end = date;
    layers_.push_back(current_);
  }
  /// One a layer, in the order of the run.
  const std::vector<PartRecord>& layers() const { return layers_; }

  void keep_timeline() { timeline_on_ = true; }
  void add_span(const std::string& what, Cycles start, Cycles end) {
    if (timeline_on_ && end > start) timeline_.push_back({part_, what, start, end});
  }
  const std::vector<Span>& timeline() const { return timeline_; }

 private:
  const std::string part_;
  PartRecord current_;
  std::vector<PartRecord> layers_;
  bool timeline_on_ = false;
  std::vector<Span> timeline_;
};

}  // namespace sparsim
