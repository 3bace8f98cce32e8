/// A set of HEALPix pixels of mixed orders, as sorted ranges of order 29: a multi-order coverage
/// map.
///
/// IVOA Recommendation MOC 2.0 (2022): the space dimension, NESTED, ICRS.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/sphere/healpix.h"

namespace skywright::sphere {

/// Pixels begin .. end-1 of order 29.
struct PixelRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  friend constexpr bool operator==(const PixelRange&, const PixelRange&) = default;
};

class Moc {
 public:
  Moc() = default;
  /// Any ranges; they are sorted, joined, and emptied of empty ones.
  explicit Moc(std::vector<PixelRange> ranges);
  static Moc whole_sky();

  /// Sorted, neither overlapping nor touching.
  [[nodiscard]] const std::vector<PixelRange>& ranges() const { return ranges_; }
  [[nodiscard]] bool empty() const { return ranges_.empty(); }
  [[nodiscard]] bool contains(std::int64_t healpix_29) const;
  [[nodiscard]] bool contains(const SkyPosition& position) const;
  /// Part of the sphere that is covered, 0 to 1.
  [[nodiscard]] double sky_fraction() const;

  [[nodiscard]] Moc complement() const;
  friend Moc operator|(const Moc& a, const Moc& b);  ///< in either
  friend Moc operator&(const Moc& a, const Moc& b);  ///< in both
  friend Moc operator-(const Moc& a, const Moc& b);  ///< in a and not in b
  friend bool operator==(const Moc&, const Moc&) = default;

  /// All pixels of `order` that it touches.
  [[nodiscard]] std::vector<std::int64_t> pixels(int order) const;

  /// The ASCII form: "3/5 7-9 4/112", orders ascending, largest pixels first.
  [[nodiscard]] std::string text() const;
  /// @throws InputError naming the token that is wrong
  static Moc from_text(std::string_view text);

 private:
  std::vector<PixelRange> ranges_;
};

}  // namespace skywright::sphere
