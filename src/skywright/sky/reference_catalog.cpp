#include <cmath>
#include <string>

#include "skywright/base/random_stream.h"
#include "skywright/sky/sky_model.h"

namespace skywright::sky {
namespace {

constexpr double kEpoch = 57388.5;  ///< J2016.0 [MJD]
constexpr double kJ2000 = 51544.5;

/// Error of a place [mas]: a floor, and photon noise. Of the size of Gaia DR3's, rather larger
/// between r = 15 and 19 (an assumption; Lindegren et al. 2021, A&A 649, A2, have the real run).
double place_error(double r) { return std::hypot(0.03, 0.05 * std::pow(10.0, 0.2 * (r - 15.0))); }
/// Relative error of a flux: zero point and photon noise.
double flux_error(double magnitude) {
  return std::hypot(0.002, 0.003 * std::pow(10.0, 0.2 * (magnitude - 15.0)));
}

}  // namespace

table::Table SkyModel::reference_catalog(const Cone& cone, double bright, double faint,
                                         const Execution& execution) const {
  std::vector<std::int64_t> id;
  std::vector<double> ra, dec, pm_ra, pm_dec, ra_err, dec_err, epoch;
  std::array<std::vector<double>, kBands> flux, error;
  const double years = (kEpoch - kJ2000) / 365.25;
  for (const Star& star : stars(cone, execution)) {
    const double r = star.magnitude[2];
    if (r < bright || r > faint) continue;
    auto random = RandomStream::for_unit(seed_, {star.id}, "reference_catalog");
    const double sigma = place_error(r);
    const double east = 1e-3 * (star.pm_ra * years + sigma * random.normal());
    const double north = 1e-3 * (star.pm_dec * years + sigma * random.normal());
    const auto at = sphere::offset(sphere::SkyPosition::from_degrees(star.ra, star.dec),
                                   sphere::Angle::from_radians(std::atan2(east, north)),
                                   sphere::Angle::from_arcsec(std::hypot(east, north)));
    id.push_back(star.id);
    ra.push_back(at.ra.wrapped().degrees());
    dec.push_back(at.dec.degrees());
    ra_err.push_back(sigma);
    dec_err.push_back(sigma);
    // A baseline of three years: the motion's error a year is like the place's.
    pm_ra.push_back(star.pm_ra + sigma * random.normal());
    pm_dec.push_back(star.pm_dec + sigma * random.normal());
    epoch.push_back(kEpoch);
    for (std::size_t b = 0; b < kBands; ++b) {
      const double true_flux = flux_njy(star.magnitude[b]);
      const double relative = flux_error(star.magnitude[b]);
      flux[b].push_back(true_flux * (1.0 + relative * random.normal()));
      error[b].push_back(true_flux * relative);
    }
  }
  table::Table t;
  t.add("id", "", "star", id);
  t.add("ra", "deg", "ICRS right ascension at `epoch`, as measured", ra);
  t.add("dec", "deg", "ICRS declination at `epoch`, as measured", dec);
  t.add("raErr", "mas", "standard error, with cos(dec)", ra_err);
  t.add("decErr", "mas", "standard error", dec_err);
  t.add("pmRA", "mas/yr", "proper motion, with cos(dec)", pm_ra);
  t.add("pmDec", "mas/yr", "proper motion", pm_dec);
  t.add("epoch", "d", "MJD TAI of ra and dec", epoch);
  for (std::size_t b = 0; b < kBands; ++b) {
    t.add(std::string(kBandNames[b]) + "_flux", "nJy", "as measured", flux[b]);
    t.add(std::string(kBandNames[b]) + "_fluxErr", "nJy", "standard error", error[b]);
  }
  return t;
}

}  // namespace skywright::sky
