#include "skywright/difference/detail/level.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "skywright/math/statistics.h"
#include "skywright/measure/spline_mesh.h"

namespace skywright::difference::detail {
namespace {

using image::Box;
using image::Image;
using image::MaskedImage;
using image::MaskedImageView;

constexpr float kQuiet = 2.5F;  ///< [sigma]

/// Of a cell's pixels, every second along x and y.
struct Samples {
  std::vector<float> difference, target, model;
  std::vector<float> variance;  ///< of target and model
};

/// Appends to `values` those of the difference where neither image stands off its own median there.
/// Of both signs, or the noise that the difference shares with an image would be cut on one side
/// only. Pixels without variance hold no value. The model is what the target and the difference
/// leave of it, but for the background, which is a level within a cell.
/// @param factor of the difference, sign included
void append_quiet(const MaskedImage& difference, const MaskedImageView& unconvolved, float factor,
                  const Box& box, Samples& samples, std::vector<float>& values) {
  const auto most = static_cast<std::size_t>((box.width + 1) / 2 * ((box.height + 1) / 2));
  for (std::vector<float>* v :
       {&samples.difference, &samples.target, &samples.model, &samples.variance})
    v->resize(most);
  const float back = 1.0F / factor;
  std::size_t count = 0;
  for (int y = box.y0; y < box.y_end(); y += 2) {
    const float* d = difference.pixels.row(y);
    const float* v = difference.variance.row(y);
    const float* t = unconvolved.pixels.row(y);
    for (int x = box.x0; x < box.x_end(); x += 2) {
      samples.difference[count] = d[x];
      samples.target[count] = t[x];
      samples.model[count] = t[x] - d[x] * back;
      samples.variance[count] = v[x] * back * back;
      count += v[x] > 0.0F ? 1 : 0;
    }
  }
  if (count == 0) return;
  const auto target_sky =
      static_cast<float>(math::median(std::span<const float>(samples.target.data(), count)));
  const auto model_sky =
      static_cast<float>(math::median(std::span<const float>(samples.model.data(), count)));
  values.resize(count);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const float target = samples.target[i] - target_sky;
    const float model = samples.model[i] - model_sky;
    const float limit = kQuiet * kQuiet * samples.variance[i];
    values[kept] = samples.difference[i];
    kept += target * target < limit && model * model < limit ? 1 : 0;
  }
  values.resize(kept);
}

/// Cells of a mesh along an axis. Four where they have room, since the median of neighbours that
/// smooths the mesh would make one level of two by two.
int mesh_cells(int size, int cell) {
  constexpr int kFewest = 4;
  constexpr int kSmallest = 32;  // [pixel]
  return std::max({1, (size + cell / 2) / cell, std::min(kFewest, size / kSmallest)});
}

}  // namespace

void subtract_mesh(MaskedImage& image, const MaskedImageView& target, const MatchingKernel* kernel,
                   int cell) {
  const int nx = mesh_cells(image.width(), cell);
  const int ny = mesh_cells(image.height(), cell);
  Image<float> level(nx, ny);
  std::vector<float> all;
  std::vector<float> values;
  Samples samples;
  for (int j = 0; j < ny; ++j) {
    for (int i = 0; i < nx; ++i) {
      values.clear();
      const int x0 = image.width() * i / nx;
      const int y0 = image.height() * j / ny;
      const Box box{x0, y0, image.width() * (i + 1) / nx - x0, image.height() * (j + 1) / ny - y0};
      const auto factor = kernel == nullptr
                              ? 1.0F
                              : static_cast<float>(-1.0 / kernel->sum_at({x0 + 0.5 * box.width,
                                                                          y0 + 0.5 * box.height}));
      append_quiet(image, target, factor, box, samples, values);
      const bool enough =
          16 * values.size() >= static_cast<std::size_t>(box.width * box.height) / 4;
      level(i, j) = enough ? static_cast<float>(math::median(values)) : NAN;
      if (enough) all.push_back(level(i, j));
    }
  }
  const auto fallback = all.empty() ? 0.0F : static_cast<float>(math::median(all));
  Image<float> nodes(nx, ny);
  for (int j = 0; j < ny; ++j) {
    for (int i = 0; i < nx; ++i) {
      // The median of a cell and its neighbours: one extended residual does not dig a hole.
      values.clear();
      for (int v = std::max(0, j - 1); v <= std::min(ny - 1, j + 1); ++v)
        for (int u = std::max(0, i - 1); u <= std::min(nx - 1, i + 1); ++u)
          if (std::isfinite(level(u, v))) values.push_back(level(u, v));
      nodes(i, j) = values.empty() ? fallback : static_cast<float>(math::median(values));
    }
  }
  const measure::SplineMesh mesh(image.width(), image.height(), std::move(nodes));
  std::vector<float> row(static_cast<std::size_t>(image.width()));
  for (int y = 0; y < image.height(); ++y) {
    mesh.row(y, row);
    float* p = image.pixels.row(y);
    for (int x = 0; x < image.width(); ++x) p[x] -= row[static_cast<std::size_t>(x)];
  }
}

}  // namespace skywright::difference::detail
