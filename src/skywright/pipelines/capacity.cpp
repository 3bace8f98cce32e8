#include "skywright/pipelines/capacity.h"

#include <cmath>

#include <fmt/format.h>

#include "skywright/instrument/headlines.h"
#include "skywright/instrument/instrument.h"

namespace skywright::pipelines {
namespace {

constexpr double kTera = 1e12;
constexpr double kPeta = 1e15;
constexpr double kSecondsPerDay = 86400.0;
constexpr double kSecondsPerMonth = 365.25 / 12.0 * kSecondsPerDay;

/// Bytes that one visit, or one visit's worth of calibration, leaves behind.
struct VisitBytes {
  double raw = 0.0;
  double images = 0.0;
  double alerts = 0.0;
  double catalogs = 0.0;
};

class Lines {
 public:
  explicit Lines(std::vector<CapacityLine>& lines) : lines_(lines) {}
  void group(std::string name) { group_ = std::move(name); }
  double add(std::string quantity, double value, std::string unit, std::string made_of) {
    lines_.push_back({group_, std::move(quantity), value, std::move(unit), std::move(made_of)});
    return value;
  }

 private:
  std::vector<CapacityLine>& lines_;
  std::string group_;
};

VisitBytes visit_bytes(const CapacityDemand& demand, const MeasuredNight& m, double pixels) {
  const double alerts = demand.alerts_a_visit.value;
  return {.raw = m.raw.value * pixels,
          .images = (m.image.value + m.difference.value) * pixels,
          .alerts = m.packet.value * alerts,
          .catalogs = (m.sources.value + m.open_catalog.value) * pixels +
                      (m.detections.value + m.prompt.value) * alerts};
}

void plan_night(Lines& lines, const CapacityDemand& d, const VisitBytes& visit) {
  const double n = d.visits_a_night.value;
  lines.group("a full night, one copy");
  double sum = lines.add("raw frames", (n + d.calibrations_a_night.value) * visit.raw / kTera, "TB",
                         "visits and calibration frames x pixels x raw");
  sum += lines.add("clean and difference images", n * visit.images / kTera, "TB",
                   "visits x pixels x (clean image + difference image)");
  sum += lines.add("alerts", n * visit.alerts / kTera, "TB", "visits x alerts x packet");
  sum += lines.add("catalogs and prompt database", n * visit.catalogs / kTera, "TB",
                   "visits x (pixels x catalogs + alerts x (catalog, stamps, database))");
  lines.add("all", sum, "TB", "the sum of these");
}

void plan_survey(Lines& lines, const CapacityDemand& d, const VisitBytes& visit, double templates) {
  const double visits = d.visits_a_year.value * d.years.value;
  const double nights = d.years.value * 365.25;
  lines.group("the whole survey");
  double images =
      lines.add("raw frames",
                (visits * visit.raw + nights * d.calibrations_a_night.value * visit.raw) / kPeta,
                "PB", "visits and calibration frames of each night x pixels x raw");
  images += lines.add("templates", templates / kPeta, "PB", "sky x bands / pixel area x template");
  images += lines.add("clean and difference images, made once", visits * visit.images / kPeta, "PB",
                      "visits x pixels x (clean image + difference image)");
  double catalogs = lines.add("catalogs and prompt database, made once",
                              visits * visit.catalogs / kPeta, "PB", "as in a night");
  catalogs += lines.add("alerts", visits * visit.alerts / kPeta, "PB", "visits x alerts x packet");
  // Release i of R holds the visits of the first i/R of the survey: their sum is (R + 1) / 2
  // surveys.
  const double releases = d.releases.value > 0 ? (d.releases.value + 1.0) / 2.0 : 0.0;
  images +=
      lines.add("images of all releases", releases * visits * visit.images / kPeta, "PB",
                fmt::format("{:.4g} times those made once: release i of {:.4g} holds the visits "
                            "until then",
                            releases, d.releases.value));
  catalogs += lines.add("catalogs of all releases", releases * visits * visit.catalogs / kPeta,
                        "PB", fmt::format("{:.4g} times those made once", releases));
  lines.add("images in all", images, "PB", "the sum of these");
  lines.add("catalogs and alerts in all", catalogs, "PB", "the sum of these");
  lines.add(
      "disks", std::ceil((images + catalogs) * d.copies.value * 1e3 / d.disk_tb.value), "disks",
      fmt::format("{:.4g} copies of all on disks of {:.4g} TB", d.copies.value, d.disk_tb.value));
}

void plan_cores(Lines& lines, const CapacityDemand& d, const MeasuredNight& m, double pixels,
                double detectors) {
  const double visit = m.seconds.value * pixels / 1e6;
  const double exposure = visit / detectors;
  lines.group("cores (extrapolated: each does exposures of its own at the measured speed)");
  lines.add("a visit", visit, "core s", "pixels x seconds");
  lines.add("to keep up", std::ceil(visit / d.cadence_s.value), "cores", "a visit / cadence");
  const double in_turn = std::floor(d.deadline_s.value / exposure);
  if (in_turn >= 1.0)
    lines.add("to meet the deadline", std::ceil(detectors / in_turn), "cores",
              fmt::format("an exposure takes one core {:.3g} s: {:.0f} in turn within the deadline",
                          exposure, in_turn));
  else
    lines.add("to meet the deadline", std::nan(""), "cores",
              fmt::format("out of reach: an exposure takes one core {:.3g} s", exposure));
  lines.add("the last release",
            std::ceil(d.visits_a_year.value * d.years.value * visit /
                      (d.release_months.value * kSecondsPerMonth)),
            "cores", "all visits x a visit / months");
}

void plan_network(Lines& lines, const CapacityDemand& d, const VisitBytes& visit) {
  lines.group("network");
  const double cadence = d.cadence_s.value;
  lines.add("raw frames from the camera", visit.raw * 8.0 / cadence / 1e9, "Gbit/s",
            "a visit's raw frames in each cadence");
  lines.add("one stream of alerts", visit.alerts / cadence / 1e6, "MB/s",
            "a visit's alerts in each cadence");
  lines.add("to each further copy",
            (d.visits_a_night.value * (visit.raw + visit.images + visit.alerts + visit.catalogs) +
             d.calibrations_a_night.value * visit.raw) *
                8.0 / kSecondsPerDay / 1e9,
            "Gbit/s", "a full night within 24 hours");
}

}  // namespace

CapacityPlan plan_capacity(const CapacityDemand& demand, const MeasuredNight& measured) {
  validate(demand);
  const instrument::Instrument instrument = instrument::load_instrument(demand.instrument);
  const instrument::FocalPlaneFigures focal_plane = instrument::focal_plane_figures(instrument);
  CapacityPlan plan;
  plan.demand = demand;
  plan.measured = measured;
  plan.detectors = static_cast<double>(instrument.camera.detectors.size());
  plan.pixels = focal_plane.imaging_pixels;
  const double pixels_a_deg2 = focal_plane.imaging_pixels / focal_plane.silicon_deg2;
  const double templates = demand.sky_deg2.value * static_cast<double>(instrument.bands.size()) *
                           pixels_a_deg2 * measured.template_image.value;
  const VisitBytes visit = visit_bytes(demand, measured, plan.pixels);
  Lines lines(plan.lines);
  plan_night(lines, demand, visit);
  plan_survey(lines, demand, visit, templates);
  plan_cores(lines, demand, measured, plan.pixels, plan.detectors);
  plan_network(lines, demand, visit);
  return plan;
}

}  // namespace skywright::pipelines
