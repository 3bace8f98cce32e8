#include "skywright/warp/coordinate_grid.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "skywright/base/vector_clones.h"

namespace skywright::warp {
namespace {

using wcs::PixelPosition;

/// Weights of four equidistant nodes at -1, 0, 1, 2 for a place t in [0, 1]: Lagrange's cubic.
std::array<double, 4> cubic_weights(double t) {
  return {-t * (t - 1.0) * (t - 2.0) / 6.0, (t + 1.0) * (t - 1.0) * (t - 2.0) / 2.0,
          -(t + 1.0) * t * (t - 2.0) / 2.0, (t + 1.0) * t * (t - 1.0) / 6.0};
}

/// Coefficients of the cubic through nodes at -1, 0, 1, 2.
std::array<double, 4> cubic(const double* n) {
  return {n[1], n[2] - n[1] / 2.0 - n[0] / 3.0 - n[3] / 6.0, (n[0] + n[2]) / 2.0 - n[1],
          (n[3] - n[0]) / 6.0 + (n[1] - n[2]) / 2.0};
}

/// The cubic at (first + i) x step for i in [0, count).
SKYWRIGHT_VECTOR_CLONES
void evaluate(const std::array<double, 4>& c, int first, int count, double step, double* out) {
  const double c0 = c[0];
  const double c1 = c[1];
  const double c2 = c[2];
  const double c3 = c[3];
  for (int i = 0; i < count; ++i) {
    const double t = (first + i) * step;
    out[i] = ((c3 * t + c2) * t + c1) * t + c0;
  }
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

CoordinateGrid::RowNodes CoordinateGrid::row_nodes(int y) const {
  const int j = std::clamp(y / step_, 0, rows_ - 4);
  const std::array<double, 4> wy = cubic_weights(static_cast<double>(y) / step_ - j);
  const auto columns = static_cast<std::size_t>(columns_);
  RowNodes out{std::vector<double>(columns, 0.0), std::vector<double>(columns, 0.0)};
  for (std::size_t v = 0; v < 4; ++v) {
    for (std::size_t i = 0; i < columns; ++i) {
      out.x[i] += wy[v] * x_[(static_cast<std::size_t>(j) + v) * columns + i];
      out.y[i] += wy[v] * y_[(static_cast<std::size_t>(j) + v) * columns + i];
    }
  }
  return out;
}

void CoordinateGrid::positions(const RowNodes& nodes, int x0, std::span<double> x_from,
                               std::span<double> y_from) const {
  const int end = x0 + static_cast<int>(x_from.size());
  for (int x = x0; x < end;) {
    const int cell = x / step_;
    const int stop = std::min(end, (cell + 1) * step_);
    const auto at = static_cast<std::size_t>(x - x0);
    evaluate(cubic(nodes.x.data() + cell), x - cell * step_, stop - x, 1.0 / step_,
             x_from.data() + at);
    evaluate(cubic(nodes.y.data() + cell), x - cell * step_, stop - x, 1.0 / step_,
             y_from.data() + at);
    x = stop;
  }
}

void CoordinateGrid::row(int y, std::span<double> x_from, std::span<double> y_from) const {
  positions(row_nodes(y), 0, x_from, y_from);
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
