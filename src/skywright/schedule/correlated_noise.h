/// A standard normal value that drifts with chosen correlation times, the same at any instant
/// whatever was asked before.
///
///     const CorrelatedNoise noise({{.hours = 1.0, .share = 0.3}, {.hours = 48.0, .share = 0.7}},
///                                 start, days, seed, "seeing");
///     const double z = noise.at(mjd);
///
/// Each component is white noise on a grid of knots, smoothed by a Gaussian: a moving average,
/// whose autocorrelation at lag t is exp(-(t / hours)^2). A knot belongs to its own number since
/// MJD 0 and to the seed, so that a survey that starts later meets the same weather.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace skywright {
class Fields;
}

namespace skywright::schedule {

struct NoiseComponent {
  double hours = 1.0;  ///< lag at which the autocorrelation falls to 1/e
  double share = 1.0;  ///< of the variance; shares are scaled to add up to one
};
void describe(Fields& fields, NoiseComponent& component);

class CorrelatedNoise {
 public:
  /// Knots over the span are drawn now (0.1 us each, two a correlation time), others when asked
  /// for.
  /// @pre components is not empty, each with hours > 0 and share > 0
  CorrelatedNoise(std::vector<NoiseComponent> components, double start_mjd, double days,
                  std::uint64_t seed, std::string_view purpose);

  /// Mean 0, standard deviation 1; about 0.1 us a component.
  [[nodiscard]] double at(double mjd) const;
  /// What at() has over many seeds.
  [[nodiscard]] double autocorrelation(double lag_hours) const;

 private:
  struct Grid {
    double spacing = 1.0;  ///< of the knots, which is also the kernel's sigma [day]
    double amplitude = 1.0;
    std::int64_t first = 0;
    std::vector<double> knots;
  };
  [[nodiscard]] double knot(std::size_t component, std::int64_t number) const;

  std::vector<NoiseComponent> components_;
  std::vector<Grid> grids_;
  std::uint64_t seed_;
  std::string purpose_;
};

}  // namespace skywright::schedule
