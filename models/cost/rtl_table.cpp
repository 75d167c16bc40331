#include "models/cost/rtl_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "models/core/error.h"
#include "models/cost/rtl_table_csv.h"

namespace sparsim {

namespace {

constexpr std::string_view kColumns =
    "module,inputs,lanes,data_width,weight_width,skip_zero_window,filters,lut,ff,dsp,bram18";

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<int> natural_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// The row of a line, or what is wrong with it.
struct ParsedRow {
  RtlRow row;
  std::string problem;
};

ParsedRow parse_row(std::string_view line) {
  const std::vector<std::string_view> fields = split(line, ',');
  const std::vector<std::string_view> columns = split(kColumns, ',');
  if (fields.size() != columns.size())
    return {{}, fmt::format("{} fields: must be {}: {}", fields.size(), columns.size(), kColumns)};
  const auto name = std::find(std::begin(kRtlBlockNames), std::end(kRtlBlockNames), fields[0]);
  if (name == std::end(kRtlBlockNames))
    return {{}, fmt::format("module '{}': must be one of {}", fields[0], fmt::join(kRtlBlockNames, ", "))};
  std::vector<int> v{0};  // v[i]: of columns[i]
  for (std::size_t i = 1; i < fields.size(); ++i) {
    const std::optional<int> value = natural_number(fields[i]);
    if (!value) return {{}, fmt::format("{} = '{}': must be a whole number, 0 or more", columns[i], fields[i])};
    v.push_back(*value);
  }
  if (v[5] > 1) return {{}, fmt::format("skip_zero_window = {}: must be 0 or 1", v[5])};
  for (const std::size_t i : {7, 8})  // no module is without, and a law divides by them
    if (v[i] < 1) return {{}, fmt::format("{} = {}: must be 1 or more", columns[i], v[i])};
  const auto block = static_cast<RtlBlock>(name - std::begin(kRtlBlockNames));
  return {{{block, v[1], v[2], v[3], v[4], v[5] == 1, v[6]},
           {static_cast<double>(v[7]), static_cast<double>(v[8]), static_cast<double>(v[9]), static_cast<double>(v[10]),
            0}},
          ""};
}

}  // namespace

std::string to_string(const RtlDesign& d) {
  return fmt::format("{},{},{},{},{},{:d},{}", to_string(d.block), d.inputs, d.lanes, d.data_width, d.weight_width,
                     static_cast<int>(d.skip_zero_window), d.filters);
}

std::vector<RtlRow> parse_rtl_table(std::string_view csv, const std::string& file) {
  std::vector<RtlRow> rows;
  std::vector<std::string> problems;
  bool columns_seen = false;
  int number = 0;
  for (const std::string_view line : split(csv, '\n')) {
    ++number;
    const auto wrong = [&](const std::string& what) {
      problems.push_back(fmt::format("{}:{}: {}", file, number, what));
    };
    if (line.empty() || line.front() == '#') continue;
    if (!columns_seen) {
      columns_seen = true;
      if (line != kColumns) wrong(fmt::format("columns '{}': must be '{}'", line, kColumns));
      continue;
    }
    const ParsedRow parsed = parse_row(line);
    const auto same = [&](const RtlRow& row) { return row.design == parsed.row.design; };
    if (!parsed.problem.empty())
      wrong(parsed.problem);
    else if (std::any_of(rows.begin(), rows.end(), same))
      wrong(fmt::format("{} stands in the table twice", to_string(parsed.row.design)));
    else
      rows.push_back(parsed.row);
  }
  if (rows.empty() && problems.empty()) problems.push_back(fmt::format("{}: has no rows", file));
  if (!problems.empty()) throw InputError(fmt::format("{}", fmt::join(problems, "\n")));
  return rows;
}

const std::vector<RtlRow>& rtl_table() {
  static const std::vector<RtlRow> table = parse_rtl_table(kRtlTableCsv, "rtl/synth/resources.csv");
  return table;
}

}  // namespace sparsim
