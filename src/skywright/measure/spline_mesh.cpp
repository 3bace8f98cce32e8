#include "skywright/measure/spline_mesh.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "skywright/math/statistics.h"

namespace skywright::measure {
namespace {

// Second derivatives of the natural cubic spline through equidistant values (unit spacing).
void natural_curvatures(std::span<const float> values, std::span<float> out) {
  const std::size_t n = values.size();
  std::fill(out.begin(), out.end(), 0.0F);
  if (n < 3) return;
  std::vector<double> ratio(n, 0.0);
  std::vector<double> u(n, 0.0);
  for (std::size_t i = 1; i + 1 < n; ++i) {
    const double p = 0.5 * ratio[i - 1] + 2.0;
    ratio[i] = -0.5 / p;
    const double second = static_cast<double>(values[i + 1]) -
                          2.0 * static_cast<double>(values[i]) + static_cast<double>(values[i - 1]);
    u[i] = (3.0 * second - 0.5 * u[i - 1]) / p;
  }
  double next = 0.0;
  for (std::size_t i = n - 1; i-- > 1;) {
    next = ratio[i] * next + u[i];
    out[i] = static_cast<float>(next);
  }
}

// The cubic a + t (b + t (c + t d)) on one interval of a spline of unit spacing.
struct Cubic {
  double a = 0.0;
  double b = 0.0;
  double c = 0.0;
  double d = 0.0;
  [[nodiscard]] double at(double t) const { return a + t * (b + t * (c + t * d)); }
};

Cubic interval(double v0, double v1, double m0, double m1) {
  return {v0, v1 - v0 - m0 / 3.0 - m1 / 6.0, 0.5 * m0, (m1 - m0) / 6.0};
}

// The place of `t` (nodes at 0, 1, ... n-1) in the interval that holds it; outside, linear.
struct Place {
  int index = 0;
  double t = 0.0;
};
Place place(double t, int n) {
  const int i = std::clamp(static_cast<int>(std::floor(t)), 0, std::max(0, n - 2));
  return {i, t - i};
}

double evaluate(const Cubic& cubic, double t) {
  if (t < 0.0) return cubic.a + cubic.b * t;
  if (t > 1.0) return cubic.at(1.0) + (cubic.b + 2.0 * cubic.c + 3.0 * cubic.d) * (t - 1.0);
  return cubic.at(t);
}

}  // namespace

int cell_count(int size, int cell) {
  return std::max(1, static_cast<int>(std::lround(static_cast<double>(size) / cell)));
}

CellRange cell_range(int size, int count, int i) {
  const auto edge = [&](int k) {
    return static_cast<int>(static_cast<std::int64_t>(k) * size / count);
  };
  return {edge(i), edge(i + 1)};
}

SplineMesh::SplineMesh(int width, int height, image::Image<float> nodes)
    : width_(width),
      height_(height),
      nodes_(std::move(nodes)),
      curvature_y_(nodes_.width(), nodes_.height()) {
  const auto rows = static_cast<std::size_t>(nodes_.height());
  std::vector<float> column(rows);
  std::vector<float> curvature(rows);
  for (int x = 0; x < nodes_.width(); ++x) {
    for (int y = 0; y < nodes_.height(); ++y) column[static_cast<std::size_t>(y)] = nodes_(x, y);
    natural_curvatures(column, curvature);
    for (int y = 0; y < nodes_.height(); ++y)
      curvature_y_(x, y) = curvature[static_cast<std::size_t>(y)];
  }
}

SplineMesh SplineMesh::constant(int width, int height, float value) {
  return {width, height, image::Image<float>(1, 1, value)};
}

namespace {

// The mesh's values at height y, one a column of nodes.
std::vector<float> nodes_at(const image::Image<float>& nodes, const image::Image<float>& curvature,
                            int height, double y) {
  std::vector<float> line(static_cast<std::size_t>(nodes.width()));
  const Place at = place((y + 0.5) * nodes.height() / height - 0.5, nodes.height());
  for (int x = 0; x < nodes.width(); ++x) {
    float& out = line[static_cast<std::size_t>(x)];
    if (nodes.height() == 1) {
      out = nodes(x, 0);
      continue;
    }
    const auto v = [&](const image::Image<float>& image, int row) {
      return static_cast<double>(image(x, row));
    };
    const Cubic cubic = interval(v(nodes, at.index), v(nodes, at.index + 1), v(curvature, at.index),
                                 v(curvature, at.index + 1));
    out = static_cast<float>(evaluate(cubic, at.t));
  }
  return line;
}

}  // namespace

void SplineMesh::row(int y, std::span<float> out) const {
  const std::vector<float> line = nodes_at(nodes_, curvature_y_, height_, y);
  const int n = static_cast<int>(line.size());
  if (n == 1) {
    std::fill(out.begin(), out.end(), line[0]);
    return;
  }
  std::vector<float> curvature(line.size());
  natural_curvatures(line, curvature);
  const double scale = static_cast<double>(n) / width_;
  const auto node = [&](int i) {  // first pixel at or beyond node i
    return std::clamp(static_cast<int>(std::ceil((i + 0.5) / scale - 0.5)), 0, width_);
  };
  for (int i = -1; i < n; ++i) {
    const int begin = i < 0 ? 0 : node(i);
    const int end = i == n - 1 ? width_ : node(i + 1);
    const auto k = static_cast<std::size_t>(std::clamp(i, 0, n - 2));
    Cubic cubic =
        interval(static_cast<double>(line[k]), static_cast<double>(line[k + 1]),
                 static_cast<double>(curvature[k]), static_cast<double>(curvature[k + 1]));
    double origin = static_cast<double>(k);
    if (i < 0) cubic.c = cubic.d = 0.0;
    if (i == n - 1) {
      cubic = {cubic.at(1.0), cubic.b + 2.0 * cubic.c + 3.0 * cubic.d, 0.0, 0.0};
      origin += 1.0;
    }
    const auto a = static_cast<float>(cubic.a);
    const auto b = static_cast<float>(cubic.b);
    const auto c = static_cast<float>(cubic.c);
    const auto d = static_cast<float>(cubic.d);
    const auto step = static_cast<float>(scale);
    const auto first = static_cast<float>((begin + 0.5) * scale - 0.5 - origin);
    float* to = out.data() + begin;
    for (int x = 0; x < end - begin; ++x) {
      const float t = first + step * static_cast<float>(x);
      to[x] = a + t * (b + t * (c + t * d));
    }
  }
}

double SplineMesh::at(double x, double y) const {
  const std::vector<float> line = nodes_at(nodes_, curvature_y_, height_, y);
  if (line.size() == 1) return static_cast<double>(line[0]);
  std::vector<float> curvature(line.size());
  natural_curvatures(line, curvature);
  const int n = static_cast<int>(line.size());
  const Place p = place((x + 0.5) * n / width_ - 0.5, n);
  const auto k = static_cast<std::size_t>(p.index);
  return evaluate(
      interval(static_cast<double>(line[k]), static_cast<double>(line[k + 1]),
               static_cast<double>(curvature[k]), static_cast<double>(curvature[k + 1])),
      p.t);
}

double SplineMesh::median() const { return math::median(nodes_.pixels()); }

}  // namespace skywright::measure
