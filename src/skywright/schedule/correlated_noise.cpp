#include "skywright/schedule/correlated_noise.h"

#include <cmath>
#include <utility>

#include "skywright/base/fields.h"
#include "skywright/base/random_stream.h"

namespace skywright::schedule {
namespace {

/// Knots further than this from the instant weigh less than 4e-4 of the nearest.
constexpr int kReach = 4;

}  // namespace

void describe(Fields& f, NoiseComponent& c) {
  f.number("hours", c.hours, "correlation time: lag of 1/e [h]", {.above = 0.0});
  f.number("share", c.share, "part of the variance", {.above = 0.0});
}

CorrelatedNoise::CorrelatedNoise(std::vector<NoiseComponent> components, double start_mjd,
                                 double days, std::uint64_t seed, std::string_view purpose)
    : components_(std::move(components)), seed_(seed), purpose_(purpose) {
  double total = 0.0;
  for (const NoiseComponent& c : components_) total += c.share;
  for (NoiseComponent& c : components_) c.share /= total;
  for (std::size_t i = 0; i < components_.size(); ++i) {
    Grid grid;
    // Smoothing white noise by a Gaussian of sigma s gives exp(-t^2 / (4 s^2)).
    grid.spacing = 0.5 * components_[i].hours / 24.0;
    grid.amplitude = std::sqrt(components_[i].share);
    const auto first = static_cast<std::int64_t>(std::floor(start_mjd / grid.spacing)) - kReach;
    const auto last =
        static_cast<std::int64_t>(std::floor((start_mjd + days) / grid.spacing)) + kReach + 1;
    std::vector<double> knots;
    knots.reserve(static_cast<std::size_t>(last - first + 1));
    for (std::int64_t k = first; k <= last; ++k) knots.push_back(knot(i, k));
    grid.first = first;
    grid.knots = std::move(knots);
    grids_.push_back(std::move(grid));
  }
}

double CorrelatedNoise::knot(std::size_t component, std::int64_t number) const {
  if (component < grids_.size()) {
    const Grid& grid = grids_[component];
    const std::int64_t index = number - grid.first;
    if (index >= 0 && index < static_cast<std::int64_t>(grid.knots.size()))
      return grid.knots[static_cast<std::size_t>(index)];
  }
  return RandomStream::for_unit(seed_, {static_cast<std::int64_t>(component), number}, purpose_)
      .normal();
}

double CorrelatedNoise::at(double mjd) const {
  double sum = 0.0;
  for (std::size_t i = 0; i < grids_.size(); ++i) {
    const double x = mjd / grids_[i].spacing;
    const double nearest = std::floor(x);
    const auto centre = static_cast<std::int64_t>(nearest);
    double weighted = 0.0;
    double norm = 0.0;
    for (int k = -kReach + 1; k <= kReach; ++k) {
      const double d = x - nearest - k;
      const double w = std::exp(-0.5 * d * d);
      weighted += w * knot(i, centre + k);
      norm += w * w;
    }
    sum += grids_[i].amplitude * weighted / std::sqrt(norm);
  }
  return sum;
}

double CorrelatedNoise::autocorrelation(double lag_hours) const {
  double sum = 0.0;
  for (const NoiseComponent& c : components_) {
    const double x = lag_hours / c.hours;
    sum += c.share * std::exp(-x * x);
  }
  return sum;
}

}  // namespace skywright::schedule
