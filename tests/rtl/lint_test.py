#!/usr/bin/python3
"""The RTL over a table of parameters: silent in Verilator, elaborated by Yosys; and bad ones refused by both.

  lint_test.py lint | elaborate | refuse       exit status 0, 1, or 77 where the tool is not there
"""
import pathlib
import re
import shutil
import subprocess
import sys

RTL = pathlib.Path(__file__).resolve().parents[2] / "rtl"
SOURCES = sorted(RTL.glob("*.sv"))
MODULES = [path.stem for path in SOURCES]
REDUCTION = ["first_pixel_tree", "input_reduction", "pixel_heads"]  # own table
BCR = ["bcr_mvau", "bcr_pe"]  # own table
STREAM = ["conv_node", "conv_stream", "delay_line", "sliding_window", "stream_fifo", "window_axis"]  # own table
TOPS = ["dense_vector_dot", "rr_vector_dot", "conv_node", "input_reduction", "bcr_mvau"]  # they hold all others
SKIPPED = 77

NAMES = ("NumInputs", "NumLanes", "DataWidth", "WeightWidth", "AccWidth", "Saturate", "PassWidth", "RowWidth",
         "SkipZeroWindow", "SkipDepth")
# AccWidth is no less than DataWidth + WeightWidth + $clog2(NumLanes), the sum of a beat.
TABLE = [dict(zip(NAMES, row)) for row in (
    (1, 1, 1, 1, 2, 0, 1, 1, 0, 1),         # the least of all: a bit, an input, a lane
    (1, 1, 16, 16, 32, 1, 16, 16, 1, 14),   # one input, most passes, the deepest skip buffer
    (2, 2, 8, 1, 10, 1, 1, 32, 1, 1),       # N = M, the least skip buffer, 8 + 1 + 1 bits
    (4, 2, 8, 8, 24, 0, 2, 16, 1, 4),
    (9, 3, 16, 16, 48, 0, 10, 20, 0, 4),    # a 3x3 window
    (9, 9, 8, 8, 32, 1, 4, 12, 1, 4),       # as many lanes as inputs
    (25, 5, 4, 6, 13, 0, 3, 7, 1, 6),       # 4 + 6 + 3 bits: not one to spare
    (8, 4, 64, 62, 128, 1, 2, 8, 0, 4),     # 64 + 62 + 2 bits: the widest result
    (64, 1, 8, 8, 32, 0, 8, 24, 1, 3),      # most inputs, one lane
    (64, 16, 8, 8, 48, 1, 6, 16, 1, 4),
)]

STREAM_NAMES = ("Height", "Width", "Channels", "KernelH", "KernelW", "StrideH", "StrideW", "DilationH", "DilationW",
                "PadTop", "PadLeft", "WindowsH", "WindowsW", "NumStreams", "Cluster", "NumEngines", "WindowDepth",
                "ResultDepth", "OutDepth")
STREAM_TABLE = [{**engine, **dict(zip(STREAM_NAMES, row))} for row, engine in (
    ((1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1), TABLE[0]),           # a dense layer of one value
    ((6, 7, 3, 3, 3, 1, 1, 1, 1, 1, 1, 6, 7, 1, 1, 1, 4, 16, 2), TABLE[4]),
    ((9, 8, 1, 3, 3, 2, 2, 1, 1, 0, 1, 4, 4, 3, 1, 3, 2, 1, 5), TABLE[5]),           # one channel, rows left over
    ((12, 5, 2, 5, 5, 3, 1, 2, 1, 2, 9, 2, 19, 2, 1, 2, 65, 3, 4), TABLE[6]),        # windows of nothing but padding
    ((4, 5, 16, 1, 1, 3, 2, 1, 1, 0, 0, 2, 3, 4, 2, 1, 64, 65, 66), TABLE[2]),       # clusters
    ((30, 40, 40, 8, 8, 1, 1, 1, 1, 3, 3, 29, 39, 1, 1, 1, 1025, 16, 2), TABLE[9]),  # block RAM
)]

REDUCTION_NAMES = ("NumPixels", "ValueWidth", "NumSlots", "LevelsPerCycle", "EarlyExit")
REDUCTION_TABLE = [dict(zip(REDUCTION_NAMES, row)) for row in (
    (2, 1, 1, 1, 0),     # the least of all: no tree
    (5, 8, 1, 30, 1),    # a level, and more of them a cycle than there are
    (9, 16, 9, 1, 0),    # a register behind every level but the last
    (100, 8, 20, 3, 1),
    (256, 4, 31, 2, 0),  # a power of two; registers behind all levels but the last
)]

