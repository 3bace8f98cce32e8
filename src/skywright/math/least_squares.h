/// Weighted linear least squares of small systems, by Householder QR, with covariance.
#pragma once

#include <span>
#include <vector>

namespace skywright::math {

struct LinearFit {
  std::vector<double> parameters;
  std::vector<double>
      covariance;  ///< parameters x parameters, row-major; weights taken as 1/sigma^2
  double chi2 = 0.0;
  bool singular = false;  ///< columns nearly dependent: parameters are of least norm
};

/// Minimise sum w (A p - b)^2.
/// @param design rows x columns, row-major
/// @param weight one a row, >= 0; empty for all one
/// @pre rows >= columns
LinearFit fit_linear(std::span<const double> design, std::span<const double> b,
                     std::span<const double> weight, std::size_t columns);

/// Solve the symmetric positive (semi)definite system N p = r, N row-major n x n, by LDLT.
/// Returns an empty vector where N is singular.
std::vector<double> solve_symmetric(std::span<const double> n, std::span<const double> r);

/// Inverse of a symmetric positive definite matrix, row-major; empty where singular.
std::vector<double> inverse_symmetric(std::span<const double> n, std::size_t size);

}  // namespace skywright::math
