#pragma once

#include <string>
#include <vector>

#include "models/core/architecture.h"

namespace sparsim {

/// The spans as a Chrome trace (JSON), which Perfetto and chrome://tracing open: a track a part, times in microseconds.
/// Above `max_spans` only the longest of each track are kept, in proportion; the file then says so in `otherData`.
std::string chrome_trace(const std::vector<Span>& spans, double clock_mhz, std::size_t max_spans = 200'000);

}  // namespace sparsim
