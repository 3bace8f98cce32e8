#include "skywright/math/least_squares.h"

#include <cassert>
#include <cmath>

#include <Eigen/Dense>

namespace skywright::math {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

Eigen::Index index(std::size_t n) { return static_cast<Eigen::Index>(n); }

/// Whether the pivots of the factorisation span fewer than fourteen decades. (Eigen's rcond() takes
/// the pseudo-inverse of a zero pivot and so calls a singular matrix well conditioned.)
bool invertible(const Eigen::LDLT<Eigen::MatrixXd>& ldlt) {
  if (ldlt.info() != Eigen::Success) return false;
  const auto pivots = ldlt.vectorD().cwiseAbs();
  return pivots.minCoeff() > 1e-14 * pivots.maxCoeff();
}

}  // namespace

LinearFit fit_linear(std::span<const double> design, std::span<const double> b,
                     std::span<const double> weight, std::size_t columns) {
  const std::size_t rows = b.size();
  assert(rows >= columns && design.size() == rows * columns);
  assert(weight.empty() || weight.size() == rows);
  Matrix a = Eigen::Map<const Matrix>(design.data(), index(rows), index(columns));
  Vector y = Eigen::Map<const Vector>(b.data(), index(rows));
  if (!weight.empty()) {
    for (std::size_t r = 0; r < rows; ++r) {
      const double s = std::sqrt(weight[r]);
      a.row(index(r)) *= s;
      y[index(r)] *= s;
    }
  }
  const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(a);
  LinearFit fit;
  fit.singular = qr.rank() < index(columns);
  Vector p;
  Eigen::MatrixXd inverse;
  if (fit.singular) {
    const Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> cod(a);
    p = cod.solve(y);
    const Eigen::MatrixXd pseudo = cod.pseudoInverse();
    inverse = pseudo * pseudo.transpose();
  } else {
    p = qr.solve(y);
    const Eigen::MatrixXd r_inverse =
        qr.matrixR()
            .topRows(index(columns))
            .template triangularView<Eigen::Upper>()
            .solve(Eigen::MatrixXd::Identity(index(columns), index(columns)));
    const Eigen::MatrixXd unpivoted = qr.colsPermutation() * r_inverse;
    inverse = unpivoted * unpivoted.transpose();
  }
  fit.chi2 = (a * p - y).squaredNorm();
  fit.parameters.assign(p.data(), p.data() + p.size());
  fit.covariance.resize(columns * columns);
  Eigen::Map<Matrix>(fit.covariance.data(), index(columns), index(columns)) = inverse;
  return fit;
}

std::vector<double> solve_symmetric(std::span<const double> n, std::span<const double> r) {
  const std::size_t size = r.size();
  assert(n.size() == size * size);
  const Eigen::LDLT<Eigen::MatrixXd> ldlt(
      Eigen::Map<const Matrix>(n.data(), index(size), index(size)));
  if (!invertible(ldlt)) return {};
  const Vector p = ldlt.solve(Eigen::Map<const Vector>(r.data(), index(size)));
  if (!p.allFinite()) return {};
  return {p.data(), p.data() + p.size()};
}

std::vector<double> inverse_symmetric(std::span<const double> n, std::size_t size) {
  assert(n.size() == size * size);
  const Eigen::LDLT<Eigen::MatrixXd> ldlt(
      Eigen::Map<const Matrix>(n.data(), index(size), index(size)));
  if (!invertible(ldlt)) return {};
  const Matrix inverse = ldlt.solve(Eigen::MatrixXd::Identity(index(size), index(size)));
  return {inverse.data(), inverse.data() + inverse.size()};
}

}  // namespace skywright::math
