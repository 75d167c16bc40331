#!/usr/bin/python3
"""What the RTL costs: synthesizes it with Yosys for a list of points and keeps the counts in resources.csv.

  synth.py                   synthesizes the points that the table lacks
  synth.py --check [KEY...]  re-makes the rows of these keys, or all of them, and compares

A key is the part of a row that names its point: sparse_vector_dot,9,3,16,16,0,2. Exit status: 0 done, 1 a row differs or
a synthesis fails, 2 wrong arguments, 77 the check cannot be made here: no Yosys, or another version than the table's.
"""

import argparse
import collections
import concurrent.futures
import json
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
RTL = sorted(HERE.parent.glob("*.sv"))
SKIPPED = 77

Point = collections.namedtuple("Point", "module inputs lanes data_width weight_width skip_zero_window filters")
Counts = collections.namedtuple("Counts", "lut ff dsp bram18")

SYNTHESIS = "synth_xilinx -family xc7 -noiopad -flatten"
HEADER = """\
# What the modules of rtl/ cost on a Xilinx 7-series device: made by rtl/synth/synth.py, read by models/cost/rtl_table.
# {version}
# read_verilog -defer -sv rtl/*.sv; chparam -set NAME VALUE.. MODULE; """ + SYNTHESIS + """ -top MODULE; stat
# lut: LUT1..LUT6, and INV, SRL and distributed RAM as the LUTs they take; ff: FDRE, FDSE, FDCE, FDPE.
# AccWidth = data_width + weight_width + 16, PassWidth = log2(filters), all else as the modules have it by default.
# Without the weight memory, which stands outside the engines. crossbar_arbiter has no widths: 0. accumulator_bank is
# that of an engine with so many lanes. Of input_reduction, inputs are pixels, lanes slots, data_width is that of a value;
# it has no weights, no windows and no filters: 0, 0, 1.
"""

# LUTs that a cell takes. An inverter that Yosys leaves feeds a carry chain, through the LUT before it. MUXF7, MUXF8 and
# CARRY4 lie beside the LUTs of a slice, BUFG outside.
LUTS = {**{f"LUT{n}": 1 for n in range(1, 7)}, "INV": 1, "SRL16E": 1, "SRLC32E": 1, "RAM32X1D": 2, "RAM32M": 4,
        "RAM64X1D": 2, "RAM64M": 4, "RAM128X1D": 4, "RAM256X1D": 8}
FFS = {"FDRE", "FDSE", "FDCE", "FDPE"}
BRAM18S = {"RAMB18E1": 1, "RAMB36E1": 2}
FREE = {"CARRY4", "MUXF7", "MUXF8", "BUFG"}


def points():
    """All points of the table, in its order."""
    few = [(9, 3), (16, 4), (32, 8)]
    some = [(1, 1), (4, 2), (8, 2), (9, 1), (9, 3), (9, 9), (16, 4), (25, 5), (32, 8), (49, 7)]
    engine = some + [(2, 2), (4, 4), (8, 4), (8, 8), (9, 2), (9, 4), (16, 16), (25, 1), (64, 1), (64, 8), (64, 16)]
    arbiter = engine + [(9, 6), (16, 1), (16, 8), (25, 10), (32, 4), (32, 32)]
    engines = ("sparse_vector_dot", "dense_vector_dot")
    for m, n in sorted(arbiter):
        yield Point("crossbar_arbiter", m, n, 0, 0, 0, 2)
    for m, n in some:
        yield Point("crossbar_arbiter", m, n, 0, 0, 1, 2)
    for filters in (32, 1024):
        yield Point("crossbar_arbiter", 9, 3, 0, 0, 0, filters)
    for module in engines:
        for m, n in sorted(engine):
            yield Point(module, m, n, 16, 16, 0, 2)
        for m, n in few:
            yield Point(module, m, n, 8, 8, 0, 2)
        for filters in (32, 1024):
            yield Point(module, 9, 3, 16, 16, 0, filters)
    for filters in (2, 8, 32, 64, 256, 1024):
        yield Point("accumulator_bank", 1, 1, 16, 16, 0, filters)
    for filters in (2, 256):
        yield Point("accumulator_bank", 1, 1, 8, 8, 0, filters)
    for m, n in few:
        yield Point("sparse_vector_dot", m, n, 16, 16, 1, 2)
    for m in (9, 25):
        yield Point("rr_vector_dot", m, 1, 16, 16, 0, 2)
    for module in engines:
        for m, n in ((1, 1), (9, 1), (25, 5)):
            yield Point(module, m, n, 8, 8, 0, 2)
        for data_width, weight_width in ((8, 16), (12, 12)):
            yield Point(module, 9, 3, data_width, weight_width, 0, 2)
        for filters in (4, 256):
            yield Point(module, 9, 3, 16, 16, 0, filters)
        yield Point(module, 16, 4, 8, 8, 0, 64)
        for filters in (64, 128, 512):
            yield Point(module, 9, 3, 16, 16, 0, filters)
        for filters in (128, 1024):
            yield Point(module, 16, 4, 8, 8, 0, filters)
    yield Point("sparse_vector_dot", 16, 4, 8, 8, 1, 2)
    for pixels, slots, data_width in ((100, 8, 8), (100, 16, 8), (200, 8, 8), (400, 8, 8), (100, 8, 16), (100, 16, 16),
                                      (200, 16, 16), (1000, 8, 8)):
        yield Point("input_reduction", pixels, slots, data_width, 0, 0, 1)


