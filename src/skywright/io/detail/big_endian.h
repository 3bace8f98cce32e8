/// FITS stores all numbers with the highest byte first.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace skywright::io::detail {

static_assert(std::endian::native == std::endian::little);

template <std::size_t Size>
using UnsignedOfSize = std::conditional_t<
    Size == 1, std::uint8_t,
    std::conditional_t<Size == 2, std::uint16_t,
                       std::conditional_t<Size == 4, std::uint32_t, std::uint64_t>>>;

template <class Word>
constexpr Word swapped(Word word) {
  static_assert(std::is_unsigned_v<Word>);
  if constexpr (sizeof(Word) == 8)
    return __builtin_bswap64(word);
  else if constexpr (sizeof(Word) == 4)
    return __builtin_bswap32(word);
  else if constexpr (sizeof(Word) == 2)
    return __builtin_bswap16(word);
  else
    return word;
}

template <class T>
T from_big_endian(const void* bytes) {
  UnsignedOfSize<sizeof(T)> word;
  std::memcpy(&word, bytes, sizeof word);
  return std::bit_cast<T>(swapped(word));
}

template <class T>
void to_big_endian(T value, void* bytes) {
  const auto word = swapped(std::bit_cast<UnsignedOfSize<sizeof(T)>>(value));
  std::memcpy(bytes, &word, sizeof word);
}

/// Turn each value's bytes around where it stands.
template <class T>
void swap_in_place(T* values, std::size_t count) {
  auto* bytes = reinterpret_cast<unsigned char*>(values);
  for (std::size_t i = 0; i < count; ++i) {
    UnsignedOfSize<sizeof(T)> word;
    std::memcpy(&word, bytes + i * sizeof word, sizeof word);
    word = swapped(word);
    std::memcpy(bytes + i * sizeof word, &word, sizeof word);
  }
}

}  // namespace skywright::io::detail
