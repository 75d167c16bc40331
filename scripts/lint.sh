#!/usr/bin/env bash
# clang-tidy over all of our sources, two files at a time: scripts/lint.sh BUILD_DIRECTORY
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
git ls-files 'models/*.cpp' 'sim/*.cpp' | xargs -P 2 -n 4 clang-tidy-14 -p "$1" --quiet --warnings-as-errors='*'
