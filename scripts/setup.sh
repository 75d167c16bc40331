# Sourced by quickstart.sh and test.sh: installs what is missing (Debian 12), then configures and builds a preset.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '\n== %s\n' "$*"; }

packages=(
  build-essential ccache cmake ninja-build pkg-config
  libsystemc-dev libboost-program-options-dev libfmt-dev libyaml-cpp-dev nlohmann-json3-dev
  libonnx-dev libprotobuf-dev protobuf-compiler libdnnl-dev libhdf5-dev libstb-dev libssl-dev
  libgtest-dev libgmock-dev libbenchmark-dev verilator git
)

# install_packages NAME...: those that are not there yet.
install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  say "installing ${missing[*]}"
  local sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo)
  "${sudo[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# build PRESET [TARGET...]
build() {
  local preset=$1
  shift
  say "building build/$preset"
  (
    cd "$root"
    export CCACHE_NOHASHDIR=1
    cmake --preset "$preset" >build.log 2>&1 || { cat build.log; exit 1; }
    rm -f build.log
    cmake --build "build/$preset" ${1:+--target "$@"}
  )
}
