/// Observations of Solar System bodies in the Minor Planet Center's exchange format, ADES of 2022,
/// as pipe-separated text (PSV).
///
/// minorplanetcenter.net/iau/info/ADES.html; github.com/IAU-ADES/ADES-Master, ADES_Description.pdf
#pragma once

#include <string>
#include <vector>

#include "skywright/time/time_scales.h"

namespace skywright::pipelines {

struct AdesContext {
  std::string observatory_code;  ///< the Minor Planet Center's, three or four characters
  std::string submitter;         ///< a person or a survey
  double aperture_m = 0.0;       ///< of the telescope; 0: not told
  std::string star_catalog = "UNK";
};

struct AdesObservation {
  std::string designation;             ///< "433" or "2024 AB12"; other names become trkSub
  time::Utc time;                      ///< middle of the exposure
  double ra = 0.0, dec = 0.0;          ///< [deg, ICRS]
  double ra_err = 0.0, dec_err = 0.0;  ///< of ra times cos(dec) [arcsec]; NaN: not told
  double correlation = 0.0;            ///< of the two; NaN: not told
  double magnitude = 0.0;              ///< NaN: not told, with error and band
  double magnitude_err = 0.0;
  std::string band;  ///< ADES' name, such as Lr
  double exposure_s = 0.0;
  double snr = 0.0;
};

/// Rows in the order given.
std::string ades_psv(const AdesContext& context, const std::vector<AdesObservation>& observations);

/// "Lr" for LSST's r; other cameras' bands by their own name, shortened to three characters.
std::string ades_band(const std::string& instrument, const std::string& band);

}  // namespace skywright::pipelines
