/// Mean, scatter and extremes of an object's fluxes in one band, kept up to date one flux at a
/// time.
///
/// The state is exactly what is stored ({b}_psfFluxMean and so on), in double precision: to replay
/// an object's fluxes in order of time gives the same bits as to have updated it visit by visit.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

namespace skywright::associate {

struct FluxSummary {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  double mean = kNone;        ///< weighted by 1 / err^2 [nJy]
  double mean_err = kNone;    ///< 1 / sqrt(sum of 1 / err^2) [nJy]
  double sigma = kNone;       ///< unweighted sample standard deviation [nJy]; NaN below two
  double min = kNone;         ///< [nJy]
  double max = kNone;         ///< [nJy]
  double err_mean = kNone;    ///< mean of the errors [nJy]
  double plain_mean = kNone;  ///< unweighted mean, which sigma is about [nJy]
  std::int64_t count = 0;

  /// Take in one flux. One that is not finite, or whose error is not positive, is left out.
  void add(double flux, double err) {
    if (!std::isfinite(flux) || !std::isfinite(err) || err <= 0.0) return;
    ++count;
    if (count == 1) {
      *this = {flux, err, kNone, flux, flux, err, flux, 1};
      return;
    }
    const auto n = static_cast<double>(count);
    const double old_weight = 1.0 / (mean_err * mean_err);
    const double weight = 1.0 / (err * err);
    mean += (flux - mean) * (weight / (old_weight + weight));
    mean_err = 1.0 / std::sqrt(old_weight + weight);
    // Welford (1962), Technometrics 4, 419: the sum of squares about the running mean.
    const double old_squares = count == 2 ? 0.0 : sigma * sigma * (n - 2.0);
    const double step = flux - plain_mean;
    plain_mean += step / n;
    sigma = std::sqrt((old_squares + step * (flux - plain_mean)) / (n - 1.0));
    min = std::fmin(min, flux);
    max = std::fmax(max, flux);
    err_mean += (err - err_mean) / n;
  }
};

}  // namespace skywright::associate
