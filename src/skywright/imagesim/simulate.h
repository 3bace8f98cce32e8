/// One exposure of one detector: raw frame and truth.
///
/// What is not modelled: the brighter-fatter effect, diffraction spikes, charge transfer
/// inefficiency, fringing, tree rings, ghosts, differential refraction by colour.
#pragma once

#include <cstdint>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/base/fields.h"
#include "skywright/image/image.h"
#include "skywright/image/mask.h"
#include "skywright/imagesim/cosmic_rays.h"
#include "skywright/imagesim/readout.h"
#include "skywright/imagesim/sensor.h"
#include "skywright/instrument/visit_info.h"
#include "skywright/sky/sky_model.h"
#include "skywright/sky/sky_objects.h"
#include "skywright/table/table.h"
#include "skywright/wcs/wcs.h"

namespace skywright::imagesim {

/// Where no source is named the defaults are assumptions, of the size that good telescopes show.
struct ImageSimConfig {
  double seeing_arcsec = 0.0;          ///< FWHM_eff at the zenith angle of the visit; 0: the band's
                                       ///< median of the site for its airmass
  double optics_fwhm_arcsec = 0.40;    ///< blur by telescope, camera and dome
  double tracking_ellipticity = 0.01;  ///< rms of each component of the blur's ellipticity
  double sky_magnitude = 0.0;  ///< [mag/arcsec2]; 0: that of sky/night_sky.h, with the Sun and the
                               ///< Moon where they stand
  double sky_gradient = 0.01;  ///< from axis to field edge, relative, direction by visit
  double cloud_magnitude = 0.0;         ///< grey extinction
  double transparency_rms = 0.02;       ///< of the zero point from visit to visit [mag]
  double pointing_error_arcsec = 3.0;   ///< rms of each axis
  double rotation_error_deg = 0.01;     ///< rms
  double distortion_error_pixel = 0.1;  ///< rms at a detector's edge, that the design does not tell
  double flat_electrons = 30000.0;      ///< of a flat's exposure on axis
  double cosmic_ray_rate = 0.05;        ///< [1/cm^2/s]
  SensorConfig sensor;
  ReadoutConfig readout;
  int instrument_seed = 20;  ///< of what stays from exposure to exposure: defects, response, bias
};
void describe(Fields& fields, ImageSimConfig& config);

/// What the sky and the telescope did, which the raw frame does not tell.
struct TrueConditions {
  double zero_point = 0.0;     ///< AB magnitude of one electron in the exposure
  double sky_electrons = 0.0;  ///< per pixel on axis
  double fwhm_eff_arcsec = 0.0;
  double noise_pixels = 0.0;  ///< 1 / sum(PSF^2) at the detector's centre
  double depth_5sigma = 0.0;  ///< point source, AB mag, detector's centre
  int cosmic_ray_count = 0;   ///< pixels that met a track
};

struct RawExposure {
  instrument::VisitInfo visit;  ///< nominal, as the raw header tells it
  std::vector<RawImage> images;
  wcs::Wcs nominal_wcs{wcs::Linear{}};  ///< from the commanded pointing and the design
  wcs::Wcs true_wcs{wcs::Linear{}};
  TrueConditions conditions;
  table::Table truth;                        ///< objects on the detector, columns by `truth_table`
  image::Image<image::MaskBits> truth_mask;  ///< BAD, SAT, CR as they are
};

/// The circle of sky that a detector may see, pointing error included.
sky::Cone sky_footprint(const instrument::Instrument& instrument,
                        const instrument::Detector& detector, const instrument::VisitInfo& visit);

/// FWHM_eff of the visit: the config's, or the site's median for band and airmass.
double visit_seeing(const ImageSimConfig& config, const instrument::Band& band, double airmass);

/// Simulate. The result is a function of its arguments alone, whatever the number of threads.
/// @param objects of the sky at the middle of the exposure, over `sky_footprint`, in the visit's
///        band; unused for bias, dark and flat
/// @throws ConfigError for a config out of range or a band that the instrument does not have
RawExposure simulate_exposure(const instrument::Instrument& instrument,
                              const instrument::Detector& detector,
                              const instrument::VisitInfo& visit, const sky::SkyObjects& objects,
                              const ImageSimConfig& config, std::uint64_t seed,
                              const Execution& execution);

}  // namespace skywright::imagesim
