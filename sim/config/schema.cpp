#include "sim/config/schema.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <set>

#include "models/core/error.h"
#include "sim/config/yaml_text.h"
#include "sim/nearest.h"
#include "sim/output_file.h"

namespace sparsim {
namespace {

constexpr std::size_t kLargestFile = 4 << 20;
constexpr std::size_t kLongestSequence = 100'000;

std::string joined(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ", ")); }

/// The entry of a list of maps whose `name` it is.
std::optional<std::size_t> entry_named(const YAML::Node& list, const std::string& name) {
  for (std::size_t i = 0; list.IsSequence() && i < list.size(); ++i)
    if (list[i].IsMap() && list[i]["name"].IsDefined() && list[i]["name"].IsScalar() &&
        list[i]["name"].Scalar() == name)
      return i;
  return std::nullopt;
}

/// "[10, 10, 1]".
YAML::Node parse_list(const Override& change) {
  refuse_deep_nesting(change.value, "--set " + change.key);
  try {
    return YAML::Load(change.value);
  } catch (const YAML::Exception& error) {
    input_error("--set {}={}: is not a list: {}", change.key, change.value, error.msg);
  }
}

bool is_sourced(const YAML::Node& node) { return node.IsMap() && node["value"] && (node["basis"] || node["source"]); }

}  // namespace

struct YamlFile::State {
  std::string name;
  YAML::Node document;
  std::vector<std::pair<int, std::string>> problems;  // line, text
  std::vector<Provenance> provenance;
  std::vector<std::pair<std::string, Override>> overrides;  // by the place that they changed
  std::shared_ptr<Section::Node> root;

  static int line(const YAML::Mark& mark) { return mark.line >= 0 ? mark.line + 1 : 1; }
  // What put a value there that is not in the file; the last where there are several.
  const Override* override_of(const std::string& path) const {
    const auto change =
        std::find_if(overrides.rbegin(), overrides.rend(), [&](const auto& o) { return o.first == path; });
    return change == overrides.rend() ? nullptr : &change->second;
  }
  std::string where(const YAML::Mark& mark, const std::string& key) const {
    if (const Override* change = override_of(key)) return fmt::format("--set {}={}", change->key, change->value);
    return fmt::format("{}:{}", name, line(mark));
  }
  void add_problem(const YAML::Mark& mark, const std::string& key, const std::string& what) {
    const bool named = key.empty() || override_of(key) != nullptr;
    const std::string tail = named ? what : key + ": " + what;
    problems.emplace_back(line(mark), where(mark, key) + ": " + tail);
  }
};

struct Section::Node {
  YAML::Node yaml;
  std::string path;     // "" for the root, else "pe_grid"
  bool absent = false;  // a required section that is not there, or no map: one problem, not one a key
  std::set<std::string> known;
  // What was read, in order; a child is either one section or a list of them.
  std::vector<std::pair<std::string, nlohmann::ordered_json>> values;
  std::vector<std::pair<std::string, std::vector<std::shared_ptr<Node>>>> lists;
  std::vector<std::pair<std::string, std::shared_ptr<Node>>> children;

  std::string full(const std::string& key) const {
    if (path.empty() || key.empty()) return path + key;
    return path + "." + key;
  }
  YAML::Node find(const std::string& key) const {
    if (!yaml.IsMap()) return YAML::Node(YAML::NodeType::Undefined);
    for (const auto& entry : yaml)
      if (entry.first.IsScalar() && entry.first.Scalar() == key) return entry.second;
    return YAML::Node(YAML::NodeType::Undefined);
  }
  // A scalar as it was written, with or without a basis beside it.
  std::string text(const std::string& key) const {
    const YAML::Node node = find(key);
    return node.IsMap() ? node["value"].Scalar() : node.Scalar();
  }
  // Where `key` stands, or the section itself where it does not.
  YAML::Mark mark(const std::string& key) const {
    if (yaml.IsMap())
      for (const auto& entry : yaml)
        if (entry.first.IsScalar() && entry.first.Scalar() == key) return entry.first.Mark();
    return yaml.Mark();
  }

