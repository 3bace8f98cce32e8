#include "skywright/schedule/sky_pixels.h"

#include <algorithm>

#include "skywright/sphere/frames.h"
#include "skywright/sphere/healpix.h"

namespace skywright::schedule {

SkyPixels::SkyPixels(int order_in)
    : order(order_in), count(static_cast<std::size_t>(sphere::healpix::pixel_count(order_in))) {
  const auto ecliptic = sphere::icrs_to_ecliptic();
  for (std::size_t p = 0; p < count; ++p) {
    const auto index = static_cast<std::int64_t>(p);
    centre.push_back(sphere::healpix::centre(index, order));
    const sphere::SkyPosition place = sphere::sky_position(centre.back());
    ra.push_back(static_cast<float>(place.ra.radians()));
    dec.push_back(static_cast<float>(place.dec.radians()));
    const auto e = ecliptic * sphere::Direction<sphere::Icrs>{centre.back()};
    ecliptic_longitude.push_back(static_cast<float>(e.longitude().radians()));
    ecliptic_latitude.push_back(static_cast<float>(e.latitude().radians()));
    const auto around = sphere::healpix::neighbours(index, order);
    std::array<std::int32_t, 8> list{};
    for (std::size_t i = 0; i < 8; ++i) list[i] = static_cast<std::int32_t>(around[i]);
    neighbours.push_back(list);
  }
}

void SkyPixels::within(const sphere::UnitVector& at, sphere::Angle radius,
                       std::vector<std::int32_t>& out) const {
  const double least = cos(radius);
  out.assign(1, static_cast<std::int32_t>(sphere::healpix::pixel_at(at, order)));
  for (std::size_t next = 0; next < out.size(); ++next) {
    for (const std::int32_t n : neighbours[static_cast<std::size_t>(out[next])]) {
      if (n < 0 || dot(centre[static_cast<std::size_t>(n)], at) < least) continue;
      if (std::find(out.begin(), out.end(), n) == out.end()) out.push_back(n);
    }
  }
  std::sort(out.begin(), out.end());
}

}  // namespace skywright::schedule
