#include "sim/workload/operation.h"

#include <algorithm>
#include <cmath>

#include "models/core/error.h"

namespace sparsim {
namespace {

constexpr std::int64_t kMostWhole = 1 << 24;  // up to here floats count by ones

// What a trace calls an operator, and the kind of its layers; no name where kind, function and shape say it all. A max
// pool is among those.
struct Code {
  const char* name = nullptr;
  LayerKind kind = LayerKind::activation;
};
template <class Op>
constexpr Code kCode;
template <>
constexpr Code kCode<Pool>{"average_pool", LayerKind::average_pool};
template <>
constexpr Code kCode<LeakyRelu>{"leaky_relu", LayerKind::activation};
template <>
constexpr Code kCode<Clip>{"clip", LayerKind::activation};
template <>
constexpr Code kCode<Quantize>{"quantize", LayerKind::activation};
template <>
constexpr Code kCode<Dequantize>{"dequantize", LayerKind::activation};
template <>
constexpr Code kCode<Scale>{"scale", LayerKind::scale};
template <>
constexpr Code kCode<Softmax>{"softmax", LayerKind::softmax};
template <>
constexpr Code kCode<LocalResponseNorm>{"local_response_norm", LayerKind::normalization};
template <>
constexpr Code kCode<Pad>{"pad", LayerKind::reshape};
template <>
constexpr Code kCode<Reshape>{"reshape", LayerKind::reshape};

// The numbers of each in their order, for both directions.
template <class Op, class Visitor>
void visit_numbers(Op& op, const Visitor& v) {
  if constexpr (std::is_same_v<Op, Pool>) {
    v(op.count_padding);
  } else if constexpr (std::is_same_v<Op, LeakyRelu>) {
    v(op.slope);
  } else if constexpr (std::is_same_v<Op, Clip>) {
    v(op.low), v(op.high);
  } else if constexpr (std::is_same_v<Op, Quantize>) {
    v(op.low), v(op.high), v(op.scale), v(op.zero_point);
  } else if constexpr (std::is_same_v<Op, Dequantize>) {
    v(op.scale), v(op.zero_point);
  } else if constexpr (std::is_same_v<Op, Scale>) {
    v(op.factor), v(op.offset);
  } else if constexpr (std::is_same_v<Op, Softmax>) {
    v(op.over_height), v(op.over_width), v(op.over_channels);
  } else if constexpr (std::is_same_v<Op, LocalResponseNorm>) {
    v(op.size), v(op.alpha), v(op.beta), v(op.bias);
  } else if constexpr (std::is_same_v<Op, Pad>) {
    v(op.mode), v(op.value);
    for (MapShape* const pads : {&op.before, &op.after}) v(pads->height), v(pads->width), v(pads->channels);
  } else if constexpr (std::is_same_v<Op, Reshape>) {
    v(op.read), v(op.write);
  }
}

/// From an operator to its numbers.
struct Write {
  std::vector<float>& numbers;
  std::size_t channels;

  void operator()(float value) const { numbers.push_back(value); }
  void operator()(std::int64_t value) const {
    SPARSIM_CHECK(value >= 0 && value <= kMostWhole, "{} is no whole number that a trace can hold", value);
    numbers.push_back(static_cast<float>(value));
  }
  void operator()(bool value) const { numbers.push_back(value ? 1.0f : 0.0f); }
  void operator()(Pad::Mode mode) const { numbers.push_back(static_cast<float>(mode)); }
  void operator()(const AxisOrder& order) const {
    for (const Axis axis : order) numbers.push_back(static_cast<float>(axis));
  }
  void operator()(const std::vector<float>& one_or_each_channel) const {
    for (std::size_t c = 0; c < channels; ++c) numbers.push_back(one_or_each(one_or_each_channel, c));
  }
};

/// And back.
struct Read {
  const std::vector<float>& numbers;
  std::size_t channels;
  std::size_t& at;

  void operator()(float& value) const { value = next(); }
  void operator()(std::int64_t& value) const { value = whole(kMostWhole); }
  void operator()(bool& value) const { value = whole(1) == 1; }
  void operator()(Pad::Mode& mode) const { mode = static_cast<Pad::Mode>(whole(2)); }
  void operator()(AxisOrder& order) const {
    for (Axis& axis : order) axis = static_cast<Axis>(whole(2));
    if (!std::is_permutation(order.begin(), order.end(), kStoredOrder.begin()))
      input_error("operands {} to {} must name each axis once", at - 3, at - 1);
  }
  void operator()(std::vector<float>& each_channel) const {
    each_channel.resize(channels);
    for (float& value : each_channel) value = next();
  }

