/// The vector kernels behind random_fill.h, and the constants that they share with the plain twin.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace skywright::detail {

void fill_normals(const std::array<std::uint32_t, 4>& unit, std::uint64_t first,
                  std::span<float> out);
/// Turn standard normal numbers in `counts` into Poisson counts of `mean` (taken as >= 1).
void expand_poisson(std::span<const float> mean, std::span<float> counts);

// Minimax polynomials of the Cephes library (Moshier 1992, logf.c, sinf.c, cosf.c): relative error
// below 2e-7 on the intervals they are used on.
inline constexpr std::array<float, 9> kLog = {
    7.0376836292e-2F,  -1.1514610310e-1F, 1.1676998740e-1F,  -1.2420140846e-1F, 1.4249322787e-1F,
    -1.6668057665e-1F, 2.0000714765e-1F,  -2.4999993993e-1F, 3.3333331174e-1F};
inline constexpr float kLn2High = 0.693359375F;
inline constexpr float kLn2Low = -2.12194440e-4F;
inline constexpr std::array<float, 3> kSin = {-1.9515295891e-4F, 8.3321608736e-3F,
                                              -1.6666654611e-1F};
inline constexpr std::array<float, 3> kCos = {2.443315711809948e-5F, -1.388731625493765e-3F,
                                              4.166664568298827e-2F};
inline constexpr float kTurn = 1.4629180792671596e-9F;  ///< 2 pi / 2^32

}  // namespace skywright::detail
