#!/usr/bin/env bash
# From a fresh Debian 12 to a first answer: installs missing packages, builds build/release, and runs a network's real
# activations on a SPARCNet accelerator, another's on a sparse pipeline, and a third's on a list of active pixels. May be
# run again, from any directory.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

install_packages "${packages[@]}"
build release sparsim

cd "$root"
say "sparsim run configs/accelerators/sparcnet-zedboard.yaml traces/squeezenet1.1.h5"
build/release/sparsim run configs/accelerators/sparcnet-zedboard.yaml traces/squeezenet1.1.h5
say "sparsim run configs/accelerators/fpgaconvnet-sparse-zc706.yaml traces/resnet8.h5"
build/release/sparsim run configs/accelerators/fpgaconvnet-sparse-zc706.yaml traces/resnet8.h5
say "sparsim run configs/accelerators/sparsepixels-microboone-16.yaml traces/sparsepixels-microboone.h5 --deadline-us 1"
build/release/sparsim run configs/accelerators/sparsepixels-microboone-16.yaml traces/sparsepixels-microboone.h5 --deadline-us 1
