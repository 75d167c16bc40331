#include <verilated.h>

#include "models/core/error.h"

// Verilator's own ends the process. It is called where a model does not settle or its SystemVerilog says so.
void vl_fatal(const char* file, int line, const char* instance, const char* message) {
  throw sparsim::ModelError(fmt::format("{}:{}: {}: {}", file, line, instance, message));
}
