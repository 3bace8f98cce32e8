#include "skywright/math/polynomial.h"

#include <array>
#include <cassert>
#include <string>
#include <utility>

#include "skywright/base/error.h"
#include "skywright/math/least_squares.h"

namespace skywright::math {
namespace {

constexpr int kMaxDegree = 15;

std::array<double, kMaxDegree + 1> chebyshev_row(double t, int degree) {
  std::array<double, kMaxDegree + 1> values;  // those up to `degree`
  values[0] = 1.0;
  if (degree >= 1) values[1] = t;
  for (std::size_t k = 2; k <= static_cast<std::size_t>(degree); ++k)
    values[k] = 2.0 * t * values[k - 1] - values[k - 2];
  return values;
}

}  // namespace

void chebyshev_terms(double u, double v, int degree, std::span<double> out) {
  assert(degree >= 0 && degree <= kMaxDegree);
  assert(out.size() >= static_cast<std::size_t>(term_count(degree)));
  const auto tu = chebyshev_row(u, degree);
  const auto tv = chebyshev_row(v, degree);
  std::size_t k = 0;
  for (std::size_t total = 0; total <= static_cast<std::size_t>(degree); ++total) {
    for (std::size_t n = 0; n <= total; ++n) out[k++] = tu[total - n] * tv[n];
  }
}

ChebyshevSurface::ChebyshevSurface(Interval x, Interval y, int degree,
                                   std::vector<double> coefficients)
    : x_(x), y_(y), degree_(degree), coefficients_(std::move(coefficients)) {
  if (degree < 0 || degree > kMaxDegree ||
      coefficients_.size() != static_cast<std::size_t>(term_count(degree))) {
    throw InputError("polynomial surface of degree " + std::to_string(degree),
                     "has " + std::to_string(coefficients_.size()) + " coefficients",
                     "a degree from 0 to 15 needs (degree + 1)(degree + 2) / 2 of them");
  }
}

double ChebyshevSurface::at(double x, double y) const {
  std::array<double, static_cast<std::size_t>(term_count(kMaxDegree))> terms;
  chebyshev_terms(x_.scaled(x), y_.scaled(y), degree_, terms);
  double sum = 0.0;
  for (std::size_t k = 0; k < coefficients_.size(); ++k) sum += coefficients_[k] * terms[k];
  return sum;
}

ChebyshevSurface fit_chebyshev(std::span<const double> x, std::span<const double> y,
                               std::span<const double> value, std::span<const double> weight,
                               Interval x_interval, Interval y_interval, int degree) {
  const auto columns = static_cast<std::size_t>(term_count(degree));
  if (value.size() < columns) {
    throw InputError("fit of a polynomial surface of degree " + std::to_string(degree),
                     "has " + std::to_string(value.size()) + " points for " +
                         std::to_string(columns) + " coefficients",
                     "lower the degree or give more points");
  }
  std::vector<double> design(value.size() * columns);
  for (std::size_t i = 0; i < value.size(); ++i) {
    chebyshev_terms(x_interval.scaled(x[i]), y_interval.scaled(y[i]), degree,
                    std::span(design).subspan(i * columns, columns));
  }
  return {x_interval, y_interval, degree, fit_linear(design, value, weight, columns).parameters};
}

}  // namespace skywright::math
