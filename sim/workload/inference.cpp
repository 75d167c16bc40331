#include "sim/workload/inference.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <unordered_map>
#include <utility>

#include "models/core/error.h"
#include "sim/workload/inference_kernels.h"

extern "C" void omp_set_num_threads(int);  // of the OpenMP run-time that oneDNN computes with

namespace sparsim {
namespace {

using dnnl::memory;
using Dims = memory::dims;
using Tag = memory::format_tag;
using Arguments = std::unordered_map<int, memory>;

/// The values of a map, aligned for the widest vectors.
class Buffer {
 public:
  explicit Buffer(std::int64_t elements) {
    constexpr std::size_t kAlignment = 64;
    const std::size_t bytes = static_cast<std::size_t>(elements) * sizeof(float);
    values_.reset(
        static_cast<float*>(std::aligned_alloc(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment)));
    if (!values_) throw std::bad_alloc();
  }
  float* values() const { return values_.get(); }

 private:
  struct Free {
    void operator()(float* p) const { std::free(p); }
  };
  std::unique_ptr<float, Free> values_;
};

memory::desc describe(const MapShape& shape) {
  return {{1, shape.channels, shape.height, shape.width}, memory::data_type::f32, Tag::nhwc};
}

/// A function of one value in oneDNN's terms.
struct Elementwise {
  dnnl::algorithm algorithm;
  float alpha = 0, beta = 0;
};

std::optional<Elementwise> elementwise(const Operator& op) {
  using dnnl::algorithm;
  if (std::get_if<Relu>(&op)) return Elementwise{algorithm::eltwise_relu};
  if (const auto* leaky = std::get_if<LeakyRelu>(&op)) return Elementwise{algorithm::eltwise_relu, leaky->slope};
  if (const auto* clip = std::get_if<Clip>(&op)) return Elementwise{algorithm::eltwise_clip, clip->low, clip->high};
  if (std::get_if<Sigmoid>(&op)) return Elementwise{algorithm::eltwise_logistic};
  return std::nullopt;
}

/// Padding behind the map such that its windows are exactly those of the output.
std::int64_t pad_after(std::int64_t in, std::int64_t pad_before, std::int64_t pad_declared, std::int64_t kernel,
                       std::int64_t stride, std::int64_t dilation, std::int64_t windows) {
  return std::max(pad_declared, (windows - 1) * stride + dilation * (kernel - 1) + 1 - in - pad_before);
}

}  // namespace

class Inference::Engine {
 public:
  Engine(const Network& network, Keep keep);
  Tensor run(const Tensor& image, const InputHook& hook);
  MapView value(std::size_t node) const;

 private:
  struct Step {
    std::size_t node = 0;
    std::function<void()> compute;
    std::optional<memory> weighted_input;  // what the hook may exchange
    MapShape input_shape;
  };

  MapView view(std::size_t node) const;
  memory bind(std::size_t node) { return {describe(view(node).shape), engine_, view(node).values}; }
  void store_input(const Tensor& image);
  /// The activations that the layer before them computes along, by the position of that layer.
  void plan_fusion(const Network& network);
  void add_step(const Network& network, std::size_t n);
  void add_primitive(std::size_t n, const dnnl::primitive& primitive, Arguments arguments);
  void add_weighted(const Node& node, std::size_t n, std::size_t target, const dnnl::primitive_attr& attributes);
  void add_active_sites(const Node& node, std::size_t n);
  void add_pool(const Node& node, const Pool& op, std::size_t n);
  /// Weights and bias in the order that a primitive prefers.
  template <class Descriptor>
  void set_parameters(const Weighted& op, const memory::desc& given, const Descriptor& descriptor,
                      Arguments& arguments);

  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  MapShape input_shape_;
  std::vector<MapShape> shapes_;
  Buffer input_;
  std::vector<std::optional<Buffer>> buffers_;          // none for a value that fusion leaves out
  std::vector<std::optional<std::size_t>> fused_with_;  // the activation that a weighted layer computes along
  std::vector<Step> steps_;
  std::optional<Buffer> hooked_;  // a weighted layer's input while a hook may change it
  std::size_t output_;
  std::vector<std::int64_t> output_shape_;
  AxisOrder output_order_;
};

Inference::Engine::Engine(const Network& network, Keep keep)
    : input_shape_(network.input),
      input_(network.input.elements()),
      buffers_(network.nodes.size()),
      fused_with_(network.nodes.size()),
      output_(network.output),
      output_shape_(network.output_shape),
      output_order_(network.output_order) {
  for (const Node& node : network.nodes) shapes_.push_back(node.shape);
  if (keep == Keep::output) plan_fusion(network);
  std::int64_t largest_input = 0;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    if (!fused_with_[n]) buffers_[n].emplace(shapes_[n].elements());
    if (const Weighted* op = network.nodes[n].weighted())
      largest_input = std::max(largest_input, op->shape.input.elements());
  }
  if (largest_input > 0) hooked_.emplace(largest_input);
  for (std::size_t n = 0; n < network.nodes.size(); ++n) add_step(network, n);
}

