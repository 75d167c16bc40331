#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/finn/config.h"
#include "models/fpgaconvnet/config.h"

namespace sparsim {

/// A top-level key of an accelerator file with all that belongs to it, as YAML text.
struct TextBlock {
  std::string key;
  std::string text;  // begins with the key, ends with a line break
};

/// The text of an accelerator file with these blocks in the place of its own; those that it does not have are added at
/// its end. Comments and all other keys stay as they are. Top-level keys begin their lines, as in every block mapping.
std::string with_blocks(std::string_view text, const std::vector<TextBlock>& blocks);

/// The same file for another place: `board`, and a `folding` file, are paths relative to the file that names them.
/// Throws InputError where `text` is no YAML.
std::string moved(std::string_view text, const std::string& from, const std::string& to);

/// `nodes`: all that the configuration says of each layer, in the order of the graph.
TextBlock nodes_block(const FpgaConvNetConfig& config, const LayerGraph& graph);
TextBlock nodes_block(const FinnConfig& config, const LayerGraph& graph);

/// The text with these in the place of `fifos.depths`; without any, none. Throws InputError where `fifos` is missing or
/// no block (`fifos: {...}`).
std::string with_depths(std::string_view text, const std::map<std::string, std::int64_t>& depths);

/// "name" as a key or value that YAML reads as that very text.
std::string yaml_quoted(std::string_view name);

}  // namespace sparsim
