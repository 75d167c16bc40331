#include "sim/workload/scores.h"

#include <algorithm>

namespace sparsim {

Scores scores_of(const Network& network) {
  std::size_t node = network.output;
  while (node != Network::kInput && std::holds_alternative<Reshape>(network.nodes[node].op))
    node = network.nodes[node].inputs[0];
  if (node == Network::kInput) return Scores::any;
  if (std::holds_alternative<Softmax>(network.nodes[node].op)) return Scores::probabilities;
  const bool one_sigmoid =
      std::holds_alternative<Sigmoid>(network.nodes[node].op) && network.nodes[node].shape.elements() == 1;
  return one_sigmoid ? Scores::yes_or_no : Scores::any;
}

Tensor by_class(Tensor output, Scores kind) {
  if (kind == Scores::yes_or_no) return {{1, 2}, {1 - output.values[0], output.values[0]}};
  return output;
}

std::int32_t top1(const Tensor& scores) {
  return static_cast<std::int32_t>(std::max_element(scores.values.begin(), scores.values.end()) -
                                   scores.values.begin());
}

}  // namespace sparsim
