#!/usr/bin/python3
"""Writes network_reference/*.pb: what numpy_onnx.py computes with whole trained networks on one real image each.

usage: make_network_reference.py SHARED_DATA

Each file is a TensorProto named after the value of the network that it holds, the one before the softmax. The weights
and images themselves stay where they are.
"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import numpy_helper

import numpy_onnx

FOLDER = pathlib.Path(__file__).parent / "network_reference"


def photograph(path, side):
    """The centre of a 256x256 P6 file, [3][side][side], RGB."""
    pixels = np.frombuffer(path.read_bytes()[-256 * 256 * 3:], np.uint8).reshape(256, 256, 3).transpose(2, 0, 1)
    start = (256 - side) // 2
    return pixels[:, start:start + side, start:start + side].astype(np.float64)


def caffe(image):
    return image[::-1] - np.array([104, 117, 123]).reshape(3, 1, 1)


def main():
    data = pathlib.Path(sys.argv[1])
    bird = data / "images" / "bird_256.ppm"
    cifar = np.frombuffer((data / "datasets/cifar10/cifar10_perf200.bin").read_bytes()[1:3073], np.uint8).reshape(3, 32, 32)
    mean, deviation = (np.array(v).reshape(3, 1, 1) for v in ((.485, .456, .406), (.229, .224, .225)))
    digits = (data / "datasets/mnist/t10k-first500-images.idx3-ubyte").read_bytes()
    digit = np.frombuffer(digits[16:16 + 784], np.uint8).reshape(1, 28, 28)
    references = {
        "squeezenet1.1_imagenet": ("pool10_1", caffe(photograph(bird, 224))),
        "squeezenet1.0_deepcompressed": ("pool10", caffe(photograph(bird, 227))),
        "mobilenet_v1_1.0_224_body": ("avgpool", (photograph(bird, 224) - 128) / 128),
        "resnet8_cifar10": ("logits", cifar),
        "resnet20_cifar10": ("logits", (cifar / 255 - mean) / deviation),
        "mnist_cnn": ("Plus214_Output_0", digit),
    }
    FOLDER.mkdir(exist_ok=True)
    for name, (value, image) in references.items():
        found = numpy_onnx.run(onnx.load(data / "models" / f"{name}.onnx"), image[np.newaxis])[value]
        (FOLDER / f"{name}.pb").write_bytes(numpy_helper.from_array(found.astype(np.float32), value).SerializeToString())


if __name__ == "__main__":
    main()
