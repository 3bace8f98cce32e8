/// Telescopes and cameras as data: what an instrument file describes, after units are checked.
///
/// Focal-plane coordinates are millimetres in the camera's frame, x and y parallel to the pixel
/// axes of an unrotated detector, (0, 0) on the optical axis. With rotation angle 0 (rotSkyPos), +y
/// points to north and +x to west (visit_info.h states and tests it): with +y up, north is up and
/// east is left, the sky as the eye sees it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/image/box.h"
#include "skywright/instrument/kinematics.h"
#include "skywright/sphere/angle.h"

namespace skywright::instrument {

using image::Box;
using sphere::Angle;

/// One readout channel: a rectangle of the raw frame, cut into data and overscan.
struct Amplifier {
  std::string name;  ///< "C00" ...
  std::string
      extension;  ///< EXTNAME of its raw HDU ("Segment00"); empty: in the detector's one image
  Box raw;        ///< the amplifier's rectangle in that HDU's image, in readout order
  Box data;       ///< imaging pixels, in that HDU's image
  Box prescan;    ///< serial prescan; may be empty
  Box serial_overscan;        ///< may be empty
  Box parallel_overscan;      ///< may be empty
  Box detector_box;           ///< where `data` goes on the assembled detector
  bool flip_x = false;        ///< data columns run backwards on the detector
  bool flip_y = false;        ///< data rows run backwards on the detector
  double gain = 1.0;          ///< [electron/ADU]
  double read_noise = 0.0;    ///< [electron]
  double saturation = 65535;  ///< [ADU], above the bias
  double full_well = 0.0;     ///< [electron]; 0: the detector's
};

/// One CCD or CMOS chip.
struct Detector {
  int id = 0;
  std::string name;    ///< "R22_S11"
  std::string vendor;  ///< "e2v", "ITL", ...
  int width = 0;       ///< imaging pixels
  int height = 0;
  double pixel_um = 10.0;
  double x_mm = 0.0;  ///< centre in the focal plane
  double y_mm = 0.0;
  Angle rotation;             ///< of its pixel axes, counterclockwise in the focal plane
  double dark_current = 0.0;  ///< [electron/pixel/s]
  double full_well = 1e5;     ///< [electron] of amplifiers that have none of their own
  double pixel_rate_khz = 0;  ///< pixels that one channel reads in a millisecond; 0: not stated
  std::vector<Amplifier> amplifiers;
  /// ADU in amplifier i per ADU in amplifier j, row-major n x n; empty for none.
  std::vector<double> crosstalk;
};

/// One filter of the instrument, with what it makes of light from a reference star and the dark
/// sky.
struct Band {
  std::string name;             ///< "r"
  std::string physical_filter;  ///< as headers write it ("r_57")
  double zero_point = 0.0;      ///< AB magnitude that gives 1 electron/s at one airmass
  double extinction = 0.0;      ///< [mag/airmass]
  double dark_sky = 0.0;        ///< [AB mag/arcsec2], at zenith, no Moon
  double wavelength_nm = 0.0;   ///< effective
  double width_nm = 0.0;
  /// Five-sigma depth of a point source in 30 s by Cm and dCm_inf (Ivezic et al. 2019, ApJ 873,
  /// 111, eq. 6; SMTN-002); where the description gives none, from zero point and pixels (depth.h),
  /// 0 where these are missing, too.
  double depth_cm = 0.0;
  double depth_dcm_infinity = 0.0;
  double fwhm_eff_arcsec = 0.0;       ///< of the PSF in standard conditions; 0 where not stated
  std::vector<double> throughput_nm;  ///< total system at one airmass, where known
  std::vector<double> throughput;     ///< fraction, one a wavelength
};

struct Site {
  std::string name;
  Angle latitude;   ///< geodetic, north positive
  Angle longitude;  ///< east positive
  double height_m = 0.0;
  std::string mpc_code;
};

/// Names of header keywords, so that frames that others wrote can be read.
struct HeaderKeywords {
  std::string exposure_time = "EXPTIME";
  std::string date_obs = "DATE-OBS";
  std::string mjd_obs = "MJD-OBS";
  std::string time_scale = "utc";  ///< of date_obs and mjd_obs: "utc" or "tai"
  std::string time_at = "start";   ///< what the time marks: "start" or "middle"
  std::string band = "FILTER";
  std::string ra = "RA";
  std::string dec = "DEC";
  std::string rotation;  ///< [deg] rotSkyPos; empty where none
  std::string airmass = "AIRMASS";
  std::string visit;              ///< whole number; empty: taken from the file's name or counted
  std::string detector;           ///< id or name; empty: the camera has one detector
  std::string kind = "IMAGETYP";  ///< science, bias, dark, flat
  std::string gain;               ///< overrides the described gain where present
};

struct Camera {
  std::string name;
  std::vector<Detector> detectors;
  double readout_s = 0.0;
  HeaderKeywords keywords;
};

struct Telescope {
  std::string name;
  double aperture_m = 0.0;            ///< outer diameter of the pupil
  double obscuration = 0.0;           ///< inner over outer diameter
  double effective_aperture_m = 0.0;  ///< diameter of a clear circle of equal area
  double focal_length_m = 0.0;
  Angle field_of_view;  ///< diameter
  /// Segment centres [m] and clear diameter [m] of a segmented primary; empty for one mirror.
  std::vector<double> segment_x_m;
  std::vector<double> segment_y_m;
  std::vector<double> segment_tilt_deg;  ///< of each towards the axis; empty for none
  double segment_diameter_m = 0.0;
  double segment_radius_m = 0.0;  ///< of curvature; 0 for flat in the projection
  /// Radial distortion: field radius [mm] = f tan(theta) (1 + k3 theta^2 + k5 theta^4), theta
  /// [rad].
  double distortion_k3 = 0.0;
  double distortion_k5 = 0.0;
};

/// How the telescope is used, for figures that follow from it (data volumes); 0 where not stated.
struct Operations {
  double visits_per_night = 0.0;
  double visits_total = 0.0;  ///< over the whole survey
  double exposures_per_visit = 1.0;
  double exposure_s = 0.0;        ///< of one exposure
  double bits_per_pixel = 16.0;   ///< of a raw pixel as read out
  double events_per_visit = 0.0;  ///< required of alerting
};

/// A published figure that `instrument show` prints beside the value computed from the description.
struct Headline {
  std::string name;
  std::string stated;      ///< as published
  std::string quantity;    ///< what is computed (instrument/headlines.h lists them); empty for none
  std::string computed;    ///< from this description; filled by compute_headlines
  std::string definition;  ///< how it was computed; filled by compute_headlines
  std::string source;
};

struct Instrument {
  std::string name;   ///< "lsst"
  std::string title;  ///< one line for people
  Site site;
  Telescope telescope;
  Camera camera;
  std::vector<Band> bands;
  Operations operations;
  Kinematics kinematics;
  std::vector<Headline> headlines;       ///< published figures to compare with
  std::vector<std::string> sources;      ///< where the figures come from
  std::vector<std::string> assumptions;  ///< what no source states

