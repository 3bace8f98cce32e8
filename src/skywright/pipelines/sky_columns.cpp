#include "skywright/pipelines/sky_columns.h"

#include <cmath>

namespace skywright::pipelines {

void add_sky_columns(table::Table& table, const wcs::Wcs& wcs, std::span<const double> x,
                     std::span<const double> y, std::span<const float> x_err,
                     std::span<const float> y_err) {
  const std::size_t n = x.size();
  std::vector<double> ra(n);
  std::vector<double> dec(n);
  wcs.pixels_to_sky(x, y, ra, dec);
  std::vector<float> ra_err(n);
  std::vector<float> dec_err(n);
  std::vector<float> covariance(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto j = wcs.jacobian({x[i], y[i]});
    const double vx = static_cast<double>(x_err[i]) * x_err[i];
    const double vy = static_cast<double>(y_err[i]) * y_err[i];
    ra_err[i] = static_cast<float>(std::sqrt(j[0] * j[0] * vx + j[1] * j[1] * vy));
    dec_err[i] = static_cast<float>(std::sqrt(j[2] * j[2] * vx + j[3] * j[3] * vy));
    covariance[i] = static_cast<float>(j[0] * j[2] * vx + j[1] * j[3] * vy);
  }
  table.add("ra", "deg", "right ascension, ICRS", std::move(ra));
  table.add("dec", "deg", "declination, ICRS", std::move(dec));
  table.add("raErr", "deg", "error of ra times cos(dec)", std::move(ra_err));
  table.add("decErr", "deg", "error of dec", std::move(dec_err));
  table.add("ra_dec_Cov", "deg2", "covariance of ra cos(dec) and dec", std::move(covariance));
}

}  // namespace skywright::pipelines
