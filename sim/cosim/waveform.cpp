#include "sim/cosim/waveform.h"

#include <fmt/format.h>

#include <functional>
#include <string_view>
#include <utility>

namespace sparsim {
namespace {

/// One signal: bits of a record, most significant first.
struct Signal {
  std::string name;
  std::function<std::string(const CycleRecord&)> bits;
};

std::string binary(std::uint64_t value, int width) {
  std::string text;
  for (int bit = width - 1; bit >= 0; --bit) text += (value >> bit & 1u) ? '1' : '0';
  return text;
}

std::string operands(const std::vector<std::int16_t>& values) {
  std::string text;
  for (auto value = values.rbegin(); value != values.rend(); ++value)
    text += binary(static_cast<std::uint16_t>(*value), 16);
  return text;
}

std::string grants(const std::vector<std::uint64_t>& lanes, std::size_t inputs) {
  std::string text;
  for (auto lane = lanes.rbegin(); lane != lanes.rend(); ++lane) text += binary(*lane, static_cast<int>(inputs));
  return text;
}

std::vector<Signal> input_signals() {
  return {{"window_valid_i", [](const CycleRecord& r) { return binary(r.inputs.window_valid, 1); }},
          {"window_i", [](const CycleRecord& r) { return operands(r.inputs.window); }},
          {"last_i", [](const CycleRecord& r) { return binary(r.inputs.last, 1); }},
          {"weight_i", [](const CycleRecord& r) { return operands(r.inputs.weight); }},
          {"result_ready_i", [](const CycleRecord& r) { return binary(r.inputs.result_ready, 1); }}};
}

std::vector<Signal> output_signals(DotOutputs CycleRecord::*side) {
  const auto one = [side](auto field, int width) {
    return [side, field, width](const CycleRecord& r) {
      return binary(static_cast<std::uint64_t>((r.*side).*field), width);
    };
  };
  return {{"window_ready_o", one(&DotOutputs::window_ready, 1)},
          {"weight_row_o", one(&DotOutputs::weight_row, 20)},
          {"beat_o", one(&DotOutputs::beat, 1)},
          {"grant_o", [side](const CycleRecord& r) { return grants((r.*side).grant, r.inputs.window.size()); }},
          {"lane_data_o", [side](const CycleRecord& r) { return operands((r.*side).lane_data); }},
          {"lane_weight_o", [side](const CycleRecord& r) { return operands((r.*side).lane_weight); }},
          {"pass_o", one(&DotOutputs::pass, 10)},
          {"ended_o", one(&DotOutputs::ended, 3)},
          {"result_valid_o", one(&DotOutputs::result_valid, 1)},
          {"result_o", one(&DotOutputs::result, 48)},
          {"result_end_o", one(&DotOutputs::result_end, 1)}};
}

// Printable characters from '!' on, as the format wants them.
std::string identifier(std::size_t index) {
  std::string id;
  do {
    id += static_cast<char>('!' + index % 94);
    index /= 94;
  } while (index != 0);
  return id;
}

}  // namespace

std::string value_change_dump(const std::vector<CycleRecord>& cycles, bool with_model) {
  std::vector<std::pair<std::string_view, std::vector<Signal>>> scopes{{"inputs", input_signals()}};
  if (with_model) scopes.emplace_back("model", output_signals(&CycleRecord::expected));
  scopes.emplace_back("rtl", output_signals(&CycleRecord::seen));

  std::string dump = "$comment a time step is a clock cycle; it stands for 1 ns $end\n$timescale 1 ns $end\n";
  std::vector<Signal> signals;
  for (auto& [scope, members] : scopes) {
    dump += fmt::format("$scope module {} $end\n", scope);
    for (Signal& signal : members) {
      const std::size_t width = cycles.empty() ? 1 : signal.bits(cycles.front()).size();
      if (width == 0) continue;
      dump += fmt::format("$var wire {} {} {} $end\n", width, identifier(signals.size()), signal.name);
      signals.push_back(std::move(signal));
    }
    dump += "$upscope $end\n";
  }
  dump += "$enddefinitions $end\n";

  std::vector<std::string> shown(signals.size());
  for (const CycleRecord& record : cycles) {
    dump += fmt::format("#{}\n", record.cycle);
    for (std::size_t i = 0; i < signals.size(); ++i) {
      std::string bits = signals[i].bits(record);
      if (bits == shown[i]) continue;
      dump +=
          bits.size() == 1 ? fmt::format("{}{}\n", bits, identifier(i)) : fmt::format("b{} {}\n", bits, identifier(i));
      shown[i] = std::move(bits);
    }
  }
  if (!cycles.empty()) dump += fmt::format("#{}\n", cycles.back().cycle + 1);
  return dump;
}

}  // namespace sparsim
