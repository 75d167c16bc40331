#pragma once

#include <functional>
#include <systemc>
#include <vector>

#include "models/core/timed_fifo.h"
#include "models/core/timed_process.h"
#include "models/sparsepixels/config.h"
#include "models/sparsepixels/pixel_network.h"
#include "models/stream/node_log.h"

namespace sparsim {

/// An image on its way through the operators.
struct PixelToken {
  std::size_t image = 0;  // of the run
  PixelData data;
};

/// One operator as a process: it takes an image when it is there and the buffer behind it is free, works, hands it on,
/// and gives the buffer before it back.
class PixelNode final : public TimedProcess {
 public:
  TimedIn<PixelToken> input{"input", *this};
  TimedOut<PixelToken> output{"output", *this};

  struct Timing {
    Cycles latency = 0, interval = 0;  // as stage_latency and stage_interval
  };
  /// Does the operator's work on the token.
  using Operate = std::function<Timing(PixelToken&)>;

  PixelNode(const sc_core::sc_module_name& name, Operate operate, std::size_t images);

  const NodeLog& log() const { return log_; }
  /// By image.
  const std::vector<Timing>& timings() const { return timings_; }

 private:
  bool step() override;

  const Operate operate_;
  const std::size_t images_;
  Cycles ready_ = 0;  // for its next image
  NodeLog log_;
  std::vector<Timing> timings_;
};

/// Offers image after image to the first operator: as fast as it takes them, or each when the one before it has left.
class PixelSource final : public TimedProcess {
 public:
  TimedOut<PixelToken> output{"output", *this};
  TimedIn<> left{"left", *this};  // an image has left the design; read where they go one at a time

  PixelSource(const sc_core::sc_module_name& name, const PixelNetwork& network, PixelImages flow, std::size_t images);

 private:
  bool step() override;

  const PixelNetwork& network_;
  const PixelImages flow_;
  const std::size_t images_;
  std::size_t written_ = 0;
};

/// Takes the answers.
class PixelSink final : public TimedProcess {
 public:
  TimedIn<PixelToken> input{"input", *this};
  TimedOut<> left{"left", *this};  // written where images go one at a time

  PixelSink(const sc_core::sc_module_name& name, PixelImages flow, std::size_t images);

  /// By image.
  const std::vector<Cycles>& ends() const { return ends_; }
  const std::vector<std::vector<double>>& answers() const { return answers_; }

 private:
  bool step() override;

  const PixelImages flow_;
  const std::size_t images_;
  std::vector<Cycles> ends_;
  std::vector<std::vector<double>> answers_;
};

}  // namespace sparsim
