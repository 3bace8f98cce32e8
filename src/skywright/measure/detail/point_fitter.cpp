#include "skywright/measure/detail/point_fitter.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "skywright/psf/sinc_shift.h"

namespace skywright::measure::detail {
namespace {

constexpr int kReach = psf::kSincReach;
constexpr int kTaps = 2 * kReach + 1;
constexpr int kMaxSteps = 8;
constexpr double kSmallStep = 0.003;  // [pixel]; the linear step then leaves less than 1e-5
constexpr double kLongestStep = 0.5;  // [pixel]

using Taps = std::array<float, kTaps>;

Taps slope_of(double fraction) {
  constexpr double kStep = 0.01;
  const Taps low = psf::sinc_weights(fraction - kStep);
  const Taps high = psf::sinc_weights(fraction + kStep);
  Taps out{};
  for (std::size_t k = 0; k < out.size(); ++k)
    out[k] = (high[k] - low[k]) * static_cast<float>(0.5 / kStep);
  return out;
}

// Normal equations of flux, flux * x, flux * y: symmetric 3 x 3.
struct Normal {
  double pp = 0.0, px = 0.0, py = 0.0, xx = 0.0, xy = 0.0, yy = 0.0;
  double rp = 0.0, rx = 0.0, ry = 0.0, rr = 0.0;
};

struct Sums {
  Normal normal;
  int count = 0;
  double power = 0.0;  // of p^2 on usable pixels
  double total = 0.0;  // of p^2
};

struct Inverse {
  bool valid = false;
  std::array<double, 3> solution{};
  double xx = 0.0;
  double yy = 0.0;
};

Inverse solve(const Normal& n) {
  Inverse out;
  const double c00 = n.xx * n.yy - n.xy * n.xy;
  const double c01 = n.xy * n.py - n.px * n.yy;
  const double c02 = n.px * n.xy - n.xx * n.py;
  const double det = n.pp * c00 + n.px * c01 + n.py * c02;
  if (!(det > 1e-9 * n.pp * n.xx * n.yy)) return out;
  const double c11 = n.pp * n.yy - n.py * n.py;
  const double c12 = n.px * n.py - n.pp * n.xy;
  const double c22 = n.pp * n.xx - n.px * n.px;
  out.valid = true;
  out.solution = {(c00 * n.rp + c01 * n.rx + c02 * n.ry) / det,
                  (c01 * n.rp + c11 * n.rx + c12 * n.ry) / det,
                  (c02 * n.rp + c12 * n.rx + c22 * n.ry) / det};
  out.xx = c11 / det;
  out.yy = c22 / det;
  return out;
}

}  // namespace

PointFitter::PointFitter(image::ImageView<const float> centred, int half)
    : half_(half), padded_(2 * (half + kReach) + 1) {
  const auto n = static_cast<std::size_t>(padded_);
  psf_.assign(n * n, 0.0F);
  const int middle = centred.width() / 2;
  const int reach = half + kReach;
  for (int y = -reach; y <= reach; ++y)
    for (int x = -reach; x <= reach; ++x)
      if (centred.box().contains(x + middle, y + middle))
        psf_[static_cast<std::size_t>(y + reach) * n + static_cast<std::size_t>(x + reach)] =
            centred(x + middle, y + middle);
  const auto side = static_cast<std::size_t>(2 * half + 1);
  rows_.resize(n * side);
  slopes_.resize(n * side);
}

void PointFitter::shift(double dx, double dy, ShiftedPsf& out) {
  const int side = 2 * half_ + 1;
  const auto area = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  out.side = side;
  out.value.assign(area, 0.0F);
  out.along_x.assign(area, 0.0F);
  out.along_y.assign(area, 0.0F);
  const Taps wx = psf::sinc_weights(dx);
  const Taps sx = slope_of(dx);
  const Taps wy = psf::sinc_weights(dy);
  const Taps sy = slope_of(dy);
  for (int y = 0; y < padded_; ++y) {
    const float* from = psf_.data() + y * padded_;
    float* row = rows_.data() + y * side;
    float* slope = slopes_.data() + y * side;
    for (int x = 0; x < side; ++x) {
      float a = 0.0F;
      float b = 0.0F;
      for (int k = 0; k < kTaps; ++k) {
        a += wx[static_cast<std::size_t>(k)] * from[x + k];
        b += sx[static_cast<std::size_t>(k)] * from[x + k];
      }
      row[x] = a;
      slope[x] = b;
    }
  }
  for (int y = 0; y < side; ++y) {
    float* value = out.value.data() + y * side;
    float* along_x = out.along_x.data() + y * side;
    float* along_y = out.along_y.data() + y * side;
    for (int k = 0; k < kTaps; ++k) {
      const float* row = rows_.data() + (y + k) * side;
      const float* slope = slopes_.data() + (y + k) * side;
      const float w = wy[static_cast<std::size_t>(k)];
      const float s = sy[static_cast<std::size_t>(k)];
      for (int x = 0; x < side; ++x) {
        value[x] += w * row[x];
        along_x[x] += w * slope[x];
        along_y[x] += s * row[x];
      }
    }
  }
}

PointFit PointFitter::fit(image::ImageView<const float> pixels,
                          image::ImageView<const float> usable, image::PixelPosition start,
                          Position position, double max_shift, const PixelNoise& noise) {
  PointFit out;
  double x = start.x;
  double y = start.y;
  double flux = 0.0;
  const int steps = position == Position::fixed ? 2 : kMaxSteps;
  for (int step = 0; step < steps; ++step) {
    const int cx = static_cast<int>(std::lround(x));
    const int cy = static_cast<int>(std::lround(y));
    shift(x - cx, y - cy, at_);
    const int side = at_.side;
    const bool first = step == 0;
    Sums s;
    for (int j = 0; j < side; ++j) {
      const int iy = cy + j - half_;
      const float* p = at_.value.data() + j * side;
      const float* gx = at_.along_x.data() + j * side;
      const float* gy = at_.along_y.data() + j * side;
      for (int i = 0; i < side; ++i) {
        const double v = static_cast<double>(p[i]);
        s.total += v * v;
        const int ix = cx + i - half_;
        if (!pixels.box().contains(ix, iy)) continue;
        if (!usable.empty() && usable(ix, iy) <= 0.0F) continue;
        ++s.count;
        s.power += v * v;
        // The model's own noise, never the data's: weights from noisy data bias a flux low.
        const double own = first ? 0.0 : noise.poisson * std::max(0.0, flux * v);
        const double w = 1.0 / (noise.constant + own);
        const double r = static_cast<double>(pixels(ix, iy)) - flux * v;
        const double a = static_cast<double>(gx[i]);
        const double b = static_cast<double>(gy[i]);
        Normal& n = s.normal;
        n.pp += w * v * v;
        n.px += w * v * a;
        n.py += w * v * b;
        n.xx += w * a * a;
        n.xy += w * a * b;
        n.yy += w * b * b;
        n.rp += w * v * r;
        n.rx += w * a * r;
        n.ry += w * b * r;
        n.rr += w * r * r;
      }
    }
    out.ndata = s.count;
    out.usable = s.total > 0.0 ? s.power / s.total : 0.0;
    out.x = x;
    out.y = y;
    if (!(s.normal.pp > 0.0)) return out;
    out.flux_err = 1.0 / std::sqrt(s.normal.pp);
    const double alone = s.normal.rp / s.normal.pp;
    if (first) {
      // A first flux at the starting place; positions move from the second step on.
      flux = alone;
      out.flux = flux;
      out.chi2 = s.normal.rr - alone * s.normal.rp;
      out.converged = position == Position::fixed;
      if (position == Position::fixed && noise.poisson <= 0.0) return out;
      continue;
    }
    if (position == Position::fixed) {
      out.flux = flux + alone;
      out.chi2 = s.normal.rr - alone * s.normal.rp;
      return out;
    }
    const Inverse inverse = solve(s.normal);
    if (!inverse.valid || !(std::abs(flux) > 0.0)) return out;
    const auto [df, fx, fy] = inverse.solution;
    const double next = flux + df;
    double dx = fx / flux;
    double dy = fy / flux;
    const double length = std::hypot(dx, dy);
    const bool cut = length > kLongestStep;
    if (cut) {
      dx *= kLongestStep / length;
      dy *= kLongestStep / length;
    }
    x += dx;
    y += dy;
    if (!(std::hypot(x - start.x, y - start.y) <= max_shift)) return out;
    flux = cut ? flux + alone : next;
    out.flux = flux;
    out.x = x;
    out.y = y;
    out.x_err = std::sqrt(inverse.xx) / std::abs(flux);
    out.y_err = std::sqrt(inverse.yy) / std::abs(flux);
    out.chi2 = s.normal.rr - (df * s.normal.rp + fx * s.normal.rx + fy * s.normal.ry);
    if (!cut && length < kSmallStep) {
      out.converged = true;
      return out;
    }
  }
  return out;
}

int fit_half(image::ImageView<const float> centred) {
  const int middle = centred.width() / 2;
  double total = 0.0;
  for (int y = 0; y < centred.height(); ++y)
    for (int x = 0; x < centred.width(); ++x)
      total += static_cast<double>(centred(x, y)) * static_cast<double>(centred(x, y));
  for (int half = 2; half < middle; ++half) {
    double inner = 0.0;
    for (int y = middle - half; y <= middle + half; ++y)
      for (int x = middle - half; x <= middle + half; ++x)
        inner += static_cast<double>(centred(x, y)) * static_cast<double>(centred(x, y));
    if (inner > (1.0 - 2e-4) * total) return half;
  }
  return middle;
}

}  // namespace skywright::measure::detail
