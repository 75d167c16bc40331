#include "sim/mapping/accelerator_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>

#include "models/core/error.h"
#include "sim/config/board.h"
#include "sim/config/schema.h"

namespace sparsim {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  if (!lines.empty() && lines.back().back() != '\n') lines.back() += '\n';
  return lines;
}

bool begins_key(const std::string& line) {
  return !line.empty() && (std::isalpha(static_cast<unsigned char>(line[0])) != 0 || line[0] == '_' || line[0] == '"' ||
                           line[0] == '\'');
}

bool begins_key(const std::string& line, const std::string& key) {
  for (const std::string& spelled : {key, '"' + key + '"', '\'' + key + '\''})
    if (line.compare(0, spelled.size(), spelled) == 0) {
      const std::size_t colon = line.find_first_not_of(" \t", spelled.size());
      if (colon != std::string::npos && line[colon] == ':') return true;
    }
  return false;
}

struct Place {
  std::size_t begin = 0, end = 0;  // lines
};

// From the line of the key to the next one at its level; blank lines and comments before that are the next one's.
std::optional<Place> find_block(const std::vector<std::string>& lines, const std::string& key) {
  const auto at = std::find_if(lines.begin(), lines.end(), [&](const auto& line) { return begins_key(line, key); });
  if (at == lines.end()) return std::nullopt;
  auto end = std::find_if(at + 1, lines.end(), [](const std::string& line) { return begins_key(line); });
  const auto belongs = [](const std::string& line) {
    const std::size_t first = line.find_first_not_of(" \t\r\n");
    return first != std::string::npos && (first > 0 || line[0] != '#');
  };
  while (end > at + 1 && !belongs(*(end - 1))) --end;
  return Place{static_cast<std::size_t>(at - lines.begin()), static_cast<std::size_t>(end - lines.begin())};
}

// The scalar of a top-level key of text that is YAML, or nothing where there is none.
std::optional<std::string> scalar(std::string_view text, const std::string& name, const std::string& key) {
  YamlFile file = YamlFile::parse(text, name);
  Section root = file.root();
  if (!root.has(key)) return std::nullopt;
  return root.text(key);
}

std::string rebased(const std::string& path, const std::string& from, const std::string& to) {
  namespace fs = std::filesystem;
  if (fs::path(path).is_absolute()) return path;
  const fs::path target = fs::absolute(beside(from, path)).lexically_normal();
  return target.lexically_relative(fs::absolute(to).lexically_normal().parent_path()).generic_string();
}

// `add_keys(node, layer, add)` calls add(key, value) for all that a node says.
template <class Node, class AddKeys>
TextBlock nodes_block(const std::map<std::string, Node>& nodes, const LayerGraph& graph, AddKeys&& add_keys) {
  TextBlock block{"nodes", "nodes:\n"};
  for (const Layer& layer : graph.layers) {
    const auto found = nodes.find(layer.name);
    if (found == nodes.end()) continue;
    std::vector<std::string> keys;
    add_keys(found->second, layer,
             [&](const char* key, const auto& value) { keys.push_back(fmt::format("{}: {}", key, value)); });
    if (!keys.empty()) block.text += fmt::format("  {}: {{{}}}\n", yaml_quoted(layer.name), fmt::join(keys, ", "));
  }
  if (block.text == "nodes:\n") block.text = "nodes: {}\n";
  return block;
}

}  // namespace

std::string yaml_quoted(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    else
      quoted += c;
  }
  return quoted + '"';
}

std::string with_blocks(std::string_view text, const std::vector<TextBlock>& blocks) {
  std::vector<std::string> lines = lines_of(text);
  for (const TextBlock& block : blocks) {
    const std::optional<Place> place = find_block(lines, block.key);
    if (!place) {
      lines.push_back(block.text);
      continue;
    }
    lines[place->begin] = block.text;
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(place->begin) + 1,
                lines.begin() + static_cast<std::ptrdiff_t>(place->end));
  }
  return fmt::format("{}", fmt::join(lines, ""));
}

std::string moved(std::string_view text, const std::string& from, const std::string& to) {
  std::vector<TextBlock> blocks;
  for (const char* key : {"board", "folding"}) {
    const std::optional<std::string> path = scalar(text, from, key);
    if (!path || *path == "auto" || *path == "nodes") continue;
    const std::string there = rebased(*path, from, to);
    if (there != *path) blocks.push_back({key, fmt::format("{}: {}\n", key, yaml_quoted(there))});
  }
  return with_blocks(text, blocks);
}

TextBlock nodes_block(const FpgaConvNetConfig& config, const LayerGraph& graph) {
  return nodes_block(config.nodes, graph, [](const NodeConfig& node, const Layer& layer, auto&& add) {
    if (layer.weighted()) {
      add("coarse_in", node.folding.coarse_in);
      add("coarse_out", node.folding.coarse_out);
      add("coarse_group", node.folding.coarse_group);
      add("fine", node.folding.fine);
    } else if (node.coarse > 0) {
      add("coarse", node.coarse);
    }
    if (node.engine) add("engine", to_string(*node.engine));
    if (node.skip_zero_windows) add("skip_zero_windows", *node.skip_zero_windows);
    if (node.window_depth) add("window_depth", *node.window_depth);
    if (node.result_depth) add("result_depth", *node.result_depth);
    if (node.weights_streamed) add("weights", "stream");
  });
}

TextBlock nodes_block(const FinnConfig& config, const LayerGraph& graph) {
  return nodes_block(config.nodes, graph, [](const FinnNodeConfig& node, const Layer&, auto&& add) {
    if (node.pe > 0) add("pe", node.pe);
    if (node.simd > 0) add("simd", node.simd);
    if (node.weight_bits) add("weight_bits", *node.weight_bits);
    if (node.input_bits) add("input_bits", *node.input_bits);
    if (node.output_bits) add("output_bits", *node.output_bits);
    if (node.multipliers) add("multipliers", to_string(*node.multipliers));
    if (node.weights) add("weights", to_string(*node.weights));
  });
}

std::string with_depths(std::string_view text, const std::map<std::string, std::int64_t>& depths) {
  std::vector<std::string> lines = lines_of(text);
  const std::optional<Place> place = find_block(lines, "fifos");
  const std::string inside = place && place->end > place->begin + 1
                                 ? lines[place->begin + 1].substr(0, lines[place->begin + 1].find_first_not_of(' '))
                                 : "";
  if (inside.empty()) input_error("fifos: must be a block, with a line a key");
  std::vector<std::string> kept;
  bool in_depths = false;
  for (std::size_t i = place->begin; i < place->end; ++i) {
    const std::string& line = lines[i];
    if (line.find_first_not_of(' ') == inside.size()) in_depths = begins_key(line.substr(inside.size()), "depths");
    if (!in_depths) kept.push_back(line);
  }
  if (!depths.empty()) kept.push_back(inside + "depths:\n");
  for (const auto& [name, depth] : depths)
    kept.push_back(fmt::format("{}  {}: {}\n", inside, yaml_quoted(name), depth));
  return with_blocks(text, {{"fifos", fmt::format("{}", fmt::join(kept, ""))}});
}

}  // namespace sparsim
