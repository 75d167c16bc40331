#!/usr/bin/python3
"""Writes operator_cases/*.onnx: small models, each with an input and the output that it must give.

Both stand in the model as initializers that no node reads: "test:input" (as the program takes it, NCHW) and
"test:output" (as ONNX shapes it). The expected outputs are those of ONNX's own backend tests (files `backend_*`), and for
all variants beyond them those of numpy_onnx.py, which must also agree with ONNX's own. Deterministic.
"""
import builtins
import pathlib
import warnings

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import numpy_onnx

FOLDER = pathlib.Path(__file__).parent / "operator_cases"
SUPPORTED = """Add AveragePool BatchNormalization Cast Clip Concat Constant Conv DequantizeLinear Div Dropout Flatten Gemm
GlobalAveragePool Identity LRN LeakyRelu MatMul MaxPool Mul Pad QuantizeLinear Relu Reshape Sigmoid Softmax Squeeze Sub
Transpose Unsqueeze""".split()

random = np.random.RandomState(1)


def noise(*shape, scale=1.0):
    return (random.standard_normal(shape) * scale).astype(np.float32)


def write(name, model, image, expected):
    extra = [numpy_helper.from_array(np.asarray(image, np.float32), "test:input"),
             numpy_helper.from_array(np.asarray(expected, np.float32), "test:output")]
    model.graph.initializer.extend(extra)
    (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString())


