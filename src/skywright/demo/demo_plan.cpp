#include "skywright/demo/demo_plan.h"

#include <cmath>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"
#include "skywright/simulation/visits.h"

namespace skywright::demo {
namespace {

using instrument::ExposureKind;
using instrument::VisitInfo;
using sphere::Angle;

constexpr double kExposure = 30.0;  // of a visit [s]

/// A visit id that tells its purpose: calibrations 1.., templates 1001.., the night 2001..
class Builder {
 public:
  Builder(const DemoConfig& config, std::uint64_t seed)
      : config_(config), seed_(seed), instrument_(instrument::load_instrument(config.instrument)) {}

  void calibration(ExposureKind kind, int count, double seconds, const std::string& band) {
    for (int i = 0; i < count; ++i) {
      VisitInfo info = at(calibrations_++, kind, band, config_.mjd - 0.4, seconds);
      visits_.push_back({Purpose::calibration, info});
    }
  }

  /// Deep templates were taken a month before, at the same sidereal time of the night.
  void templates() {
    for (const std::string& band : config_.bands) {
      for (int i = 0; i < config_.template_visits; ++i) {
        const double mjd = config_.mjd - 29.87 + 0.002 * static_cast<double>(templates_);
        visits_.push_back({Purpose::coadd, dithered(1001 + templates_, band, mjd)});
        ++templates_;
      }
    }
  }

  void night() {
    for (int i = 0; i < config_.visits; ++i) {
      const std::string& band = config_.bands[static_cast<std::size_t>(i) % config_.bands.size()];
      const double mjd = config_.mjd + i * config_.cadence_min / 1440.0;
      visits_.push_back({Purpose::night, dithered(2001 + i, band, mjd)});
    }
  }

  std::vector<DemoVisit> take() { return std::move(visits_); }

 private:
  VisitInfo at(std::int64_t visit, ExposureKind kind, const std::string& band, double mjd,
               double seconds) const {
    VisitInfo info;
    info.visit = visit;
    info.kind = kind;
    info.band = band;
    info.start = time::Tai::from_mjd(mjd);
    info.exposure_s = seconds;
    info.boresight = sphere::SkyPosition::from_degrees(config_.ra, config_.dec);
    return info;
  }

  VisitInfo dithered(std::int64_t visit, const std::string& band, double mjd) const {
    VisitInfo info = at(visit, ExposureKind::science, band, mjd, kExposure);
    auto random = RandomStream::for_unit(seed_, {visit}, "dither");
    const double step = config_.dither_arcsec / 3600.0;
    info.boresight = sphere::SkyPosition::from_degrees(
        config_.ra + step * random.uniform(-1.0, 1.0) / std::cos(config_.dec * M_PI / 180.0),
        config_.dec + step * random.uniform(-1.0, 1.0));
    info.airmass = simulation::visit_airmass(info, instrument_.site);
    return info;
  }

  const DemoConfig& config_;
  std::uint64_t seed_;
  instrument::Instrument instrument_;
  std::vector<DemoVisit> visits_;
  std::int64_t calibrations_ = 1;
  std::int64_t templates_ = 0;
};

}  // namespace

void describe(Fields& fields, DemoConfig& c) {
  fields.text("instrument", c.instrument, "built-in instrument");
  fields.texts("detectors", c.detectors, "detectors that are simulated");
  fields.texts("bands", c.bands, "bands, which visits take in turn");
  fields.number("ra", c.ra, "right ascension of the field [deg]", {.low = 0, .high = 360});
  fields.number("dec", c.dec, "declination of the field [deg]", {.low = -90, .high = 90});
  fields.number("mjd", c.mjd, "begin of the first visit [MJD TAI]", {.low = 50000, .high = 80000});
  fields.number("cadence_min", c.cadence_min, "time from visit to visit [min]", {.low = 0.6});
  fields.whole("visits", c.visits, "visits of the night", {.low = 1, .high = 900});
  fields.whole("template_visits", c.template_visits, "visits a band that templates are made of",
               {.low = 1, .high = 100});
  fields.whole("bias_frames", c.bias_frames, "bias exposures", {.low = 1, .high = 100});
  fields.whole("dark_frames", c.dark_frames, "dark exposures", {.low = 1, .high = 100});
  fields.whole("flat_frames", c.flat_frames, "flat exposures a band", {.low = 1, .high = 100});
  fields.number("dark_s", c.dark_s, "exposure time of darks [s]", {.above = 0});
  fields.number("dither_arcsec", c.dither_arcsec, "offsets of visits [arcsec]",
                {.low = 0, .high = 15});
  describe_nested(fields, "simulation", c.simulation, "sky and camera");
}

DemoConfig default_demo_config() {
  DemoConfig config;
  sky::TransientsConfig& transients = config.simulation.sky.transients;
  transients.supernova_rate = 8000.0;
  transients.peak_magnitude_bright = 20.0;
  transients.peak_magnitude_faint = 24.0;
  transients.variable_star_fraction = 0.05;
  transients.asteroid_density = 4.0;
  return config;
}

std::vector<DemoVisit> demo_visits(const DemoConfig& config, std::uint64_t seed) {
  check_fields(config);
  Builder builder(config, seed);
  builder.calibration(ExposureKind::bias, config.bias_frames, 0.0, "");
  builder.calibration(ExposureKind::dark, config.dark_frames, config.dark_s, "");
  for (const std::string& band : config.bands)
    builder.calibration(ExposureKind::flat, config.flat_frames, 2.0, band);
  builder.templates();
  builder.night();
  return builder.take();
}

}  // namespace skywright::demo
