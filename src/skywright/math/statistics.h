/// Robust statistics of plain arrays.
#pragma once

#include <span>
#include <vector>

namespace skywright::math {

/// Middle value; the mean of the two middle ones for an even count; NaN for none. NaNs are left
/// out.
double median(std::span<const double> values);
double median(std::span<const float> values);

/// The value below which the fraction `q` in [0, 1] lies, linear between neighbours.
double quantile(std::span<const double> values, double q);

/// 1.4826 times the median absolute deviation from the median: sigma of a Gaussian.
double mad_sigma(std::span<const double> values);
double mad_sigma(std::span<const float> values);

struct ClippedStatistics {
  double mean = 0.0;
  double median = 0.0;
  double sigma = 0.0;
  std::size_t count = 0;  ///< values that stayed
};
/// Mean, median and standard deviation after clipping at `k` sigma about the median until nothing
/// more goes or `iterations` are done.
ClippedStatistics clipped_statistics(std::span<const float> values, double k = 3.0,
                                     int iterations = 5);
ClippedStatistics clipped_statistics(std::span<const double> values, double k = 3.0,
                                     int iterations = 5);

}  // namespace skywright::math
