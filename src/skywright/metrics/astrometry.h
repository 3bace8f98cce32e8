/// How well a survey's visits measure the distance and the motion of a star.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "skywright/metrics/observations.h"
#include "skywright/sphere/direction.h"

namespace skywright::metrics {

/// Where the Earth stood at each visit, seen from the barycentre [au], ICRS.
struct EarthPlaces {
  std::vector<double> x, y, z;
};
/// From ERFA's eraEpv00 at nodes a day apart, and the cubic through places and
/// velocities between: within 1 km of it.
/// @param mjd TAI, in rising order
EarthPlaces earth_places(std::span<const double> mjd);

/// Signal to noise of a star of magnitude `m` in a visit of five-sigma depth `m5`: Ivezic et al.
/// (2019), ApJ 873, 111, eq. 5 with gamma 0.04, where both terms become one: 5 * 10^(0.4 (m5 - m)).
/// MAF calls it m52snr.
double star_snr(double m, double m5);

/// Error of a star's place in a visit [arcsec], each coordinate: FWHM_geom / SNR, and `floor` in
/// quadrature for what the atmosphere leaves. MAF: astrom_precision.
double place_error(double fwhm_geom, double snr, double floor);

/// Effect of one arcsec of parallax on a place towards east and north [arcsec]: the barycentric
/// place of the Earth projected on the sky (Green 1985, Spherical Astronomy, section 8.4).
struct ParallaxFactor {
  double east = 0.0;
  double north = 0.0;
};
/// @param earth barycentric [au]
ParallaxFactor parallax_factor(const sphere::UnitVector& star, double earth_x, double earth_y,
                               double earth_z);

/// Error of a parallax [mas] measured by visits with these errors [arcsec], all else known: MAF's
/// ParallaxMetric. Infinite without visits.
double parallax_error(const sphere::UnitVector& star, std::span<const std::uint32_t> visits,
                      std::span<const float> errors, const EarthPlaces& earth);

/// Error of a proper motion in one coordinate [mas/yr], from the weighted straight line through
/// places at these times [day], all else known: MAF's ProperMotionMetric (sigma_slope), which
/// leaves out a band with a single visit. NaN where the times are fewer than two or the same.
double proper_motion_error(std::span<const std::uint32_t> visits, std::span<const float> errors,
                           std::span<const double> mjd, std::span<const std::uint8_t> band);

/// `place_error` of a star that has magnitude `m` in every band, of every visit [arcsec]; infinite
/// where depth or seeing is not known. Empty where the observations have no such columns.
std::vector<float> place_errors(const Observations& observations, double m, double floor);

}  // namespace skywright::metrics
