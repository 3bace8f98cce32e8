#include "skywright/imagesim/simulate.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "skywright/base/random_stream.h"
#include "skywright/imagesim/detail/exposure_parts.h"
#include "skywright/instrument/seeing.h"
#include "skywright/sky/night_sky.h"

namespace skywright::imagesim {
namespace {

using instrument::Band;
using instrument::Detector;
using instrument::ExposureKind;
using instrument::Instrument;
using instrument::VisitInfo;

/// Above the atmosphere to electrons in the exposure.
double exposure_zero_point(const ImageSimConfig& config, const Band& band, const VisitInfo& visit,
                           std::uint64_t seed) {
  auto random = RandomStream::for_unit(seed, {visit.visit}, "transparency");
  // The band's zero point includes one airmass.
  return band.zero_point + 2.5 * std::log10(visit.exposure_s) -
         band.extinction * (visit.airmass - 1.0) - config.cloud_magnitude -
         config.transparency_rms * random.normal();
}

double sky_magnitude(const ImageSimConfig& config, const Instrument& instrument, const Band& band,
                     const VisitInfo& visit) {
  if (config.sky_magnitude > 0.0) return config.sky_magnitude;
  const instrument::Site& site = instrument.site;
  const ephemeris::ObservedSky now({site.latitude, site.longitude, site.height_m},
                                   time::to_utc(visit.middle()));
  return sky::NightSky(std::span(&band, 1), site.height_m)
      .magnitude(0, sky::sky_point(now, visit.boresight), sky::night_sky_state(now));
}

PsfConditions psf_conditions(const ImageSimConfig& config, const Band& band, const VisitInfo& visit,
                             std::uint64_t seed) {
  auto random = RandomStream::for_unit(seed, {visit.visit}, "tracking");
  PsfConditions conditions;
  conditions.fwhm_eff_arcsec = visit_seeing(config, band, visit.airmass);
  conditions.optics_fwhm_arcsec = config.optics_fwhm_arcsec;
  conditions.tracking_e1 = config.tracking_ellipticity * random.normal();
  conditions.tracking_e2 = config.tracking_ellipticity * random.normal();
  return conditions;
}

void add_cosmic_rays(RawExposure& out, image::ImageView<float> electrons, const Detector& detector,
                     const ImageSimConfig& config, double readout_s, std::uint64_t seed) {
  const CosmicRayConfig rays{.rate_cm2_s = config.cosmic_ray_rate};
  const auto charges =
      cosmic_rays(rays, detector.width, detector.height, detector.pixel_um,
                  out.visit.exposure_s + 0.5 * readout_s,
                  RandomStream::for_unit(seed, {out.visit.visit, detector.id}, "cosmic_rays"));
  for (const Charge& c : charges) {
    electrons(c.x, c.y) += std::round(c.electrons);
    image::MaskBits& bits = out.truth_mask(c.x, c.y);
    if ((bits & image::bit(image::MaskPlane::cosmic_ray)) == 0) ++out.conditions.cosmic_ray_count;
    bits |= image::bit(image::MaskPlane::cosmic_ray);
  }
}

/// Light of sky and objects; returns the level of what is uniform [electron/pixel].
double expose_sky(RawExposure& out, image::ImageView<float> electrons, const Instrument& instrument,
                  const Detector& detector, const sky::SkyObjects& objects,
                  const ImageSimConfig& config, std::uint64_t seed, const Execution& execution) {
  const VisitInfo& visit = out.visit;
  const Band& band = instrument.band(visit.band);
  TrueConditions& truth = out.conditions;
  truth.zero_point = exposure_zero_point(config, band, visit, seed);
  const image::PixelPosition centre{0.5 * (detector.width - 1), 0.5 * (detector.height - 1)};
  const double scale = out.true_wcs.pixel_scale(centre).arcsec();
  truth.sky_electrons = scale * scale *
                        std::pow(10.0, 0.4 * (band.zero_point + 2.5 * std::log10(visit.exposure_s) -
                                              sky_magnitude(config, instrument, band, visit)));
  const PsfConditions conditions = psf_conditions(config, band, visit, seed);
  const PsfField psf(conditions, instrument, detector);
  truth.fwhm_eff_arcsec = conditions.fwhm_eff_arcsec;
  truth.noise_pixels = psf.noise_pixels(centre.x, centre.y);
  double read_variance = 0.0;
  for (const auto& amplifier : detector.amplifiers)
    read_variance += amplifier.read_noise * amplifier.read_noise /
                     static_cast<double>(detector.amplifiers.size());
  const double variance =
      truth.sky_electrons + detector.dark_current * visit.exposure_s + read_variance;
  // SNR 5 with the source's own photons: f^2 = 25 (n v + 4/3 f), see truth_table.
  const double half = 25.0 * 2.0 / 3.0;
  const double limit = half + std::sqrt(half * half + 25.0 * truth.noise_pixels * variance);
  truth.depth_5sigma = truth.zero_point - 2.5 * std::log10(limit);

  const detail::Placement placement =
      detail::place_objects(detector, visit, objects, out.true_wcs, truth.zero_point);
  draw_objects(electrons, placement.placed, psf, std::sqrt(variance), execution);
  out.truth =
      detail::truth_table(detector, objects, placement, psf, variance, truth.zero_point, scale);
  return truth.sky_electrons;
}

}  // namespace

void describe(Fields& f, ImageSimConfig& c) {
  f.number("seeing_arcsec", c.seeing_arcsec,
           "FWHM_eff; 0: the median of Cerro Pachon, for band and airmass", {.low = 0, .high = 20});
  f.number("optics_fwhm_arcsec", c.optics_fwhm_arcsec, "blur by telescope, camera and dome",
           {.low = 0, .high = 20});
  f.number("tracking_ellipticity", c.tracking_ellipticity,
           "rms of each component of the blur's ellipticity", {.low = 0, .high = 0.2});
  f.number("sky_magnitude", c.sky_magnitude,
           "sky brightness [mag/arcsec2]; 0: by Sun, Moon and place", {.low = 0});
  f.number("sky_gradient", c.sky_gradient, "change of the sky from axis to field edge, relative",
           {.low = 0, .high = 1});
  f.number("cloud_magnitude", c.cloud_magnitude, "grey extinction [mag]", {.low = 0});
  f.number("transparency_rms", c.transparency_rms,
           "rms of the zero point from visit to visit [mag]", {.low = 0});
  f.number("pointing_error_arcsec", c.pointing_error_arcsec, "rms of the pointing on each axis",
           {.low = 0});
  f.number("rotation_error_deg", c.rotation_error_deg, "rms of the camera's angle", {.low = 0});
  f.number("distortion_error_pixel", c.distortion_error_pixel,
           "rms at a detector's edge of the distortion that the design does not tell", {.low = 0});
  f.number("flat_electrons", c.flat_electrons, "electrons of a flat's exposure on axis",
           {.above = 0});
  f.number("cosmic_ray_rate", c.cosmic_ray_rate, "tracks of cosmic rays [1/cm2/s]", {.low = 0});
  f.number("pixel_response_rms", c.sensor.pixel_response_rms,
           "rms of the response of single pixels", {.low = 0, .high = 0.1});
  f.number("amplifier_response_rms", c.sensor.amplifier_response_rms,
           "rms of the response of amplifiers", {.low = 0, .high = 0.2});
  f.number("hot_pixels_per_million", c.sensor.hot_pixels_per_million, "hot pixels in a million",
           {.low = 0});
  f.number("dead_pixels_per_million", c.sensor.dead_pixels_per_million, "dead pixels in a million",
           {.low = 0});
  f.whole("bad_columns", c.sensor.bad_columns, "partial columns that collect nothing", {.low = 0});
  f.number("bias_level", c.readout.bias_level, "level of the bias [ADU]", {.low = 0});
  f.number("bias_drift", c.readout.bias_drift, "rms of the bias between exposures [ADU]",
           {.low = 0});
  f.number("row_drift", c.readout.row_drift, "step of the bias from row to row [ADU]", {.low = 0});
  f.number("column_structure", c.readout.column_structure, "rms of the bias by column [ADU]",
           {.low = 0});
  f.whole("instrument_seed", c.instrument_seed, "seed of what stays: defects, response, bias",
          {.low = 0});
}

double visit_seeing(const ImageSimConfig& config, const Band& band, double airmass) {
  if (config.seeing_arcsec > 0.0) return config.seeing_arcsec;
  // Median of Cerro Pachon at 500 nm, as in schedule/weather.h, which names the source.
  constexpr double kMedian = 0.59;
  return instrument::fwhm_eff(kMedian, airmass,
                              band.wavelength_nm > 0.0 ? band.wavelength_nm : 500.0,
                              config.optics_fwhm_arcsec);
}

sky::Cone sky_footprint(const Instrument& instrument, const Detector& detector,
                        const VisitInfo& visit) {
  const wcs::Wcs wcs =
      instrument::predicted_wcs(instrument, detector, visit.boresight, visit.rotation);
  const sphere::SkyPosition centre =
      wcs.sky_at({0.5 * (detector.width - 1), 0.5 * (detector.height - 1)});
  sphere::Angle radius;
  for (const double x : {-0.5, detector.width - 0.5})
    for (const double y : {-0.5, detector.height - 0.5})
      radius = std::max(radius, sphere::separation(centre, wcs.sky_at({x, y})));
  return {centre, radius + sphere::Angle::from_arcsec(40.0)};
}

RawExposure simulate_exposure(const Instrument& instrument, const Detector& detector,
                              const VisitInfo& visit, const sky::SkyObjects& objects,
                              const ImageSimConfig& config, std::uint64_t seed,
                              const Execution& execution) {
  check_fields(config);
  RawExposure out;
  out.visit = visit;
  out.visit.detector = detector.id;
  out.truth_mask = image::Image<image::MaskBits>(detector.width, detector.height);
  image::Image<float> electrons(detector.width, detector.height);
  double uniform = 0.0;
  if (visit.kind == ExposureKind::science) {
    out.nominal_wcs =
        instrument::predicted_wcs(instrument, detector, visit.boresight, visit.rotation);
    out.true_wcs = detail::true_wcs(instrument, detector, visit, config, seed);
    uniform = expose_sky(out, electrons, instrument, detector, objects, config, seed, execution);
  } else if (visit.kind == ExposureKind::flat) {
    uniform = config.flat_electrons;
  }
  execution.check_stop();
  detail::collect_charge(electrons, out.truth_mask, instrument, detector, visit, uniform, config,
                         seed, execution);
  if (visit.exposure_s > 0.0)
    add_cosmic_rays(out, electrons, detector, config, instrument.camera.readout_s, seed);
  bleed(electrons, out.truth_mask, detector);
  out.images =
      read_out(electrons, detector, config.readout,
               {seed, static_cast<std::uint64_t>(config.instrument_seed), visit.visit}, execution);
  return out;
}

}  // namespace skywright::imagesim
