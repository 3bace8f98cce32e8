#include "skywright/base/random_fill.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>

#include "skywright/base/detail/random_fill_kernels.h"
#include "skywright/base/hash.h"
#include "skywright/base/random_stream.h"

namespace skywright {
namespace {

/// Sequential search of the distribution function: exact, one uniform number a count.
float small_poisson(const std::array<std::uint32_t, 4>& unit, std::uint64_t index, double mean) {
  if (!(mean > 0.0)) return 0.0F;
  // The upper bit of the counter keeps these blocks apart from those of the normal numbers.
  const auto words =
      philox4x32({static_cast<std::uint32_t>(index),
                  static_cast<std::uint32_t>(index >> 32) | 0x80000000U, unit[2], unit[3]},
                 {unit[0], unit[1]});
  const std::uint64_t word = (std::uint64_t{words[0]} << 32) | words[1];
  double left = (static_cast<double>(word >> 11) + 0.5) * 0x1.0p-53;
  double term = std::exp(-mean);
  int count = 0;
  // 200 lies beyond the 1e-16 quantile of any mean below 24.
  while (left > term && count < 200) {
    left -= term;
    ++count;
    term *= mean / count;
  }
  return static_cast<float>(count);
}

void replace_small(const RandomField& field, std::uint64_t first, std::span<const float> mean,
                   std::span<float> counts) {
  for (std::size_t i = 0; i < mean.size(); ++i)
    if (mean[i] < kPoissonExpansionFrom)
      counts[i] = small_poisson(field.unit(), first + i, static_cast<double>(mean[i]));
}

float log_unit_interval(float x) {
  std::int32_t bits = 0;
  std::memcpy(&bits, &x, sizeof bits);
  const std::int32_t shifted = bits - 0x3f3504f3;
  const auto e = static_cast<float>(shifted >> 23);
  const std::int32_t mantissa_bits = (shifted & 0x007fffff) + 0x3f3504f3;
  float m = 0.0F;
  std::memcpy(&m, &mantissa_bits, sizeof m);
  const float f = m - 1.0F;
  const float z = f * f;
  float p = detail::kLog[0];
  for (std::size_t i = 1; i < detail::kLog.size(); ++i) p = p * f + detail::kLog[i];
  return ((((p * f) * z - 0.5F * z) + f) + e * detail::kLn2Low) + e * detail::kLn2High;
}

struct NormalPair {
  float a, b;
};

NormalPair normal_pair(std::uint32_t u_word, std::uint32_t v_word) {
  const float u = (static_cast<float>(static_cast<std::int32_t>(u_word >> 1)) + 0.5F) * 0x1.0p-31F;
  const float radius = std::sqrt(-2.0F * log_unit_interval(u));
  const std::uint32_t turned = v_word + 0x20000000U;
  const std::uint32_t quadrant = turned >> 30;
  const auto rest = static_cast<std::int32_t>(turned & 0x3fffffffU) - 0x20000000;
  const float angle = static_cast<float>(rest) * detail::kTurn;
  const float z = angle * angle;
  const float sine =
      ((detail::kSin[0] * z + detail::kSin[1]) * z + detail::kSin[2]) * z * angle + angle;
  const float cosine =
      ((detail::kCos[0] * z + detail::kCos[1]) * z + detail::kCos[2]) * (z * z) - 0.5F * z + 1.0F;
  const bool swap = (quadrant & 1U) != 0;
  float s = swap ? cosine : sine;
  float c = swap ? sine : cosine;
  if ((quadrant & 2U) != 0) s = -s;
  if (((quadrant + 1U) & 2U) != 0) c = -c;
  return {radius * c, radius * s};
}

}  // namespace

RandomField RandomField::for_unit(std::uint64_t seed, std::initializer_list<std::int64_t> ids,
                                  std::string_view purpose) {
  auto stream = RandomStream::for_unit(seed, ids, purpose);
  std::array<std::uint32_t, 4> unit{};
  for (std::uint32_t& word : unit) word = stream.word();
  return RandomField(unit);
}

void RandomField::normals(std::uint64_t first, std::span<float> out) const {
  assert(first % kAlign == 0);
  detail::fill_normals(unit_, first, out);
}

void RandomField::poisson(std::uint64_t first, std::span<const float> mean,
                          std::span<float> counts) const {
  assert(first % kAlign == 0 && mean.size() == counts.size());
  detail::fill_normals(unit_, first, counts);
  detail::expand_poisson(mean, counts);
  replace_small(*this, first, mean, counts);
}

namespace reference {

void normals(const RandomField& field, std::uint64_t first, std::span<float> out) {
  const auto& unit = field.unit();
  for (std::size_t i = 0; i < out.size(); ++i) {
    // A group of 16 Philox blocks makes 64 numbers: number k * 16 + l is the k-th of block l.
    const std::uint64_t index = first + i;
    const std::uint64_t block = index / 64 * 16 + index % 16;
    const auto words = philox4x32({static_cast<std::uint32_t>(block),
                                   static_cast<std::uint32_t>(block >> 32), unit[2], unit[3]},
                                  {unit[0], unit[1]});
    const std::uint64_t k = index % 64 / 16;
    const NormalPair pair =
        k < 2 ? normal_pair(words[0], words[1]) : normal_pair(words[2], words[3]);
    out[i] = k % 2 == 0 ? pair.a : pair.b;
  }
}

void poisson(const RandomField& field, std::uint64_t first, std::span<const float> mean,
             std::span<float> counts) {
  normals(field, first, counts);
  for (std::size_t i = 0; i < mean.size(); ++i) {
    const float lambda = std::max(mean[i], 1.0F);
    const float variance = lambda - 1.0F / 12.0F;
    const float sigma = std::sqrt(variance);
    const float skewness = lambda / (variance * sigma);
    const float kurtosis = lambda / (variance * variance);
    const float z = counts[i];
    const float z2 = z * z;
    const float z3 = z2 * z;
    const float w = ((z + (skewness * (1.0F / 6.0F)) * (z2 - 1.0F)) +
                     (kurtosis * (1.0F / 24.0F)) * (z3 - 3.0F * z)) -
                    (skewness * skewness * (1.0F / 36.0F)) * (2.0F * z3 - 5.0F * z);
    counts[i] = std::max(std::nearbyint(lambda + sigma * w), 0.0F);
  }
  replace_small(field, first, mean, counts);
}

}  // namespace reference
}  // namespace skywright
