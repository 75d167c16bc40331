#pragma once

#include <algorithm>
#include <memory>

#include "models/crossbar/crossbar_shape.h"

namespace sparsim {

/// How to make what stands behind an interface for one of the built shapes.
template <class Interface>
struct RtlMaker {
  CrossbarShape shape;
  std::unique_ptr<Interface> (*make)(const CrossbarShape&);
};

template <class Interface, class Adapter>
std::unique_ptr<Interface> make_rtl(const CrossbarShape& shape) {
  return std::make_unique<Adapter>(shape);
}

[[noreturn]] void throw_not_built(const CrossbarShape& shape);

template <class Interface, std::size_t count>
std::unique_ptr<Interface> make_rtl(const RtlMaker<Interface> (&makers)[count], const CrossbarShape& shape) {
  for (const RtlMaker<Interface>& maker : makers)
    if (maker.shape == shape) return maker.make(shape);
  throw_not_built(shape);
}

}  // namespace sparsim