  /// @throws ConfigError that lists what exists
  [[nodiscard]] const Detector& detector(std::string_view name) const;
  [[nodiscard]] const Detector& detector(int id) const;
  [[nodiscard]] const Band& band(std::string_view name) const;
};

/// Area that collects light [m2]: from the effective aperture where stated, else from the outer
/// diameter less the obscuration.
double collecting_area(const Telescope& telescope);

/// Plate scale [arcsec/mm] on the axis.
double plate_scale(const Telescope& telescope);
/// Pixel scale of a detector on the axis.
Angle pixel_scale(const Instrument& instrument, const Detector& detector);

/// "lsst", "lsst-2022", "gmt", "small-survey": those that come with the program.
std::vector<std::string> built_in_instruments();
/// A built-in instrument by name. @throws ConfigError that lists those that exist
Instrument load_instrument(std::string_view name);
/// An instrument from the text of its TOML file (docs/guides/your-camera.md).
/// @throws ConfigError naming key, value and range
Instrument parse_instrument(std::string_view toml_text, std::string_view origin);

/// What the loaders check, once: ranges, amplifier boxes within their frames, data pixels that
/// cover each detector exactly once, detectors that do not overlap, unique names and ids.
/// @throws ConfigError naming detector, amplifier or band
void validate(const Instrument& instrument);

}  // namespace skywright::instrument
