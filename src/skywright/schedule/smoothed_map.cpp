#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "skywright/schedule/footprint.h"
#include "skywright/sphere/healpix.h"

namespace skywright::schedule {
namespace {

using sphere::UnitVector;

std::vector<UnitVector> centres_of(int order) {
  std::vector<UnitVector> out(static_cast<std::size_t>(sphere::healpix::pixel_count(order)));
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = sphere::healpix::centre(static_cast<std::int64_t>(i), order);
  return out;
}

}  // namespace

// Pairs of pixels are sought through their ancestors three orders up: most lie too far apart.
std::vector<float> smoothed_map(std::span<const float> map, int order, double fwhm_deg) {
  const double sigma = fwhm_deg * std::numbers::pi / 180.0 / std::sqrt(8.0 * std::numbers::ln2);
  const double cut = 4.0 * sigma;
  const double least_cosine = std::cos(cut);
  const int up = std::min(order, 3);
  const std::size_t children = std::size_t{1} << (2 * up);
  const std::vector<UnitVector> fine = centres_of(order);
  const std::vector<UnitVector> coarse = centres_of(order - up);
  const double near = std::cos(std::min(
      std::numbers::pi, cut + 2.0 * sphere::healpix::max_pixel_radius(order - up).radians()));
  std::vector<float> out(map.size());
  std::vector<std::size_t> close;
  for (std::size_t a = 0; a < coarse.size(); ++a) {
    close.clear();
    for (std::size_t b = 0; b < coarse.size(); ++b)
      if (dot(coarse[a], coarse[b]) >= near) close.push_back(b);
    for (std::size_t i = a * children; i < (a + 1) * children; ++i) {
      double sum = 0.0;
      double norm = 0.0;
      for (const std::size_t b : close) {
        for (std::size_t k = b * children; k < (b + 1) * children; ++k) {
          const double cosine = dot(fine[i], fine[k]);
          if (cosine < least_cosine) continue;
          const double weight = std::exp((cosine - 1.0) / (sigma * sigma));
          sum += weight * static_cast<double>(map[k]);
          norm += weight;
        }
      }
      out[i] = static_cast<float>(sum / norm);
    }
  }
  return out;
}

}  // namespace skywright::schedule
