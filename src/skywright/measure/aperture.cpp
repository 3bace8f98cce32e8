#include "skywright/measure/aperture.h"

#include <algorithm>
#include <cmath>

namespace skywright::measure {
namespace {

// Sums along rows up to a column, so that a run of whole pixels costs two look-ups.
class RowSums {
 public:
  explicit RowSums(image::ImageView<const float> image)
      : stride_(static_cast<std::size_t>(image.width()) + 1),
        sums_(stride_ * static_cast<std::size_t>(image.height()), 0.0) {
    for (int y = 0; y < image.height(); ++y) {
      const float* from = image.row(y);
      double* to = sums_.data() + static_cast<std::size_t>(y) * stride_;
      for (int x = 0; x < image.width(); ++x) to[x + 1] = to[x] + static_cast<double>(from[x]);
    }
  }
  // Columns x0 .. x1-1 of row y.
  [[nodiscard]] double sum(int y, int x0, int x1) const {
    const double* row = sums_.data() + static_cast<std::size_t>(y) * stride_;
    return row[x1] - row[x0];
  }

 private:
  std::size_t stride_;
  std::vector<double> sums_;
};

// Integral of sqrt(r^2 - x^2).
double half_disc(double x, double r) {
  const double c = std::clamp(x, -r, r);
  return 0.5 * (c * std::sqrt(std::max(0.0, r * r - c * c)) + r * r * std::asin(c / r));
}

// The circle against the grid: each arcsine is taken once a grid line, not once a pixel.
class CircleGrid {
 public:
  CircleGrid(image::PixelPosition centre, double r) : r_(r) {
    x0_ = static_cast<int>(std::floor(centre.x - r + 0.5));
    y0_ = static_cast<int>(std::floor(centre.y - r + 0.5));
    columns_ = static_cast<int>(std::floor(centre.x + r + 0.5)) - x0_ + 1;
    rows_ = static_cast<int>(std::floor(centre.y + r + 0.5)) - y0_ + 1;
    for (int i = 0; i <= columns_; ++i) {
      x_.push_back(x0_ + i - 0.5 - centre.x);
      disc_.push_back(half_disc(x_.back(), r));
    }
    for (int j = 0; j <= rows_; ++j) {
      y_.push_back(y0_ + j - 0.5 - centre.y);
      cross_.push_back(std::sqrt(std::max(0.0, r * r - y_.back() * y_.back())));
      cross_disc_.push_back(half_disc(cross_.back(), r));
    }
  }

  [[nodiscard]] int x0() const { return x0_; }
  [[nodiscard]] int y0() const { return y0_; }
  [[nodiscard]] int columns() const { return columns_; }
  [[nodiscard]] int rows() const { return rows_; }

  // Area that the circle shares with the pixel in column i and row j.
  [[nodiscard]] double overlap(int i, int j) const { return under(i, j + 1) - under(i, j); }

  // Columns [first, last) of row j that lie wholly within; the rest up to `outer` may be cut.
  struct Run {
    int outer_first = 0;
    int first = 0;
    int last = 0;
    int outer_last = 0;
  };
  [[nodiscard]] Run run(int j) const {
    const auto n = static_cast<std::size_t>(j);
    const bool spans_middle = y_[n] < 0.0 && y_[n + 1] > 0.0;
    const double inner = std::min(cross_[n], cross_[n + 1]);
    const double outer = spans_middle ? r_ : std::max(cross_[n], cross_[n + 1]);
    const double origin = x_.front();
    Run run;
    run.outer_first = std::clamp(static_cast<int>(std::floor(-outer - origin)), 0, columns_);
    run.outer_last = std::clamp(static_cast<int>(std::ceil(outer - origin)), 0, columns_);
    run.first = std::clamp(static_cast<int>(std::ceil(-inner - origin)), 0, columns_);
    run.last = std::clamp(static_cast<int>(std::floor(inner - origin)), 0, columns_);
    if (run.last < run.first) run.first = run.last = run.outer_first;
    return run;
  }

 private:
  // Integral over column i of y_j, cut to the circle's upper and lower half.
  [[nodiscard]] double under(int i, int j) const {
    const auto a = static_cast<std::size_t>(i);
    const auto n = static_cast<std::size_t>(j);
    const double left = std::clamp(x_[a], -r_, r_);
    const double right = std::clamp(x_[a + 1], -r_, r_);
    const double c = cross_[n];
    const double flat = std::max(0.0, std::min(right, c) - std::max(left, -c));
    double curved = 0.0;
    if (left < -c) curved += (right < -c ? disc_[a + 1] : -cross_disc_[n]) - disc_[a];
    if (right > c) curved += disc_[a + 1] - (left > c ? disc_[a] : cross_disc_[n]);
    const double y = y_[n];
    return (y >= 0.0 ? 1.0 : -1.0) * (std::min(std::abs(y), r_) * flat + curved);
  }

