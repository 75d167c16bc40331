#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sparsim {

/// The number format of operands in an accelerator.
enum class WordFormat { fp16, int16, int8 };

constexpr std::string_view kWordFormatNames[] = {"fp16", "int16", "int8"};

constexpr std::string_view to_string(WordFormat format) { return kWordFormatNames[static_cast<std::size_t>(format)]; }

constexpr std::int64_t word_bytes(WordFormat format) { return format == WordFormat::int8 ? 1 : 2; }
/// Partial sums: fp16 accumulates in place; integers need the width of the products' sum.
constexpr std::int64_t psum_bytes(WordFormat format) { return format == WordFormat::fp16 ? 2 : 4; }

}  // namespace sparsim