def parameters(p):
    """The module's parameters at a point."""
    if p.module == "input_reduction":
        return {"NumPixels": p.inputs, "NumSlots": p.lanes, "ValueWidth": p.data_width}
    pass_width = int(math.log2(p.filters))
    acc_width = p.data_width + p.weight_width + 16
    if p.module == "accumulator_bank":
        sum_width = p.data_width + p.weight_width + math.ceil(math.log2(p.lanes))
        return {"SumWidth": sum_width, "AccWidth": acc_width, "FilterWidth": pass_width}
    values = {"NumInputs": p.inputs, "NumLanes": p.lanes, "PassWidth": pass_width}
    if p.module == "rr_vector_dot":
        del values["NumLanes"]
    if p.module != "dense_vector_dot":
        values["SkipZeroWindow"] = f"1'b{p.skip_zero_window}"
    if p.module != "crossbar_arbiter":
        values.update(DataWidth=p.data_width, WeightWidth=p.weight_width, AccWidth=acc_width)
    return values


def counts(cells):
    """Counts of a netlist from {cell type: number}."""
    unknown = set(cells) - set(LUTS) - FFS - set(BRAM18S) - FREE - {"DSP48E1"}
    if unknown:
        raise RuntimeError(f"cells that nobody counts: {', '.join(sorted(unknown))}")
    return Counts(lut=sum(LUTS.get(c, 0) * n for c, n in cells.items()),
                  ff=sum(n for c, n in cells.items() if c in FFS),
                  dsp=cells.get("DSP48E1", 0),
                  bram18=sum(BRAM18S.get(c, 0) * n for c, n in cells.items()))


def synthesize(p):
    """Counts of a point, and the seconds they took."""
    settings = " ".join(f"-set {name} {value}" for name, value in parameters(p).items())
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "stat.json"
        # chparam and not hierarchy -chparam, with which Yosys 0.23 derives dense_vector_dot twice and stops.
        script = (f"read_verilog -defer -sv {' '.join(map(str, RTL))}; chparam {settings} {p.module}; "
                  f"{SYNTHESIS} -top {p.module}; tee -q -o {report} stat -json")
        start = time.monotonic()
        run = subprocess.run(["yosys", "-q", "-p", script], capture_output=True, text=True)
        if run.returncode != 0:
            raise RuntimeError(f"{key(p)}: Yosys stopped: {run.stderr.strip()}")
        text = report.read_text()
    netlist = json.loads(text[text.index("{"):])
    return counts(netlist["design"]["num_cells_by_type"]), time.monotonic() - start


def key(p):
    return ",".join(map(str, p))


def read_table(path):
    """{point: counts}, and the header's tool version."""
    lines = path.read_text().splitlines()
    comments = [line[2:] for line in lines if line.startswith("#")]
    table = {}
    for number, line in enumerate(lines, 1):
        if line.startswith("#") or line.startswith("module,"):
            continue
        fields = line.split(",")
        try:
            values = [int(f) for f in fields[1:]]
            table[Point(fields[0], *values[:6])] = Counts(*values[6:])
        except (TypeError, ValueError) as error:
            sys.exit(f"{path}:{number}: not a row of the table: {error}")
    return table, next((c for c in comments if c.startswith("Yosys ")), "")


def write_table(path, table, version):
    text = HEADER.format(version=version) + ",".join(Point._fields + Counts._fields) + "\n"
    text += "".join(",".join(map(str, p + table[p])) + "\n" for p in points() if p in table)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text)
    temporary.replace(path)


def synthesize_all(todo, jobs):
    """(point, counts) as they are done; progress on stderr."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(synthesize, p): p for p in todo}
        try:
            for done, future in enumerate(concurrent.futures.as_completed(running), 1):
                p, (result, seconds) = running[future], future.result()
                print(f"[{done}/{len(todo)}] {key(p)}: {result.lut} LUT, {result.ff} FF, {result.dsp} DSP, "
                      f"{result.bram18} BRAM18, {seconds:.0f} s", file=sys.stderr, flush=True)
                yield p, result
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def check(table, keys, jobs):
    """0 where the rows of these keys, or all, come out as they stand in the table."""
    by_key = {key(p): p for p in table}
    unknown = [k for k in keys if k not in by_key]
    if unknown:
        sys.stderr.write(f"not in the table: {' '.join(unknown)}\n")
        return 2
    different = 0 if keys else len(set(points()) ^ set(table))
    if different:
        print(f"{different} points are in the table or in the script's list, but not in both")
    for p, made in synthesize_all([by_key[k] for k in keys] or list(table), jobs):
        if made != table[p]:
            different += 1
            print(f"{key(p)}: the table says {','.join(map(str, table[p]))}, Yosys {','.join(map(str, made))}")
    return 1 if different else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", nargs="*", metavar="KEY", help="compare instead of filling")
    parser.add_argument("--table", type=pathlib.Path, default=HERE / "resources.csv")
    parser.add_argument("--jobs", type=int, default=2, help="Yosys processes at a time (2)")
    options = parser.parse_args()

    if not shutil.which("yosys"):
        print("no yosys here: nothing made")
        return SKIPPED
    version = subprocess.run(["yosys", "-V"], capture_output=True, text=True, check=True).stdout.strip()
    table, made_by = read_table(options.table) if options.table.exists() else ({}, version)
    if made_by != version:
        print(f"the table is of {made_by or 'an unnamed tool'}, here is {version}: nothing made")
        return SKIPPED
    if options.check is not None:
        return check(table, options.check, options.jobs)
    for p, made in synthesize_all([p for p in points() if p not in table], options.jobs):
        table[p] = made
        write_table(options.table, table, version)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RuntimeError as failure:
        sys.exit(str(failure))
