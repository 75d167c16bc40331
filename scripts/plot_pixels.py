#!/usr/bin/python3
"""Accuracy against latency against LUTs, of SparsePixels designs that keep more and more pixels.

    build/release/sparsim validate configs/experiments/sparsepixels.yaml --json pixels.json
    scripts/plot_pixels.py pixels.json pixels.svg      # or .png, .pdf; needs python3-matplotlib
"""
import json
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

TITLE = "What keeping more pixels buys"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1]) as file:
        tables = json.load(file)["sparsepixels"]["tables"]
    rows = next(table["rows"] for table in tables if table["title"].startswith(TITLE))
    rows = [row for row in rows if row["answers_compared.same_class"] is not None]
    if not rows:
        sys.exit(f"{sys.argv[1]}: no run has answers: the events and weights were not there")
    figure, (answers, kept) = plt.subplots(1, 2, figsize=(11, 4.5))
    for network in dict.fromkeys(row["run"].split(",")[0] for row in rows):
        mine = [row for row in rows if row["run"].startswith(network + ",")]
        latency = [row["latency_cycles.p50"] / row["clock_mhz"] for row in mine]
        for axes, values in ((answers, [row["answers_compared.same_class"] for row in mine]),
                             (kept, [100 - row["images_cut"] for row in mine])):
            line, = axes.plot(latency, values, linewidth=1, label=network)
            # A point's area is its LUTs.
            axes.scatter(latency, values, [row["resources.lut"] / 1000 for row in mine], alpha=0.4, color=line.get_color())
            for row, x, y in zip(mine, latency, values):
                pixels = row["run"].split(", ")[1]
                axes.annotate(f"{pixels}\n{row['resources.lut'] / 1000:.0f} kLUT", (x, y), xytext=(0, 12), textcoords="offset points", fontsize=7, ha="center")
    for axes, what in ((answers, "events of the 20-pixel reference's class, %"), (kept, "events that keep all active pixels, %")):
        axes.set_xlabel("latency, us")
        axes.set_ylabel(what)
        axes.margins(0.2)
        axes.grid(alpha=0.3)
        axes.legend(loc="lower right")
    figure.suptitle("SparsePixels: what keeping more pixels buys (100 events a network, 8 bits; a point's area is its LUTs)")
    figure.tight_layout()
    figure.savefig(sys.argv[2], metadata={"Date": None} if sys.argv[2].endswith(".svg") else None)


main()
