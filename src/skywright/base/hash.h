/// Small deterministic hashes for keys and random streams; not for security.
#pragma once

#include <cstdint>
#include <string_view>

namespace skywright {

/// A bijection of 64-bit words in which every input bit moves every output bit (MurmurHash3's
/// finaliser with Stafford's "Mix13" constants).
constexpr std::uint64_t mixed(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xBF58476D1CE4E5B9ULL;
  x ^= x >> 27;
  x *= 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

/// FNV-1a of the bytes, then mixed.
constexpr std::uint64_t text_hash(std::string_view text) {
  std::uint64_t h = 0xCBF29CE484222325ULL;
  for (const char c : text) {
    h ^= static_cast<unsigned char>(c);
    h *= 0x100000001B3ULL;
  }
  return mixed(h);
}

}  // namespace skywright