  void report_unknown(YamlFile::State& file) const {
    if (!yaml.IsMap()) return;
    std::set<std::string> seen;
    for (const auto& entry : yaml) {
      if (!entry.first.IsScalar()) {
        file.add_problem(entry.first.Mark(), path, "a key must be a plain word");
        continue;
      }
      const std::string& key = entry.first.Scalar();
      if (!seen.insert(key).second) file.add_problem(entry.first.Mark(), full(key), "given twice");
      if (known.count(key) != 0) continue;
      const std::vector<std::string> allowed(known.begin(), known.end());
      const std::string hint = did_you_mean(key, allowed);
      file.add_problem(entry.first.Mark(), full(key),
                       "unknown key" + (hint.empty() ? "; allowed: " + joined(allowed) : hint));
    }
    for (const auto& [key, child] : children) child->report_unknown(file);
    for (const auto& [key, nodes] : lists)
      for (const auto& node : nodes) node->report_unknown(file);
  }

  nlohmann::ordered_json resolved() const {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    for (const auto& [key, value] : values) json[key] = value;
    for (const auto& [key, child] : children) json[key] = child->resolved();
    for (const auto& [key, nodes] : lists) {
      json[key] = nlohmann::ordered_json::array();
      for (const auto& node : nodes) json[key].push_back(node->resolved());
    }
    return json;
  }
};

YamlFile::YamlFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
YamlFile::~YamlFile() = default;
YamlFile::YamlFile(YamlFile&&) noexcept = default;

YamlFile YamlFile::load(const std::string& path) { return parse(read_file(path, kLargestFile), path); }

YamlFile YamlFile::parse(std::string_view text, const std::string& name) {
  if (text.find('\0') != std::string_view::npos) input_error("{}: not YAML: no text at all", name);
  refuse_deep_nesting(text, name);
  auto state = std::make_unique<State>();
  state->name = name;
  try {
    state->document = YAML::Load(std::string(text));
  } catch (const YAML::Exception& error) {
    input_error("{}:{}: not YAML: {}", name, std::max(error.mark.line, 0) + 1, error.msg);
  }
  if (!state->document.IsMap())
    input_error("{}:1: must be a map of keys, is {}", name,
                state->document.IsNull() ? "empty" : "a list or a single value");
  state->root = std::make_shared<Section::Node>();
  state->root->yaml = state->document;
  return YamlFile(std::move(state));
}

Override Override::parse(const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == assignment.size())
    input_error("'{}': must be KEY=VALUE, as pe_grid.rows=4", assignment);
  return {assignment.substr(0, equals), assignment.substr(equals + 1)};
}

void YamlFile::set(const Override& change) {
  YAML::Node node;
  node.reset(state_->document);
  std::string rest = change.key, path;
  for (std::size_t dot = rest.find('.'); dot != std::string::npos; dot = rest.find('.')) {
    const std::string name = rest.substr(0, dot);
    if (node.IsMap() && node[name].IsDefined() && (node[name].IsMap() || node[name].IsSequence())) {
      node.reset(node[name]);
      path += path.empty() ? name : "." + name;
    } else if (const std::optional<std::size_t> entry = entry_named(node, name)) {
      node.reset(node[*entry]);
      path += fmt::format("[{}]", *entry);
    } else {
      input_error("--set {}={}: {} has no section '{}'", change.key, change.value, state_->name, name);
    }
    rest.erase(0, dot + 1);
  }
  if (!node.IsMap())
    input_error("--set {}={}: must name a key of an entry, '{}.NAME.KEY'", change.key, change.value, path);
  const bool list = !change.value.empty() && change.value.front() == '[';
  node[rest] = list ? parse_list(change) : YAML::Node(change.value);
  state_->overrides.emplace_back(path.empty() ? rest : path + "." + rest, change);
}

Section YamlFile::root() { return Section(*state_, state_->root); }

void YamlFile::finish() {
  state_->root->report_unknown(*state_);
  throw_problems();
}

void YamlFile::add_problem(const std::string& with_place) {
  state_->problems.emplace_back(std::numeric_limits<int>::max(), with_place);
}

