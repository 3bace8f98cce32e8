#include "skywright/instrument/headlines.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>

#include <fmt/format.h>

#include "skywright/instrument/depth.h"
#include "skywright/instrument/pupil.h"
#include "skywright/instrument/throughput.h"

namespace skywright::instrument {
namespace {

/// What a quantity gives: the figure, and how it came about.
struct Computed {
  std::string value;
  std::string definition;
};

struct Context {
  const Instrument& instrument;
  FocalPlaneFigures figures;
};

Computed science_pixels(const Context& c) {
  const double n = c.figures.imaging_pixels;
  return {n >= 1e9 ? fmt::format("{:.2f} Gpixel", n / 1e9) : fmt::format("{:.2f} Mpixel", n / 1e6),
          fmt::format("imaging pixels of the {} described detectors",
                      c.instrument.camera.detectors.size())};
}

Computed detectors(const Context& c) {
  std::map<std::string, int> by_vendor;
  for (const Detector& d : c.instrument.camera.detectors) ++by_vendor[d.vendor];
  std::string vendors;
  for (const auto& [vendor, count] : by_vendor)
    vendors += fmt::format("{}{} {}", vendors.empty() ? "" : ", ", count,
                           vendor.empty() ? "that name no vendor" : vendor);
  return {std::to_string(c.instrument.camera.detectors.size()), "detectors described: " + vendors};
}

Computed amplifiers(const Context& c) {
  std::size_t n = 0;
  for (const Detector& d : c.instrument.camera.detectors) n += d.amplifiers.size();
  return {std::to_string(n), "amplifiers of all detectors"};
}

Computed pixel_scale_of(const Context& c) {
  const Detector& d = c.instrument.camera.detectors.front();
  return {fmt::format("{:.4f} arcsec", pixel_scale(c.instrument, d).arcsec()),
          fmt::format("{:g} um at the focal length {:g} m, on the axis", d.pixel_um,
                      c.instrument.telescope.focal_length_m)};
}

Computed plate_scale_of(const Context& c) {
  const double arcsec_per_mm = plate_scale(c.instrument.telescope);
  return {fmt::format("{:.4f} mm/arcsec ({:.4f} arcsec/mm)", 1.0 / arcsec_per_mm, arcsec_per_mm),
          fmt::format("focal length {:g} m, paraxial", c.instrument.telescope.focal_length_m)};
}

Computed field_area(const Context& c) {
  const double diameter = c.instrument.telescope.field_of_view.degrees();
  return {fmt::format("{:.2f} deg2", std::numbers::pi / 4.0 * diameter * diameter),
          fmt::format("circle of {:g} deg diameter", diameter)};
}

Computed field_diameter(const Context& c) {
  const Telescope& t = c.instrument.telescope;
  return {fmt::format("{:.1f} arcmin", t.field_of_view.arcmin()),
          fmt::format("as described; {:.3f} m in the focal plane",
                      t.focal_length_m * t.field_of_view.radians())};
}

Computed silicon_area(const Context& c) {
  const bool small = c.figures.silicon_deg2 < 0.1;
  return {small ? fmt::format("{:.2f} arcmin2", c.figures.silicon_deg2 * 3600.0)
                : fmt::format("{:.2f} deg2", c.figures.silicon_deg2),
          "imaging pixels at the pixel scale on the axis"};
}

Computed extent(const Context& c) {
  return {fmt::format("{:.1f} mm x {:.1f} mm", c.figures.width_mm, c.figures.height_mm),
          "imaging areas from edge to edge, in x and y"};
}

Computed circumscribed_circle(const Context& c) {
  return {fmt::format("{:.0f} mm", c.figures.circle_mm),
          "diameter of the circle about the axis through the outermost corner"};
}

Computed gaps(const Context& c) {
  return {fmt::format("{:.2f} mm x {:.2f} mm", c.figures.gap_x_mm, c.figures.gap_y_mm),
          "smallest distance between imaging areas, in x and y"};
}

Computed readout(const Context& c) {
  double slowest = 0.0;
  for (const Detector& d : c.instrument.camera.detectors)
    for (const Amplifier& a : d.amplifiers)
      if (d.pixel_rate_khz > 0.0)
        slowest = std::max(slowest, double(a.raw.width) * a.raw.height / (1e3 * d.pixel_rate_khz));
  const double stated = c.instrument.camera.readout_s;
  if (slowest == 0.0) return {fmt::format("{:g} s", stated), "as described"};
  return {
      fmt::format("{:.2f} s", slowest),
      fmt::format("raw pixels of an amplifier at {:g} kpixel/s; {:g} s described for an exposure",
                  c.instrument.camera.detectors.front().pixel_rate_khz, stated)};
}

Computed bands(const Context& c) {
  std::string names;
  for (const Band& band : c.instrument.bands) names += (names.empty() ? "" : " ") + band.name;
  return {std::to_string(c.instrument.bands.size()), "bands described: " + names};
}

Computed collecting_area_of(const Context& c) {
  return {fmt::format("{:#.3g} m2", collecting_area(c.instrument.telescope)),
          fmt::format("clear circle of {:g} m", c.instrument.telescope.effective_aperture_m)};
}

Computed focal_ratio(const Context& c) {
  const Telescope& t = c.instrument.telescope;
  return {fmt::format("f/{:.2f}", t.focal_length_m / t.aperture_m),
          fmt::format("{:g} m over {:g} m", t.focal_length_m, t.aperture_m)};
}

Computed pupil_area_of(const Context& c) {
  return {fmt::format("{:.1f} m2", pupil_area(pupil_parts(c.instrument.telescope))),
          "mirrors projected along the axis, less the central obscuration"};
}

Computed pupil_diameter_of(const Context& c) {
  return {fmt::format("{:.2f} m", pupil_diameter(pupil_parts(c.instrument.telescope))),
          "largest distance across the projected rims"};
}

Computed pupil_fwhm_of(const Context& c) {
  const std::vector<PupilPart> parts = pupil_parts(c.instrument.telescope);
  const double diameter = pupil_diameter(parts);
  return {fmt::format("FWHM {:.3f} lambda/D", pupil_fwhm(parts, diameter)),
          fmt::format("|Fourier transform of the pupil|^2, mean over directions, D = {:.2f} m",
                      diameter)};
}

Computed segments(const Context& c) {
  return {std::to_string(std::max<std::size_t>(1, c.instrument.telescope.segment_x_m.size())),
          fmt::format("segments of {:g} m", c.instrument.telescope.segment_diameter_m)};
}

Computed zero_points(const Context& c) {
  std::string values;
  bool from_throughput = true;
  for (const Band& band : c.instrument.bands) {
    const bool curve = band.throughput.size() >= 2;
    from_throughput = from_throughput && curve;
    values += fmt::format(
        "{}{} {:.3f}", values.empty() ? "" : " ", band.name,
        curve ? ab_zero_point(band, collecting_area(c.instrument.telescope)) : band.zero_point);
  }
  return {values,
          from_throughput
              ? "AB magnitude of 1 electron/s: throughput at one airmass and collecting area"
              : "as described; no throughput curves"};
}

Computed depths(const Context& c) {
  std::string values;
  for (const Band& band : c.instrument.bands) {
    if (band.depth_cm == 0.0 || band.fwhm_eff_arcsec == 0.0) continue;
    values += fmt::format(
        "{}{} {:.2f}", values.empty() ? "" : " ", band.name,
        five_sigma_depth(band, {.sky = band.dark_sky, .fwhm_eff = band.fwhm_eff_arcsec}));
  }
  return {values, "5 sigma, point source, 30 s at the zenith under a dark sky, standard seeing"};
}

std::string bytes_text(double bytes) {
  if (bytes >= 1e15) return fmt::format("{:.1f} PB", bytes / 1e15);
  if (bytes >= 1e12) return fmt::format("{:.1f} TB", bytes / 1e12);
  return fmt::format("{:.1f} GB", bytes / 1e9);
}

double raw_bytes_per_visit(const Context& c) {
  const Operations& o = c.instrument.operations;
  return c.figures.raw_pixels * o.bits_per_pixel / 8.0 * o.exposures_per_visit;
}

Computed raw_per_night(const Context& c) {
  const Operations& o = c.instrument.operations;
  return {
      bytes_text(raw_bytes_per_visit(c) * o.visits_per_night),
      fmt::format("{:.2f} Gpixel raw x {:g} bit x {:g} exposures x {:g} visits, no calibrations",
                  c.figures.raw_pixels / 1e9, o.bits_per_pixel, o.exposures_per_visit,
                  o.visits_per_night)};
}

Computed images_total(const Context& c) {
  // A calibrated image and a difference, each float32 pixels, float32 variance, int32 mask.
  const double products = 2.0 * 12.0 * c.figures.imaging_pixels;
  const double total = (raw_bytes_per_visit(c) + products) * c.instrument.operations.visits_total;
  return {bytes_text(total),
          fmt::format("raw, calibrated and difference images of {:.0f} visits, uncompressed",
                      c.instrument.operations.visits_total)};
}

Computed events_per_night(const Context& c) {
  const Operations& o = c.instrument.operations;
  return {fmt::format("{:.1f} million", o.events_per_visit * o.visits_per_night / 1e6),
          fmt::format("{:.0f} a visit (requirement) x {:g} visits", o.events_per_visit,
                      o.visits_per_night)};
}

using Quantity = Computed (*)(const Context&);
const std::map<std::string, Quantity, std::less<>>& quantities() {
  static const std::map<std::string, Quantity, std::less<>> all = {
      {"amplifiers", amplifiers},
      {"bands", bands},
      {"circumscribed_circle", circumscribed_circle},
      {"collecting_area", collecting_area_of},
      {"depths", depths},
      {"detectors", detectors},
      {"events_per_night", events_per_night},
      {"extent", extent},
      {"field_area", field_area},
      {"field_diameter", field_diameter},
      {"focal_ratio", focal_ratio},
      {"gaps", gaps},
      {"images_total", images_total},
      {"pixel_scale", pixel_scale_of},
      {"plate_scale", plate_scale_of},
      {"pupil_area", pupil_area_of},
      {"pupil_diameter", pupil_diameter_of},
      {"pupil_fwhm", pupil_fwhm_of},
      {"raw_per_night", raw_per_night},
      {"readout", readout},
      {"science_pixels", science_pixels},
      {"segments", segments},
      {"silicon_area", silicon_area},
      {"zero_points", zero_points},
  };
  return all;
}

/// For a camera that quotes no figures.
std::vector<Headline> any_camera() {
  std::vector<Headline> headlines;
  for (const auto& [name, quantity] : {std::pair{"pixels", "science_pixels"},
                                       {"detectors", "detectors"},
                                       {"amplifiers", "amplifiers"},
                                       {"pixel scale", "pixel_scale"},
                                       {"imaging area", "silicon_area"},
                                       {"focal plane", "extent"},
                                       {"filters", "bands"},
                                       {"collecting area", "collecting_area"},
                                       {"focal ratio", "focal_ratio"},
                                       {"zero points", "zero_points"}}) {
    Headline headline;
    headline.name = name;
    headline.quantity = quantity;
    headlines.push_back(std::move(headline));
  }
  return headlines;
}

}  // namespace

std::vector<std::string> headline_quantities() {
  std::vector<std::string> names;
  for (const auto& [name, function] : quantities()) names.push_back(name);
  return names;
}

bool is_headline_quantity(std::string_view name) {
  return quantities().find(name) != quantities().end();
}

std::vector<Headline> compute_headlines(const Instrument& instrument) {
  const Context context{instrument, focal_plane_figures(instrument)};
  std::vector<Headline> headlines =
      instrument.headlines.empty() ? any_camera() : instrument.headlines;
  for (Headline& headline : headlines) {
    const auto found = quantities().find(headline.quantity);
    if (found == quantities().end()) {
      headline.definition = "stated, not computed";
      continue;
    }
    const Computed computed = found->second(context);
    headline.computed = computed.value;
    headline.definition = computed.definition;
  }
  return headlines;
}

}  // namespace skywright::instrument
