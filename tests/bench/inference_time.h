#pragma once

#include <benchmark/benchmark.h>

#include <optional>
#include <vector>

#include "sim/workload/inference.h"
#include "tests/bench/child_time.h"
#include "tests/bench/random_network.h"

namespace sparsim {

/// oneDNN inference of an image on one core: the baseline of simulating it.
class TimedInference {
 public:
  explicit TimedInference(const NetworkDescription& description)
      : network_(random_network(description)),
        image_{{1, network_.input.channels, network_.input.height, network_.input.width},
               std::vector<float>(static_cast<std::size_t>(network_.input.elements()), 0.5f)} {
    set_inference_threads(1);
    inference_.emplace(network_);
    inference_->run(image_);  // first touch of memory is not inference
  }

  /// Processor time of an image.
  double seconds() {
    const double start = processor_seconds();
    benchmark::DoNotOptimize(inference_->run(image_));
    return processor_seconds() - start;
  }

 private:
  const Network network_;
  const Tensor image_;
  std::optional<Inference> inference_;
};

inline void time_inference(benchmark::State& state, const NetworkDescription& description) {
  TimedInference inference(description);
  for (auto _ : state) state.SetIterationTime(inference.seconds());
}

}  // namespace sparsim