void Inference::Engine::plan_fusion(const Network& network) {
  std::vector<std::size_t> readers(network.nodes.size());
  for (const Node& node : network.nodes)
    for (const std::size_t input : node.inputs)
      if (input != Network::kInput) ++readers[input];
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const std::size_t before = network.nodes[n].inputs.front();
    if (before == Network::kInput || before == network.output || readers[before] != 1) continue;
    const Weighted* const weighted = network.nodes[before].weighted();
    if (weighted != nullptr && !weighted->active_sites && elementwise(network.nodes[n].op)) fused_with_[before] = n;
  }
}

MapView Inference::Engine::view(std::size_t node) const {
  if (node == Network::kInput) return {input_shape_, input_.values()};
  return {shapes_[node], buffers_[node]->values()};
}

void Inference::Engine::add_step(const Network& network, std::size_t n) {
  const Node& node = network.nodes[n];
  if (node.weighted() && node.weighted()->active_sites) return add_active_sites(node, n);
  if (node.weighted()) {
    dnnl::primitive_attr attributes;
    if (fused_with_[n]) {
      const Elementwise function = *elementwise(network.nodes[*fused_with_[n]].op);
      dnnl::post_ops after;
      after.append_eltwise(1.0f, function.algorithm, function.alpha, function.beta);
      attributes.set_post_ops(after);
    }
    return add_weighted(node, n, fused_with_[n].value_or(n), attributes);
  }
  if (const Pool* pool = std::get_if<Pool>(&node.op)) return add_pool(node, *pool, n);
  if (const auto function = elementwise(node.op)) {
    const std::size_t before = node.inputs.front();
    if (before != Network::kInput && fused_with_[before]) return;
    const dnnl::eltwise_forward::desc wanted(dnnl::prop_kind::forward_inference, function->algorithm,
                                             describe(node.shape), function->alpha, function->beta);
    const dnnl::eltwise_forward primitive({wanted, engine_});
    return add_primitive(n, primitive, {{DNNL_ARG_SRC, bind(before)}, {DNNL_ARG_DST, bind(n)}});
  }
  Maps in;
  for (const std::size_t input : node.inputs) in.push_back(view(input));
  Step& step = steps_.emplace_back();
  step.node = n;
  std::visit(
      [&](const auto& op) {
        // The kinds that oneDNN computes were dealt with above.
        if constexpr (!std::disjunction_v<
                          std::is_same<decltype(op), const Weighted&>, std::is_same<decltype(op), const Pool&>,
                          std::is_same<decltype(op), const Relu&>, std::is_same<decltype(op), const LeakyRelu&>,
                          std::is_same<decltype(op), const Clip&>, std::is_same<decltype(op), const Sigmoid&>>)
          step.compute = [op, in, out = view(n)] { sparsim::compute(op, in, out); };
      },
      node.op);
}

