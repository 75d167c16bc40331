#include "models/fpgaconvnet/conv_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sparsim {
namespace {

// A dense engine takes all operands in turn, whatever they are.
class DenseDealer final : public Dealer {
 public:
  explicit DenseDealer(Cycles pass) : pass_(pass) {}
  Cycles deal(std::uint64_t) override { return pass_; }

 private:
  const Cycles pass_;
};

std::unique_ptr<Dealer> dealer(const ConvDesign& design, CrossbarEngine engine) {
  if (design.engine == DotEngine::dense) return std::make_unique<DenseDealer>(design.pass(0));
  return make_dealer(engine, design.crossbar(), static_cast<std::uint32_t>(design.filters()));
}

}  // namespace

LineBuffers::LineBuffers(const sc_core::sc_module_name& name, const ConvDesign& design, const Workload& workload,
                         std::size_t layer, ChannelOrder order, std::size_t images)
    : TimedProcess(name),
      design_(design),
      schedule_(window_slots(design.shape, design.groups() * design.steps())),
      images_(images),
      windows_(design, workload, layer, std::move(order)) {
  if (design.weights_streamed) weights = std::make_unique<TimedIn<>>("weights", *this);
  windows.init(static_cast<unsigned>(design.streams()), [this](const char* port, std::size_t) {
    return new TimedOut<CrossbarWindow>(port, *this);  // the sc_vector's own
  });
}

bool LineBuffers::step() {
  for (; image_ < images_; ++image_) {
    for (; run_ < schedule_.runs.size(); ++run_) {
      const SlotRun& run = schedule_.runs[run_];
      for (; slot_ < run.count; ++slot_)
        if (!slot(run)) return false;
      slot_ = 0;
    }
    run_ = 0;
  }
  return true;
}

bool LineBuffers::slot(const SlotRun& run) {
  bool ready = true;
  const auto look = [&](auto& port) {
    if (port.ready() != 0) return;
    wake_at(port);
    ready = false;
  };
  if (run.writes != 0) {
    for (auto& port : windows) look(port);
    if (weights) look(*weights);
  }
  if (run.reads != 0) look(input);
  if (!ready) return false;

  if (run.reads != 0) input.front();
  if (run.writes != 0) {
    if (weights) weights->front();
    for (auto& port : windows) port.claim();
    if (next_ == 0) {
      if (row_ == 0) windows_.load(image_);
      windows_.passes(row_);  // counts the work of the row
    }
    for (std::size_t stream = 0; stream < windows.size(); ++stream)
      windows[stream].write(window(static_cast<std::int64_t>(stream)));
    if (weights) weights->pop();
    if (++next_ == windows_.per_row()) {
      next_ = 0;
      if (++row_ == design_.shape.output.height) row_ = 0;
    }
  }
  if (run.reads != 0) input.pop();
  advance(1);
  return true;
}

CrossbarWindow LineBuffers::window(std::int64_t stream) const {
  const bool last = next_ % design_.steps() == design_.steps() - 1;
  return {design_.engine == DotEngine::dense ? 0 : windows_.requests(row_, next_, stream), last};
}

ConvParts::ConvParts(const sc_core::sc_module_name& name, Region& region, const ConvDesign& design,
                     const Workload& workload, std::size_t layer, ChannelOrder order, Cycles latency,
                     std::size_t images, CrossbarEngine engine)
    : sc_module(name), line_buffers_("line_buffers", design, workload, layer, std::move(order), images) {
  region.add(line_buffers_);
  const bool joined = design.streams() > 1;
  const std::int64_t windows = design.groups() * design.steps() * design.shape.output.pixels();
  const std::int64_t results = design.groups() * design.filters() * design.shape.output.pixels();
  if (joined)
    join_ = std::make_unique<SlotNode>("join", join_slots(results, static_cast<int>(design.streams())),
                                       static_cast<int>(design.streams()), 1, design.join_latency() + latency, images);
  for (std::int64_t s = 0; s < design.streams(); ++s) {
    const auto index = static_cast<std::size_t>(s);
    window_fifos_.push_back(std::make_unique<TimedFifo<CrossbarWindow>>(
        fmt::format("windows_{}", s).c_str(), static_cast<std::size_t>(design.window_depth), 1, 1));
    engines_.push_back(std::make_unique<SparseDot>(fmt::format("engine_{}", s).c_str(), design.crossbar(),
                                                   design.filters(), dealer(design, engine),
                                                   static_cast<std::uint64_t>(windows), images, joined ? 0 : latency));
    region.add(*engines_.back());
    line_buffers_.windows[index].bind(*window_fifos_.back());
    engines_.back()->windows.bind(*window_fifos_.back());
    if (!joined) continue;
    result_fifos_.push_back(std::make_unique<TimedFifo<>>(fmt::format("results_{}", s).c_str(),
                                                          static_cast<std::size_t>(design.result_depth), 1, 1));
    engines_.back()->results.bind(*result_fifos_.back());
    join_->inputs[index].bind(*result_fifos_.back());
  }
  if (join_) region.add(*join_);
}

ConvParts::~ConvParts() = default;

TimedOut<>& ConvParts::output() { return join_ ? join_->outputs[0] : engines_[0]->results; }

NodeLog ConvParts::log() const {
  NodeLog log;
  for (std::size_t image = 0; image < engines_[0]->log().size(); ++image) {
    if (join_ && image >= join_->log().size()) break;
    const auto of = [&](const std::unique_ptr<SparseDot>& engine) -> const NodeImage& { return engine->log()[image]; };
    const auto most = std::max_element(engines_.begin(), engines_.end(), [&](const auto& a, const auto& b) {
      return of(a).buckets.busy < of(b).buckets.busy;
    });
    NodeImage whole = of(*most);
    for (const auto& engine : engines_) whole.start = std::min(whole.start, of(engine).start);
    if (join_) whole.end = join_->log()[image].end;
    whole.buckets.waiting_input = 0;
    whole.buckets.waiting_input = whole.end - whole.start - whole.buckets.total();
    log.push_back(whole);
  }
  return log;
}

}  // namespace sparsim
