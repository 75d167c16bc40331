#!/usr/bin/env bash
# The same set-up as quickstart.sh, then everything that must hold: format, lint, the whole suite in build/release and
# under the sanitizers in build/checked, and the fuzzers for a bounded time. May be run again, from any directory.
#   scripts/test.sh          all of it
#   scripts/test.sh release  only the suite in build/release
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

test_packages=(python3-numpy python3-h5py yosys berkeley-abc
  clang-14 libclang-rt-14-dev clang-format-14 clang-tidy-14)

run_suite() {
  build "$1"
  say "testing build/$1"
  (cd "$root" && ctest --preset "$1" --output-on-failure)
}

install_packages "${packages[@]}" "${test_packages[@]}"
cd "$root"
if [ "${1:-all}" = release ]; then
  run_suite release
  exit
fi
say "format"
git ls-files '*.h' '*.cpp' | xargs clang-format-14 --dry-run -Werror
run_suite release
run_suite checked
say "lint"
scripts/lint.sh build/release
say "fuzzing for a bounded time"
build fuzz fuzz_yaml fuzz_onnx fuzz_trace
scripts/fuzz.sh build/fuzz 20
