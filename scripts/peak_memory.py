#!/usr/bin/python3
"""Runs a command and says what it took: scripts/peak_memory.py build/release/sparsim capture ... """
import resource
import subprocess
import sys

if len(sys.argv) < 2:
    sys.exit(__doc__)
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=False).returncode
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{usage.ru_maxrss / 1024:.1f} MB peak, {usage.ru_utime + usage.ru_stime:.3f} s of processor time, status {status}")
sys.exit(status)
