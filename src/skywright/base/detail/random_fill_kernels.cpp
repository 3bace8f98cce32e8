#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "skywright/base/detail/random_fill_kernels.cpp"
#include "skywright/base/detail/random_fill_kernels.h"

#include <hwy/foreach_target.h>
// Highway's order: foreach_target.h, then highway.h.
#include <algorithm>
#include <cstring>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace skywright::detail::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// At most 16 lanes: a group of 16 Philox blocks is walked in equal steps by every target.
using F = hn::CappedTag<float, 16>;
using I = hn::RebindToSigned<F>;
using U = hn::RebindToUnsigned<F>;
using VF = hn::Vec<F>;
using VU = hn::Vec<U>;

HWY_INLINE VU high_product(VU a, VU m) {
  const U u;
#if HWY_TARGET == HWY_SCALAR
  return hn::Set(u, static_cast<std::uint32_t>(
                        (std::uint64_t{hn::GetLane(a)} * std::uint64_t{hn::GetLane(m)}) >> 32));
#else
  const auto even = hn::BitCast(u, hn::MulEven(a, m));
  const auto odd = hn::BitCast(u, hn::MulEven(hn::Shuffle2301(a), m));
  return hn::OddEven(odd, hn::Shuffle2301(even));
#endif
}

struct Words {
  VU w0, w1, w2, w3;
};