BCR_NAMES = ("NumPes", "Simd", "MaxWords", "MaxRows", "ProgramDepth", "DataWidth", "WeightWidth", "Gather")
BCR_TABLE = [dict(zip(BCR_NAMES, row)) for row in (
    (1, 1, 1, 1, 1, 1, 1, 0),             # the least of all
    (1, 1, 1, 1, 1, 1, 1, 1),             # a lane gathers from words of one value
    (64, 2, 1, 1, 1, 8, 1, 0),            # most PEs
    (2, 64, 3, 2, 6, 8, 2, 1),            # most lanes
    (3, 3, 5, 7, 35, 4, 3, 1),            # no power of two
    (2, 3, 2, 2, 4, 64, 62, 0),           # wide ones
    *((pe, simd, 128, 64, 4096, data, weight, gather) for pe, simd, data, weight, gather in (
        (1, 1, 8, 8, 0), (3, 2, 4, 6, 1), (2, 3, 8, 1, 0), (4, 4, 8, 8, 0), (4, 4, 8, 8, 1), (8, 8, 8, 8, 0),
        (8, 8, 8, 8, 1))),                # as models/finn/bcr_mvau_rtl.cmake says
)]

BAD = [  # module, what differs from its defaults, the parameter and the rule that the message names
    ("nonzero_check", {"NumInputs": 0}, "NumInputs = 0: must be 1..64"),
    ("nonzero_check", {"NumInputs": 65}, "NumInputs = 65: must be 1..64"),
    ("nonzero_check", {"DataWidth": 0}, "DataWidth = 0: must be 1..64"),
    ("crossbar_arbiter", {"NumInputs": 0}, "NumInputs = 0: must be 1..64"),
    ("crossbar_arbiter", {"NumInputs": 65}, "NumInputs = 65: must be 1..64"),
    ("crossbar_arbiter", {"NumLanes": 0}, "NumLanes = 0: must be 1..NumInputs (9)"),
    ("crossbar_arbiter", {"NumLanes": 10}, "NumLanes = 10: must be 1..NumInputs (9)"),
    ("crossbar_arbiter", {"PassWidth": 0}, "PassWidth = 0: must be 1..16"),
    ("crossbar_arbiter", {"PassWidth": 17}, "PassWidth = 17: must be 1..16"),
    ("crossbar_arbiter", {"SkipDepth": 0}, "SkipDepth = 0: must be 1..14"),
    ("crossbar_arbiter", {"SkipDepth": 15}, "SkipDepth = 15: must be 1..14"),
    ("sparse_crossbar", {"NumLanes": 10}, "NumLanes = 10: must be 1..NumInputs (9)"),
    ("sparse_crossbar", {"DataWidth": 65}, "DataWidth = 65: must be 1..64"),
    ("sparse_crossbar", {"WeightWidth": 0}, "WeightWidth = 0: must be 1..64"),
    ("adder_tree", {"NumLanes": 0}, "NumLanes = 0: must be 1..64"),
    ("adder_tree", {"NumLanes": 65}, "NumLanes = 65: must be 1..64"),
    ("adder_tree", {"Width": 0}, "Width = 0: must be 1..128"),
    ("adder_tree", {"Width": 129}, "Width = 129: must be 1..128"),
    ("accumulator_bank", {"SumWidth": 0}, "SumWidth = 0: must be at least 1"),
    ("accumulator_bank", {"AccWidth": 33}, "AccWidth = 33: must be SumWidth (34)..128"),
    ("accumulator_bank", {"AccWidth": 129}, "AccWidth = 129: must be SumWidth (34)..128"),
    ("accumulator_bank", {"FilterWidth": 17}, "FilterWidth = 17: must be 1..16"),
    ("multiply_accumulate", {"NumLanes": 0}, "NumLanes = 0: must be 1..64"),
    ("multiply_accumulate", {"WeightWidth": 65}, "WeightWidth = 65: must be 1..64"),
    ("weight_pointer", {"RowWidth": 33}, "RowWidth = 33: must be 1..32"),
    ("weight_pointer", {"PassWidth": 17}, "PassWidth = 17: must be 1..RowWidth (16)"),
    ("sparse_vector_dot", {"NumLanes": 0}, "NumLanes = 0: must be 1..NumInputs (9)"),
    ("sparse_vector_dot", {"NumLanes": 10}, "NumLanes = 10: must be 1..NumInputs (9)"),
    ("sparse_vector_dot", {"AccWidth": 33}, "AccWidth = 33: must be SumWidth (34)..128"),
    ("sparse_vector_dot", {"RowWidth": 33}, "RowWidth = 33: must be 1..32"),
    ("sparse_vector_dot", {"PassWidth": 0}, "PassWidth = 0: must be 1..16"),
    ("sparse_vector_dot", {"DataWidth": 0}, "DataWidth = 0: must be 1..64"),
    ("rr_vector_dot", {"SkipDepth": 15}, "SkipDepth = 15: must be 1..14"),
    ("rr_vector_dot", {"NumInputs": 65}, "NumInputs = 65: must be 1..64"),
    ("first_pixel_tree", {"NumEntries": 0}, "NumEntries = 0: must be at least 1"),
    ("first_pixel_tree", {"ItemWidth": 0}, "ItemWidth = 0: must be at least 1"),
    ("first_pixel_tree", {"LevelsPerCycle": 0}, "LevelsPerCycle = 0: must be at least 1"),
    ("pixel_heads", {"NumGroups": 0}, "NumGroups = 0: must be at least 1"),
    ("pixel_heads", {"ValueWidth": 0}, "ValueWidth = 0: must be at least 1"),
    ("input_reduction", {"NumPixels": 1}, "NumPixels = 1: must be at least 2"),
    ("input_reduction", {"ValueWidth": 0}, "ValueWidth = 0: must be at least 1"),
    ("input_reduction", {"NumSlots": 0}, "NumSlots = 0: must be at least 1"),
    ("input_reduction", {"LevelsPerCycle": 0}, "LevelsPerCycle = 0: must be at least 1"),
    ("bcr_mvau", {"NumPes": 0}, "NumPes = 0: must be 1..64"),
    ("bcr_mvau", {"NumPes": 65}, "NumPes = 65: must be 1..64"),
    ("bcr_mvau", {"Simd": 65}, "Simd = 65: must be 1..64"),
    ("bcr_pe", {"Simd": 0}, "Simd = 0: must be 1..64"),
    ("bcr_pe", {"Simd": 65}, "Simd = 65: must be 1..64"),
    ("bcr_pe", {"MaxWords": 0}, "MaxWords = 0: must be at least 1"),
    ("bcr_pe", {"MaxRows": 0}, "MaxRows = 0: must be at least 1"),
    ("bcr_pe", {"ProgramDepth": 0}, "ProgramDepth = 0: must be at least 1"),
    ("bcr_pe", {"DataWidth": 0}, "DataWidth = 0: must be 1..64"),
    ("bcr_pe", {"DataWidth": 65}, "DataWidth = 65: must be 1..64"),
    ("bcr_pe", {"WeightWidth": 0}, "WeightWidth = 0: must be 1..64"),
    ("bcr_pe", {"WeightWidth": 65}, "WeightWidth = 65: must be 1..64"),
    ("delay_line", {"Depth": 0}, "Depth = 0: must be at least 1"),
    ("delay_line", {"Width": 0}, "Width = 0: must be at least 1"),
    ("stream_fifo", {"Depth": 0}, "Depth = 0: must be at least 1"),
    ("stream_fifo", {"Width": 0}, "Width = 0: must be at least 1"),
    ("window_axis", {"Values": 0}, "Values = 0: must be at least 1"),
    ("window_axis", {"Kernel": 0}, "Kernel = 0: must be at least 1"),
    ("window_axis", {"Stride": 0}, "Stride = 0: must be at least 1"),
    ("window_axis", {"Windows": 0}, "Windows = 0: must be at least 1"),
    ("sliding_window", {"DataWidth": 0}, "DataWidth = 0: must be at least 1"),
    ("sliding_window", {"Channels": 0}, "Channels = 0: must be at least 1"),
    ("sliding_window", {"KernelH": 0}, "KernelH = 0: must be at least 1"),
    ("sliding_window", {"KernelW": 0}, "KernelW = 0: must be at least 1"),
    ("sliding_window", {"DilationH": 0}, "DilationH = 0: must be at least 1"),
    ("sliding_window", {"DilationW": 0}, "DilationW = 0: must be at least 1"),
    ("conv_stream", {"NumEngines": 0}, "NumEngines = 0: must be at least 1"),
    ("conv_stream", {"WindowDepth": 0}, "Depth = 0: must be at least 1"),
    ("conv_stream", {"NumLanes": 10}, "NumLanes = 10: must be 1..NumInputs (9)"),
    ("conv_node", {"NumStreams": 65}, "NumStreams = 65: must be 1..64"),
    ("conv_node", {"OutDepth": 0}, "Depth = 0: must be at least 1"),
    ("conv_node", {"DilationW": 0}, "DilationW = 0: must be at least 1"),
    ("dense_vector_dot", {"WeightWidth": 65}, "WeightWidth = 65: must be 1..64"),
    ("dense_vector_dot", {"NumInputs": 0}, "NumInputs = 0: must be 1..64"),
    ("dense_vector_dot", {"NumLanes": 0}, "NumLanes = 0: must be 1..NumInputs (9)"),
    ("dense_vector_dot", {"NumLanes": 10}, "NumLanes = 10: must be 1..NumInputs (9)"),
]


