#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/core/work.h"

namespace sparsim {

/// Where a trace comes from, in words that stay true on another machine: no path is in it.
struct TraceInfo {
  std::string tool_version;   // of the program that wrote it
  std::string source;         // file name of the model or network description
  std::string source_sha256;  // its SHA-256, hexadecimal
  std::string preset;         // preprocessing of the images; empty where none
  std::string reductions;     // as given, "sfp:0.3,dfp:0.2"; empty where none
  std::optional<std::uint64_t> seed;
  std::string origin;  // one sentence: what was captured, from what
};

/// Values on a grid: value = scale * integer. The integers fit LayerGraph::value_bits.
struct QuantizedTensor {
  std::vector<std::int16_t> values;
  float scale = 1;
};

/// What a layer without weights computes, as far as its kind, function and shape leave it open: an operator and its
/// numbers, which traces/README.md lists; there is at least one.
struct Operation {
  std::string name;
  std::vector<float> numbers;
};

/// What one image asks of one weighted layer.
struct LayerInput {
  BitMask nonzero;                        // [height][width][channels]
  BitMask kept_channels;                  // [channels]; empty where all are kept
  std::optional<QuantizedTensor> values;  // [height][width][channels]
};

struct TraceImage {
  std::string name;                // file name, or what tells it from the others; cut at 255 bytes
  std::vector<LayerInput> inputs;  // by position in LayerGraph::layers; not looked at where the layer has no weights
  std::optional<std::int32_t> label, top1;  // classes, from 0
  std::vector<float> pixels;                // of the network's input, [height][width][channels]; empty: not kept
};

/// A trace file: a network and what real images asked of it (HDF5; traces/README.md documents every dataset).
/// Opening reads the graph with its weight masks and checks every dataset's type and extents; what belongs to an image
/// is read when asked for and not kept. Every member throws InputError, `file: dataset: what is wrong, what is
/// allowed`.
class Trace : public Workload {
 public:
  static Trace open(const std::string& path);
  /// The same from a file's contents, which are copied; `name` stands for the file in messages.
  static Trace from_bytes(const void* bytes, std::size_t size, std::string name);
  Trace(Trace&&) noexcept;
  Trace& operator=(Trace&&) noexcept;
  ~Trace() override;

  const LayerGraph& graph() const override;
  std::size_t images() const override;
  BitMask nonzero(std::size_t image, std::size_t layer) const override;
  BitMask kept_channels(std::size_t image, std::size_t layer) const override;
  std::vector<float> pixels(std::size_t image) const override;
  Parameters parameters(std::size_t layer) const override;

  const TraceInfo& info() const;
  std::string image_name(std::size_t image) const;
  std::optional<std::int32_t> label(std::size_t image) const;
  std::optional<std::int32_t> top1(std::size_t image) const;
  /// The quantised input of a weighted layer, [height][width][channels]; nothing where the trace holds no values.
  std::optional<QuantizedTensor> values(std::size_t image, std::size_t layer) const;
  /// [filter][kernel_h][kernel_w][channels_per_group]; nothing where the trace holds none.
  std::optional<QuantizedTensor> weights(std::size_t layer) const;
  /// Of a layer without weights; nothing where the trace does not say.
  std::optional<Operation> operation(std::size_t layer) const;
  /// Bytes of the file that a layer's datasets take, compressed as they are.
  std::uint64_t stored_bytes(std::size_t layer) const;

 private:
  struct File;
  explicit Trace(std::unique_ptr<File> file);
  std::unique_ptr<File> file_;
};

/// Writes a trace image by image, with the memory of one image. The same calls write the same bytes. Nothing is at
/// `path` before commit(); a writer that goes away without it, or fails, leaves nothing behind. What breaks the rules
/// of a LayerGraph, or does not fit it, is a defect of the caller (ModelError); a disk that is full, or a file that
/// cannot be written, is an InputError that names the file and the reason.
class TraceWriter {
 public:
  TraceWriter(const std::string& path, const LayerGraph& graph, const TraceInfo& info);
  TraceWriter(TraceWriter&&) noexcept;
  TraceWriter& operator=(TraceWriter&&) noexcept;
  ~TraceWriter();

  /// Quantised weights of a layer, [filter][kernel_h][kernel_w][channels_per_group]; at most once a layer.
  void add_weights(std::size_t layer, const QuantizedTensor& weights);
  /// What a layer computes with in float32; at most once a layer.
  void add_parameters(std::size_t layer, const Parameters& parameters);
  /// Of a layer without weights; at most once a layer.
  void add_operation(std::size_t layer, const Operation& operation);
  /// Either every image has the values of a layer, or its pixels, or none has.
  void add(const TraceImage& image);
  void commit();

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace sparsim
