#include "models/core/bit_mask.h"

#include <algorithm>
#include <cstring>

#include "models/core/error.h"

namespace sparsim {
namespace {

std::uint64_t low_bits(std::size_t n) { return n >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1; }

std::size_t popcount(std::uint64_t word) { return static_cast<std::size_t>(__builtin_popcountll(word)); }

}  // namespace

BitMask::BitMask(std::size_t size, bool value)
    : size_(size), words_((size + 63) / 64, value ? ~std::uint64_t{0} : std::uint64_t{0}) {
  if (value && size % 64 != 0) words_.back() = low_bits(size % 64);
}

void BitMask::set(std::size_t i, bool value) {
  const std::uint64_t bit = std::uint64_t{1} << (i % 64);
  if (value)
    words_[i / 64] |= bit;
  else
    words_[i / 64] &= ~bit;
}

std::size_t BitMask::count() const {
  std::size_t total = 0;
  for (const std::uint64_t word : words_) total += popcount(word);
  return total;
}

std::size_t BitMask::count(std::size_t begin, std::size_t end) const {
  std::size_t total = 0;
  while (begin < end) {
    const std::size_t take = std::min(end - begin, 64 - begin % 64);
    total += popcount((words_[begin / 64] >> (begin % 64)) & low_bits(take));
    begin += take;
  }
  return total;
}

BitMask& BitMask::operator&=(const BitMask& other) {
  SPARSIM_CHECK(size_ == other.size_, "masks of {} and {} bits", size_, other.size_);
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
  return *this;
}

std::vector<std::uint8_t> BitMask::to_bytes() const {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are written as they lie in memory");
  std::vector<std::uint8_t> bytes((size_ + 7) / 8);
  if (!bytes.empty()) std::memcpy(bytes.data(), words_.data(), bytes.size());
  return bytes;
}

BitMask BitMask::from_bytes(const std::uint8_t* bytes, std::size_t size) {
  BitMask mask(size);
  if (size != 0) std::memcpy(mask.words_.data(), bytes, (size + 7) / 8);
  if (size % 64 != 0) mask.words_.back() &= low_bits(size % 64);
  return mask;
}

}  // namespace sparsim