def parameters(module, row):
    """Those of the row that the module has, and what its parts are given inside an engine."""
    if module in REDUCTION:
        row = {**row, "NumGroups": (row["NumPixels"] + 3) // 4, "NumEntries": (row["NumPixels"] + 3) // 4,
               "ItemWidth": 2 + row["ValueWidth"]}
    elif module in STREAM:
        row = {**row, "NumInputs": row["KernelH"] * row["KernelW"] * row["Cluster"], "Depth": row["WindowDepth"],
               "LutDepth": 64, "Values": row["Width"], "Pad": row["PadLeft"], "Kernel": row["KernelW"],
               "Stride": row["StrideW"], "Windows": row["WindowsW"]}
    elif module not in BCR:
        product = row["DataWidth"] + row["WeightWidth"]
        lanes_log2 = (row["NumLanes"] - 1).bit_length()
        row = {**row, "Width": product, "SumWidth": product + lanes_log2, "FilterWidth": row["PassWidth"]}
    named = re.findall(r"^  parameter \w+(?: unsigned)? +(\w+)", (RTL / f"{module}.sv").read_text(), re.MULTILINE)
    return {name: row[name] for name in named}


def table(module):
    for modules, rows in ((STREAM, STREAM_TABLE), (REDUCTION, REDUCTION_TABLE), (BCR, BCR_TABLE)):
        if module in modules:
            return rows
    return TABLE


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def sized(name, value):
    return f"1'b{value}" if name in ("Saturate", "SkipZeroWindow", "EarlyExit", "Gather") else value


