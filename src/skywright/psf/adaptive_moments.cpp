#include "skywright/psf/adaptive_moments.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "skywright/base/vector_clones.h"

namespace skywright::psf {
namespace {

constexpr int kMaxIterations = 60;
constexpr double kTolerance = 1e-5;   // of the weight's size, between iterations
constexpr double kReach2 = 20.0;      // the weight ends where its exponent is 10
constexpr double kSmallest = 0.05;    // [pixel^2]
constexpr double kLargestStep = 2.5;  // of the weight's area, one iteration

// exp(x) for x in [-80, 0], within 2e-7 of the true value; written so that loops vectorise.
inline float fast_exp(float x) {
  const float t = x * 1.44269504F;
  const auto n = static_cast<std::int32_t>(t - 0.5F);
  const float f = (t - static_cast<float>(n)) * 0.693147181F;
  float p = 1.0F / 5040.0F;
  p = p * f + 1.0F / 720.0F;
  p = p * f + 1.0F / 120.0F;
  p = p * f + 1.0F / 24.0F;
  p = p * f + 1.0F / 6.0F;
  p = p * f + 0.5F;
  p = p * f + 1.0F;
  p = p * f + 1.0F;
  return p * std::bit_cast<float>((n + 127) << 23);
}

struct Sums {
  double s = 0.0;
  double x = 0.0;
  double y = 0.0;
  double xx = 0.0;
  double yy = 0.0;
  double xy = 0.0;
  double rho4 = 0.0;
};

struct Weight {
  image::PixelPosition centre;
  Moments shape;
  [[nodiscard]] double determinant() const { return shape.ixx * shape.iyy - shape.ixy * shape.ixy; }
};

/// A row's part of the weight's ellipse.
struct EllipseRow {
  const float* pixels;
  const float* usable;  ///< null: all are
  int begin, end;
  double cx, dy;
  Moments precision;  ///< the inverse of the weight's moments
};

SKYWRIGHT_VECTOR_CLONES
void add_row(const EllipseRow& r, float* line, Sums& total) {
  const Moments& p = r.precision;
  const auto dy = static_cast<float>(r.dy);
  const auto cx = static_cast<float>(r.cx);
  const auto a = static_cast<float>(-0.5 * p.ixx);
  const auto b = static_cast<float>(-p.ixy) * dy;
  const auto c = static_cast<float>(-0.5 * p.iyy) * dy * dy;
  for (int x = r.begin; x < r.end; ++x) {
    const float dx = static_cast<float>(x) - cx;
    line[x] = fast_exp(std::min(0.0F, (a * dx + b) * dx + c)) * r.pixels[x];
  }
  if (r.usable != nullptr)
    for (int x = r.begin; x < r.end; ++x) line[x] = r.usable[x] > 0.0F ? line[x] : 0.0F;
  // Four partial sums each, in a fixed order: they fill a register, and give the same at any width.
  constexpr int kParts = 4;
  double s0[kParts] = {};
  double s1[kParts] = {};
  double s2[kParts] = {};
  double s4[kParts] = {};
  const double slope = 2.0 * p.ixy * r.dy;
  const double level = p.iyy * r.dy * r.dy;
  const auto add = [&](int x, int part) {
    const double v = static_cast<double>(line[x]);
    const double dx = x - r.cx;
    const double rho2 = (p.ixx * dx + slope) * dx + level;
    s0[part] += v;
    s1[part] += v * dx;
    s2[part] += v * dx * dx;
    s4[part] += v * rho2 * rho2;
  };
  int x = r.begin;
  for (; x + kParts <= r.end; x += kParts)
    for (int part = 0; part < kParts; ++part) add(x + part, part);
  for (; x < r.end; ++x) add(x, 0);
  const auto sum = [](const double(&parts)[kParts]) {
    return (parts[0] + parts[1]) + (parts[2] + parts[3]);
  };
  total.s += sum(s0);
  total.x += sum(s1);
  total.y += sum(s0) * r.dy;
  total.xx += sum(s2);
  total.xy += sum(s1) * r.dy;
  total.yy += sum(s0) * r.dy * r.dy;
  total.rho4 += sum(s4);
}

class WeightedSums {
 public:
  WeightedSums(image::ImageView<const float> pixels, image::ImageView<const float> usable)
      : pixels_(pixels), usable_(usable), line_(static_cast<std::size_t>(pixels.width())) {}

