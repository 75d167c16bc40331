#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/core/basis.h"

namespace sparsim {

class Section;

/// A value that takes the place of the one in the file: `key` with dots, "pe_grid.rows"; an entry of a list goes by its
/// name, "layers.conv1.kernel". A value in brackets is a list, "[10, 10, 1]".
struct Override {
  std::string key, value;

  /// From "pe_grid.rows=4"; throws InputError for anything else.
  static Override parse(const std::string& assignment);
};

/// One YAML file read against a schema that exists only as the calls of its reader: each key asked for is known, all
/// others are errors. Problems collect, each as `file:line: key: what is wrong, what is allowed`, until `finish`.
///
///     YamlFile file = YamlFile::load(path);
///     Section root = file.root();
///     const auto rows = root.integer("rows", {1, 64});
///     Section dram = root.section("dram");
///     ...
///     file.finish();  // throws InputError with all problems at once
///
/// Every scalar may be written `key: value` or `key: {value: ..., basis: published|derived|measured|assumed,
/// source: ...}`; the latter is kept as a Provenance.
class YamlFile {
 public:
  /// Throws InputError where the file cannot be read or is not YAML. Files above 4 MiB are refused.
  static YamlFile load(const std::string& path);
  static YamlFile parse(std::string_view text, const std::string& name);
  ~YamlFile();
  YamlFile(YamlFile&&) noexcept;

  /// Before root(). Throws InputError where a part of the way to the key is not there.
  void set(const Override& change);
  Section root();
  /// A problem that is told by more than this file, with its place in it: comes behind those of the file.
  void add_problem(const std::string& with_place);
  /// Throws InputError if there are problems so far: before a step that cannot be judged without what was read.
  void throw_problems();
  /// Adds the keys nobody asked for to the problems and throws InputError if there are any.
  void finish();
  const std::string& name() const;
  /// Every value read, defaults included, in the order of reading.
  nlohmann::ordered_json resolved() const;
  const std::vector<Provenance>& provenance() const;

 private:
  friend class Section;
  struct State;
  explicit YamlFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

template <class T>
struct Range {
  T low, high;  // inclusive
};

/// A map of a YamlFile. Getters of a key that is missing or wrong note the problem and return a value in range, so that
/// reading goes on to find the next one. Lives no longer than its file.
class Section {
 public:
  bool has(const std::string& key) const;
  bool is_list(const std::string& key) const;

  std::int64_t integer(const std::string& key, Range<std::int64_t> range, std::optional<std::int64_t> otherwise = {});
  double number(const std::string& key, Range<double> range, std::optional<double> otherwise = {});
  bool boolean(const std::string& key, std::optional<bool> otherwise = {});
  std::string text(const std::string& key, const std::optional<std::string>& otherwise = {});
  /// One of a closed list of names; returns its position.
  std::size_t choice(const std::string& key, const std::vector<std::string>& names,
                     std::optional<std::size_t> otherwise = {});
  std::vector<std::int64_t> integers(const std::string& key, Range<std::int64_t> range);
  std::vector<std::string> texts(const std::string& key);

  /// A map below this one. Where it is missing that is a problem, and the result an empty section.
  Section section(const std::string& key);
  std::optional<Section> optional_section(const std::string& key);
  /// A list of maps; an empty or missing list is a problem.
  std::vector<Section> list(const std::string& key);
  /// All keys, for maps whose keys are names of the user's; one that is given twice is in it once.
  std::vector<std::string> keys() const;
  /// All keys with their sections.
  std::vector<std::pair<std::string, Section>> sections();

  /// Notes a problem with `key` (or with the section itself where it is empty): a rule between keys that does not hold.
  void problem(const std::string& key, const std::string& what) const;
  /// "file:line" of a key (or of the section itself where it is empty), or the "--set key=value" that put it there: for
  /// a problem that shows once the file has been read.
  std::string where(const std::string& key) const;
  /// The key from the root on, "fifos.depths.conv1"; of the section itself where it is empty.
  std::string path(const std::string& key) const;

 private:
  friend class YamlFile;
  struct Node;
  Section(YamlFile::State& file, std::shared_ptr<Node> node) : file_(&file), node_(std::move(node)) {}

  template <class T>
  std::optional<T> scalar(const std::string& key, const char* expected);
  template <class T>
  T ranged(const std::string& key, Range<T> range, std::optional<T> otherwise, const char* expected);
  template <class T>
  std::vector<T> sequence(const std::string& key, const char* expected);

  YamlFile::State* file_;
  std::shared_ptr<Node> node_;
};

}  // namespace sparsim
