#include "sim/sweep/resolved_accelerator.h"

#include <fmt/format.h>

#include <filesystem>

namespace sparsim {

std::string resolved_accelerator(const nlohmann::ordered_json& resolved, const std::string& board_file) {
  const nlohmann::ordered_json board = std::filesystem::absolute(board_file).string();
  std::string text;
  for (const auto& [key, value] : resolved.items())  // JSON is YAML
    text += fmt::format("{}: {}\n", key, (key == "board" ? board : value).dump());
  return text;
}

}  // namespace sparsim
