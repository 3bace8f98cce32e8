/// Random numbers in bulk, for images: one a pixel, addressed by the pixel's index.
///
///     const auto noise = RandomField::for_unit(seed, {visit, detector}, "photon_noise");
///     noise.poisson(row * stride, expected_electrons, electrons);
///
/// Number i of a field is a pure function of the field and i, so that tiles may be filled in any
/// order. Vector code (Google Highway, chosen at run time) and the plain twin in
/// `reference::` give the same bits on every machine: only +, *, / and square roots, which IEEE 754
/// rounds one way, and no fused operation.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace skywright {

class RandomField {
 public:
  static constexpr std::uint64_t kAlign = 64;  ///< `first` is a multiple of this

  static RandomField for_unit(std::uint64_t seed, std::initializer_list<std::int64_t> ids,
                              std::string_view purpose);

  /// Standard normal numbers first, first + 1, ... (Box-Muller on Philox4x32-10).
  /// @pre first % kAlign == 0
  void normals(std::uint64_t first, std::span<float> out) const;

  /// Poisson counts of the given means. From a mean of 24 up by the Cornish-Fisher expansion of a
  /// normal number to third order with Sheppard's correction, rounded: its error in the
  /// distribution function is below 1e-4 there. Below that by inversion, exact.
  /// @pre first % kAlign == 0; the spans are of one length; means >= 0
  void poisson(std::uint64_t first, std::span<const float> mean, std::span<float> counts) const;

  [[nodiscard]] const std::array<std::uint32_t, 4>& unit() const { return unit_; }

 private:
  explicit RandomField(std::array<std::uint32_t, 4> unit) : unit_(unit) {}
  std::array<std::uint32_t, 4> unit_;  ///< key (two words), upper half of the counter (two words)
};

/// The mean from which `RandomField::poisson` expands about a normal number.
constexpr float kPoissonExpansionFrom = 24.0F;

namespace reference {
/// Plain twins of the above, one number at a time.
void normals(const RandomField& field, std::uint64_t first, std::span<float> out);
void poisson(const RandomField& field, std::uint64_t first, std::span<const float> mean,
             std::span<float> counts);
}  // namespace reference

}  // namespace skywright
