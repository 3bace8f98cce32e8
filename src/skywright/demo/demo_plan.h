/// What the demo observes: where, when, in which bands, and what the sky of it holds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "skywright/base/fields.h"
#include "skywright/simulation/expose.h"

namespace skywright::demo {

struct DemoConfig {
  std::string instrument = "lsst";
  std::vector<std::string> detectors = {"R22_S11", "R20_S11"};  ///< one of each vendor
  std::vector<std::string> bands = {"r", "i"};
  double ra = 80.0;                                       ///< of the field [deg]
  double dec = -32.0;                                     ///< [deg]
  double mjd = 61420.05;                                  ///< TAI, begin of the night's first visit
  double cadence_min = 33.0;                              ///< from visit to visit
  int visits = 6;                                         ///< bands take turns
  int template_visits = 5;                                ///< a band
  int bias_frames = 5, dark_frames = 3, flat_frames = 4;  ///< flats a band
  double dark_s = 60.0;
  double dither_arcsec = 6.0;  ///< of visits about the field's centre
  simulation::SimulationConfig simulation;
};
void describe(Fields& fields, DemoConfig& config);
/// The sky of the demo has more of what changes than the real one, so that two detectors show
/// hundreds.
DemoConfig default_demo_config();

enum class Purpose { calibration, coadd, night };

/// One exposure of the demo, on all its detectors.
struct DemoVisit {
  Purpose purpose = Purpose::night;
  instrument::VisitInfo info;  ///< without detector
};

/// All exposures in the order in which they are taken.
/// @throws ConfigError for a config out of range
std::vector<DemoVisit> demo_visits(const DemoConfig& config, std::uint64_t seed);

}  // namespace skywright::demo
