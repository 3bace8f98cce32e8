#include "skywright/difference/kernel_fit.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/base/vector_clones.h"
#include "skywright/math/least_squares.h"
#include "skywright/math/statistics.h"

namespace skywright::difference {
namespace {

using image::MaskedImageView;

/// Normal equations of one stamp over local columns: the convolved basis functions and a constant.
struct StampEquations {
  std::vector<double> matrix;  ///< columns x columns
  std::vector<double> right;
  double target_power = 0.0;  ///< sum w t^2
  double pixels = 0.0;        ///< that count
};

SKYWRIGHT_VECTOR_CLONES
float dot(const float* a, const float* b, std::size_t n) {
  // Sixteen partial sums in a fixed order: vectorised, and the same at any vector width.
  float part[16] = {};
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16)
    for (std::size_t k = 0; k < 16; ++k) part[k] += a[i + k] * b[i + k];
  for (; i < n; ++i) part[0] += a[i] * b[i];
  float sum = 0.0F;
  for (const float p : part) sum += p;
  return sum;
}

/// Light of the target for each unit of the smoothed source, over a stamp's brighter half; 1 where
/// that makes no sense.
double flux_ratio(const MaskedImageView& target, const Image<float>& smooth, const Box& box) {
  const auto middle = static_cast<float>(math::median(smooth.pixels()));
  double t = 0.0;
  double s = 0.0;
  for (int y = 0; y < box.height; ++y)
    for (int x = 0; x < box.width; ++x) {
      if (smooth(x, y) < middle || (target.mask(box.x0 + x, box.y0 + y) & image::kUnusable) != 0)
        continue;
      t += static_cast<double>(target.pixels(box.x0 + x, box.y0 + y));
      s += static_cast<double>(smooth(x, y));
    }
  return t > 0.0 && s > 0.0 ? t / s : 1.0;
}

/// Weights of a stamp's pixels; 0 where target is unusable or the source near it is. The model's
/// error goes with `smooth`, the source under the basis's first function: with the target's own
/// pixels, which are in the residuals, bright ones would count less and the flux scale come out
/// low.
Image<float> stamp_weights(const MaskedImageView& target, const MaskedImageView& source,
                           const Stamp& stamp, int half, const Image<float>& smooth,
                           double model_error) {
  constexpr int kNear = 2;  // an unusable source pixel this near spoils the model
  const int side = 2 * half + 1;
  const double ratio = flux_ratio(target, smooth, image::square_around(stamp.x, stamp.y, half));
  Image<float> weights(side, side);
  for (int j = 0; j < side; ++j) {
    for (int i = 0; i < side; ++i) {
      const int x = stamp.x - half + i;
      const int y = stamp.y - half + j;
      image::MaskBits bits = target.mask(x, y);
      for (int v = std::max(0, y - kNear); v <= std::min(source.height() - 1, y + kNear); ++v)
        for (int u = std::max(0, x - kNear); u <= std::min(source.width() - 1, x + kNear); ++u)
          bits |= source.mask(u, v);
      if ((bits & image::kUnusable) != 0) continue;
      const double flux = ratio * static_cast<double>(smooth(i, j));
      const double variance = static_cast<double>(target.variance(x, y)) +
                              static_cast<double>(source.variance(x, y)) +
                              model_error * model_error * flux * flux;
      if (variance > 0.0) weights(i, j) = static_cast<float>(1.0 / variance);
    }
  }
  return weights;
}

StampEquations equations_of(const MaskedImageView& target, const MaskedImageView& source,
                            const KernelBasis& basis, const Stamp& stamp,
                            const KernelFitRules& rules) {
  const int half = rules.stamp_half;
  const int reach = half + basis.half();
  const Box want = image::square_around(stamp.x, stamp.y, reach);
  const Box have = want.intersection(source.box());
  Image<float> patch(want.width, want.height);
  for (int y = have.y0; y < have.y_end(); ++y)
    std::copy_n(source.pixels.row(y) + have.x0, have.width,
                patch.row(y - want.y0) + (have.x0 - want.x0));
  std::vector<Image<float>> columns = basis.convolved(patch);
  columns.emplace_back(2 * half + 1, 2 * half + 1, 1.0F);
  const Image<float> weights =
      stamp_weights(target, source, stamp, half, columns[0], rules.model_error);
  const auto count = columns.size();
  const std::size_t pixels = weights.size();
  Image<float> data(target.pixels.part(image::square_around(stamp.x, stamp.y, half)));
  // Everything times the root of the weight, once.
  StampEquations out{.matrix = std::vector<double>(count * count), .right = {}};
  for (std::size_t i = 0; i < pixels; ++i) {
    const float root = std::sqrt(weights.pixels()[i]);
    if (root > 0.0F) out.pixels += 1.0;
    data.pixels()[i] = root > 0.0F ? data.pixels()[i] * root : 0.0F;
    for (Image<float>& column : columns) column.pixels()[i] *= root;
  }
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      const auto v = static_cast<double>(dot(columns[a].data(), columns[b].data(), pixels));
      out.matrix[a * count + b] = v;
      out.matrix[b * count + a] = v;
    }
    out.right.push_back(static_cast<double>(dot(columns[a].data(), data.data(), pixels)));
  }
  out.target_power = static_cast<double>(dot(data.data(), data.data(), pixels));
  return out;
}

