#include <cmath>

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/math/least_squares.h"
#include "skywright/math/polynomial.h"

namespace skywright::math {
namespace {

// Anscombe (1973), American Statistician 27, 17: the first of his four sets, y = 3.0001 + 0.5001 x.
TEST(FitLinear, ReproducesAnscombesLine) {
  const std::vector<double> x = {10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5};
  const std::vector<double> y = {8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68};
  std::vector<double> design;
  for (const double v : x) design.insert(design.end(), {1.0, v});
  const LinearFit fit = fit_linear(design, y, {}, 2);
  EXPECT_NEAR(fit.parameters[0], 3.0001, 5e-5);
  EXPECT_NEAR(fit.parameters[1], 0.5001, 5e-5);
  EXPECT_NEAR(fit.chi2, 13.763, 5e-4);
  // Published standard errors 1.1247 and 0.1179 are covariance times chi2 / 9.
  EXPECT_NEAR(std::sqrt(fit.covariance[0] * fit.chi2 / 9.0), 1.1247, 5e-5);
  EXPECT_NEAR(std::sqrt(fit.covariance[3] * fit.chi2 / 9.0), 0.1179, 5e-5);
  EXPECT_FALSE(fit.singular);
}

TEST(FitLinear, AZeroWeightLeavesThePointOut) {
  const std::vector<double> design = {1, 1, 1};
  const std::vector<double> b = {2, 4, 1000};
  const std::vector<double> weight = {1, 1, 0};
  EXPECT_DOUBLE_EQ(fit_linear(design, b, weight, 1).parameters[0], 3.0);
}

TEST(FitLinear, DependentColumnsAreSaidToBeSo) {
  const std::vector<double> design = {1, 2, 1, 2, 1, 2};
  const std::vector<double> b = {5, 5, 5};
  const LinearFit fit = fit_linear(design, b, {}, 2);
  EXPECT_TRUE(fit.singular);
  EXPECT_NEAR(fit.parameters[0] + 2.0 * fit.parameters[1], 5.0, 1e-12);
}

TEST(SolveSymmetric, SolvesAndRefusesSingular) {
  const std::vector<double> n = {4, 1, 1, 3};
  const std::vector<double> r = {1, 2};
  const auto p = solve_symmetric(n, r);
  ASSERT_EQ(p.size(), 2u);
  EXPECT_NEAR(p[0], 1.0 / 11.0, 1e-14);
  EXPECT_NEAR(p[1], 7.0 / 11.0, 1e-14);
  EXPECT_TRUE(solve_symmetric(std::vector<double>{1, 1, 1, 1}, r).empty());
  const auto inverse = inverse_symmetric(n, 2);
  EXPECT_NEAR(inverse[0], 3.0 / 11.0, 1e-14);
  EXPECT_NEAR(inverse[1], -1.0 / 11.0, 1e-14);
}

TEST(FitChebyshev, ReproducesAPolynomialOfItsDegree) {
  std::vector<double> x, y, value;
  for (int j = 0; j <= 6; ++j) {
    for (int i = 0; i <= 6; ++i) {
      x.push_back(100.0 * i);
      y.push_back(50.0 * j);
      value.push_back(1.0 + 2e-3 * x.back() - 3e-3 * y.back() + 1e-6 * x.back() * y.back());
    }
  }
  const auto surface = fit_chebyshev(x, y, value, {}, {0, 600}, {0, 300}, 2);
  EXPECT_NEAR(surface.at(123.0, 45.0), 1.0 + 0.246 - 0.135 + 1e-6 * 123.0 * 45.0, 1e-12);
  EXPECT_THROW((void)fit_chebyshev(std::vector<double>{1}, std::vector<double>{1},
                                   std::vector<double>{1}, {}, {}, {}, 1),
               InputError);
}

}  // namespace
}  // namespace skywright::math
