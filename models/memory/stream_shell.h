#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "models/core/architecture.h"
#include "models/core/cycles.h"
#include "models/core/timed_fifo.h"
#include "models/core/timed_process.h"
#include "models/memory/axi.h"
#include "models/memory/axi_lite.h"
#include "models/memory/controller.h"
#include "models/memory/dma.h"
#include "models/memory/host.h"
#include "models/memory/memory.h"
#include "models/memory/register_file.h"
#include "models/memory/stream_dma.h"

namespace sparsim {

/// Whether the next image follows at once, or waits until the host has the result of the one before.
enum class ImageFlow { streamed, one_at_a_time };

/// What the host does beside the accelerator, in cycles of its own clock.
struct HostIo {
  double image_cycles = 0;                             // an image by itself: cache maintenance, wait for the end
  double cycles_per_input = 0, cycles_per_output = 0;  // to convert and copy a value of an image by itself
  double start_cycles = 0;                             // driver call, a start: of a batch, or of an image by itself
};

/// What stands around a pipeline: the host that starts it, DMA engines, AXI, memory.
struct StreamShellConfig {
  double clock_mhz = 100;
  ImageFlow flow = ImageFlow::streamed;
  Cycles source_interval = 0;  // the source spreads an image's words over so many cycles; 0: as fast as it can
  AxiConfig axi;
  DmaConfig dma;
  AxiLiteConfig registers;
  std::int64_t image_registers = 8;  // register writes that start the DMA engines for an image, or for a batch
  MemoryConfig memory;
  HostConfig host;
  HostIo host_io;
};

/// What is wrong with it, each as `section.key = value: what is allowed`; empty where nothing is.
std::vector<std::string> problems(const StreamShellConfig& config);

/// What an image, or its result, is in memory and as a stream.
struct StreamExtent {
  std::int64_t bytes = 0, words = 0, values = 0;
};

/// Images from memory into a pipeline and their results back, and the host that sees to it. It makes its modules where
/// it is made: as children of the accelerator's top module.
class StreamShell {
 public:
  struct Traffic {
    std::string network;
    StreamExtent input, result;
    std::string source_name = "source", sink_name = "sink";
    std::size_t images = 1;
    std::size_t stored_images = 1;            // of these in memory; then they repeat
    std::size_t transfer_images = 1;          // as MemoryStream's, of the source
    std::vector<HostOperations> host_layers;  // what the host computes of each image behind the pipeline
  };

  StreamShell(const StreamShellConfig& config, const Traffic& traffic);

  TimedOut<>& output() { return source_->output; }
  TimedIn<>& input() { return sink_->input; }
  /// Weights that are read again for every pixel: `chunk_bytes` a token, `image_words` tokens an image, of which
  /// `period` lie one behind the other in memory. To be bound by the caller.
  WeightStream& add_weights(const std::string& name, std::int64_t chunk_bytes, std::int64_t image_words,
                            std::int64_t period);
  /// Behind the last add_weights(). Throws InputError where all of it does not fit the external memory.
  void connect();

  /// Asked whenever a result is stored, with the number of results so far: true ends the run with this image, as if it
  /// were the last one. Only where images are streamed.
  void end_when(std::function<bool(std::size_t results)> enough) { enough_ = std::move(enough); }

  // After the run.
  const MemoryStreamLog& source_log() const { return source_->log(); }
  const MemoryStreamLog& sink_log() const { return sink_->log(); }
  /// Images, and in how many cycles they were accelerated.
  void record_images(RunRecord& record) const;
  PartRecord source_record(std::size_t image) const;
  /// What stands behind the last node: the DMA engine; and for the whole image the memory and the host.
  std::vector<PartRecord> result_records(const RunRecord& record, std::size_t image) const;

 private:
  std::uint64_t place(std::int64_t bytes);
  MemoryStream stream(std::uint64_t address, const StreamExtent& extent) const;
  bool single() const { return config_.flow == ImageFlow::one_at_a_time; }
  std::size_t images_a_start() const;
  void control();
  void spend_host(double host_cycles, const char* cause);

  const StreamShellConfig config_;
  const Traffic traffic_;
  std::uint64_t memory_bytes_ = 0;

  Host host_;
  AxiLiteBus register_bus_;
  RegisterFile registers_;
  std::unique_ptr<AxiInterconnect> interconnect_;
  std::unique_ptr<MemoryController> memory_;
  TimedThread controller_;
  std::unique_ptr<StreamSource> source_;
  std::unique_ptr<StreamSink> sink_;
  std::vector<std::unique_ptr<WeightStream>> weights_;
  TimedFifo<> starts_, done_;
  TimedOut<> to_source_{"to_source", controller_};
  TimedIn<> from_sink_{"from_sink", controller_};
  std::function<bool(std::size_t)> enough_;

  std::vector<Cycles> host_starts_, host_ends_;  // by image
  Cycles host_busy_ = 0;                         // in spend_host()
  std::vector<Cycles> host_busy_at_;             // when an image was through, all of its work
  std::vector<Activity> memory_at_;              // when an image was stored
};

}  // namespace sparsim
