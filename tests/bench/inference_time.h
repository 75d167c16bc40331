#pragma once

#include <benchmark/benchmark.h>

#include <vector>

#include "sim/workload/inference.h"
#include "tests/bench/child_time.h"
#include "tests/bench/random_network.h"

namespace sparsim {

/// oneDNN inference of an image on one core: the baseline of simulating it.
inline void time_inference(benchmark::State& state, const NetworkDescription& description) {
  set_inference_threads(1);
  const Network network = random_network(description);
  Inference inference(network);
  const Tensor image{{1, network.input.channels, network.input.height, network.input.width},
                     std::vector<float>(static_cast<std::size_t>(network.input.elements()), 0.5f)};
  inference.run(image);  // first touch of memory is not inference
  for (auto _ : state) {
    const double start = processor_seconds();
    benchmark::DoNotOptimize(inference.run(image));
    state.SetIterationTime(processor_seconds() - start);
  }
}

}  // namespace sparsim
