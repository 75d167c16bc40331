#!/usr/bin/python3
"""That rtl/synth/synth.py counts all cells and finds a table that is wrong. Exit status 77 where all is skipped."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
SYNTH = pathlib.Path(__file__).resolve().parents[2] / "rtl" / "synth"
sys.path.insert(0, str(SYNTH))
import synth  # noqa: E402: from the folder above

KEY = "crossbar_arbiter,4,2,0,0,0,2"  # the point of the tests that synthesize: a fast one


def yosys_is_the_tables():
    try:
        version = subprocess.run(["yosys", "-V"], capture_output=True, text=True, check=True).stdout.strip()
    except OSError:
        return False
    return version == synth.read_table(SYNTH / "resources.csv")[1]


class Counts(unittest.TestCase):
    def test_memory_cells_count_as_the_luts_they_take(self):
        made = synth.counts({"LUT6": 3, "LUT1": 1, "INV": 2, "SRL16E": 1, "RAM32M": 2, "RAM128X1D": 1, "FDRE": 5,
                             "FDSE": 1, "DSP48E1": 7, "RAMB18E1": 1, "RAMB36E1": 2, "CARRY4": 9, "MUXF7": 9})
        self.assertEqual(made, synth.Counts(lut=3 + 1 + 2 + 1 + 2 * 4 + 4, ff=6, dsp=7, bram18=1 + 2 * 2))

    def test_cells_that_nobody_counts_are_an_error(self):
        with self.assertRaisesRegex(RuntimeError, "LDCE"):
            synth.counts({"LUT6": 1, "LDCE": 1})


class Points(unittest.TestCase):
    def test_the_table_has_each_point_once_and_no_other(self):
        self.assertEqual(len(set(synth.points())), len(list(synth.points())))
        self.assertEqual(set(synth.points()), set(synth.read_table(SYNTH / "resources.csv")[0]))


@unittest.skipUnless(yosys_is_the_tables(), "the Yosys that made the table is not here")
class Check(unittest.TestCase):
    def check(self, table, *keys):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "table.csv"
            path.write_text(table)
            return subprocess.run([SYNTH / "synth.py", "--table", path, "--check", *keys], capture_output=True, text=True)

    def setUp(self):
        self.table = (SYNTH / "resources.csv").read_text()
        self.row = next(line for line in self.table.splitlines() if line.startswith(KEY + ","))

    def test_a_changed_cell_is_found(self):
        *fields, ff, dsp, bram18 = self.row.split(",")
        changed = ",".join([*fields, str(int(ff) + 1), dsp, bram18])
        run = self.check(self.table.replace(self.row, changed), KEY)
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertIn(KEY, run.stdout)

    def test_a_key_that_is_not_there_is_wrong_input(self):
        run = self.check(self.table.replace(self.row + "\n", ""), KEY)
        self.assertEqual(run.returncode, 2)
        self.assertIn(KEY, run.stderr)

    def test_a_row_that_cannot_be_read_is_named_by_its_line(self):
        run = self.check(self.table.replace(self.row, KEY + ",many,22,0,0"), KEY)
        line = self.table.splitlines().index(self.row) + 1
        self.assertNotEqual(run.returncode, 0)
        self.assertIn(f"table.csv:{line}:", run.stderr)


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=2).result
    sys.exit(not result.wasSuccessful() or 77 * (len(result.skipped) == result.testsRun))