void Inference::Engine::add_primitive(std::size_t n, const dnnl::primitive& primitive, Arguments arguments) {
  Step& step = steps_.emplace_back();
  step.node = n;
  step.compute = [this, primitive, arguments = std::move(arguments)] { primitive.execute(stream_, arguments); };
}

template <class Descriptor>
void Inference::Engine::set_parameters(const Weighted& op, const memory::desc& given, const Descriptor& descriptor,
                                       Arguments& arguments) {
  // oneDNN takes no pointer to constant values; a reorder reads only.
  memory from(given, engine_, const_cast<float*>(op.weights.data()));
  memory weights(descriptor.weights_desc(), engine_);
  dnnl::reorder(from, weights).execute(stream_, from, weights);
  stream_.wait();
  arguments[DNNL_ARG_WEIGHTS] = weights;
  if (!op.bias.empty()) {
    memory bias(descriptor.bias_desc(), engine_);
    std::copy(op.bias.begin(), op.bias.end(), static_cast<float*>(bias.get_data_handle()));
    arguments[DNNL_ARG_BIAS] = bias;
  }
}

void Inference::Engine::add_weighted(const Node& node, std::size_t n, std::size_t target,
                                     const dnnl::primitive_attr& attributes) {
  const Weighted& op = *node.weighted();
  const WindowShape& s = op.shape;
  constexpr auto kFloat = memory::data_type::f32;
  constexpr auto kInferenceOnly = dnnl::prop_kind::forward_inference;
  const std::size_t source = node.inputs.front();
  const memory::desc bias = op.bias.empty() ? memory::desc() : memory::desc({s.output.channels}, kFloat, Tag::x);
  Arguments arguments;
  if (op.kind == LayerKind::dense) {
    const Dims weights{s.output.channels, s.input.channels};
    const memory::desc in({1, s.input.channels}, kFloat, Tag::nc), out({1, s.output.channels}, kFloat, Tag::nc);
    const dnnl::inner_product_forward::desc wanted(kInferenceOnly, in, {weights, kFloat, Tag::any}, bias, out);
    const dnnl::inner_product_forward::primitive_desc descriptor(wanted, attributes, engine_);
    arguments = {{DNNL_ARG_SRC, {in, engine_, view(source).values}},
                 {DNNL_ARG_DST, {out, engine_, view(target).values}}};
    set_parameters(op, {weights, kFloat, Tag::oi}, descriptor, arguments);
    add_primitive(n, dnnl::inner_product_forward(descriptor), arguments);
  } else {
    const bool grouped = s.groups > 1;
    const Dims weights = grouped ? Dims{s.groups, s.filters_per_group(), s.channels_per_group(), s.kernel_h, s.kernel_w}
                                 : Dims{s.output.channels, s.input.channels, s.kernel_h, s.kernel_w};
    const dnnl::convolution_forward::desc wanted(kInferenceOnly, dnnl::algorithm::convolution_direct, describe(s.input),
                                                 {weights, kFloat, Tag::any}, bias, describe(s.output),
                                                 {s.stride_h, s.stride_w}, {s.dilation_h - 1, s.dilation_w - 1},
                                                 {s.pad_top, s.pad_left}, {s.pad_bottom, s.pad_right});
    const dnnl::convolution_forward::primitive_desc descriptor(wanted, attributes, engine_);
    arguments = {{DNNL_ARG_SRC, bind(source)}, {DNNL_ARG_DST, bind(target)}};
    set_parameters(op, {weights, kFloat, grouped ? Tag::abdec : Tag::acdb}, descriptor, arguments);
    add_primitive(n, dnnl::convolution_forward(descriptor), arguments);
  }
  steps_.back().weighted_input = arguments.at(DNNL_ARG_SRC);  // a handle to the same memory object
  steps_.back().input_shape = s.input;
}

