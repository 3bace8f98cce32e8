#include "skywright/sky/galactic_dust.h"

#include <cmath>
#include <cstdint>
#include <string_view>

#include "skywright/sky/detail/embedded_files.h"
#include "skywright/sphere/healpix.h"

namespace skywright::sky {
namespace {

constexpr int kMapOrder = 6;

/// data/dust/README.md describes the file.
const std::vector<double>& dust_map() {
  static const std::vector<double> map = [] {
    const std::string_view bytes =
        find_embedded(detail::embedded_files(), "sfd_galactic.bin")->content;
    std::vector<double> values(static_cast<std::size_t>(sphere::healpix::pixel_count(kMapOrder)));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto low = static_cast<unsigned char>(bytes[2 * i]);
      const auto high = static_cast<unsigned char>(bytes[2 * i + 1]);
      values[i] = 1e-4 * std::exp((low + 256 * high) / 4096.0);
    }
    return values;
  }();
  return map;
}

}  // namespace

double galactic_reddening(const sphere::Direction<sphere::Icrs>& direction) {
  static const auto to_galactic = sphere::icrs_to_galactic();
  const std::int64_t pixel = sphere::healpix::pixel_at((to_galactic * direction).v, kMapOrder);
  return dust_map()[static_cast<std::size_t>(pixel)];
}

std::vector<float> galactic_reddening_map(int order) {
  constexpr int kFiner = 2;
  constexpr std::int64_t kPlaces = 1 << (2 * kFiner);
  std::vector<float> map(static_cast<std::size_t>(sphere::healpix::pixel_count(order)));
  for (std::size_t i = 0; i < map.size(); ++i) {
    double sum = 0.0;
    for (std::int64_t k = 0; k < kPlaces; ++k) {
      const auto child = static_cast<std::int64_t>(i) * kPlaces + k;
      sum += galactic_reddening({sphere::healpix::centre(child, order + kFiner)});
    }
    map[i] = static_cast<float>(sum / kPlaces);
  }
  return map;
}

}  // namespace skywright::sky