  Sums operator()(const Weight& weight) {
    Sums total;
    const double det = weight.determinant();
    const double pxx = weight.shape.iyy / det;
    const double pyy = weight.shape.ixx / det;
    const double pxy = -weight.shape.ixy / det;
    const double reach_y = std::sqrt(kReach2 * weight.shape.iyy);
    const int y0 = std::max(0, static_cast<int>(std::ceil(weight.centre.y - reach_y)));
    const int y1 =
        std::min(pixels_.height() - 1, static_cast<int>(std::floor(weight.centre.y + reach_y)));
    for (int y = y0; y <= y1; ++y) {
      const double dy = y - weight.centre.y;
      // pxx dx^2 + 2 pxy dx dy + pyy dy^2 <= reach: the row's part of the ellipse.
      const double middle = -pxy * dy / pxx;
      const double left = kReach2 - (pyy - pxy * pxy / pxx) * dy * dy;
      const double half = std::sqrt(std::max(0.0, left) / pxx);
      const int x0 = std::max(0, static_cast<int>(std::ceil(weight.centre.x + middle - half)));
      const int x1 = std::min(pixels_.width() - 1,
                              static_cast<int>(std::floor(weight.centre.x + middle + half)));
      if (x1 < x0) continue;
      add_row({.pixels = pixels_.row(y),
               .usable = usable_.empty() ? nullptr : usable_.row(y),
               .begin = x0,
               .end = x1 + 1,
               .cx = weight.centre.x,
               .dy = dy,
               .precision = {pxx, pyy, pxy}},
              line_.data(), total);
    }
    return total;
  }

 private:
  image::ImageView<const float> pixels_;
  image::ImageView<const float> usable_;
  std::vector<float> line_;
};

bool positive(const Moments& m) {
  return m.ixx > kSmallest && m.iyy > kSmallest && m.ixx * m.iyy - m.ixy * m.ixy > 0.0025;
}

Moments inverse(const Moments& m) {
  const double det = m.ixx * m.iyy - m.ixy * m.ixy;
  return {m.iyy / det, m.ixx / det, -m.ixy / det};
}

// The covariance C of a Gaussian profile that shows `seen` through the weight `w`:
// 1 / seen = 1 / C + 1 / w. Where that has no positive solution, twice what was seen.
Moments unweighted(const Moments& seen, const Moments& w) {
  const Moments a = inverse(seen);
  const Moments b = inverse(w);
  const Moments difference{a.ixx - b.ixx, a.iyy - b.iyy, a.ixy - b.ixy};
  const double det = difference.ixx * difference.iyy - difference.ixy * difference.ixy;
  Moments out{2.0 * seen.ixx, 2.0 * seen.iyy, 2.0 * seen.ixy};
  if (difference.ixx > 0.0 && det > 0.0) out = inverse(difference);
  const double grown = std::sqrt(out.ixx + out.iyy) / std::sqrt(w.ixx + w.iyy);
  if (grown > kLargestStep) {
    const double back = (kLargestStep * kLargestStep) / (grown * grown);
    out = {out.ixx * back, out.iyy * back, out.ixy * back};
  }
  return out;
}

}  // namespace

AdaptiveMoments adaptive_moments(image::ImageView<const float> pixels,
                                 image::ImageView<const float> usable, image::PixelPosition start,
                                 double sigma, Centre centre) {
  AdaptiveMoments result;
  result.centre = start;
  Weight weight{start, {sigma * sigma, sigma * sigma, 0.0}};
  WeightedSums sums(pixels, usable);
  const double limit = 0.5 * std::max(pixels.width(), pixels.height());
  for (result.iterations = 1; result.iterations <= kMaxIterations; ++result.iterations) {
    const Sums s = sums(weight);
    if (!(s.s > 0.0)) return result;
    const double dx = s.x / s.s;
    const double dy = s.y / s.s;
    Moments seen{s.xx / s.s, s.yy / s.s, s.xy / s.s};
    if (centre == Centre::free) seen = {seen.ixx - dx * dx, seen.iyy - dy * dy, seen.ixy - dx * dy};
    if (!(seen.ixx > 0.0) || !(seen.iyy > 0.0) || !(seen.ixx * seen.iyy > seen.ixy * seen.ixy))
      return result;
    Weight next = weight;
    next.shape = unweighted(seen, weight.shape);
    double moved = 0.0;
    if (centre == Centre::free) {
      // Through a matched weight a displaced profile shows half its displacement.
      next.centre = {weight.centre.x + 2.0 * dx, weight.centre.y + 2.0 * dy};
      moved = 2.0 * std::hypot(dx, dy);
      if (std::hypot(next.centre.x - start.x, next.centre.y - start.y) > 3.0 + 2.0 * sigma)
        return result;
    }
    if (!positive(next.shape) || next.shape.ixx + next.shape.iyy > limit * limit) return result;
    const double size = next.shape.ixx + next.shape.iyy;
    const double change = std::abs(next.shape.ixx - weight.shape.ixx) +
                          std::abs(next.shape.iyy - weight.shape.iyy) +
                          std::abs(next.shape.ixy - weight.shape.ixy);
    result.moments = next.shape;
    result.centre = next.centre;
    // Sum w I of a Gaussian of flux F through its own weight is F / 2.
    result.flux = 2.0 * s.s;
    result.rho4 = s.rho4 / s.s;
    weight = next;
    if (change < kTolerance * size && moved < 1e-4) {
      result.converged = true;
      return result;
    }
  }
  return result;
}

}  // namespace skywright::psf
