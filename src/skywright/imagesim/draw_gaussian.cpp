#include "skywright/imagesim/draw_gaussian.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numbers>

#include "skywright/base/vector_clones.h"

namespace skywright::imagesim {
namespace {

constexpr int kColumns = 8;

// GCC's vectors: the same operations on each column whatever registers a clone has.
typedef float Floats __attribute__((vector_size(kColumns * sizeof(float))));
typedef std::int32_t Whole __attribute__((vector_size(kColumns * sizeof(float))));

/// Rows after which value and ratio are computed anew. Errors grow by the square of the rows since:
/// the ratio's change carries half a unit of rounding and so does each product, 9e-8 together, and
/// the ratio starts out wrong by 3e-7; after 24 rows 9e-8 * 24^2 / 2 + 3e-7 * 24 = 3.3e-5.
constexpr int kFresh = 24;

/// log2 of a Gaussian over columns t and rows s of a block: a + t (b + t c) + s (d + t e + s f).
struct Exponent {
  float a, b, c, d, e, f;
};

[[gnu::always_inline]] inline void add_row(float* at, const Floats& value, int width) {
  if (width == kColumns) {
    Floats pixels;
    std::memcpy(&pixels, at, sizeof pixels);
    pixels += value;
    std::memcpy(at, &pixels, sizeof pixels);
  } else {
    for (int k = 0; k < width; ++k) at[k] += value[k];
  }
}

/// Add 2^above to `up` rows of `width` columns, the first at `at`, each a stride after the one
/// before, and 2^below to the `down` rows before it, counted from there. Along a column the value's
/// ratio from row to row itself changes by a constant ratio: two products a pixel. Each waits for
/// the last one, so both ways are walked at once.
SKYWRIGHT_VECTOR_CLONES
void add_columns(float* __restrict at, std::ptrdiff_t stride, int up, int down, int width,
                 const Exponent& above, const Exponent& below, float change) {
  constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: adding it rounds to a whole number
  const Floats t = {0, 1, 2, 3, 4, 5, 6, 7};
  const Floats lowest = Floats{} - 126.0F;
  const Floats highest = Floats{} + 126.0F;
  float* upper = at;
  float* lower = at - stride;
  for (int s0 = 0; s0 < std::max(up, down); s0 += kFresh) {
    const float s = static_cast<float>(s0);
    Floats powers[4];
    for (int way = 0; way < 2; ++way) {
      const Exponent& x = way == 0 ? above : below;
      powers[way] = x.a + t * (x.b + t * x.c) + s * (x.d + t * x.e + s * x.f);
      powers[way + 2] = x.d + t * x.e + x.f * (2.0F * s + 1.0F);
    }
    for (Floats& power : powers) {
      // 2^p by its whole part in the exponent's bits and Taylor terms of 2^f = e^(f ln 2),
      // |f| <= 1/2, for the rest: relative error below 3e-7.
      Floats p = power < lowest ? lowest : power;
      p = p > highest ? highest : p;
      const Floats shifted = p + kRound;
      const Floats f = p - (shifted - kRound);
      const Whole n = std::bit_cast<Whole>(shifted) << 23;
      Floats y = f * 1.5403530e-4F + 1.3333558e-3F;
      y = y * f + 9.6181291e-3F;
      y = y * f + 5.5504109e-2F;
      y = y * f + 2.4022651e-1F;
      y = y * f + 6.9314718e-1F;
      y = y * f + 1.0F;
      power = std::bit_cast<Floats>(std::bit_cast<Whole>(y) + n);
    }
    // Out of the array, so that they stay in registers.
    Floats value_up = powers[0], value_down = powers[1];
    Floats ratio_up = powers[2], ratio_down = powers[3];
    const int up_here = std::clamp(up - s0, 0, kFresh);
    const int down_here = std::clamp(down - s0, 0, kFresh);
    const int both = std::min(up_here, down_here);
    for (int i = 0; i < both; ++i) {
      add_row(upper, value_up, width);
      add_row(lower, value_down, width);
      value_up *= ratio_up;
      value_down *= ratio_down;
      ratio_up *= change;
      ratio_down *= change;
      upper += stride;
      lower -= stride;
    }
    for (int i = both; i < up_here; ++i) {
      add_row(upper, value_up, width);
      value_up *= ratio_up;
      ratio_up *= change;
      upper += stride;
    }
    for (int i = both; i < down_here; ++i) {
      add_row(lower, value_down, width);
      value_down *= ratio_down;
      ratio_down *= change;
      lower -= stride;
    }
  }
}

/// As draw_gaussian, for one that is wide enough. A clone too: rounding is a call without it.
SKYWRIGHT_VECTOR_CLONES
void draw_blocks(image::ImageView<float> pixels, double x, double y, double peak, double reach,
                 const PixelGaussian& g) {
  const double determinant = g.xx * g.yy - g.xy * g.xy;
  const double p = g.yy / determinant;
  const double q = -g.xy / determinant;
  const double r = g.xx / determinant;
  const double half_width = std::sqrt(reach * g.xx);
  // Whole blocks about the centre, so that what they draw beyond the contour shifts no centroid.
  const double blocks = std::ceil(2.0 * half_width / kColumns);
  const double from = std::nearbyint(x - (0.5 * kColumns * blocks - 0.5));
  if (from + kColumns * blocks <= 0.0 || from >= pixels.width()) return;
  const int first = static_cast<int>(std::max(0.0, from));
  const int stop = static_cast<int>(std::min<double>(pixels.width(), from + kColumns * blocks));
  const double top_at = g.xy / g.yy * std::sqrt(reach * g.yy);  // of the contour, from x
  // Rows that the contour reaches over a column, from y.
  const double slope = g.xy / g.xx;
  const double across = determinant / (g.xx * g.xx);
  const auto middle = [&](double dx) { return slope * dx; };
  const auto half = [&](double dx) {
    return std::sqrt(std::max(0.0, across * (reach * g.xx - dx * dx)));
  };
  constexpr double kLog2e = std::numbers::log2e;
  const double log_peak = std::log2(peak);
  const double c = -0.5 * kLog2e * p;
  const double e = -kLog2e * q;
  const double f = -0.5 * kLog2e * r;
  const auto change = static_cast<float>(std::exp2(2.0 * f));
  for (int column = first; column < stop; column += kColumns) {
    const int width = std::min(kColumns, stop - column);
    const double left = column - x;
    const double right = left + width - 1;
    const double highest = std::clamp(top_at, left, right);
    const double lowest = std::clamp(-top_at, left, right);
    const double up_to = y + middle(highest) + half(highest);
    const double down_to = y + middle(lowest) - half(lowest);
    const int begin = std::max(0, static_cast<int>(std::ceil(down_to)));
    const int end = std::min(pixels.height(), static_cast<int>(std::floor(up_to)) + 1);
    if (begin >= end) continue;
    // From the ridge both ways, so that values only fall and so that no small one grows its error.
    const double ridge = y + middle(0.5 * (left + right));
    const int start = static_cast<int>(std::clamp(std::nearbyint(ridge), 0.0 + begin, end - 1.0));
    const double dy = start - y;
    const double a =
        log_peak - 0.5 * kLog2e * (p * left * left + 2.0 * q * left * dy + r * dy * dy);
    const double b = -kLog2e * (p * left + q * dy);
    const double d = -kLog2e * (q * left + r * dy);
    const auto exponent = [&](double a_, double b_, double d_, double e_) {
      return Exponent{static_cast<float>(a_), static_cast<float>(b_), static_cast<float>(c),
                      static_cast<float>(d_), static_cast<float>(e_), static_cast<float>(f)};
    };
    // The other way round, from the row below: s becomes -1 - s.
    add_columns(pixels.row(start) + column, pixels.stride(), end - start, start - begin, width,
                exponent(a, b, d, e), exponent(a - d + f, b - e, -d + 2.0 * f, -e), change);
  }
}

}  // namespace

void draw_gaussian(image::ImageView<float> pixels, int x0, int y0, double x, double y, double flux,
                   const PixelGaussian& g, double floor) {
  const double determinant = g.xx * g.yy - g.xy * g.xy;
  // Four columns beside its ridge, the value that a column starts from must not yet be below what a
  // float can hold: half a pixel is the least width across.
  const double trace = g.xx + g.yy;
  const double least = determinant / trace;  // at most twice below the smaller eigenvalue
  if (least < 0.25) {
    draw_gaussian_plain(pixels, x0, y0, x, y, flux, g, floor);
    return;
  }
  const double peak = flux * g.weight / (2.0 * std::numbers::pi * std::sqrt(determinant));
  if (!(peak > 0.0)) return;
  draw_blocks(pixels, x - x0, y - y0, peak, followed_to(peak, floor), g);
}

}  // namespace skywright::imagesim
