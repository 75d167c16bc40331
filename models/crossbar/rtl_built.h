#pragma once

#include <memory>

#include "models/crossbar/crossbar_shape.h"

namespace sparsim {

/// The Verilated models of one shape.
template <int inputs, int lanes, bool skip_zero_window, class ArbiterModel, class SparseDotModel, class DenseDotModel>
struct BuiltRtl {
  static constexpr CrossbarShape kShape{inputs, lanes, skip_zero_window};
  using Arbiter = ArbiterModel;
  using SparseDot = SparseDotModel;
  using DenseDot = DenseDotModel;  // which skips nothing
};

template <class... Built>
struct BuiltList {};

[[noreturn]] void throw_not_built(const CrossbarShape& shape);

/// What `make` makes of the BuiltRtl of that shape.
template <class Interface, class Make, class... Built>
std::unique_ptr<Interface> make_built(BuiltList<Built...>, const CrossbarShape& shape, Make make) {
  std::unique_ptr<Interface> made;
  ((Built::kShape == shape && (made = make(Built{}))) || ...);
  if (!made) throw_not_built(shape);
  return made;
}

}  // namespace sparsim
