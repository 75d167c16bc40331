#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "sim/workload/images.h"
#include "sim/workload/inference.h"
#include "sim/workload/preprocess.h"
#include "sim/workload/reductions.h"
#include "sim/workload/scores.h"
#include "sim/workload/trace.h"

namespace sparsim {

struct CaptureOptions {
  std::size_t images = 0;  // the first so many; 0: all
  Preprocessing preprocessing;
  std::vector<Reduction> reductions;
  int bits = 0;  // 8 or 16: zeros are those of quantised values; 0: of float values
  /// Keep values, too: with bits the quantised ones of every weighted layer's input; without, the network's input in
  /// float32.
  bool values = false;
};

struct Guess {
  std::int32_t label = 0;
  float probability = 0;
};

struct CapturedImage {
  TraceImage trace;
  std::vector<Guess> best;                     // the five most probable classes, or as many as there are
  std::optional<std::int32_t> unreduced_top1;  // what the network said before the reductions, where there are any
};

/// What a network asks of each of many images: inference in float32, whose weighted layers' inputs are pruned and
/// looked at on the way. Quantisation decides what is zero, and what is stored; inference itself goes on in float.
/// The scale of a layer's input is that of its largest magnitude over all images, which takes a first pass over them;
/// images are read again in the second, so that memory is that of one.
class Capture {
 public:
  /// `done` of `total` inferences.
  using Progress = std::function<void(std::size_t done, std::size_t total)>;

  /// `images` must outlive the object. Throws InputError.
  Capture(Network network, const Images& images, const CaptureOptions& options, Progress progress = {});

  const LayerGraph& graph() const { return graph_; }
  /// After static reductions.
  const Network& network() const { return reduced_.network; }
  std::size_t images() const { return count_; }
  /// Quantised weights of a weighted layer; needs CaptureOptions::bits.
  QuantizedTensor weights(std::size_t layer) const;
  /// What a weighted layer computes with. Throws InputError where one is not finite.
  Parameters parameters(std::size_t layer) const;
  /// Runs the network on an image; the first call makes the first pass, where one is needed.
  CapturedImage image(std::size_t i);

 private:
  void first_pass();
  BitMask prune(std::size_t node, const MapView& input) const;
  LayerInput layer_input(std::size_t node, const MapView& input, BitMask kept) const;
  void advance();

  const Images& images_;
  CaptureOptions options_;
  Progress progress_;
  std::size_t count_ = 0, done_ = 0, total_ = 0;
  std::optional<Inference> unreduced_;
  ReducedNetwork reduced_;
  Inference inference_;
  LayerGraph graph_;
  Scores scores_;
  bool passed_ = false;
  std::vector<float> largest_;                // magnitude in a node's input, over all images
  std::vector<std::int32_t> unreduced_top1_;  // by image
};

}  // namespace sparsim