/// Where each local column's polynomial stands among the unknowns.
struct Layout {
  int kernel_degree = 0;
  int sum_degree = 0;
  int background_degree = 0;
  int basis_size = 0;

  [[nodiscard]] int terms(int column) const {
    if (column == 0) return math::term_count(sum_degree);
    return math::term_count(column < basis_size ? kernel_degree : background_degree);
  }
  [[nodiscard]] int first(int column) const {
    if (column == 0) return 0;
    return math::term_count(sum_degree) + (column - 1) * math::term_count(kernel_degree);
  }
  [[nodiscard]] int unknowns() const { return first(basis_size) + terms(basis_size); }
};

struct Field {
  math::Interval x, y;
  [[nodiscard]] std::vector<double> terms(const Stamp& stamp) const {
    constexpr int kHighest = 4;
    std::vector<double> out(static_cast<std::size_t>(math::term_count(kHighest)));
    math::chebyshev_terms(x.scaled(stamp.x), y.scaled(stamp.y), kHighest, out);
    return out;
  }
};

std::vector<double> solve(const std::vector<StampEquations>& equations,
                          const std::vector<std::vector<double>>& terms,
                          const std::vector<char>& used, const Layout& layout) {
  const auto n = static_cast<std::size_t>(layout.unknowns());
  const auto columns = static_cast<std::size_t>(layout.basis_size) + 1;
  std::vector<double> matrix(n * n, 0.0);
  std::vector<double> right(n, 0.0);
  for (std::size_t s = 0; s < equations.size(); ++s) {
    if (used[s] == 0) continue;
    for (std::size_t a = 0; a < columns; ++a) {
      const auto row = static_cast<std::size_t>(layout.first(static_cast<int>(a)));
      const auto row_terms = static_cast<std::size_t>(layout.terms(static_cast<int>(a)));
      for (std::size_t i = 0; i < row_terms; ++i) {
        right[row + i] += terms[s][i] * equations[s].right[a];
        for (std::size_t b = 0; b < columns; ++b) {
          const auto column = static_cast<std::size_t>(layout.first(static_cast<int>(b)));
          const auto column_terms = static_cast<std::size_t>(layout.terms(static_cast<int>(b)));
          const double value = terms[s][i] * equations[s].matrix[a * columns + b];
          for (std::size_t k = 0; k < column_terms; ++k)
            matrix[(row + i) * n + column + k] += value * terms[s][k];
        }
      }
    }
  }
  // A whisper of damping, relative to each unknown's own weight, settles what stamps leave open.
  double trace = 0.0;
  for (std::size_t i = 0; i < n; ++i) trace += matrix[i * n + i];
  for (std::size_t i = 0; i < n; ++i)
    matrix[i * n + i] += 1e-6 * matrix[i * n + i] + 1e-12 * trace / static_cast<double>(n);
  return math::solve_symmetric(matrix, right);
}

/// Reduced chi2 of one stamp under the global solution.
double stamp_chi2(const StampEquations& e, const std::vector<double>& terms,
                  const std::vector<double>& solution, const Layout& layout) {
  const auto columns = static_cast<std::size_t>(layout.basis_size) + 1;
  std::vector<double> local(columns, 0.0);
  for (std::size_t a = 0; a < columns; ++a)
    for (int i = 0; i < layout.terms(static_cast<int>(a)); ++i)
      local[a] += solution[static_cast<std::size_t>(layout.first(static_cast<int>(a)) + i)] *
                  terms[static_cast<std::size_t>(i)];
  double chi2 = e.target_power;
  for (std::size_t a = 0; a < columns; ++a) {
    chi2 -= 2.0 * local[a] * e.right[a];
    for (std::size_t b = 0; b < columns; ++b)
      chi2 += local[a] * e.matrix[a * columns + b] * local[b];
  }
  return chi2 / std::max(1.0, e.pixels);
}