def verilator(module, values):
    return run(["verilator", "--lint-only", "-Wall", "--top-module", module, f"-I{RTL}"] +
               [f"-G{name}={sized(name, value)}" for name, value in values.items()] + [str(RTL / f"{module}.sv")])


def elaborate_script(module, values):
    # chparam -set and not hierarchy -chparam, with which Yosys 0.23 derives dense_vector_dot twice and stops.
    settings = " ".join(f"-set {name} {value}" for name, value in values.items())
    return (f"design -reset; read_verilog -defer -sv {' '.join(map(str, SOURCES))}; chparam {settings} {module}; "
            f"hierarchy -check -top {module}; proc; check -assert; ")


def yosys(script):
    return run(["yosys", "-q", "-p", script])


def lint():
    # Verilator 5.006 loses the connections of a top module that holds itself: the tree is seen in the modules above it.
    for module in (module for module in MODULES if module != "adder_tree"):
        for row in table(module):
            values = parameters(module, row)
            status, log = verilator(module, values)
            if status != 0 or log:
                yield f"{module} {values}:\n{log}"


def elaborate():
    for module in TOPS:
        status, log = yosys("".join(elaborate_script(module, parameters(module, row)) for row in table(module)))
        if status != 0:
            yield f"{module}:\n{log}"


def refuse():
    for module, values, message in BAD:
        status, log = verilator(module, values)
        if status == 0 or message not in log:
            yield f"{module} {values}: Verilator does not say '{message}':\n{log}"
        # Yosys 0.23 says where $fatal stands, not what it says.
        status, log = yosys(elaborate_script(module, values))
        place = re.search(r"(\S+\.sv):(\d+): ERROR: FATAL", log)
        if status == 0 or not place:
            yield f"{module} {values}: Yosys does not stop at a $fatal:\n{log}"
            continue
        around = pathlib.Path(place[1]).read_text().splitlines()[int(place[2]) - 2:int(place[2]) + 1]
        if f": {message.split()[0]} = %0d" not in "".join(around):
            yield f"{module} {values}: Yosys stops at another rule: {place[0]}"


CHECKS = {"lint": (lint, ["verilator"]), "elaborate": (elaborate, ["yosys"]), "refuse": (refuse, ["verilator", "yosys"])}


def main(arguments):
    if len(arguments) != 1 or arguments[0] not in CHECKS:
        sys.exit(__doc__)
    check, tools = CHECKS[arguments[0]]
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing:
        print(f"skipped: not installed: {', '.join(missing)}")
        return SKIPPED
    found = list(check())
    print("\n".join(found) or "as expected")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
