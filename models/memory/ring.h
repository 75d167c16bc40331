#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sparsim {

/// A queue in one piece of memory, of at most `capacity` elements.
template <class T>
class Ring {
 public:
  explicit Ring(std::int64_t capacity) : slots_(static_cast<std::size_t>(capacity)) {}

  bool empty() const { return size_ == 0; }
  bool full() const { return size_ == slots_.size(); }
  /// Not to be called when empty.
  T& front() { return slots_[first_]; }
  const T& front() const { return slots_[first_]; }
  void pop_front() {
    first_ = first_ + 1 == slots_.size() ? 0 : first_ + 1;
    --size_;
  }
  /// Not to be called when full.
  void push_back(const T& value) {
    const std::size_t last = first_ + size_;
    slots_[last < slots_.size() ? last : last - slots_.size()] = value;
    ++size_;
  }

 private:
  std::vector<T> slots_;
  std::size_t first_ = 0, size_ = 0;
};

}  // namespace sparsim
