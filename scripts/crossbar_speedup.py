#!/usr/bin/python3
"""Speed-up of the sparse crossbar over a dense engine of as many multipliers, against sparsity, in RTL.

For every M:N and sparsity, `sparsim cosim` runs the Verilated sparse and dense engines over the same drawn windows. The
table and the plot show measured cycles beside the ideal, multipliers that never stand still: the dense engine's
ceil(M / N) cycles a window over M * density / N, but a cycle at least, since a window enters a cycle. Round-robin is the
engine of one multiplier.

  scripts/crossbar_speedup.py [--program build/release/sparsim] [--windows 20000] [-o speedup.csv] [--plot speedup.png]
"""
import argparse
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHAPES = ["8x2", "9x1", "9x2", "9x3", "9x4", "9x9", "16x4", "25x5", "32x8", "49x7"]
SPARSITIES = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95]  # percent


def cosim(program, shape, sparsity, windows, skip):
    """The JSON report of one co-simulation."""
    inputs, lanes = shape.split("x")
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.json"
        command = [program, "cosim", "--inputs", inputs, "--lanes", lanes, "--density", str((100 - sparsity) / 100),
                   "--windows", str(windows), "--json", str(report)]
        if skip:
            command.append("--skip-zero-window")
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(f"{' '.join(command)}: exit status {result.returncode}\n{result.stdout}{result.stderr}")
        return json.loads(report.read_text())


def measure(program, shape, windows, skip):
    """A row for each sparsity."""
    inputs, lanes = (int(number) for number in shape.split("x"))
    rows = []
    for sparsity in SPARSITIES:
        report = cosim(program, shape, sparsity, windows, skip)
        density = report["density"]
        dense_cycles, ideal_cycles = -(-inputs // lanes), max(1, inputs * density / lanes)
        rows.append({"shape": shape, "sparsity": sparsity, "measured_sparsity": 100 * (1 - density),
                     "speedup": report["speedup"], "ideal": dense_cycles / ideal_cycles,
                     "occupancy_sparse": 100 * report["sparse"]["occupancy"],
                     "occupancy_dense": 100 * report["dense"]["occupancy"]})
    return rows


def print_table(table):
    for column, title in [("speedup", "speed-up over dense at equal multipliers"), ("ideal", "ideal speed-up"),
                          ("occupancy_sparse", "occupancy of the sparse engine's multipliers, %")]:
        print(f"\n{title}\n  M:N   " + "".join(f"{sparsity:>8} %" for sparsity in SPARSITIES))
        for shape, rows in table.items():
            print(f"  {shape:6}" + "".join(f"{row[column]:10.2f}" for row in rows))


def plot(table, path):
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (speed, occupancy) = pyplot.subplots(1, 2, figsize=(13, 5.5), constrained_layout=True)
    for index, (shape, rows) in enumerate(table.items()):
        sparsity = [row["measured_sparsity"] for row in rows]
        speed.plot(sparsity, [row["speedup"] for row in rows], f"C{index}o-", markersize=3, label=shape)
        speed.plot(sparsity, [row["ideal"] for row in rows], f"C{index}:", linewidth=1)
        occupancy.plot(sparsity, [row["occupancy_sparse"] for row in rows], f"C{index}o-", markersize=3, label=shape)
        occupancy.plot(sparsity, [row["occupancy_dense"] for row in rows], f"C{index}:", linewidth=1)
    speed.set(yscale="log", xlabel="sparsity, %", ylabel="speed-up over dense, equal multipliers",
              title="measured (lines) and ideal (dotted)")
    occupancy.set(xlabel="sparsity, %", ylabel="multipliers at work, % of cycles",
                  title="occupancy, sparse (lines) and dense (dotted)")
    ticks = [1, 1.5, 2, 3, 5, 7, 9]
    speed.set_yticks(ticks, [str(tick) for tick in ticks])
    speed.minorticks_off()
    for axes in (speed, occupancy):
        axes.grid(alpha=0.3)
        axes.legend(title="M x N", fontsize=8)
    figure.savefig(path, dpi=130)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / "build/release/sparsim"))
    parser.add_argument("--windows", type=int, default=20000, help="a point")
    parser.add_argument("--shapes", nargs="+", default=SHAPES, metavar="MxN")
    parser.add_argument("--skip-zero-window", action="store_true")
    parser.add_argument("-o", "--output", metavar="CSV", help="the table as CSV")
    parser.add_argument("--plot", metavar="PNG", help="draw it (needs python3-matplotlib)")
    options = parser.parse_args()
    table = {shape: measure(options.program, shape, options.windows, options.skip_zero_window)
             for shape in options.shapes}
    print_table(table)
    if options.output:
        with open(options.output, "w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(next(iter(table.values()))[0]))
            writer.writeheader()
            writer.writerows(row for rows in table.values() for row in rows)
    if options.plot:
        plot(table, options.plot)


if __name__ == "__main__":
    main()