def make_model(nodes, constants, shape, opset, output, elem_type=TensorProto.FLOAT):
    tensors = [t if isinstance(t, TensorProto) else numpy_helper.from_array(t, name) for name, t in constants.items()]
    graph = helper.make_graph(nodes, "case", [helper.make_tensor_value_info("x", elem_type, shape)],
                              [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8, producer_name="")


def case(name, nodes, shape=(1, 4, 6, 5), opset=13, image=None, channels_last=False, declared=None, **constants):
    """Nodes in order, the last one's output being the answer; each is (operator, inputs, output, attributes)."""
    made = [helper.make_node(kind, inputs, [output], **attributes) for kind, inputs, output, attributes in nodes]
    model = make_model(made, constants, declared or shape, opset, nodes[-1][2])
    image = noise(*shape) if image is None else image
    expected = numpy_onnx.run(model, image)[nodes[-1][2]]
    write(name, model, image.transpose(0, 3, 1, 2) if channels_last else image, expected)


def int64(*values):
    return np.array(values, np.int64)


def float32(*values):
    return np.array(values, np.float32)


def conv_cases():
    plain = lambda **a: [("Conv", ["x", "w", "b"], "y", a)]  # noqa: E731
    w, b = noise(6, 4, 3, 3), noise(6)
    case("conv_plain", plain(), w=w, b=b)
    case("conv_no_bias", [("Conv", ["x", "w"], "y", {"kernel_shape": [3, 3]})], w=w)
    case("conv_strides", plain(strides=[2, 3]), w=w, b=b)
    case("conv_uneven_pads", plain(pads=[1, 0, 2, 3], strides=[2, 1]), w=w, b=b)
    case("conv_dilations", plain(dilations=[2, 1], pads=[2, 1, 2, 1]), w=w, b=b)
    case("conv_groups", plain(group=2, pads=[1, 1, 1, 1]), w=noise(6, 2, 3, 3), b=b)
    case("conv_depthwise", plain(group=4, pads=[1, 1, 1, 1], strides=[2, 2]), w=noise(4, 1, 3, 3), b=noise(4))
    case("conv_depthwise_two_each", plain(group=4), w=noise(8, 1, 3, 3), b=noise(8))
    case("conv_pads_wider_than_kernel", plain(pads=[1, 1, 1, 1]), w=noise(6, 4, 1, 1), b=b)
    case("conv_one_channel", plain(pads=[2, 2, 2, 2]), shape=(1, 1, 7, 7), w=noise(3, 1, 5, 5), b=noise(3))
    case("conv_three_channels", plain(strides=[2, 2]), shape=(1, 3, 9, 9), w=noise(16, 3, 3, 3), b=noise(16))
    for auto_pad in ("SAME_UPPER", "SAME_LOWER", "VALID"):
        case(f"conv_{auto_pad.lower()}", plain(auto_pad=auto_pad, strides=[2, 2]), shape=(1, 4, 6, 7),
             w=noise(6, 4, 3, 2), b=b)
    case("conv_symbolic_batch", plain(), declared=("N", 4, 6, 5), w=w, b=b)
    case("conv_float16", [("Cast", ["x"], "h", {"to": TensorProto.FLOAT16}), ("Conv", ["h", "w", "b"], "y", {})],
         w=w.astype(np.float16), b=b.astype(np.float16))
    # float16 words in int32_data: zero, a subnormal, the largest, and a negative one.
    words = [0x0000, 0x0001, 0x7bff, 0xc000]
    case("conv_float16_typed_field", [("Conv", ["x", "w"], "y", {})], image=noise(1, 4, 6, 5, scale=1e-3),
         w=helper.make_tensor("w", TensorProto.FLOAT16, [1, 4, 1, 1], np.array(words, np.uint16).view(np.float16)))
    case("conv_double_typed_field", [("Conv", ["x", "w"], "y", {})],
         w=helper.make_tensor("w", TensorProto.DOUBLE, [1, 4, 1, 1], [0.5, -1.25, 3.0, 1e-3]))


def fold_cases():
    w, b = noise(6, 4, 3, 3), noise(6)
    norm = {"s": noise(6), "t": noise(6), "m": noise(6), "v": np.abs(noise(6)) + np.float32(0.1)}
    batch_norm = lambda x, y: ("BatchNormalization", [x, "s", "t", "m", "v"], y, {"epsilon": 1e-3})  # noqa: E731
    case("fold_batch_norm", [("Conv", ["x", "w", "b"], "c", {}), batch_norm("c", "y")], w=w, b=b, **norm)
    case("fold_batch_norm_no_bias", [("Conv", ["x", "w"], "c", {}), batch_norm("c", "y")], w=w, **norm)
    case("fold_batch_norm_shared",  # the convolution has another reader, so it must stay as it is
         [("Conv", ["x", "w", "b"], "c", {}), batch_norm("c", "n"), ("Relu", ["n"], "r", {}), ("Add", ["c", "r"], "y", {})],
         w=w, b=b, **norm)
    case("batch_norm_alone", [("Relu", ["x"], "r", {}), batch_norm("r", "y")], shape=(1, 6, 3, 4), **norm)
    case("batch_norm_dense", [("Gemm", ["x", "g"], "d", {}), batch_norm("d", "y")], shape=(1, 5), g=noise(5, 6), **norm)
    case("fold_chain", [("Conv", ["x", "w"], "c", {}), ("Mul", ["c", "k"], "m1", {}), ("Dropout", ["m1"], "d", {}),
                        ("Add", ["o", "d"], "y", {})], w=w, k=noise(6, 1, 1), o=noise(1, 6, 1, 1))
    case("fold_bias_of_dense", [("MatMul", ["x", "g"], "d", {}), ("Add", ["d", "b"], "y", {})], shape=(1, 5),
         g=noise(5, 6), b=b)
    pads = int64(0, 0, 1, 2, 0, 0, 3, 0)
    padded = [("Pad", ["x", "p"], "z", {})]
    case("fold_pad_conv", padded + [("Conv", ["z", "w", "b"], "y", {"pads": [1, 1, 0, 1]})], p=pads, w=w, b=b)
    case("pad_of_ones_conv", [("Pad", ["x", "p", "one"], "z", {}), ("Conv", ["z", "w"], "y", {})], p=pads, w=w,
         one=np.float32(1))
    case("fold_pad_average", padded + [("AveragePool", ["z"], "y", {"kernel_shape": [4, 4], "strides": [2, 2]})], p=pads)
    case("pad_average_excluding", padded + [("AveragePool", ["z"], "y", {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]})],
         p=pads)
    case("pad_max", padded + [("MaxPool", ["z"], "y", {"kernel_shape": [3, 3]})], p=pads)


