#!/usr/bin/python3
"""Read a sparsim trace with h5py and NumPy: an example for whoever wants the masks elsewhere.

    scripts/read_trace.py TRACE.h5            lists the layers and their densities
    scripts/read_trace.py TRACE.h5 --json     the same, unrounded, as JSON

traces/README.md documents every group and dataset.
"""
import argparse
import json

import h5py
import numpy as np


class Trace:
    """A trace file; masks are read when asked for."""

    def __init__(self, path):
        self.file = h5py.File(path, "r")
        if _text(self.file.attrs.get("format", b"")) != "sparsim trace" or self.file.attrs["version"][0] != 1:
            raise SystemExit(f"{path}: no sparsim trace of version 1")
        layers = self.file["layers"]
        self.layers = [layers[f"{i:04}"] for i in range(layers.attrs["count"][0])]
        self.images = len(self.file["images/label"])

    def weighted(self):
        """Names and positions of the layers that have masks: convolutions and dense layers."""
        return {_text(layer.attrs["name"]): i for i, layer in enumerate(self.layers) if "nonzero" in layer}

    def nonzero(self, image, layer):
        """Which input values of a layer are not zero: bool [height, width, channels]."""
        group = self.layers[layer]
        return _bits(group["nonzero"][image], tuple(group.attrs["input_shape"]))

    def weights_nonzero(self, layer):
        """Which weights are not zero: bool [filter, height, width, channel of the group]; None where not known."""
        group = self.layers[layer]
        if "weight_nonzero" not in group:
            return None
        filters, channels = group.attrs["output_shape"][2], group.attrs["input_shape"][2]
        shape = (filters, *group.attrs["kernel"], channels // group.attrs["groups"][0])
        return _bits(group["weight_nonzero"][:], shape)


def _text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def _bits(packed, shape):
    """Bits are packed eight to a byte, the lowest first."""
    return np.unpackbits(packed, count=int(np.prod(shape)), bitorder="little").reshape(shape).astype(bool)


def densities(trace):
    """Of each weighted layer: the mean density of its input over the images, and that of its weights."""
    rows = []
    for name, layer in trace.weighted().items():
        weights = trace.weights_nonzero(layer)
        rows.append({
            "name": name,
            "input_density": float(np.mean([trace.nonzero(i, layer).mean() for i in range(trace.images)])),
            "weight_density": None if weights is None else float(weights.mean()),
        })
    return rows


def main():
    parser = argparse.ArgumentParser(description="List the layers of a sparsim trace and their densities.")
    parser.add_argument("trace")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows = densities(Trace(arguments.trace))
    if arguments.json:
        print(json.dumps(rows, indent=2))
        return
    for row in rows:
        weights = "     -" if row["weight_density"] is None else f"{row['weight_density']:6.1%}"
        print(f"{row['name']:<32} input {row['input_density']:6.1%}  weights {weights}")


if __name__ == "__main__":
    main()