 private:
  float next() const {
    if (at == numbers.size()) input_error("has {} operands; must have more", numbers.size());
    return numbers[at++];
  }
  std::int64_t whole(std::int64_t most) const {
    const float value = next();
    if (!(value >= 0 && value <= static_cast<float>(most)) || value != std::floor(value))
      input_error("operand {} is {}; must be a whole number, 0..{}", at - 1, value, most);
    return static_cast<std::int64_t>(value);
  }
};

// Calls visit(Op{}) for each operator that a trace has a name for.
template <class Visit, class... Ops>
void visit_named(Visit&& visit, const std::variant<Ops...>*) {
  const auto if_named = [&](auto op) {
    if constexpr (kCode<decltype(op)>.name != nullptr) visit(std::move(op));
  };
  (if_named(Ops{}), ...);
}

Operator read(const Operation& operation, const Layer& layer) {
  const auto channels = static_cast<std::size_t>(layer.shape.output.channels);
  std::optional<Operator> found;
  std::vector<std::string> known;
  visit_named(
      [&](auto op) {
        const auto [name, kind] = kCode<decltype(op)>;
        known.push_back(name);
        if (operation.name != name) return;
        if (kind != layer.kind || layer.function != Function::other)
          input_error("operator '{}', but it is {}", name,
                      kind != layer.kind ? to_string(layer.kind) : to_string(layer.function));
        std::size_t at = 0;
        visit_numbers(op, Read{operation.numbers, channels, at});
        if (at != operation.numbers.size()) input_error("has {} operands; must have {}", operation.numbers.size(), at);
        found = std::move(op);
      },
      static_cast<const Operator*>(nullptr));
  if (!found) input_error("unknown operator '{}'; known: {}", operation.name, fmt::join(known, ", "));
  return *found;
}

/// What keeps an operator from a layer's shape, which holds to the rules of graph_rules.h.
struct ShapeProblem {
  const WindowShape& shape;

  std::string operator()(const Pad& op) const {
    for (const Axis axis : kStoredOrder) {
      const std::int64_t in = extent(shape.input, axis), before = extent(op.before, axis),
                         after = extent(op.after, axis);
      if (in + before + after != extent(shape.output, axis)) return "pads that do not make its output of its input";
      if (op.mode == Pad::Mode::reflect && std::max(before, after) >= in) return "more to reflect than its input has";
    }
    return {};
  }
  std::string operator()(const Reshape&) const {
    return shape.input.elements() == shape.output.elements() ? "" : "another number of values than its input";
  }
  std::string operator()(const LocalResponseNorm& op) const { return op.size > 0 ? "" : "a size of 0"; }
  template <class Op>
  std::string operator()(const Op&) const {
    return {};
  }
};

std::optional<Operator> without_operation(const Layer& layer) {
  switch (layer.kind) {
    case LayerKind::max_pool:
      return Pool{layer.kind, layer.shape};
    case LayerKind::add:
      return Add{};
    case LayerKind::concat:
      return Concat{};
    case LayerKind::activation:
      if (layer.function == Function::relu) return Relu{};
      if (layer.function == Function::sigmoid) return Sigmoid{};
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<Operation> operation_of(const Node& node) {
  const auto* const pool = std::get_if<Pool>(&node.op);
  if (pool != nullptr && pool->kind == LayerKind::max_pool) return std::nullopt;
  return std::visit(
      [&](auto op) -> std::optional<Operation> {
        constexpr const char* kName = kCode<decltype(op)>.name;
        if constexpr (kName == nullptr) {
          return std::nullopt;
        } else {
          Operation operation{kName, {}};
          visit_numbers(op, Write{operation.numbers, static_cast<std::size_t>(node.shape.channels)});
          return operation;
        }
      },
      node.op);
}

bool says_what_it_computes(const Layer& layer, const std::optional<Operation>& operation) {
  return operation || without_operation(layer);
}

Operator operator_of(const Layer& layer, const std::optional<Operation>& operation) {
  if (!operation) return without_operation(layer).value();
  Operator op = read(*operation, layer);
  if (auto* const pool = std::get_if<Pool>(&op)) *pool = {layer.kind, layer.shape, pool->count_padding};
  if (const std::string problem = std::visit(ShapeProblem{layer.shape}, op); !problem.empty())
    input_error("operator '{}' with {}", operation->name, problem);
  return op;
}

}  // namespace sparsim
