#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sparsim {

/// One bit a value, packed 64 to a word, lowest bit first; bits past the end are zero. Which values it speaks of
/// (an NHWC feature map, the filters of a layer) its owner says.
class BitMask {
 public:
  BitMask() = default;
  explicit BitMask(std::size_t size, bool value = false);

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool test(std::size_t i) const { return (words_[i / 64] >> (i % 64)) & 1u; }
  void set(std::size_t i, bool value = true);
  std::size_t count() const;
  /// Set bits among [begin, end).
  std::size_t count(std::size_t begin, std::size_t end) const;
  bool all() const { return count() == size_; }
  /// Share of set bits; 1 for an empty mask.
  double density() const { return empty() ? 1.0 : static_cast<double>(count()) / static_cast<double>(size_); }

  BitMask& operator&=(const BitMask& other);
  friend bool operator==(const BitMask& a, const BitMask& b) { return a.size_ == b.size_ && a.words_ == b.words_; }
  friend bool operator!=(const BitMask& a, const BitMask& b) { return !(a == b); }

  const std::vector<std::uint64_t>& words() const { return words_; }

  /// Little-endian bytes, bit 0 of byte 0 first (NumPy: unpackbits(bitorder="little")); ceil(size / 8) of them.
  std::vector<std::uint8_t> to_bytes() const;
  static BitMask from_bytes(const std::uint8_t* bytes, std::size_t size);

 private:
  std::size_t size_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace sparsim
