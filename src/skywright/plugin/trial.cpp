#include "skywright/plugin/trial.h"

#include <array>
#include <cmath>

#include "skywright/base/random_stream.h"

namespace skywright::plugin {
namespace {

constexpr double kSigma = 3.5 / 2.3548200450309493;  // [pixel]
constexpr double kNoise = 5.0;                       // [image unit]

/// Evenly over [0, 1) however many there are, each the same whatever their number.
double spread(int i) {
  const double turns = 0.6180339887498949 * i;
  return turns - std::floor(turns);
}

std::vector<double> tried_stamps(const Kernel& kernel, int side, int count) {
  const auto n = static_cast<std::size_t>(count);
  const auto area = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  std::vector<double> position;
  std::vector<double> centre;
  std::vector<float> pixels(n * area);
  std::vector<float> psf(n * area);
  const std::vector<float> variance(n * area, static_cast<float>(kNoise * kNoise));
  const std::vector<std::int32_t> mask(n * area, 0);
  for (std::size_t i = 0; i < n; ++i) {
    auto random = RandomStream::for_unit(1, {static_cast<std::int64_t>(i)}, "kernel_trial");
    const double x = side / 2 + random.uniform(-0.5, 0.5);
    const double y = side / 2 + random.uniform(-0.5, 0.5);
    centre.insert(centre.end(), {x, y});
    position.insert(position.end(), {100.0 + x, 200.0 + y});
    const double flux = 1e3 * static_cast<double>(1 + i % 100);
    double sum = 0.0;
    for (std::size_t p = 0; p < area; ++p) {
      const double dx = static_cast<double>(p % static_cast<std::size_t>(side)) - x;
      const double dy = static_cast<double>(p / static_cast<std::size_t>(side)) - y;
      const double light = std::exp(-0.5 * (dx * dx + dy * dy) / (kSigma * kSigma));
      psf[i * area + p] = static_cast<float>(light);
      sum += light;
    }
    for (std::size_t p = i * area; p < (i + 1) * area; ++p) {
      psf[p] = static_cast<float>(static_cast<double>(psf[p]) / sum);
      pixels[p] = static_cast<float>(flux * static_cast<double>(psf[p]) + kNoise * random.normal());
    }
  }
  return kernel.measure({side, count, position, centre, pixels, variance, mask, psf});
}

std::vector<double> tried_places(const Kernel& kernel, int side, int count) {
  constexpr double kField = 1000.0;
  std::vector<double> position;
  for (int i = 0; i < count; ++i) {
    const double along = spread(i);
    position.insert(position.end(), {kField * along, kField * (1.0 - along)});
  }
  return kernel.psf({side, count, kField, kField, position});
}

std::vector<double> tried_epochs(const Kernel& kernel, int count) {
  constexpr std::array<double, 6> kFilters = {372.4, 480.7, 622.1, 755.9, 868.0, 975.3};
  const auto n = static_cast<std::size_t>(count);
  std::vector<double> time;
  std::vector<double> wavelength;
  std::vector<double> lot;
  for (std::size_t i = 0; i < n; ++i) {
    time.push_back(-20.0 + 120.0 * spread(static_cast<int>(i)));
    wavelength.push_back(kFilters.at(i % kFilters.size()));
    auto random = RandomStream::for_unit(1, {static_cast<std::int64_t>(i)}, "kernel_trial");
    for (int k = 0; k < 4; ++k) lot.push_back(random.uniform());
  }
  const std::vector<double> redshift(n, 0.1);
  const std::vector<double> base(n, 38.3);  // the distance modulus there, for H0 = 70 km/s/Mpc
  return kernel.light_curve({count, time, wavelength, redshift, base, lot});
}

}  // namespace

std::vector<double> try_kernel(const Kernel& kernel, int side, int count) {
  switch (kernel.description().kind) {
    case Kind::measure:
      return tried_stamps(kernel, side, count);
    case Kind::psf:
      return tried_places(kernel, side, count);
    case Kind::light_curve:
      break;
  }
  return tried_epochs(kernel, count);
}

}  // namespace skywright::plugin
