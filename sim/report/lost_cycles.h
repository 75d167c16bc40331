#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace sparsim {

/// Of a pipeline's result.json: what lies between the cycles of an image that the mean of a histogram promises for a
/// weighted node and the interval at which images come, each under its name. The columns of a line add up to the
/// interval.
std::string lost_cycles_table(const nlohmann::json& result);

}  // namespace sparsim
