#!/usr/bin/python3
"""Draws ten classes of noisy shapes, trains a small CNN on them, and writes it with its test images and references.

    scripts/train_shapes.py [--seed 1] [-o traces/shapes]

Needs python3-torch, python3-numpy and python3-onnx of Debian 12; takes some minutes on one core. Same seed, same files
on the same processor type (torch picks its kernels by it). Nothing is downloaded. Written:

    shapes.onnx                        the network; input: 1x3x32x32, RGB 0..255, normalised by its own Sub and Div
    shapes_test200.bin                 200 test images, 20 a class, in the CIFAR-10 binary layout
    test_data_set_0/input_0.pb         the first test image
    test_data_set_0/output_0.pb        the scores that torch computes for it
    test_data_set_0/TENSOR.pb          the activations that torch computes for it, by the name of the ONNX tensor
"""
import argparse
import math
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
import torch
from torch import nn
from torch.nn import functional as F

CLASSES = ("disc", "ring", "square", "triangle", "plus", "star", "crescent", "bar", "frame", "hexagon")
SIZE = 32
BATCH = 64
MEAN, DEVIATION = 128.0, 64.0


def polygon(u, v, corners):
    """Signed distance to a regular polygon with the inscribed radius 0.8, negative inside."""
    sector = 2 * math.pi / corners
    angle = np.arctan2(v, u)
    return np.hypot(u, v) * np.cos(angle - sector * np.round(angle / sector)) - 0.8


def signed_distance(name, u, v):
    """About the distance to the outline of a shape of radius 1 around the origin; negative inside."""
    r = np.hypot(u, v)
    box = np.maximum(np.abs(u), np.abs(v))
    if name == "disc":
        return r - 0.9
    if name == "ring":
        return np.abs(r - 0.75) - 0.22
    if name == "square":
        return box - 0.75
    if name == "triangle":
        return polygon(u, v, 3) + 0.25
    if name == "plus":
        return np.minimum(np.maximum(np.abs(u) - 0.95, np.abs(v) - 0.3), np.maximum(np.abs(v) - 0.95, np.abs(u) - 0.3))
    if name == "star":
        sector = 2 * math.pi / 5
        angle = np.arctan2(v, u)
        from_tip = np.abs(angle - sector * np.round(angle / sector)) / (sector / 2)  # 0 at a tip, 1 in a notch
        return r - (1.0 - 0.55 * from_tip)
    if name == "crescent":
        return np.maximum(r - 0.95, 0.75 - np.hypot(u - 0.45, v))
    if name == "bar":
        return np.maximum(np.abs(u) - 0.95, np.abs(v) - 0.35)
    if name == "frame":
        return np.abs(box - 0.62) - 0.2
    return polygon(u, v, 6)


def draw(label, random):
    """One image, uint8 [3][SIZE][SIZE]: a rotated shape among specks, under noise."""
    y, x = np.mgrid[0:SIZE, 0:SIZE] + 0.5

    def paint(image, name, cx, cy, radius, colour):
        turn = random.uniform(0, 2 * math.pi)
        u = ((x - cx) * math.cos(turn) + (y - cy) * math.sin(turn)) / radius
        v = ((y - cy) * math.cos(turn) - (x - cx) * math.sin(turn)) / radius
        cover = np.clip(0.5 - signed_distance(name, u, v) * radius, 0, 1)  # edges one pixel soft
        return image * (1 - cover) + colour[:, None, None] * cover

    background = random.uniform(0, 255, 3)
    colour = random.uniform(0, 255, 3)
    while np.abs(colour - background).sum() < 150:  # else there is nothing to see
        colour = random.uniform(0, 255, 3)
    image = np.broadcast_to(background[:, None, None], (3, SIZE, SIZE))
    radius = random.uniform(6, 13)
    cx, cy = random.uniform(radius, SIZE - radius, 2)
    image = paint(image, CLASSES[label], cx, cy, radius, colour)
    for _ in range(random.integers(0, 4)):
        image = paint(image, "disc", *random.uniform(0, SIZE, 2), random.uniform(1, 2.5), random.uniform(0, 255, 3))
    image = image + random.normal(0, random.uniform(5, 60), image.shape)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def dataset(count, random):
    labels = np.arange(count) % len(CLASSES)
    return np.stack([draw(label, random) for label in labels]), labels


class ShapesNet(nn.Module):
    """conv - pool - residual block - strided conv - 1x1 conv - conv - global pool - dense."""

    def __init__(self):
        super().__init__()
        for name, inputs, outputs, kernel, stride in (
                ("conv1", 3, 16, 3, 1), ("conv2", 16, 32, 3, 1), ("block_a", 32, 32, 3, 1), ("block_b", 32, 32, 3, 1),
                ("down", 32, 64, 3, 2), ("mix", 64, 48, 1, 1), ("conv3", 48, 64, 3, 1)):
            setattr(self, name, nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False))
            setattr(self, name + "_bn", nn.BatchNorm2d(outputs))
        self.scores = nn.Linear(64, len(CLASSES))

    def forward(self, image, seen=None):
        """`seen`, a dict, receives the activations by the names that the ONNX tensors have."""
        def note(name, value):
            if seen is not None:
                seen[name] = value
            return value

        def conv(name, value):
            return getattr(self, name + "_bn")(getattr(self, name)(value))

        x = note("normalised", (image - MEAN) / DEVIATION)
        x = note("conv1_relu", F.relu(conv("conv1", x)))
        x = note("pool", F.max_pool2d(x, 2))
        kept = note("conv2_relu", F.relu(conv("conv2", x)))
        x = note("block_a_relu", F.relu(conv("block_a", kept)))
        x = note("block_relu", F.relu(conv("block_b", x) + kept))
        x = note("down_relu", F.relu(conv("down", x)))
        x = note("mix_relu", F.relu(conv("mix", x)))
        x = note("conv3_relu", F.relu(conv("conv3", x)))
        x = note("mean", F.adaptive_avg_pool2d(x, 1))
        return note("scores", self.scores(x.flatten(1)))


