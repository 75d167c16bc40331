#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace sparsim {

/// The text of an accelerator file that says what `resolved` does (Accelerator::resolved, Result::config), for any
/// place: its board is named by an absolute path. A top-level key a line.
std::string resolved_accelerator(const nlohmann::ordered_json& resolved, const std::string& board_file);

}  // namespace sparsim