// As on all sites without a bias, and then what is left of it.
void Inference::Engine::add_active_sites(const Node& node, std::size_t n) {
  Node sums = node;
  std::vector<float> bias = std::exchange(sums.weighted()->bias, {});
  add_weighted(sums, n, n, {});
  Step& step = steps_.back();
  step.compute = [this, convolve = std::move(step.compute), input = *step.weighted_input, shape = step.input_shape,
                  bias = std::move(bias), out = view(n)] {
    convolve();
    stream_.wait();
    keep_active_sites({shape, static_cast<float*>(input.get_data_handle())}, bias, out);
  };
}

void Inference::Engine::add_pool(const Node& node, const Pool& op, std::size_t n) {
  const WindowShape& s = op.shape;
  const auto algorithm = op.kind == LayerKind::max_pool ? dnnl::algorithm::pooling_max
                         : op.count_padding             ? dnnl::algorithm::pooling_avg_include_padding
                                                        : dnnl::algorithm::pooling_avg_exclude_padding;
  const Dims strides{s.stride_h, s.stride_w}, kernel{s.kernel_h, s.kernel_w}, before{s.pad_top, s.pad_left};
  const Dims after{
      pad_after(s.input.height, s.pad_top, s.pad_bottom, s.kernel_h, s.stride_h, s.dilation_h, s.output.height),
      pad_after(s.input.width, s.pad_left, s.pad_right, s.kernel_w, s.stride_w, s.dilation_w, s.output.width)};
  const Arguments arguments{{DNNL_ARG_SRC, bind(node.inputs.front())}, {DNNL_ARG_DST, bind(n)}};
  const dnnl::pooling_v2_forward::desc wanted(dnnl::prop_kind::forward_inference, algorithm, describe(s.input),
                                              describe(s.output), strides, kernel, {s.dilation_h - 1, s.dilation_w - 1},
                                              before, after);
  add_primitive(n, dnnl::pooling_v2_forward({wanted, engine_}), arguments);
}

void Inference::Engine::store_input(const Tensor& image) {
  const MapShape& s = input_shape_;
  const std::vector<std::int64_t> map{1, s.channels, s.height, s.width};
  const bool is_row = s.pixels() == 1 && image.shape == std::vector<std::int64_t>{1, s.channels};
  if ((image.shape != map && !is_row) || image.elements() != static_cast<std::int64_t>(image.values.size()))
    input_error("an input of shape {} ({} values), the network takes {}", to_string(image.shape), image.values.size(),
                to_string(map));
  const float* from = image.values.data();
  for (std::int64_t c = 0; c < s.channels; ++c)
    for (std::int64_t p = 0; p < s.pixels(); ++p) input_.values()[p * s.channels + c] = *from++;
}

Tensor Inference::Engine::run(const Tensor& image, const InputHook& hook) {
  store_input(image);
  for (Step& step : steps_) {
    if (!hook || !step.weighted_input) {
      step.compute();
      continue;
    }
    memory& input = *step.weighted_input;
    auto* const shared = static_cast<float*>(input.get_data_handle());
    std::copy_n(shared, step.input_shape.elements(), hooked_->values());
    hook(step.node, {step.input_shape, hooked_->values()});
    input.set_data_handle(hooked_->values());
    step.compute();
    stream_.wait();
    input.set_data_handle(shared);
  }
  stream_.wait();
  return {output_shape_, reordered(view(output_), output_order_)};
}

MapView Inference::Engine::value(std::size_t node) const {
  SPARSIM_CHECK(node == Network::kInput || (node < buffers_.size() && buffers_[node]),
                "the value of node {} was not kept", node);
  return view(node);
}

Inference::Inference(const Network& network, Keep keep) : engine_(std::make_unique<Engine>(network, keep)) {}
Inference::Inference(Inference&&) noexcept = default;
Inference& Inference::operator=(Inference&&) noexcept = default;
Inference::~Inference() = default;

Tensor Inference::run(const Tensor& image, const InputHook& hook) { return engine_->run(image, hook); }
MapView Inference::value(std::size_t node) const { return engine_->value(node); }

void set_inference_threads(int threads) { omp_set_num_threads(threads); }

}  // namespace sparsim
