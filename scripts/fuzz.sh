#!/usr/bin/env bash
# Runs every fuzzer from its kept seeds: scripts/fuzz.sh BUILD_DIRECTORY SECONDS_EACH
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
for target in yaml onnx trace; do
  corpus=$(mktemp -d)  # what a run finds is thrown away; a crash stays as crash-* in the build directory
  "$1/tests/fuzz/fuzz_$target" -max_total_time="$2" -rss_limit_mb=4096 -timeout=20 -print_final_stats=1 \
    -artifact_prefix="$1/" "$corpus" "tests/fuzz/seeds/$target" 2>&1 | tail -n 4
  rm -rf "$corpus"
done
