#include "skywright/warp/coordinate_grid.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace skywright::warp {
namespace {

using wcs::PixelPosition;

/// Weights of four equidistant nodes at -1, 0, 1, 2 for a place t in [0, 1]: Lagrange's cubic.
std::array<double, 4> cubic_weights(double t) {
  return {-t * (t - 1.0) * (t - 2.0) / 6.0, (t + 1.0) * (t - 1.0) * (t - 2.0) / 2.0,
          -(t + 1.0) * t * (t - 2.0) / 2.0, (t + 1.0) * t * (t - 1.0) / 6.0};
}

}  // namespace

CoordinateGrid::CoordinateGrid(const wcs::Wcs& from, const wcs::Wcs& to, int width, int height,
                               double tolerance)
    : width_(width), height_(height) {
  for (int step = 64; step >= 4; step /= 2) {
    build(from, to, step);
    error_ = measured_error(from, to);
    if (error_ <= tolerance) break;
  }
}

void CoordinateGrid::build(const wcs::Wcs& from, const wcs::Wcs& to, int step) {
  step_ = step;
  columns_ = (width_ + step - 1) / step + 3;
  rows_ = (height_ + step - 1) / step + 3;
  const auto count = static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_);
  std::vector<double> px(count);
  std::vector<double> py(count);
  for (int j = 0; j < rows_; ++j) {
    for (int i = 0; i < columns_; ++i) {
      const auto k = static_cast<std::size_t>(j) * static_cast<std::size_t>(columns_) +
                     static_cast<std::size_t>(i);
      px[k] = (i - 1.0) * step;
      py[k] = (j - 1.0) * step;
    }
  }
  std::vector<double> ra(count);
  std::vector<double> dec(count);
  x_.resize(count);
  y_.resize(count);
  to.pixels_to_sky(px, py, ra, dec);
  from.sky_to_pixels(ra, dec, x_, y_);
}

double CoordinateGrid::measured_error(const wcs::Wcs& from, const wcs::Wcs& to) const {
  double worst = 0.0;
  // Every third cell in each direction is enough: distortions are smooth over many cells.
  for (int j = 0; j < rows_ - 3; j += 3) {
    for (int i = 0; i < columns_ - 3; i += 3) {
      const PixelPosition p{(i + 0.5) * step_, (j + 0.5) * step_};
      const PixelPosition exact = from.pixel_at(to.sky_at(p));
      const PixelPosition near = at(p.x, p.y);
      const double d = std::hypot(exact.x - near.x, exact.y - near.y);
      if (std::isfinite(d)) worst = std::max(worst, d);
    }
  }
  return worst;
}

PixelPosition CoordinateGrid::at(double x, double y) const {
  const int i = std::clamp(static_cast<int>(std::floor(x / step_)), 0, columns_ - 4);
  const int j = std::clamp(static_cast<int>(std::floor(y / step_)), 0, rows_ - 4);
  const std::array<double, 4> wx = cubic_weights(x / step_ - i);
  const std::array<double, 4> wy = cubic_weights(y / step_ - j);
  PixelPosition out;
  for (std::size_t v = 0; v < 4; ++v) {
    for (std::size_t u = 0; u < 4; ++u) {
      const auto k = (static_cast<std::size_t>(j) + v) * static_cast<std::size_t>(columns_) +
                     static_cast<std::size_t>(i) + u;
      out.x += wy[v] * wx[u] * x_[k];
      out.y += wy[v] * wx[u] * y_[k];
    }
  }
  return out;
}

void CoordinateGrid::row(int y, std::span<double> x_from, std::span<double> y_from) const {
  const int j = std::clamp(y / step_, 0, rows_ - 4);
  const std::array<double, 4> wy = cubic_weights(static_cast<double>(y) / step_ - j);
  // The row's own nodes, then cubics along it in their polynomial form.
  const auto columns = static_cast<std::size_t>(columns_);
  std::vector<double> nx(columns, 0.0);
  std::vector<double> ny(columns, 0.0);
  for (std::size_t v = 0; v < 4; ++v) {
    for (std::size_t i = 0; i < columns; ++i) {
      nx[i] += wy[v] * x_[(static_cast<std::size_t>(j) + v) * columns + i];
      ny[i] += wy[v] * y_[(static_cast<std::size_t>(j) + v) * columns + i];
    }
  }
  const auto cubic = [](const double* n) -> std::array<double, 4> {
    const double c3 = (n[3] - n[0]) / 6.0 + (n[1] - n[2]) / 2.0;
    const double c2 = (n[0] + n[2]) / 2.0 - n[1];
    const double c1 = n[2] - n[1] / 2.0 - n[0] / 3.0 - n[3] / 6.0;
    return {n[1], c1, c2, c3};
  };
  const int width = static_cast<int>(x_from.size());
  for (int x0 = 0; x0 < width; x0 += step_) {
    const auto i = static_cast<std::size_t>(x0 / step_);
    const std::array<double, 4> a = cubic(nx.data() + i);
    const std::array<double, 4> b = cubic(ny.data() + i);
    const int x1 = std::min(width, x0 + step_);
    const double inverse = 1.0 / step_;
    for (int x = x0; x < x1; ++x) {
      const double t = (x - x0) * inverse;
      x_from[static_cast<std::size_t>(x)] = ((a[3] * t + a[2]) * t + a[1]) * t + a[0];
      y_from[static_cast<std::size_t>(x)] = ((b[3] * t + b[2]) * t + b[1]) * t + b[0];
    }
  }
}

double CoordinateGrid::area_ratio(double x, double y) const {
  const double h = 0.5 * step_;
  const PixelPosition e = at(x + h, y);
  const PixelPosition w = at(x - h, y);
  const PixelPosition n = at(x, y + h);
  const PixelPosition s = at(x, y - h);
  return std::abs((e.x - w.x) * (n.y - s.y) - (e.y - w.y) * (n.x - s.x)) / (4.0 * h * h);
}

}  // namespace skywright::warp