def pool_cases():
    for kind in ("MaxPool", "AveragePool"):
        one = lambda **a: [(kind, ["x"], "y", {"kernel_shape": [3, 3], **a})]  # noqa: E731,B023
        stem = "max_pool" if kind == "MaxPool" else "average_pool"
        case(f"{stem}_strides", one(strides=[2, 1]), shape=(1, 4, 7, 8))
        case(f"{stem}_pads", one(strides=[2, 2], pads=[1, 0, 2, 1]), shape=(1, 4, 7, 8))
        case(f"{stem}_ceil", one(strides=[2, 2], ceil_mode=1), shape=(1, 4, 6, 8))
        case(f"{stem}_ceil_pads", one(strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1), shape=(1, 4, 6, 8))
        case(f"{stem}_ceil_drops_a_window", [(kind, ["x"], "y", {
            "kernel_shape": [2, 2], "strides": [3, 3], "pads": [1, 1, 1, 1], "ceil_mode": 1})], shape=(1, 3, 5, 5))
        case(f"{stem}_same_lower", one(strides=[2, 2], auto_pad="SAME_LOWER"), shape=(1, 4, 6, 7))
        case(f"{stem}_many_channels", one(strides=[2, 2]), shape=(1, 37, 7, 7))
    case("max_pool_dilations", [("MaxPool", ["x"], "y", {"kernel_shape": [2, 3], "dilations": [2, 2]})], shape=(1, 4, 7, 8))
    included = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1], "count_include_pad": 1}
    case("average_pool_count_pads", [("AveragePool", ["x"], "y", included)], shape=(1, 4, 7, 7))
    case("average_pool_count_pads_ceil", [("AveragePool", ["x"], "y", {**included, "ceil_mode": 1})], shape=(1, 4, 6, 8))
    case("global_average_pool", [("GlobalAveragePool", ["x"], "y", {})])


def pointwise_cases():
    case("relu6_attributes", [("Clip", ["x"], "y", {"min": 0.0, "max": 6.0})], opset=7, image=noise(1, 4, 6, 5, scale=5))
    case("relu6_inputs", [("Clip", ["x", "a", "b"], "y", {})], image=noise(1, 4, 6, 5, scale=5), a=np.float32(0),
         b=np.float32(6))
    case("clip_low_alone", [("Clip", ["x", "a"], "y", {})], a=np.float32(-0.5))
    case("leaky_relu", [("LeakyRelu", ["x"], "y", {"alpha": 0.2})])
    case("sigmoid", [("Sigmoid", ["x"], "y", {})], image=noise(1, 4, 6, 5, scale=8))
    w = noise(6, 4, 1, 1)
    for kind, attributes in (("Relu", {}), ("LeakyRelu", {"alpha": 0.3}), ("Sigmoid", {})):
        case(f"conv_then_{kind.lower()}", [("Conv", ["x", "w"], "c", {}), (kind, ["c"], "y", attributes)], w=w)
    for opset in (11, 13):
        for axis in (1, 2, 3):
            case(f"softmax_axis{axis}_opset{opset}", [("Softmax", ["x"], "y", {"axis": axis})], opset=opset)
        case(f"softmax_default_opset{opset}", [("Softmax", ["x"], "y", {})], shape=(1, 9), opset=opset)
    case("lrn", [("LRN", ["x"], "y", {"size": 5, "alpha": 0.5, "beta": 0.75, "bias": 2.0})], shape=(1, 9, 3, 3))
    case("lrn_even_size", [("LRN", ["x"], "y", {"size": 4, "alpha": 0.5})], shape=(1, 9, 3, 3))
    case("add_maps", [("Relu", ["x"], "r", {}), ("Add", ["x", "r"], "y", {})])
    case("sub_mean_div_deviation", [("Sub", ["x", "m"], "s", {}), ("Div", ["s", "d"], "y", {})], m=noise(4, 1, 1),
         d=np.abs(noise(1, 4, 1, 1)) + np.float32(0.5))
    case("constant_minus", [("Sub", ["one", "x"], "y", {})], one=np.float32(1))
    case("mul_scalar", [("Mul", ["k", "x"], "y", {})], k=float32(-2.5))
    case("concat", [("Relu", ["x"], "r", {}), ("Sigmoid", ["x"], "s", {}), ("Concat", ["r", "x", "s"], "y", {"axis": 1})])
    case("constant_attribute", [("Constant", [], "k", {"value_floats": [1.0, -2.0, 3.0, 4.0]}),
                                ("Unsqueeze", ["k", "a"], "u", {}), ("Mul", ["x", "u"], "y", {})], a=int64(1, 2))