int affordable_degree(int wanted, std::size_t stamps) {
  int degree = wanted;
  while (degree > 0 && 3 * math::term_count(degree) > static_cast<int>(stamps)) --degree;
  return degree;
}

MatchingKernel kernel_of(const std::vector<double>& solution, const Layout& layout,
                         const KernelBasis& basis, const Box& domain) {
  const int side = 2 * basis.half() + 1;
  const int degree = std::max(layout.kernel_degree, layout.sum_degree);
  std::vector<Image<float>> images(static_cast<std::size_t>(math::term_count(degree)),
                                   Image<float>(side, side));
  for (int b = 0; b < basis.size(); ++b) {
    for (int t = 0; t < layout.terms(b); ++t) {
      const auto c = static_cast<float>(solution[static_cast<std::size_t>(layout.first(b) + t)]);
      Image<float>& out = images[static_cast<std::size_t>(t)];
      for (std::size_t i = 0; i < out.size(); ++i) out.data()[i] += c * basis.image(b).data()[i];
    }
  }
  return MatchingKernel(domain, degree, std::move(images));
}

}  // namespace

KernelFit fit_kernel(const MaskedImageView& target, const MaskedImageView& source,
                     const KernelBasis& basis, std::span<const Stamp> stamps,
                     const KernelFitRules& rules, const Execution& execution) {
  const auto nothing_left = [] {
    return InputError("the images cannot be matched",
                      "no source above the stamps' threshold shows in both",
                      "lower kernel.stamp_snr, or check that both show the same field");
  };
  if (stamps.empty()) throw nothing_left();
  std::vector<StampEquations> equations(stamps.size());
  execution.for_each(stamps.size(), [&](std::size_t s) {
    execution.check_stop();
    equations[s] = equations_of(target, source, basis, stamps[s], rules);
  });
  const Field field{.x = {0.0, target.width() - 1.0}, .y = {0.0, target.height() - 1.0}};
  std::vector<std::vector<double>> terms;
  for (const Stamp& stamp : stamps) terms.push_back(field.terms(stamp));

  std::vector<char> used(stamps.size(), 1);
  KernelFit out;
  std::vector<double> solution;
  Layout layout;
  for (int iteration = 0; iteration <= rules.reject_iterations; ++iteration) {
    const auto left = static_cast<std::size_t>(std::count(used.begin(), used.end(), char{1}));
    layout = {.kernel_degree = affordable_degree(rules.spatial_degree, left),
              .sum_degree = affordable_degree(std::min(rules.spatial_degree, 1), left / 4),
              .background_degree = affordable_degree(rules.background_degree, left),
              .basis_size = basis.size()};
    solution = solve(equations, terms, used, layout);
    if (solution.empty()) throw nothing_left();
    std::vector<double> chi2;
    std::vector<double> of_used;
    for (std::size_t s = 0; s < stamps.size(); ++s) {
      chi2.push_back(stamp_chi2(equations[s], terms[s], solution, layout));
      if (used[s] != 0) of_used.push_back(chi2.back());
    }
    out.median_chi2 = math::median(of_used);
    if (iteration == rules.reject_iterations) break;
    const double limit = out.median_chi2 + rules.reject_sigma * math::mad_sigma(of_used);
    bool changed = false;
    for (std::size_t s = 0; s < stamps.size(); ++s) {
      const char keep = chi2[s] <= limit || left < 5 ? 1 : 0;
      changed = changed || keep != used[s];
      used[s] = keep;
    }
    if (!changed) break;
  }
  out.stamps_used = static_cast<int>(std::count(used.begin(), used.end(), char{1}));
  out.stamps_rejected = static_cast<int>(stamps.size()) - out.stamps_used;
  out.spatial_degree = layout.kernel_degree;
  out.kernel = kernel_of(solution, layout, basis, target.box());
  const auto begin = solution.begin() + layout.first(basis.size());
  out.background = math::ChebyshevSurface(field.x, field.y, layout.background_degree,
                                          std::vector<double>(begin, solution.end()));
  return out;
}

}  // namespace skywright::difference
