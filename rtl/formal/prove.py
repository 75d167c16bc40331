#!/usr/bin/python3
"""Proves rtl/ with Yosys and ABC's PDR, and tests the proofs.

  prove.py prove HARNESS [NAME=VALUE...]   its asserts hold for ever, its covers can be reached
  prove.py mutants [NAME...]               the mistakes of mutants.json are refuted, all or these
  prove.py cones                           valid does not wait for ready, nor ready for valid

Exit status: 0 as claimed, 1 not so, 2 wrong use or a mutant that does not apply, 77 Yosys or ABC is not there.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

FORMAL = pathlib.Path(__file__).resolve().parent
RTL = FORMAL.parent
SKIPPED = 77

# $assert and $assume become AIGER's bad states and constraints; every register without a reset starts anywhere.
TO_AIGER = """chformal -cover -remove; opt_clean; setundef -undriven -anyseq; opt -keepdc -fast; memory_map; async2sync;
dffunmap; techmap; dffunmap; setundef -anyseq; delete -output; abc -g AND -fast; opt_clean;
write_aiger -I -B -zinit -no-startoffset {aiger}"""


class WrongUse(Exception):
    pass


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def yosys(script):
    status, log = run(["yosys", "-p", script])
    if status != 0:
        raise WrongUse("Yosys stopped:\n" + "\n".join(log.splitlines()[-15:]))


def sources(folder=RTL):
    return " ".join(str(path) for path in sorted(folder.glob("*.sv")))


def labels(text, kind):
    return re.findall(rf"\b(\w+)\s*:\s*{kind}\s*\(", text)


def holds(text, harness, parameters, rtl, folder):
    """Whether all asserts of the harness hold for ever. A property that is lost on the way is an error."""
    top, aiger = folder / f"{harness}.sv", folder / f"{harness}.aig"
    top.write_text(text)
    chparam = " ".join(f"-chparam {name} {value}" for name, value in parameters.items())
    yosys(f"read_verilog -sv -formal {rtl} {top}; hierarchy -check -top {harness} {chparam}; proc; flatten; "
          f"select -assert-count {len(labels(text, 'assert'))} t:$assert; "
          f"select -assert-count {len(labels(text, 'assume'))} t:$assume; " + TO_AIGER.format(aiger=aiger))
    log = run(["berkeley-abc", "-q", f"read_aiger {aiger}; fold; strash; scorr; pdr"])[1]
    proved, refuted = "Property proved" in log, "was asserted" in log
    if proved == refuted:
        raise WrongUse("ABC did not decide:\n" + log)
    return proved


def harness_text(harness):
    path = FORMAL / f"{harness}.sv"
    if not path.is_file():
        raise WrongUse(f"no harness {harness}: there are " +
                       ", ".join(sorted(path.stem for path in FORMAL.glob("*_proof.sv"))))
    return path.read_text()


def unreached(harness, parameters, rtl, folder):
    """The covers that no run reaches: each alone, turned into an assert that must be refuted."""
    text = re.sub(r"\ba_\w+\s*:\s*assert\s*\(", "cover (", harness_text(harness))
    if parameters.get("SkipZeroWindow") == "0":  # without it the covers of skipping do not exist
        text = re.sub(r"\bc_skip_\w+\s*:\s*cover .*", "", text)
    def never(name):
        alone = re.sub(rf"\b({name}\s*:)\s*cover\s*(\(.*\));", r"\1 assert (!\2);", text)
        return holds(alone, harness, parameters, rtl, folder)
    return [name for name in labels(text, "cover") if never(name)]


def prove(harness, parameters):
    with tempfile.TemporaryDirectory() as folder:
        begin = time.monotonic()
        held = holds(harness_text(harness), harness, parameters, sources(), pathlib.Path(folder))
        seconds = time.monotonic() - begin
        missing = unreached(harness, parameters, sources(), pathlib.Path(folder))
    count = len(labels(harness_text(harness), "assert"))
    claim = " ".join([harness] + [f"{name}={value}" for name, value in parameters.items()])
    print(f"{claim}: {count} asserts {'proved' if held else 'REFUTED'} in {seconds:.1f} s")
    if missing:
        print(f"  never reached: {', '.join(missing)}")
    return 0 if held and not missing else 1


# Where the mistakes are looked for: small, and with all that can go wrong.
MUTANT_PARAMETERS = {
    "crossbar_arbiter.sv": {"NumInputs": 4, "NumLanes": 2, "SkipZeroWindow": 1},
    "sparse_crossbar.sv": {"NumInputs": 4, "NumLanes": 2},
    "accumulator_bank.sv": {"Saturate": 1},
    "stream_fifo.sv": {"Depth": 3, "LutDepth": 1},  # as a block RAM
    "delay_line.sv": {"Depth": 4},
    "input_reduction.sv": {"NumPixels": 9, "NumSlots": 2, "EarlyExit": 1},
    "bcr_mvau.sv": {},
}
# Files without a harness of their own, and the one that proves what they do.
PROVED_IN = {"first_pixel_tree.sv": "input_reduction.sv", "pixel_heads.sv": "input_reduction.sv",
             "bcr_pe.sv": "bcr_mvau.sv"}


def is_refuted(mutant):
    name, file, old, new = mutant["name"], mutant["file"], mutant["from"], mutant["to"]
    text = (RTL / file).read_text()
    if text.count(old) != 1:
        raise WrongUse(f"mutant {name}: {old!r} stands {text.count(old)} times in rtl/{file}: must be once")
    proved = PROVED_IN.get(file, file)
    harness = pathlib.Path(proved).stem + "_proof"
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        (folder / "rtl").mkdir()
        for path in RTL.glob("*.sv"):
            shutil.copy(path, folder / "rtl")
        (folder / "rtl" / file).write_text(text.replace(old, new))
        return not holds(harness_text(harness), harness, MUTANT_PARAMETERS[proved], sources(folder / "rtl"), folder)


def mutants(names):
    table = {mutant["name"]: mutant for mutant in json.loads((FORMAL / "mutants.json").read_text())}
    unknown = [name for name in names if name not in table]
    if unknown:
        raise WrongUse(f"no mutant {unknown[0]}: there are {', '.join(table)}")
    survivors = [name for name in names or table if not is_refuted(table[name])]
    for name in survivors:
        print(f"NOT refuted: {name}")
    print(f"{len(names or table) - len(survivors)} of {len(names or table)} mutants refuted")
    return 1 if survivors else 0


# (module, output, input that must not be in its combinational cone)
CONES = [
    ("crossbar_arbiter", "window_ready_o", "window_valid_i"),
    ("crossbar_arbiter", "beat_valid_o", "beat_ready_i"),
    ("accumulator_bank", "result_valid_o", "result_ready_i"),
    ("multiply_accumulate", "beat_ready_o", "beat_valid_i"),
    ("sparse_vector_dot", "window_ready_o", "window_valid_i"),
    ("sparse_vector_dot", "result_valid_o", "result_ready_i"),
    ("dense_vector_dot", "window_ready_o", "window_valid_i"),
    ("dense_vector_dot", "result_valid_o", "result_ready_i"),
    ("stream_fifo", "ready_o", "valid_i"),
    ("stream_fifo", "ready_o", "ready_i"),
    ("stream_fifo", "valid_o", "valid_i"),
    ("stream_fifo", "valid_o", "ready_i"),
    ("sliding_window", "word_ready_o", "word_valid_i"),
    ("sliding_window", "window_valid_o", "window_ready_i"),
    ("input_reduction", "image_ready_o", "image_valid_i"),
    ("input_reduction", "image_ready_o", "list_ready_i"),
    ("input_reduction", "list_valid_o", "list_ready_i"),
    ("bcr_mvau", "word_ready_o", "word_valid_i"),
    ("bcr_mvau", "word_ready_o", "out_room_i"),
    ("bcr_mvau", "out_valid_o", "out_room_i"),
    ("conv_stream", "window_ready_o", "window_valid_i"),
    ("conv_stream", "result_valid_o", "result_ready_i"),
    ("conv_node", "word_ready_o", "word_valid_i"),
    ("conv_node", "word_ready_o", "sum_ready_i"),
    ("conv_node", "sum_valid_o", "sum_ready_i"),
]


def cones():
    """Structure, not search: an output that does not see an input cannot depend on it. The control is a path that is
    there: window_ready_o does see whether a beat is taken."""
    for module in sorted({module for module, _, _ in CONES}):
        skip = "-chparam SkipZeroWindow 1" if "SkipZeroWindow" in (RTL / f"{module}.sv").read_text() else ""
        asserts = "; ".join(f"select -assert-none o:{output} %cie* i:{barred} %i"
                            for name, output, barred in CONES if name == module)
        control = "; select -assert-any o:window_ready_o %cie* i:beat_ready_i %i" if module == "crossbar_arbiter" else ""
        yosys(f"read_verilog -sv {sources()}; hierarchy -check -top {module} {skip}; proc; flatten; opt -full; "
              f"cd {module}; {asserts}{control}")
    print(f"{len(CONES)} outputs of handshakes do not wait for their other side")
    return 0


def main(arguments):
    if not (shutil.which("yosys") and shutil.which("berkeley-abc")):
        print("skipped: yosys and berkeley-abc must be installed")
        return SKIPPED
    if arguments == ["cones"]:
        return cones()
    if arguments[:1] == ["mutants"]:
        return mutants(arguments[1:])
    if len(arguments) >= 2 and arguments[0] == "prove" and all("=" in pair for pair in arguments[2:]):
        return prove(arguments[1], dict(pair.split("=", 1) for pair in arguments[2:]))
    raise WrongUse(__doc__)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except WrongUse as problem:
        print(problem, file=sys.stderr)
        sys.exit(2)