def to_onnx(net):
    """The same graph, written node by node, so that tensors have the names above and batch norms stay visible."""
    nodes, constants = [], []

    def constant(name, values):
        constants.append(numpy_helper.from_array(np.asarray(values, np.float32), name))
        return name

    def node(op, name, *inputs, **attributes):
        nodes.append(helper.make_node(op, inputs, [name], name, **attributes))
        return name

    def conv(name, source):
        layer, norm = getattr(net, name), getattr(net, name + "_bn")
        weight = constant(name + ".weight", layer.weight.numpy())
        node("Conv", name, source, weight, kernel_shape=layer.kernel_size, strides=layer.stride, pads=layer.padding * 2)
        statistics = [constant(f"{name}_bn.{part}", getattr(norm, part).numpy())
                      for part in ("weight", "bias", "running_mean", "running_var")]
        return node("BatchNormalization", name + "_bn", name, *statistics, epsilon=norm.eps)

    x = node("Sub", "centred", "image", constant("input_mean", [MEAN]))
    x = node("Div", "normalised", x, constant("input_deviation", [DEVIATION]))
    x = node("Relu", "conv1_relu", conv("conv1", x))
    x = node("MaxPool", "pool", x, kernel_shape=[2, 2], strides=[2, 2])
    kept = node("Relu", "conv2_relu", conv("conv2", x))
    x = node("Relu", "block_a_relu", conv("block_a", kept))
    x = node("Relu", "block_relu", node("Add", "block_sum", conv("block_b", x), kept))
    x = node("Relu", "down_relu", conv("down", x))
    x = node("Relu", "mix_relu", conv("mix", x))
    x = node("Relu", "conv3_relu", conv("conv3", x))
    x = node("Flatten", "features", node("GlobalAveragePool", "mean", x), axis=1)
    node("Gemm", "scores", x, constant("scores.weight", net.scores.weight.numpy()),
         constant("scores.bias", net.scores.bias.numpy()), transB=1)
    graph = helper.make_graph(
        nodes, "shapes", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, SIZE, SIZE])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", len(CLASSES)])], constants)
    model = helper.make_model(graph, producer_name="sparsim train_shapes.py",
                              opset_imports=[helper.make_opsetid("", 13)])
    onnx.checker.check_model(model)
    return model


def train(net, images, labels, epochs):
    images, labels = torch.from_numpy(images).float(), torch.from_numpy(labels)
    steps = epochs * (len(images) // BATCH)
    optimiser = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=0.1, total_steps=steps)
    net.train()
    for epoch in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images)).split(BATCH):
            if len(batch) < BATCH:
                continue
            loss = F.cross_entropy(net(images[batch]), labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}/{epochs}: loss {total / (len(images) // BATCH):.3f}", flush=True)
    net.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("-o", "--output", type=pathlib.Path,
                        default=pathlib.Path(__file__).parent.parent / "traces" / "shapes")
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(arguments.seed)
    random = np.random.default_rng(arguments.seed)
    images, labels = dataset(200, random)
    net = ShapesNet()
    train(net, *dataset(16000, random), arguments.epochs)

    references = arguments.output / "test_data_set_0"
    references.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        scores = net(torch.from_numpy(images).float())
        first = torch.from_numpy(images[:1]).float()
        seen = {}
        net(first, seen)
        onnx.save(to_onnx(net), str(arguments.output / "shapes.onnx"))
    (arguments.output / "shapes_test200.bin").write_bytes(
        b"".join(bytes([label]) + image.tobytes() for label, image in zip(labels, images)))

    def save(name, file, tensor):
        (references / file).write_bytes(numpy_helper.from_array(tensor.numpy(), name).SerializeToString())

    save("image", "input_0.pb", first)
    save("scores", "output_0.pb", seen.pop("scores"))
    for name, tensor in seen.items():
        save(name, name + ".pb", tensor)

    correct = int((scores.argmax(1).numpy() == labels).sum())
    best = scores.topk(2).values
    zeros = {name: f"{(tensor == 0).float().mean():.2f}" for name, tensor in seen.items() if name.endswith("relu")}
    print(f"top-1: {correct} of {len(labels)} test images, {correct / len(labels):.1%}; "
          f"smallest lead of a first over a second score: {(best[:, 0] - best[:, 1]).min():.4f}")
    print(f"zeros after ReLU for the first image: {zeros}")


if __name__ == "__main__":
    main()
