#pragma once

#include <map>
#include <string>
#include <utility>

#include "sim/config/schema.h"

namespace sparsim {

/// Where the keys of a file stand that only a network can judge: for problems that show once the file was read.
class KeyPlaces {
 public:
  explicit KeyPlaces(std::string file) : file_(std::move(file)) {}

  void add(const std::string& key, const std::string& place) { places_[key] = place; }
  void add(const Section& section, const std::string& key) { add(section.path(key), section.where(key)); }
  void add_all(const Section& section) {
    for (const std::string& key : section.keys()) add(section, key);
  }

  /// A problem, "nodes.conv1.pe = 3: ...", behind the place of the longest key that it begins with, or else the file.
  std::string located(const std::string& problem) const;
  const std::string& file() const { return file_; }

 private:
  std::string file_;
  std::map<std::string, std::string> places_;  // "file:line" by key
};

}  // namespace sparsim
