#include "skywright/base/random_stream.h"

#include <cmath>
#include <numbers>

#include "skywright/base/hash.h"

namespace skywright {
namespace {

constexpr double kTwoPi = 2.0 * std::numbers::pi;

/// ln(k!) to 1e-10 of its value: a table below 16, Stirling's series above.
double log_factorial(double k) {
  static constexpr std::array<double, 16> kTable = {0.0,
                                                    0.0,
                                                    0.69314718055994531,
                                                    1.7917594692280550,
                                                    3.1780538303479458,
                                                    4.7874917427820460,
                                                    6.5792512120101010,
                                                    8.5251613610654143,
                                                    10.604602902745251,
                                                    12.801827480081469,
                                                    15.104412573075516,
                                                    17.502307845873887,
                                                    19.987214495661885,
                                                    22.552163853123425,
                                                    25.191221182738680,
                                                    27.899271383840890};
  if (k < 16.0) return kTable[static_cast<std::size_t>(k)];
  const double x = k + 1.0;
  const double inv = 1.0 / x;
  return (x - 0.5) * std::log(x) - x + 0.91893853320467274 +
         inv * (1.0 / 12.0 - inv * inv * (1.0 / 360.0 - inv * inv / 1260.0));
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53U} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57U} * counter[2];
    counter = {
        static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
        static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9U;
    key[1] += 0xBB67AE85U;
  }
  return counter;
}

RandomStream RandomStream::for_unit(std::uint64_t seed, std::initializer_list<std::int64_t> ids,
                                    std::string_view purpose) {
  // Two independent 64-bit hashes of the unit make 128 bits, so that two units never share a stream
  // by chance in any survey that could be run.
  std::uint64_t a = mixed(seed ^ 0x5851F42D4C957F2DULL);
  std::uint64_t b = mixed(seed + 0x9E3779B97F4A7C15ULL);
  const auto absorb = [&](std::uint64_t v) {
    a = mixed(a ^ v);
    b = mixed(b + v * 0xD1342543DE82EF95ULL);
  };
  for (const std::int64_t id : ids) absorb(static_cast<std::uint64_t>(id));
  absorb(text_hash(purpose));
  return {{static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(a >> 32)},
          {static_cast<std::uint32_t>(b), static_cast<std::uint32_t>(b >> 32)}};
}

void RandomStream::refill() {
  words_ = philox4x32({static_cast<std::uint32_t>(block_), static_cast<std::uint32_t>(block_ >> 32),
                       high_[0], high_[1]},
                      key_);
  ++block_;
  used_ = 0;
}

std::uint32_t RandomStream::word() {
  if (used_ == 4) refill();
  return words_[static_cast<std::size_t>(used_++)];
}

std::uint64_t RandomStream::word64() {
  const std::uint64_t high = word();
  return (high << 32) | word();
}

double RandomStream::uniform() { return (static_cast<double>(word64() >> 11) + 0.5) * 0x1.0p-53; }

double RandomStream::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_normal_;
  }
  const double radius = std::sqrt(-2.0 * std::log(uniform()));
  const double angle = kTwoPi * uniform();
  spare_normal_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

double RandomStream::exponential() { return -std::log(uniform()); }

std::int64_t RandomStream::poisson(double mean) {
  if (mean <= 0.0) return 0;
  if (mean < 10.0) {
    const double limit = std::exp(-mean);
    std::int64_t k = 0;
    double product = uniform();
    while (product > limit) {
      product *= uniform();
      ++k;
    }
    return k;
  }
  // Transformed rejection with squeeze, algorithm PTRS (Hoermann 1993, Insurance: Mathematics and
  // Economics 12, 39).
  const double log_mean = std::log(mean);
  const double b = 0.931 + 2.53 * std::sqrt(mean);
  const double a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  const double v_r = 0.9277 - 3.6224 / (b - 2.0);
  for (;;) {
    const double u = uniform() - 0.5;
    const double v = uniform();
    const double us = 0.5 - std::abs(u);
    const double k = std::floor((2.0 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= v_r) return static_cast<std::int64_t>(k);
    if (k < 0.0 || (us < 0.013 && v > us)) continue;
    if (std::log(v) + std::log(inverse_alpha) - std::log(a / (us * us) + b) <=
        -mean + k * log_mean - log_factorial(k)) {
      return static_cast<std::int64_t>(k);
    }
  }
}

std::int64_t RandomStream::below(std::int64_t n) {
  // Lemire's multiply-shift with rejection: exact for any n.
  const auto range = static_cast<std::uint64_t>(n);
  const std::uint64_t threshold = (0 - range) % range;
  for (;;) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(word64()) * range;
    if (static_cast<std::uint64_t>(product) >= threshold)
      return static_cast<std::int64_t>(product >> 64);
  }
}

void RandomStream::fill_normal(std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); i += 2) {
    const double u = (static_cast<double>(word()) + 0.5) * 0x1.0p-32;
    const double v = (static_cast<double>(word()) + 0.5) * 0x1.0p-32;
    const float radius = static_cast<float>(std::sqrt(-2.0 * std::log(u)));
    const float angle = static_cast<float>(kTwoPi * v);
    out[i] = radius * std::cos(angle);
    if (i + 1 < out.size()) out[i + 1] = radius * std::sin(angle);
  }
}

}  // namespace skywright