  double r_;
  int x0_ = 0;
  int y0_ = 0;
  int columns_ = 0;
  int rows_ = 0;
  std::vector<double> x_;
  std::vector<double> disc_;
  std::vector<double> y_;
  std::vector<double> cross_;
  std::vector<double> cross_disc_;
};

}  // namespace

std::vector<ApertureSum> circular_apertures(image::ImageView<const float> pixels,
                                            image::ImageView<const float> usable,
                                            image::PixelPosition centre,
                                            std::span<const double> radii) {
  std::vector<ApertureSum> out;
  const RowSums sums(pixels);
  const RowSums good(usable.empty() ? pixels : usable);
  for (const double r : radii) {
    ApertureSum total;
    const CircleGrid grid(centre, r);
    for (int j = 0; j < grid.rows(); ++j) {
      const int y = grid.y0() + j;
      if (y < 0 || y >= pixels.height()) {
        total.complete = false;
        continue;
      }
      const CircleGrid::Run run = grid.run(j);
      const auto cut = [&](int i) {
        const int x = grid.x0() + i;
        const double area = grid.overlap(i, j);
        if (area <= 1e-12) return;
        if (x < 0 || x >= pixels.width()) {
          total.complete = false;
          return;
        }
        total.sum += area * static_cast<double>(pixels(x, y));
        total.area += area;
        if (!usable.empty() && usable(x, y) <= 0.0F) total.complete = false;
      };
      for (int i = run.outer_first; i < run.first; ++i) cut(i);
      for (int i = std::max(run.last, run.outer_first); i < run.outer_last; ++i) cut(i);
      const int x0 = std::clamp(grid.x0() + run.first, 0, pixels.width());
      const int x1 = std::clamp(grid.x0() + run.last, 0, pixels.width());
      if (x1 - x0 < run.last - run.first) total.complete = false;
      if (x1 <= x0) continue;
      total.sum += sums.sum(y, x0, x1);
      total.area += x1 - x0;
      if (!usable.empty() && good.sum(y, x0, x1) < x1 - x0 - 0.5) total.complete = false;
    }
    out.push_back(total);
  }
  return out;
}

ApertureSum elliptical_aperture(image::ImageView<const float> pixels,
                                image::ImageView<const float> usable, image::PixelPosition centre,
                                const Ellipse& ellipse) {
  ApertureSum out;
  const psf::Moments& m = ellipse.shape;
  const double det = m.ixx * m.iyy - m.ixy * m.ixy;
  const double a = m.iyy / det;
  const double b = -m.ixy / det;
  const double c = m.ixx / det;
  const double r2 = ellipse.radius * ellipse.radius;
  const double reach_x = ellipse.radius * std::sqrt(m.ixx) + 1.0;
  const double reach_y = ellipse.radius * std::sqrt(m.iyy) + 1.0;
  // How much the elliptical radius changes over half a pixel's diagonal, at most.
  const double trace = 0.5 * (a + c);
  const double largest = trace + std::sqrt(std::max(0.0, trace * trace - (a * c - b * b)));
  const double margin = 0.7072 * std::sqrt(largest);
  const double inner = std::max(0.0, ellipse.radius - margin);
  const double outer = ellipse.radius + margin;
  const auto q = [&](double dx, double dy) {
    return a * dx * dx + 2.0 * b * dx * dy + c * dy * dy;
  };
  const int y_first = static_cast<int>(std::floor(centre.y - reach_y));
  const int y_last = static_cast<int>(std::ceil(centre.y + reach_y));
  const int x_first = static_cast<int>(std::floor(centre.x - reach_x));
  const int x_last = static_cast<int>(std::ceil(centre.x + reach_x));
  for (int y = y_first; y <= y_last; ++y)
    for (int x = x_first; x <= x_last; ++x) {
      const double at = q(x - centre.x, y - centre.y);
      if (at > outer * outer) continue;
      double weight = 1.0;
      if (at > inner * inner) {
        int points = 0;
        for (int j = -2; j <= 2; ++j)
          for (int i = -2; i <= 2; ++i)
            points += q(x + 0.2 * i - centre.x, y + 0.2 * j - centre.y) <= r2 ? 1 : 0;
        weight = points / 25.0;
      }
      if (weight <= 0.0) continue;
      if (!pixels.box().contains(x, y)) {
        out.complete = false;
        continue;
      }
      out.sum += weight * static_cast<double>(pixels(x, y));
      out.area += weight;
      if (!usable.empty() && usable(x, y) <= 0.0F) out.complete = false;
    }
  return out;
}

}  // namespace skywright::measure
