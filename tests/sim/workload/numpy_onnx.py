"""An ONNX executor in plain NumPy and float64: the independent reference for import and inference.

It follows the ONNX operator definitions node by node, in ONNX's own layout, and shares nothing with the program.
"""
import math

import numpy as np
from onnx import helper, numpy_helper

INTEGER_RANGE = {np.dtype(np.uint8): (0, 255), np.dtype(np.int8): (-128, 127)}


def window_geometry(attributes, extents, kernel):
    """Strides, dilations, pads before and after, output extents of a window that slides over `extents`."""
    rank = len(kernel)
    strides = attributes.get("strides", [1] * rank)
    dilations = attributes.get("dilations", [1] * rank)
    pads = attributes.get("pads", [0] * 2 * rank)
    before, after = list(pads[:rank]), list(pads[rank:])
    auto_pad = attributes.get("auto_pad", b"NOTSET").decode()
    outputs = []
    for d in range(rank):
        reach = dilations[d] * (kernel[d] - 1) + 1
        if auto_pad.startswith("SAME"):
            total = max((math.ceil(extents[d] / strides[d]) - 1) * strides[d] + reach - extents[d], 0)
            small, large = total // 2, total - total // 2
            before[d], after[d] = (small, large) if auto_pad == "SAME_UPPER" else (large, small)
        elif auto_pad == "VALID":
            before[d] = after[d] = 0
        steps = (extents[d] + before[d] + after[d] - reach) / strides[d]
        count = (math.ceil(steps) if attributes.get("ceil_mode", 0) else math.floor(steps)) + 1
        if attributes.get("ceil_mode", 0) and (count - 1) * strides[d] >= extents[d] + before[d]:
            count -= 1  # a window that would start in the padding behind
        outputs.append(count)
    return strides, dilations, before, after, outputs


def conv(x, weights, bias, attributes):
    groups = attributes.get("group", 1)
    filters, channels, kernel_h, kernel_w = weights.shape
    strides, dilations, before, after, out = window_geometry(attributes, x.shape[2:], (kernel_h, kernel_w))
    x = np.pad(x, [(0, 0), (0, 0), (before[0], after[0]), (before[1], after[1])])
    y = np.zeros((x.shape[0], filters, *out))
    share = filters // groups
    for g in range(groups):
        inputs = x[:, g * channels:(g + 1) * channels]
        for i in range(kernel_h):
            for j in range(kernel_w):
                rows = slice(i * dilations[0], i * dilations[0] + (out[0] - 1) * strides[0] + 1, strides[0])
                cols = slice(j * dilations[1], j * dilations[1] + (out[1] - 1) * strides[1] + 1, strides[1])
                tap = weights[g * share:(g + 1) * share, :, i, j]
                y[:, g * share:(g + 1) * share] += np.einsum("fc,nchw->nfhw", tap, inputs[:, :, rows, cols], optimize=True)
    return y if bias is None else y + bias.reshape(1, -1, 1, 1)


def pool(x, attributes, average):
    kernel = attributes["kernel_shape"]
    strides, dilations, before, after, out = window_geometry(attributes, x.shape[2:], kernel)
    height, width = x.shape[2:]
    y = np.zeros((*x.shape[:2], *out))
    for oy in range(out[0]):
        for ox in range(out[1]):
            rows = [oy * strides[0] - before[0] + i * dilations[0] for i in range(kernel[0])]
            cols = [ox * strides[1] - before[1] + j * dilations[1] for j in range(kernel[1])]
            inside_rows = [r for r in rows if 0 <= r < height]
            inside_cols = [c for c in cols if 0 <= c < width]
            values = x[:, :, inside_rows][:, :, :, inside_cols]
            if not average:
                y[:, :, oy, ox] = values.max(axis=(2, 3))
            elif attributes.get("count_include_pad", 0):  # what ceil_mode adds beyond the padding does not count
                counted = sum(r < height + after[0] for r in rows) * sum(c < width + after[1] for c in cols)
                y[:, :, oy, ox] = values.sum(axis=(2, 3)) / counted
            else:
                y[:, :, oy, ox] = values.mean(axis=(2, 3))
    return y


def softmax(x, axes):
    e = np.exp(x - x.max(axis=axes, keepdims=True))
    return e / e.sum(axis=axes, keepdims=True)


