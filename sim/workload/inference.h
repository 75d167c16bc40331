#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "sim/workload/network.h"
#include "sim/workload/tensor.h"

namespace sparsim {

/// A feature map that somebody else owns, NHWC.
struct MapView {
  MapShape shape;
  float* values = nullptr;
};

/// Computes a network, one image at a time, through oneDNN in float32. Built once a network (primitives, reordered
/// weights) and used for many images; it keeps nothing of the network it was built from. Which of several equally good
/// kernels oneDNN takes depends on the processor, so results agree between machines to rounding, not to the bit.
class Inference {
 public:
  /// Which values stay readable after `run`. For the output alone, activations are fused into the layer before them.
  enum class Keep { output, every_value };
  /// Sees, and may change, the input of weighted layer `node` before that layer computes; the map is a copy that no
  /// other layer reads.
  using InputHook = std::function<void(std::size_t node, const MapView& input)>;

  explicit Inference(const Network& network, Keep keep = Keep::output);
  Inference(Inference&&) noexcept;
  Inference& operator=(Inference&&) noexcept;
  ~Inference();

  /// `image` is 1 x channels x height x width, whatever order the ONNX file takes its input in; a map of one pixel may
  /// also be 1 x channels. Returns the output with the shape and order of the ONNX file. Throws InputError for another
  /// shape.
  Tensor run(const Tensor& image, const InputHook& hook = {});

  /// The output of a node in the last run; valid until the next. Needs Keep::every_value, except for the network's
  /// output.
  MapView value(std::size_t node) const;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

/// Processor cores that inference may use; the environment's choice (OMP_NUM_THREADS) until called.
void set_inference_threads(int threads);

/// The values of a map in another order of its axes, as kOnnxOrder for NCHW.
std::vector<float> reordered(const MapView& map, const AxisOrder& order);

}  // namespace sparsim
