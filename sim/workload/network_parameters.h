#pragma once

#include <string>

#include "sim/workload/network.h"
#include "sim/workload/network_yaml.h"

namespace sparsim {

/// A description made a network that can be computed, with the parameters that stand in the text files it names, in
/// `directory`: numbers between commas, spaces or line ends. A convolution's weights are in the order
/// [kernel_h][kernel_w][channels_per_group][filter], a dense layer's [input][output], as Keras keeps them. Throws
/// InputError that names the file, the layer and what is wrong, or what the description lacks.
Network with_parameters(const NetworkDescription& description, const std::string& directory);

}  // namespace sparsim
