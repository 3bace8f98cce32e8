/// What a survey gathers in each direction: one value a HEALPix pixel (NESTED).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/base/fields.h"
#include "skywright/metrics/observations.h"
#include "skywright/metrics/pixel_visits.h"
#include "skywright/metrics/transients.h"

namespace skywright::metrics {

/// How a schedule's worth is counted.
struct MetricsConfig {
  int order = 6;  ///< of HEALPix; 6: nside 64, 0.84 deg2 a pixel
  /// Of the circle that stands for the camera [deg]; 0: LSST's 1.75, or what the caller knows.
  double field_radius_deg = 0.0;
  double wide_area_deg2 = 18000.0;  ///< over which visits are judged (SRD Asky) [deg2]
  int visits_design = 825;          ///< SRD Nv1
  int visits_minimum = 750;
  double visit_seconds = 30.0;   ///< exposures count as multiples of it, as MAF's CountExplimMetric
  double short_seconds = 20.0;   ///< shorter exposures count as no visit [s]
  double star_magnitude = 20.0;  ///< of the star whose parallax and motion are measured [AB]
  double place_floor_arcsec = 0.01;  ///< what the atmosphere leaves on a place [arcsec]
  int transient_phases = 4;          ///< shifts that the row of transients is tried with
};
void describe(Fields& fields, MetricsConfig& config);
/// @throws ConfigError that names the field, its value and the range
void validate(const MetricsConfig& config);

/// A map is empty where the observations lack a column that it needs. NaN: no visit, or not enough.
struct SkyMaps {
  int order = 6;
  std::vector<std::uint32_t> visits;       ///< all
  std::vector<std::uint32_t> full_visits;  ///< by exposure time, short ones left out (MAF fO)
  std::array<std::vector<std::uint32_t>, kBands> band_visits;
  std::array<std::vector<float>, kBands> visit_depth;  ///< median five-sigma depth [AB mag]
  /// 1.25 log10 of the sum of 10^(0.8 m5): MAF's Coaddm5Metric [AB mag].
  std::array<std::vector<float>, kBands> coadded_depth;
  std::vector<float> airmass;                             ///< median
  std::vector<float> within_night_hours;                  ///< median gap, RevisitTimes
  std::vector<float> between_nights_days;                 ///< median gap
  std::array<std::vector<float>, kBands> same_band_days;  ///< median gap
  std::vector<float> pair_fraction;          ///< nights with two visits 15 to 60 min apart
  std::vector<std::uint8_t> rapid_revisits;  ///< 1: the SRD's spread of short gaps is met (RVA1)
  std::vector<float> season_days;            ///< median length
  std::vector<float> parallax_mas;           ///< error
  std::vector<float> proper_motion_mas;      ///< error a year, each coordinate
  std::vector<std::vector<float>> found;     ///< part of transients found, one map a class

  [[nodiscard]] std::size_t pixels() const { return visits.size(); }
};

/// Make the maps. Threads share the pixels; the result does not depend on their number.
/// Ten years (2.1 million visits) at order 6 take about 6 s on one core and 250 MB.
SkyMaps make_sky_maps(const Observations& observations, const PixelVisits& seen,
                      const std::vector<TransientClass>& transients, const MetricsConfig& config,
                      const Execution& execution);

/// The pixels with the most full visits that make up `area` deg2, most first, those without any
/// included where it takes them; equal ones in the order of pixels. MAF's FONv chooses so.
std::vector<std::uint32_t> best_pixels(const SkyMaps& maps, double area_deg2);

/// Solid angle of a pixel [deg2].
double pixel_area_deg2(int order);

}  // namespace skywright::metrics