def layout_cases():
    case("flatten_dense", [("Relu", ["x"], "r", {}), ("Flatten", ["r"], "f", {}), ("Gemm", ["f", "g", "b"], "y", {"transB": 1})],
         g=noise(7, 120), b=noise(7))
    case("gemm_alpha_beta", [("Gemm", ["x", "g", "b"], "y", {"alpha": 0.5, "beta": -2.0})], shape=(1, 5), g=noise(5, 3),
         b=np.float32(0.75))
    case("reshape_minus_one", [("Reshape", ["x", "s"], "y", {})], s=int64(0, -1))
    case("reshape_to_map", [("Reshape", ["x", "s"], "m", {}), ("Conv", ["m", "w"], "y", {})], s=int64(1, 2, 10, 6),
         w=noise(3, 2, 3, 3))
    case("reshape_of_weights", [("Flatten", ["x"], "f", {}), ("Reshape", ["w", "s"], "m", {}), ("MatMul", ["f", "m"], "y", {})],
         w=noise(4, 6, 5, 3), s=int64(120, 3))
    case("transpose_of_weights", [("Transpose", ["w"], "t", {"perm": [3, 2, 0, 1]}), ("Conv", ["x", "t"], "y", {})],
         w=noise(2, 3, 4, 5))
    to_nchw, to_nhwc = {"perm": [0, 3, 1, 2]}, {"perm": [0, 2, 3, 1]}
    case("channels_last_network", [("Transpose", ["x"], "t", to_nchw), ("Conv", ["t", "w"], "c", {}),
                                   ("Transpose", ["c"], "y", to_nhwc)], shape=(1, 6, 5, 4), channels_last=True,
         w=noise(3, 4, 3, 3))
    case("channels_last_flatten", [("Transpose", ["x"], "t", to_nhwc), ("Flatten", ["t"], "f", {}),
                                   ("MatMul", ["f", "g"], "y", {})], g=noise(120, 3))
    case("channels_last_bias", [("Transpose", ["x"], "t", to_nhwc), ("Add", ["t", "b"], "a", {}), ("Transpose", ["a"], "y", to_nchw)],
         b=noise(4))
    case("transpose_that_moves_values", [("Relu", ["x"], "r", {}), ("Transpose", ["r"], "t", {"perm": [0, 2, 1, 3]}),
                                         ("Conv", ["t", "w"], "y", {})], w=noise(3, 6, 3, 3))
    case("add_across_layouts", [("Relu", ["x"], "r", {}), ("Transpose", ["r"], "t", {"perm": [0, 1, 3, 2]}),
                                ("Add", ["x", "t"], "y", {})], shape=(1, 3, 4, 4))
    case("squeeze_unsqueeze", [("GlobalAveragePool", ["x"], "g", {}), ("Squeeze", ["g", "a"], "s", {}),
                               ("Unsqueeze", ["s", "a"], "u", {}), ("Conv", ["u", "w"], "y", {})], a=int64(2, 3), w=noise(3, 4, 1, 1))
    case("squeeze_unsqueeze_opset11", [("GlobalAveragePool", ["x"], "g", {}), ("Squeeze", ["g"], "s", {"axes": [2, 3]}),
                                       ("Unsqueeze", ["s"], "y", {"axes": [-1]})], opset=11)
    case("squeeze_all", [("GlobalAveragePool", ["x"], "g", {}), ("Squeeze", ["g"], "y", {})])
    case("reshape_away_the_batch", [("Reshape", ["x", "s"], "y", {})], s=int64(4, 30))
    case("pad_reflect", [("Pad", ["x", "p"], "y", {"mode": "reflect"})], p=int64(0, 0, 2, 1, 0, 0, 1, 3))
    case("pad_edge_opset7", [("Pad", ["x"], "y", {"mode": "edge", "pads": [0, 0, 2, 1, 0, 0, 1, 3]})], opset=7)
    case("pad_channels", [("Pad", ["x", "p"], "y", {})], p=int64(0, 1, 0, 0, 0, 2, 0, 0))


