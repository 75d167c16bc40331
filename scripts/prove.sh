#!/usr/bin/env bash
# Proves the crossbar for M inputs and N lanes, with and without skipping of zero windows (rtl/formal/):
#   scripts/prove.sh M N [NAME=VALUE...]   e.g. scripts/prove.sh 9 3 PassWidth=1
#   scripts/prove.sh                       9x3, 9x9 and 16x4 with one or two passes: minutes
set -euo pipefail
prove=$(dirname "${BASH_SOURCE[0]}")/../rtl/formal/prove.py

crossbar() {
  local shape=("NumInputs=$1" "NumLanes=$2")
  shift 2
  "$prove" prove sparse_crossbar_proof "${shape[@]}"
  for skip in 0 1; do
    "$prove" prove crossbar_arbiter_proof "${shape[@]}" "SkipZeroWindow=$skip" "$@"
  done
}

if [ $# -gt 0 ]; then
  crossbar "$@"
else
  for shape in "9 3" "9 9" "16 4"; do
    read -r inputs lanes <<<"$shape"
    crossbar "$inputs" "$lanes" PassWidth=1
  done
fi