void YamlFile::throw_problems() {
  if (state_->problems.empty()) return;
  std::stable_sort(state_->problems.begin(), state_->problems.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> lines;
  for (const auto& [line, problem] : state_->problems) lines.push_back(problem);
  throw InputError(fmt::format("{}", fmt::join(lines, "\n")));
}

const std::string& YamlFile::name() const { return state_->name; }
nlohmann::ordered_json YamlFile::resolved() const { return state_->root->resolved(); }
const std::vector<Provenance>& YamlFile::provenance() const { return state_->provenance; }

bool Section::has(const std::string& key) const {
  node_->known.insert(key);
  return node_->find(key).IsDefined();
}

bool Section::is_list(const std::string& key) const { return has(key) && node_->find(key).IsSequence(); }

void Section::problem(const std::string& key, const std::string& what) const {
  if (node_->absent) return;
  file_->add_problem(node_->mark(key), node_->full(key), what);
}

std::string Section::where(const std::string& key) const { return file_->where(node_->mark(key), node_->full(key)); }

std::string Section::path(const std::string& key) const { return node_->full(key); }

std::vector<std::string> Section::keys() const {
  std::vector<std::string> names;
  if (node_->yaml.IsMap())
    for (const auto& entry : node_->yaml)
      if (entry.first.IsScalar() && std::find(names.begin(), names.end(), entry.first.Scalar()) == names.end())
        names.push_back(entry.first.Scalar());
  return names;
}

template <class T>
std::optional<T> Section::scalar(const std::string& key, const char* expected) {
  node_->known.insert(key);
  YAML::Node node = node_->find(key);
  if (!node.IsDefined()) return std::nullopt;
  Provenance provenance;
  const bool sourced = is_sourced(node);
  if (sourced) {
    for (const auto& entry : node) {
      const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
      if (name != "value" && name != "basis" && name != "source")
        problem(key, fmt::format("unknown key '{}' beside value; allowed: basis, source", name));
    }
    const std::string basis = node["basis"] && node["basis"].IsScalar() ? node["basis"].Scalar() : "";
    const auto known = std::find(std::begin(kBasisNames), std::end(kBasisNames), basis);
    if (known == std::end(kBasisNames))
      problem(key, fmt::format("basis '{}': must be one of {}", basis, fmt::join(kBasisNames, ", ")));
    else
      provenance.basis = static_cast<Basis>(known - std::begin(kBasisNames));
    if (!node["source"] || !node["source"].IsScalar() || node["source"].Scalar().empty())
      problem(key, "source is missing: a paper, a derivation or why it is assumed");
    else
      provenance.source = node["source"].Scalar();
    node.reset(node["value"]);
  }
  T value{};
  if (!node.IsScalar() || !convert(node.Scalar(), value)) {
    const std::string given = node.IsScalar() ? "'" + node.Scalar() + "'" : node.IsNull() ? "nothing" : "a map or list";
    problem(key, fmt::format("{} where {} is expected", given, expected));
    return std::nullopt;
  }
  if (sourced) {
    provenance.key = node_->full(key);
    provenance.value = node.Scalar();
    file_->provenance.push_back(std::move(provenance));
  }
  return value;
}

template <class T>
T Section::ranged(const std::string& key, Range<T> range, std::optional<T> otherwise, const char* expected) {
  const bool given = has(key);
  std::optional<T> value = scalar<T>(key, expected);
  if (value && !(*value >= range.low && *value <= range.high)) {
    problem(key, fmt::format("{}: must be {}..{}", node_->text(key), range.low, range.high));
    value.reset();
  }
  if (!given && !otherwise) problem(key, fmt::format("missing; must be {} in {}..{}", expected, range.low, range.high));
  const T result = value.value_or(otherwise.value_or(range.low));
  node_->values.emplace_back(key, result);
  return result;
}

std::int64_t Section::integer(const std::string& key, Range<std::int64_t> range,
                              std::optional<std::int64_t> otherwise) {
  return ranged<std::int64_t>(key, range, otherwise, "a whole number");
}

double Section::number(const std::string& key, Range<double> range, std::optional<double> otherwise) {
  return ranged<double>(key, range, otherwise, "a number");
}

bool Section::boolean(const std::string& key, std::optional<bool> otherwise) {
  const bool given = has(key);
  const std::optional<bool> value = scalar<bool>(key, "true or false");
  if (!given && !otherwise) problem(key, "missing; must be true or false");
  const bool result = value.value_or(otherwise.value_or(false));
  node_->values.emplace_back(key, result);
  return result;
}

std::string Section::text(const std::string& key, const std::optional<std::string>& otherwise) {
  const bool given = has(key);
  std::optional<std::string> value = scalar<std::string>(key, "a word");
  if (value && value->empty()) {
    problem(key, "is empty");
    value.reset();
  }
  if (!given && !otherwise) problem(key, "missing; must be a text");
  const std::string result = value.value_or(otherwise.value_or(""));
  node_->values.emplace_back(key, result);
  return result;
}

std::size_t Section::choice(const std::string& key, const std::vector<std::string>& names,
                            std::optional<std::size_t> otherwise) {
  SPARSIM_CHECK(!names.empty(), "{} offers no choice", key);
  const bool given = has(key);
  const std::optional<std::string> value = scalar<std::string>(key, "a word");
  std::size_t result = otherwise.value_or(0);
  if (value) {
    const auto found = std::find(names.begin(), names.end(), *value);
    if (found == names.end())
      problem(key, fmt::format("'{}': must be one of {}{}", *value, joined(names), did_you_mean(*value, names)));
    else
      result = static_cast<std::size_t>(found - names.begin());
  } else if (!given && !otherwise) {
    problem(key, "missing; must be one of " + joined(names));
  }
  node_->values.emplace_back(key, names[result]);
  return result;
}

template <class T>
std::vector<T> Section::sequence(const std::string& key, const char* expected) {
  std::vector<T> result;
  if (!has(key)) {
    problem(key, fmt::format("missing; must be a list, each {}", expected));
    return result;
  }
  const YAML::Node node = node_->find(key);
  if (!node.IsSequence() || node.size() > kLongestSequence) {
    problem(key, fmt::format("must be a list of at most {}, each {}", kLongestSequence, expected));
    return result;
  }
  for (const auto& entry : node) {
    T value{};
    if (entry.IsScalar() && convert(entry.Scalar(), value))
      result.push_back(value);
    else
      file_->add_problem(entry.Mark(), node_->full(key), fmt::format("each entry must be {}", expected));
  }
  node_->values.emplace_back(key, result);
  return result;
}

std::vector<std::int64_t> Section::integers(const std::string& key, Range<std::int64_t> range) {
  auto values = sequence<std::int64_t>(key, "a whole number");
  for (std::int64_t& value : values)
    if (value < range.low || value > range.high) {
      problem(key, fmt::format("{}: each entry must be {}..{}", value, range.low, range.high));
      value = range.low;
    }
  return values;
}

std::vector<std::string> Section::texts(const std::string& key) { return sequence<std::string>(key, "a word"); }

Section Section::section(const std::string& key) {
  if (auto child = optional_section(key)) return *child;
  problem(key, "missing; must be a map of keys");
  auto node = std::make_shared<Node>();
  node->path = node_->full(key);
  node->absent = true;
  return Section(*file_, node);
}

std::optional<Section> Section::optional_section(const std::string& key) {
  if (!has(key)) return std::nullopt;
  auto node = std::make_shared<Node>();
  node->path = node_->full(key);
  node->yaml = node_->find(key);
  if (!node->yaml.IsMap()) {
    problem(key, "must be a map of keys");
    node->absent = true;
  }
  node_->children.emplace_back(key, node);
  return Section(*file_, node);
}

std::vector<Section> Section::list(const std::string& key) {
  std::vector<Section> sections;
  if (!has(key)) {
    problem(key, "missing; must be a list of maps");
    return sections;
  }
  const YAML::Node yaml = node_->find(key);
  if (!yaml.IsSequence() || yaml.size() == 0 || yaml.size() > kLongestSequence) {
    problem(key, fmt::format("must be a list of 1..{} maps", kLongestSequence));
    return sections;
  }
  std::vector<std::shared_ptr<Node>> nodes;
  for (const auto& entry : yaml) {
    auto node = std::make_shared<Node>();
    node->path = fmt::format("{}[{}]", node_->full(key), nodes.size());
    node->yaml.reset(entry);
    if (!entry.IsMap()) file_->add_problem(entry.Mark(), node->path, "must be a map of keys");
    nodes.push_back(node);
    sections.push_back(Section(*file_, node));
  }
  node_->lists.emplace_back(key, std::move(nodes));
  return sections;
}

std::vector<std::pair<std::string, Section>> Section::sections() {
  std::vector<std::pair<std::string, Section>> result;
  for (const std::string& key : keys()) result.emplace_back(key, section(key));
  return result;
}

}  // namespace sparsim