def lrn(x, attributes):
    size, channels = attributes["size"], x.shape[1]
    squares = np.zeros_like(x)
    for c in range(channels):
        low, high = max(0, c - (size - 1) // 2), min(channels - 1, c + math.ceil((size - 1) / 2))
        squares[:, c] = (x[:, low:high + 1] ** 2).sum(axis=1)
    scale = attributes.get("bias", 1.0) + attributes.get("alpha", 1e-4) / size * squares
    return x / scale ** attributes.get("beta", 0.75)


def along(values, axis, rank):
    """A vector laid along one axis of a tensor of `rank` axes."""
    return values if values.ndim == 0 or values.size == 1 else values.reshape([-1 if d == axis else 1 for d in range(rank)])


def quantize(x, scale, zero_point, axis):
    zero_point = np.zeros_like(scale, np.uint8) if zero_point is None else zero_point
    low, high = INTEGER_RANGE[zero_point.dtype]
    # The division is float32 by definition; in float64 a tie could fall the other way.
    steps = np.rint(np.float32(x) / np.float32(along(scale, axis, x.ndim)))
    return np.clip(steps + np.float64(along(zero_point, axis, x.ndim)), low, high).astype(zero_point.dtype)


def dequantize(q, scale, zero_point, axis):
    zero_point = np.zeros_like(scale) if zero_point is None else zero_point
    return (np.float64(q) - np.float64(along(zero_point, axis, q.ndim))) * along(scale, axis, q.ndim)


def axes_of(inputs, attributes):
    found = inputs[1] if len(inputs) > 1 else attributes.get("axes")
    return None if found is None else [int(a) for a in found]


def unsqueeze(x, axes):
    rank = x.ndim + len(axes)
    added = {a % rank for a in axes}
    extents = iter(x.shape)
    return x.reshape([1 if d in added else next(extents) for d in range(rank)])


def reshape(x, shape, allowzero):
    return x.reshape([x.shape[d] if n == 0 and not allowzero else int(n) for d, n in enumerate(shape)])


def pad(x, inputs, attributes, opset):
    pads = inputs[1] if opset >= 11 else attributes["pads"]
    value = (inputs[2] if len(inputs) > 2 else 0.0) if opset >= 11 else attributes.get("value", 0.0)
    widths = [(int(pads[d]), int(pads[d + x.ndim])) for d in range(x.ndim)]
    mode = attributes.get("mode", b"constant").decode()
    if mode == "constant":
        return np.pad(x, widths, constant_values=float(value))
    return np.pad(x, widths, mode=mode)


def gemm(a, b, c, attributes):
    a = a.T if attributes.get("transA", 0) else a
    b = b.T if attributes.get("transB", 0) else b
    y = attributes.get("alpha", 1.0) * (a @ b)
    return y if c is None else y + attributes.get("beta", 1.0) * c


def run_node(node, inputs, attributes, opset):
    kind, x = node.op_type, inputs[0] if inputs else None
    optional = lambda i: inputs[i] if len(inputs) > i else None  # noqa: E731
    if kind == "Conv":
        return conv(x, inputs[1], optional(2), attributes)
    if kind in ("MaxPool", "AveragePool"):
        return pool(x, attributes, kind == "AveragePool")
    if kind == "GlobalAveragePool":
        return x.mean(axis=(2, 3), keepdims=True)
    if kind == "BatchNormalization":
        scale, shift, mean, variance = (along(v, 1, x.ndim) for v in inputs[1:5])
        return (x - mean) / np.sqrt(variance + attributes.get("epsilon", 1e-5)) * scale + shift
    if kind == "Relu":
        return np.maximum(x, 0)
    if kind == "LeakyRelu":
        return np.where(x < 0, attributes.get("alpha", 0.01) * x, x)
    if kind == "Sigmoid":
        return 1 / (1 + np.exp(-x))
    if kind == "Clip":
        low = attributes.get("min") if opset < 11 else optional(1)
        high = attributes.get("max") if opset < 11 else optional(2)
        return np.clip(x, -np.inf if low is None else low, np.inf if high is None else high)
    if kind == "Softmax":
        axis = attributes.get("axis", 1 if opset < 13 else -1) % x.ndim
        return softmax(x, tuple(range(axis, x.ndim)) if opset < 13 else axis)
    if kind == "LRN":
        return lrn(x, attributes)
    if kind == "Gemm":
        return gemm(x, inputs[1], optional(2), attributes)
    if kind == "MatMul":
        return x @ inputs[1]
    if kind in ("Add", "Sub", "Mul", "Div"):
        return {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide}[kind](x, inputs[1])
    if kind == "Concat":
        return np.concatenate(inputs, axis=attributes["axis"])
    if kind == "Flatten":
        axis = attributes.get("axis", 1)
        axis = axis + x.ndim if axis < 0 else axis
        return x.reshape(math.prod(x.shape[:axis]), -1)
    if kind == "Reshape":
        return reshape(x, inputs[1], attributes.get("allowzero", 0))
    if kind == "Squeeze":
        axes = axes_of(inputs, attributes)
        return np.squeeze(x, axis=None if axes is None else tuple(axes))
    if kind == "Unsqueeze":
        return unsqueeze(x, axes_of(inputs, attributes))
    if kind == "Transpose":
        return np.transpose(x, attributes.get("perm"))
    if kind in ("Dropout", "Identity"):
        return x
    if kind == "Cast":
        kind_of = helper.mapping.TENSOR_TYPE_TO_NP_TYPE[attributes["to"]]
        return x.astype(np.float64 if np.issubdtype(kind_of, np.floating) else kind_of)
    if kind == "Pad":
        return pad(x, inputs, attributes, opset)
    if kind == "Constant":
        (value,) = attributes.values()
        return as_float64(numpy_helper.to_array(value)) if hasattr(value, "dims") else as_float64(np.array(value))
    if kind == "QuantizeLinear":
        return quantize(x, inputs[1], optional(2), attributes.get("axis", 1) % max(x.ndim, 1))
    if kind == "DequantizeLinear":
        return dequantize(x, inputs[1], optional(2), attributes.get("axis", 1) % max(x.ndim, 1))
    raise NotImplementedError(kind)


def as_float64(array):
    return array.astype(np.float64) if np.issubdtype(array.dtype, np.floating) else array


def run(model, image):
    """Every value of the graph by name, for one image in the layout of the file."""
    opset = next(i.version for i in model.opset_import if i.domain in ("", "ai.onnx"))
    values = {i.name: as_float64(numpy_helper.to_array(i)) for i in model.graph.initializer}
    (name,) = [i.name for i in model.graph.input if i.name not in values]
    values[name] = np.asarray(image, np.float64)
    for node in model.graph.node:
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        inputs = [values[i] if i else None for i in node.input]
        values[node.output[0]] = run_node(node, inputs, attributes, opset)
    return values
