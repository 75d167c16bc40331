#include "models/sparsepixels/pixel_node.h"

#include <utility>

namespace sparsim {

PixelNode::PixelNode(const sc_core::sc_module_name& name, Operate operate, std::size_t images)
    : TimedProcess(name), operate_(std::move(operate)), images_(images) {}

bool PixelNode::step() {
  while (log_.size() < images_) {
    if (!input.await() || !output.await()) return false;
    advance_to(ready_);
    PixelToken& token = input.front();
    NodeImage image;
    image.start = now();
    output.claim();
    image.buckets.waiting_output = now() - image.start;
    const Timing timing = operate_(token);
    ready_ = now() + timing.interval;
    advance(timing.latency);
    image.buckets.busy = timing.latency;
    image.end = now();
    output.write(std::move(token));
    input.pop();
    log_.push_back(image);
    timings_.push_back(timing);
  }
  return true;
}

PixelSource::PixelSource(const sc_core::sc_module_name& name, const PixelNetwork& network, PixelImages flow,
                         std::size_t images)
    : TimedProcess(name), network_(network), flow_(flow), images_(images) {}

bool PixelSource::step() {
  while (written_ < images_) {
    if (!output.await()) return false;
    if (flow_ == PixelImages::one_at_a_time && written_ > 0) {
      if (!left.await()) return false;
      left.read();
    }
    output.write({written_, network_.image(written_)});
    ++written_;
  }
  return true;
}

PixelSink::PixelSink(const sc_core::sc_module_name& name, PixelImages flow, std::size_t images)
    : TimedProcess(name), flow_(flow), images_(images) {}

bool PixelSink::step() {
  while (ends_.size() < images_) {
    if (!input.await()) return false;
    PixelToken token = input.read();
    ends_.push_back(now());
    answers_.push_back(std::move(token.data.answer));
    // Behind the last image nobody waits.
    if (flow_ == PixelImages::one_at_a_time && ends_.size() < images_) left.write();
  }
  return true;
}

}  // namespace sparsim