HWY_INLINE Words philox(VU c0, VU c1, VU c2, VU c3, std::uint32_t k0, std::uint32_t k1) {
  const U u;
  const VU m0 = hn::Set(u, 0xD2511F53U);
  const VU m1 = hn::Set(u, 0xCD9E8D57U);
  for (int round = 0; round < 10; ++round) {
    const VU high_a = high_product(c0, m0);
    const VU low_a = hn::Mul(c0, m0);
    const VU high_b = high_product(c2, m1);
    const VU low_b = hn::Mul(c2, m1);
    c0 = hn::Xor(hn::Xor(high_b, c1), hn::Set(u, k0));
    c1 = low_b;
    c2 = hn::Xor(hn::Xor(high_a, c3), hn::Set(u, k1));
    c3 = low_a;
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  return {c0, c1, c2, c3};
}

HWY_INLINE VF log_unit_interval(VF x) {
  const F f;
  const I i;
  const auto shifted = hn::Sub(hn::BitCast(i, x), hn::Set(i, 0x3f3504f3));
  const VF e = hn::ConvertTo(f, hn::ShiftRight<23>(shifted));
  const VF m =
      hn::BitCast(f, hn::Add(hn::And(shifted, hn::Set(i, 0x007fffff)), hn::Set(i, 0x3f3504f3)));
  const VF t = hn::Sub(m, hn::Set(f, 1.0F));
  const VF z = hn::Mul(t, t);
  VF p = hn::Set(f, kLog[0]);
  for (std::size_t k = 1; k < kLog.size(); ++k) p = hn::Add(hn::Mul(p, t), hn::Set(f, kLog[k]));
  VF y = hn::Sub(hn::Mul(hn::Mul(p, t), z), hn::Mul(hn::Set(f, 0.5F), z));
  y = hn::Add(y, t);
  y = hn::Add(y, hn::Mul(e, hn::Set(f, kLn2Low)));
  return hn::Add(y, hn::Mul(e, hn::Set(f, kLn2High)));
}

HWY_INLINE void store_pair(VU u_word, VU v_word, float* HWY_RESTRICT a, float* HWY_RESTRICT b) {
  const F f;
  const I i;
  const U un;
  const VF u = hn::Mul(
      hn::Add(hn::ConvertTo(f, hn::BitCast(i, hn::ShiftRight<1>(u_word))), hn::Set(f, 0.5F)),
      hn::Set(f, 0x1.0p-31F));
  const VF radius = hn::Sqrt(hn::Mul(hn::Set(f, -2.0F), log_unit_interval(u)));
  const VU turned = hn::Add(v_word, hn::Set(un, 0x20000000U));
  const VU quadrant = hn::ShiftRight<30>(turned);
  const auto rest =
      hn::Sub(hn::BitCast(i, hn::And(turned, hn::Set(un, 0x3fffffffU))), hn::Set(i, 0x20000000));
  const VF angle = hn::Mul(hn::ConvertTo(f, rest), hn::Set(f, kTurn));
  const VF z = hn::Mul(angle, angle);
  VF sine = hn::Add(hn::Mul(hn::Set(f, kSin[0]), z), hn::Set(f, kSin[1]));
  sine = hn::Add(hn::Mul(sine, z), hn::Set(f, kSin[2]));
  sine = hn::Add(hn::Mul(hn::Mul(sine, z), angle), angle);
  VF cosine = hn::Add(hn::Mul(hn::Set(f, kCos[0]), z), hn::Set(f, kCos[1]));
  cosine = hn::Add(hn::Mul(cosine, z), hn::Set(f, kCos[2]));
  cosine = hn::Sub(hn::Mul(cosine, hn::Mul(z, z)), hn::Mul(hn::Set(f, 0.5F), z));
  cosine = hn::Add(cosine, hn::Set(f, 1.0F));
  const auto odd =
      hn::MaskFromVec(hn::BitCast(f, hn::Sub(hn::Zero(un), hn::And(quadrant, hn::Set(un, 1U)))));
  const VF s = hn::IfThenElse(odd, cosine, sine);
  const VF c = hn::IfThenElse(odd, sine, cosine);
  // Bit 1 of the quadrant, moved to the sign.
  const VU two = hn::Set(un, 2U);
  const VF s_sign = hn::BitCast(f, hn::ShiftLeft<30>(hn::And(quadrant, two)));
  const VF c_sign =
      hn::BitCast(f, hn::ShiftLeft<30>(hn::And(hn::Add(quadrant, hn::Set(un, 1U)), two)));
  hn::StoreU(hn::Mul(radius, hn::Xor(c, c_sign)), f, a);
  hn::StoreU(hn::Mul(radius, hn::Xor(s, s_sign)), f, b);
}

HWY_INLINE void fill_group(const std::uint32_t* unit, std::uint64_t group,
                           float* HWY_RESTRICT out) {
  const U u;
  const std::size_t lanes = hn::Lanes(u);
  const std::uint64_t base = group * 16;  // the low word never carries within a group
  for (std::size_t l = 0; l < 16; l += lanes) {
    const VU c0 = hn::Add(hn::Set(u, static_cast<std::uint32_t>(base + l)), hn::Iota(u, 0));
    const Words w = philox(c0, hn::Set(u, static_cast<std::uint32_t>(base >> 32)),
                           hn::Set(u, unit[2]), hn::Set(u, unit[3]), unit[0], unit[1]);
    store_pair(w.w0, w.w1, out + l, out + 16 + l);
    store_pair(w.w2, w.w3, out + 32 + l, out + 48 + l);
  }
}

void fill_normals_impl(const std::uint32_t* unit, std::uint64_t first, float* out,
                       std::size_t count) {
  std::size_t i = 0;
  for (; i + 64 <= count; i += 64) fill_group(unit, (first + i) / 64, out + i);
  if (i < count) {
    float rest[64];
    fill_group(unit, (first + i) / 64, rest);
    std::memcpy(out + i, rest, (count - i) * sizeof(float));
  }
}

HWY_INLINE VF poisson_count(VF mean, VF z) {
  const F f;
  const VF lambda = hn::Max(mean, hn::Set(f, 1.0F));
  const VF variance = hn::Sub(lambda, hn::Set(f, 1.0F / 12.0F));
  const VF sigma = hn::Sqrt(variance);
  const VF skewness = hn::Div(lambda, hn::Mul(variance, sigma));
  const VF kurtosis = hn::Div(lambda, hn::Mul(variance, variance));
  const VF z2 = hn::Mul(z, z);
  const VF z3 = hn::Mul(z2, z);
  VF w = hn::Add(
      z, hn::Mul(hn::Mul(skewness, hn::Set(f, 1.0F / 6.0F)), hn::Sub(z2, hn::Set(f, 1.0F))));
  w = hn::Add(w, hn::Mul(hn::Mul(kurtosis, hn::Set(f, 1.0F / 24.0F)),
                         hn::Sub(z3, hn::Mul(hn::Set(f, 3.0F), z))));
  w = hn::Sub(w, hn::Mul(hn::Mul(hn::Mul(skewness, skewness), hn::Set(f, 1.0F / 36.0F)),
                         hn::Sub(hn::Mul(hn::Set(f, 2.0F), z3), hn::Mul(hn::Set(f, 5.0F), z))));
  return hn::Max(hn::Round(hn::Add(lambda, hn::Mul(sigma, w))), hn::Zero(f));
}

void expand_poisson_impl(const float* mean, float* counts, std::size_t count) {
  const F f;
  const std::size_t lanes = hn::Lanes(f);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes)
    hn::StoreU(poisson_count(hn::LoadU(f, mean + i), hn::LoadU(f, counts + i)), f, counts + i);
  if (i < count) {
    float means[16] = {};
    float values[16] = {};
    std::memcpy(means, mean + i, (count - i) * sizeof(float));
    std::memcpy(values, counts + i, (count - i) * sizeof(float));
    hn::StoreU(poisson_count(hn::LoadU(f, means), hn::LoadU(f, values)), f, values);
    std::memcpy(counts + i, values, (count - i) * sizeof(float));
  }
}

}  // namespace skywright::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace skywright::detail {

HWY_EXPORT(fill_normals_impl);
HWY_EXPORT(expand_poisson_impl);

void fill_normals(const std::array<std::uint32_t, 4>& unit, std::uint64_t first,
                  std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(fill_normals_impl)(unit.data(), first, out.data(), out.size());
}

void expand_poisson(std::span<const float> mean, std::span<float> counts) {
  HWY_DYNAMIC_DISPATCH(expand_poisson_impl)(mean.data(), counts.data(), counts.size());
}

}  // namespace skywright::detail
#endif