def quantized_cases():
    scale, zero = noise(6, scale=0.01), random.randint(-9, 9, 6).astype(np.int8)
    case("weights_per_filter", [("DequantizeLinear", ["q", "s", "z"], "w", {"axis": 0}), ("Conv", ["x", "w"], "y", {})],
         q=random.randint(-128, 127, (6, 4, 3, 3)).astype(np.int8), s=np.abs(scale), z=zero)
    case("bias_int32", [("DequantizeLinear", ["q", "s"], "b", {}), ("Conv", ["x", "w", "b"], "y", {})],
         q=random.randint(-9999, 9999, 6).astype(np.int32), s=np.float32(1e-4), w=noise(6, 4, 3, 3))
    case("weights_fake_quantized", [("QuantizeLinear", ["w", "s", "z"], "q", {"axis": 1}),
                                    ("DequantizeLinear", ["q", "s", "z"], "d", {"axis": 1}), ("Conv", ["x", "d"], "y", {})],
         w=noise(6, 4, 3, 3), s=np.abs(noise(4, scale=0.05)), z=np.zeros(4, np.int8))
    fake = [("QuantizeLinear", ["x", "s", "z"], "q", {}), ("DequantizeLinear", ["q", "s", "z"], "y", {})]
    case("activations_uint8", fake, s=np.float32(0.02), z=np.uint8(128))  # saturates at both ends
    case("activations_int8", fake, s=np.float32(0.02), z=np.int8(-3))
    case("activations_per_channel", fake, s=np.abs(noise(4, scale=0.05)), z=np.array([0, 3, 128, 255], np.uint8))
    halves = (np.arange(120, dtype=np.float32) / 2 - 30).reshape(1, 4, 6, 5)
    case("activations_ties_to_even", fake, image=halves, s=np.float32(1), z=np.int8(0))
    case("quantized_max_pool", [fake[0], ("MaxPool", ["q"], "p", {"kernel_shape": [2, 2]}),
                                ("DequantizeLinear", ["p", "s", "z"], "y", {})], s=np.float32(0.05), z=np.uint8(100))


def backend_cases():
    """ONNX's own: every test of a supported operator on one image whose other inputs can be constants."""
    for name in ("float", "bool", "int", "object"):  # onnx 1.12 asks NumPy for names that NumPy 1.24 has dropped
        setattr(np, name, getattr(builtins, name))
    from onnx.backend.test.case.node import collect_testcases
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tests = collect_testcases(None)
    for test in tests:
        model = onnx.ModelProto()
        model.CopyFrom(test.model)
        inputs, outputs = test.data_sets[0]
        image = np.asarray(inputs[0]) if inputs and isinstance(inputs[0], np.ndarray) else None
        opset = model.opset_import[0].version
        fits = (image is not None and image.dtype == np.float32 and image.ndim in (2, 4) and image.shape[0] == 1
                and all(n.op_type in SUPPORTED for n in model.graph.node) and model.graph.input[0].name == "x"
                and outputs[0].ndim <= 4 and 7 <= opset <= 17 and all(isinstance(i, np.ndarray) for i in inputs))
        if not fits or image.size * len(outputs) > 4096:
            continue
        for value, name in zip(inputs[1:], [i.name for i in model.graph.input[1:]]):
            model.graph.initializer.append(numpy_helper.from_array(value, name))
        model.graph.ClearField("value_info")
        del model.graph.input[1:]
        own = numpy_onnx.run(model, image)[model.graph.output[0].name]
        np.testing.assert_allclose(own, outputs[0], rtol=1e-5, atol=1e-5, err_msg=test.name)
        write("backend_" + test.name.removeprefix("test_"), model, image, outputs[0])


def main():
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.onnx"):
        old.unlink()
    for make in (conv_cases, fold_cases, pool_cases, pointwise_cases, layout_cases, quantized_cases, backend_cases):
        make()
    files = list(FOLDER.glob("*.onnx"))
    print(f"{len(files)} cases, {sum(f.stat().st_size for f in files)} bytes")


if __name__ == "__main__":
    main()
