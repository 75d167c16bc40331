#pragma once

#include <cstdint>
#include <functional>
#include <systemc>
#include <vector>

#include "models/core/architecture.h"
#include "models/core/timed_fifo.h"
#include "models/core/timed_process.h"
#include "models/memory/dma.h"

namespace sparsim {

/// What a stream between memory and pipeline carries.
struct MemoryStream {
  std::uint64_t address = 0;  // of image 0; images lie one behind the other
  std::int64_t image_bytes = 0;
  std::int64_t image_words = 0;    // of the FIFO
  std::int64_t chunk_bytes = 128;  // a transfer: a burst
  std::size_t images = 1;
  std::size_t stored_images = 1;  // of these in memory; then they repeat
  /// Of the source: while the images left of a start are a multiple of so many, they come in one transfer; else one.
  std::size_t transfer_images = 1;
};

/// Cycle dates of the images that passed, and what the DMA engine did.
struct MemoryStreamLog {
  std::vector<Cycles> starts, ends;  // by image: its first transfer asked for; its last word handed on, or stored
  std::vector<Activity> activity;    // by image
};

/// Reads images from memory into the pipeline, as many bursts ahead as the DMA engine has descriptors: a word enters
/// the pipeline once its last byte is here, one a cycle. Within a transfer, of an image or of several, bursts go on;
/// the next one is asked for when all of it is here.
class StreamSource : public sc_core::sc_module {
  TimedThread process_;

 public:
  TimedIn<> start{"start", process_};  // a token lets `images_a_start` images go
  TimedOut<> output{"output", process_};
  DmaEngine dma;

  /// `interval`: word w of the run does not go before cycle w * interval / image_words; 0: as soon as it can.
  StreamSource(const sc_core::sc_module_name& name, const DmaConfig& config, const MemoryStream& stream,
               std::size_t images_a_start, Cycles interval);

  const MemoryStreamLog& log() const { return log_; }

 private:
  void run();
  void send_images(std::size_t first, std::size_t count);
  void ask(std::size_t first, std::size_t count, std::int64_t chunk);
  void send_words(std::int64_t count);
  void send_run(std::int64_t count);

  const std::int64_t descriptors_;
  const MemoryStream stream_;
  const std::size_t images_a_start_;
  const Cycles interval_;
  std::int64_t words_sent_ = 0;             // of the run
  std::vector<DmaEngine::Ticket> tickets_;  // ring: chunks under way
  Activity logged_;                         // up to the end of the last image
  MemoryStreamLog log_;
};

/// Writes what the pipeline gives to memory, and says when an image is there.
class StreamSink : public sc_core::sc_module {
  TimedThread process_, completion_;

 public:
  TimedIn<> input{"input", process_};
  TimedOut<> done{"done", completion_};  // a token an image
  DmaEngine dma;

  StreamSink(const sc_core::sc_module_name& name, const DmaConfig& config, const MemoryStream& stream);

  const MemoryStreamLog& log() const { return log_; }

 private:
  void run();
  void complete();
  void take_words(std::int64_t count);

  const MemoryStream stream_;
  TimedFifo<DmaEngine::Ticket> last_transfers_;  // of each image
  TimedOut<DmaEngine::Ticket> to_completion_{"to_completion", process_};
  TimedIn<DmaEngine::Ticket> from_process_{"from_process", completion_};
  MemoryStreamLog log_;
};

/// Reads the weights of a node for every window again, `chunk_bytes` a token.
class WeightStream : public sc_core::sc_module {
  TimedThread process_;

 public:
  TimedOut<> output{"output", process_};
  DmaEngine dma;

  /// `stream.image_words` chunks an image, of which `period` (a pixel's) lie one behind the other and then repeat.
  WeightStream(const sc_core::sc_module_name& name, const DmaConfig& config, const MemoryStream& stream,
               std::int64_t period);

 private:
  void run();

  const std::int64_t descriptors_;
  const MemoryStream stream_;
  const std::int64_t period_;
  std::vector<DmaEngine::Ticket> tickets_;  // ring
};

}  // namespace sparsim
