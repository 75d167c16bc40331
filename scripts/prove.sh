#!/usr/bin/env bash
# Proves the crossbar for M inputs and N lanes, with and without skipping of zero windows (rtl/formal/):
#   scripts/prove.sh M N [NAME=VALUE...]   e.g. scripts/prove.sh 9 3 PassWidth=1
# The time grows steeply with M and N: 9x3 takes half a minute, 16x4 and 9x9 more than one, with no bound known.
set -euo pipefail
[ $# -ge 2 ] || { sed -n 2,4p "${BASH_SOURCE[0]}" >&2; exit 2; }
prove=$(dirname "${BASH_SOURCE[0]}")/../rtl/formal/prove.py
shape=("NumInputs=$1" "NumLanes=$2")
shift 2
"$prove" prove sparse_crossbar_proof "${shape[@]}"
for skip in 0 1; do
  "$prove" prove crossbar_arbiter_proof "${shape[@]}" "SkipZeroWindow=$skip" "$@"
done
