#!/usr/bin/env bash
# Runs every fuzzer for a bounded time from its seeds, and fails where one finds something:
#   scripts/fuzz.sh BUILD_DIRECTORY SECONDS_EACH [TARGET...]     targets: yaml onnx trace
# FUZZ_SEED changes what is tried; without it every run begins the same way.
# The input that did it stays in the build directory; mended, it becomes a seed in tests/fuzz/seeds/TARGET/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=$1 seconds=$2
shift 2

# The shipped files and the tests' small networks are seeds as they are; tests/fuzz/seeds/ holds the others.
seeds() {
  case $1 in
    yaml) find configs -mindepth 1 -type d ;;
    onnx) echo tests/sim/workload/operator_cases ;;
  esac
  [ ! -d "tests/fuzz/seeds/$1" ] || echo "tests/fuzz/seeds/$1"
}

scratch=$(mktemp -d)  # what a run finds on its way is thrown away
trap 'rm -rf "$scratch"' EXIT
export TMPDIR=$scratch
[ $# -gt 0 ] || set -- yaml onnx trace
for target; do
  mkdir "$scratch/$target"
  mapfile -t corpora < <(seeds "$target")
  echo "fuzz_$target, $seconds s"
  if ! "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -seed="${FUZZ_SEED:-1}" -rss_limit_mb=4096 -timeout=20 \
    -artifact_prefix="$build/fuzz_$target-" "$scratch/$target" "${corpora[@]}" >"$scratch/log" 2>&1; then
    tail -n 60 "$scratch/log"
    exit 1
  fi
  grep '^Done' "$scratch/log"
done
