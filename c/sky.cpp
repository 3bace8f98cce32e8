#include "guard.h"
#include "skywright/base/error.h"
#include "skywright/ephemeris/observer.h"

namespace skywright::c {
namespace {

ephemeris::ObservedSky sky_over(const sw_site* given, double mjd_tai) {
  const sw_site site = known(given, "site");
  // Also what is no number; UTC begins in 1960.
  if (!(mjd_tai >= 36934.0 && mjd_tai <= 200000.0))
    throw ConfigError("mjd_tai=" + std::to_string(mjd_tai), "must be in [36934, 200000]",
                      "a Julian date less 2400000.5 is an MJD");
  return {{sphere::Angle::from_degrees(site.latitude_deg),
           sphere::Angle::from_degrees(site.longitude_deg), site.height_m},
          time::to_utc(time::Tai::from_mjd(mjd_tai))};
}

}  // namespace
}  // namespace skywright::c

extern "C" {

sw_status sw_horizontal(const sw_site* site, double mjd_tai, size_t count, const double* ra_deg,
                        const double* dec_deg, double* azimuth_deg, double* altitude_deg) {
  using namespace skywright;
  return c::guarded([&] {
    for (const void* array :
         {static_cast<const void*>(ra_deg), static_cast<const void*>(dec_deg),
          static_cast<const void*>(azimuth_deg), static_cast<const void*>(altitude_deg)})
      if (count > 0) c::require(array, "ra, dec, azimuth or altitude");
    c::sky_over(site, mjd_tai)
        .horizontal({ra_deg, count}, {dec_deg, count}, {azimuth_deg, count}, {altitude_deg, count});
    return SW_OK;
  });
}

sw_status sw_sun_moon(const sw_site* site, double mjd_tai, double ra_deg[2], double dec_deg[2]) {
  using namespace skywright;
  return c::guarded([&] {
    c::require(ra_deg, "ra_deg");
    c::require(dec_deg, "dec_deg");
    const ephemeris::ObservedSky sky = c::sky_over(site, mjd_tai);
    const sphere::SkyPosition places[2] = {sky.sun_position(), sky.moon_position()};
    for (int i = 0; i < 2; ++i) {
      ra_deg[i] = places[i].ra.degrees();
      dec_deg[i] = places[i].dec.degrees();
    }
    return SW_OK;
  });
}
}
