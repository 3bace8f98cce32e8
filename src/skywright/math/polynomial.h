/// Two-dimensional Chebyshev polynomials over a rectangle: smooth functions of a place in an image.
#pragma once

#include <span>
#include <vector>

namespace skywright::math {

/// Number of terms of total degree <= `degree`.
constexpr int term_count(int degree) { return (degree + 1) * (degree + 2) / 2; }

/// Maps [low, high] onto [-1, 1].
struct Interval {
  double low = -1.0;
  double high = 1.0;
  [[nodiscard]] constexpr double scaled(double v) const {
    return high > low ? (2.0 * v - (low + high)) / (high - low) : 0.0;
  }
};

/// Values of T_m(u) T_n(v) for all m + n <= degree at one place, in the order
/// (0,0) (1,0) (0,1) (2,0) (1,1) (0,2) ... ; `out` holds term_count(degree) values.
void chebyshev_terms(double u, double v, int degree, std::span<double> out);

/// sum_k c_k T_m(u) T_n(v) over a rectangle.
class ChebyshevSurface {
 public:
  ChebyshevSurface() : ChebyshevSurface({}, {}, 0, {0.0}) {}
  ChebyshevSurface(Interval x, Interval y, int degree, std::vector<double> coefficients);

  [[nodiscard]] double at(double x, double y) const;
  [[nodiscard]] int degree() const { return degree_; }
  [[nodiscard]] const Interval& x_interval() const { return x_; }
  [[nodiscard]] const Interval& y_interval() const { return y_; }
  [[nodiscard]] const std::vector<double>& coefficients() const { return coefficients_; }

 private:
  Interval x_;
  Interval y_;
  int degree_;
  std::vector<double> coefficients_;
};

/// Weighted least-squares fit. @param weight empty for all one
ChebyshevSurface fit_chebyshev(std::span<const double> x, std::span<const double> y,
                               std::span<const double> value, std::span<const double> weight,
                               Interval x_interval, Interval y_interval, int degree);

}  // namespace skywright::math
