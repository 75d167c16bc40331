#pragma once

#include <string>

#include "sim/simulation.h"

namespace sparsim {

/// Of a dataflow of operators: what each takes of the latency, and what it is built of.
std::string stage_table(const Result& result);

/// Active pixels that were dropped, and answers beside a reference; empty where there are none.
std::string answers_report(const Result& result);

}  // namespace sparsim
