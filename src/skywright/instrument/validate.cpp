#include <cmath>
#include <set>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/instrument/headlines.h"
#include "skywright/instrument/instrument.h"

namespace skywright::instrument {
namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& reason,
                         const std::string& remedy) {
  throw ConfigError(what, reason, remedy);
}

std::string text(const Box& box) {
  return fmt::format("[{}, {}, {}, {}]", box.x0, box.y0, box.width, box.height);
}

void check_sections(const Detector& detector, const Amplifier& amplifier) {
  const std::string what = fmt::format("detector {} amplifier {}", detector.name, amplifier.name);
  if (amplifier.raw.empty() || amplifier.raw.x0 < 0 || amplifier.raw.y0 < 0)
    refuse(what, "raw " + text(amplifier.raw) + " is no rectangle of an image",
           "give [x0, y0, width, height] from zero");
  const std::pair<const char*, const Box*> sections[] = {
      {"data", &amplifier.data},
      {"prescan", &amplifier.prescan},
      {"serial_overscan", &amplifier.serial_overscan},
      {"parallel_overscan", &amplifier.parallel_overscan}};
  for (const auto& [name, box] : sections) {
    if (!box->empty() && !amplifier.raw.contains(*box))
      refuse(what,
             fmt::format("{} {} reaches beyond raw {}", name, text(*box), text(amplifier.raw)),
             "correct the section");
    if (box != &amplifier.data && !box->empty() && !box->intersection(amplifier.data).empty())
      refuse(what, fmt::format("{} {} overlaps data {}", name, text(*box), text(amplifier.data)),
             "correct the section");
  }
  if (amplifier.data.width != amplifier.detector_box.width ||
      amplifier.data.height != amplifier.detector_box.height)
    refuse(what,
           fmt::format("data {} and its place on the detector {} differ in size",
                       text(amplifier.data), text(amplifier.detector_box)),
           "give both the same width and height");
}

void check_amplifiers(const Detector& detector) {
  const Box whole{0, 0, detector.width, detector.height};
  std::set<std::string> names;
  long long covered = 0;
  for (std::size_t i = 0; i < detector.amplifiers.size(); ++i) {
    const Amplifier& a = detector.amplifiers[i];
    if (!names.insert(a.name).second)
      refuse(fmt::format("detector {}", detector.name), "two amplifiers are named " + a.name,
             "give each its own name");
    check_sections(detector, a);
    if (!whole.contains(a.detector_box))
      refuse(fmt::format("detector {} amplifier {}", detector.name, a.name),
             fmt::format("its place {} reaches beyond {}x{} pixels", text(a.detector_box),
                         detector.width, detector.height),
             "correct width and height, or the amplifier");
    covered += static_cast<long long>(a.detector_box.width) * a.detector_box.height;
    for (std::size_t j = 0; j < i; ++j) {
      const Amplifier& b = detector.amplifiers[j];
      const std::string both =
          fmt::format("detector {}: amplifiers {} and {}", detector.name, b.name, a.name);
      if (!a.detector_box.intersection(b.detector_box).empty())
        refuse(both, "overlap on the detector", "correct the places of their data");
      if (a.extension == b.extension && !a.raw.intersection(b.raw).empty())
        refuse(both, "overlap in the raw image", "correct raw, or name their extensions");
    }
  }
  const long long pixels = static_cast<long long>(detector.width) * detector.height;
  if (covered != pixels)
    refuse(fmt::format("detector {}", detector.name),
           fmt::format("its amplifiers cover {} of {} pixels", covered, pixels),
           "let the amplifiers' data cover every pixel");
}

/// Axes of a detector's rectangle and its half sizes [mm].
struct Outline {
  double ux, uy, half_width, half_height;
};

Outline outline_of(const Detector& d) {
  return {std::cos(d.rotation.radians()), std::sin(d.rotation.radians()),
          d.width * d.pixel_um * 0.5e-3, d.height * d.pixel_um * 0.5e-3};
}

/// Separating-axis test of two rectangles.
bool overlap(const Detector& a, const Detector& b) {
  const Outline oa = outline_of(a);
  const Outline ob = outline_of(b);
  const double dx = b.x_mm - a.x_mm;
  const double dy = b.y_mm - a.y_mm;
  const double axes[4][2] = {{oa.ux, oa.uy}, {-oa.uy, oa.ux}, {ob.ux, ob.uy}, {-ob.uy, ob.ux}};
  constexpr double kTouch = 1e-9;  // [mm] rounding of chips that just touch
  for (const auto& [x, y] : axes) {
    const auto reach = [x = x, y = y](const Outline& o) {
      return o.half_width * std::abs(o.ux * x + o.uy * y) +
             o.half_height * std::abs(-o.uy * x + o.ux * y);
    };
    if (std::abs(dx * x + dy * y) >= reach(oa) + reach(ob) - kTouch) return false;
  }
  return true;
}

void check_detectors(const Instrument& instrument) {
  const auto& detectors = instrument.camera.detectors;
  if (detectors.empty())
    refuse("instrument " + instrument.name, "has no detector", "describe one [[camera.sensor]]");
  std::set<std::string> names;
  std::set<int> ids;
  for (std::size_t i = 0; i < detectors.size(); ++i) {
    const Detector& d = detectors[i];
    if (d.name.empty() || !names.insert(d.name).second)
      refuse(fmt::format("detector {} \"{}\"", d.id, d.name), "its name is empty or taken",
             "give each detector its own name");
    if (!ids.insert(d.id).second)
      refuse(fmt::format("detector {}", d.name), fmt::format("its id {} is taken", d.id),
             "give each detector its own id");
    check_amplifiers(d);
    for (std::size_t j = 0; j < i; ++j)
      if (overlap(d, detectors[j]))
        refuse(fmt::format("detectors {} and {}", detectors[j].name, d.name),
               "overlap in the focal plane", "correct x_mm, y_mm or the pitch");
  }
}

void check_bands(const Instrument& instrument) {
  std::set<std::string> names;
  for (const Band& band : instrument.bands) {
    if (band.name.empty() || !names.insert(band.name).second)
      refuse(fmt::format("band \"{}\"", band.name), "its name is empty or taken",
             "give each band its own name");
    for (std::size_t i = 1; i < band.throughput_nm.size(); ++i)
      if (!(band.throughput_nm[i] > band.throughput_nm[i - 1]))
        refuse(fmt::format("band {}: throughput_nm", band.name),
               fmt::format("{:g} follows {:g}", band.throughput_nm[i], band.throughput_nm[i - 1]),
               "sort the wavelengths");
  }
}

void check_telescope(const Telescope& t) {
  const std::size_t n = t.segment_x_m.size();
  if (t.segment_y_m.size() != n || (!t.segment_tilt_deg.empty() && t.segment_tilt_deg.size() != n))
    refuse("telescope: segment_x_m, segment_y_m, segment_tilt_deg", "differ in length",
           "give one of each a segment");
  if (n > 0 && !(t.segment_diameter_m > 0.0))
    refuse("telescope.segment_diameter_m=0", "a segmented mirror needs it", "give it [m]");
  if (t.effective_aperture_m > t.aperture_m)
    refuse(fmt::format("telescope.effective_aperture_m={:g}", t.effective_aperture_m),
           fmt::format("is larger than aperture_m={:g}", t.aperture_m), "correct one of them");
}

void check_keywords(const HeaderKeywords& k) {
  if (k.time_scale != "utc" && k.time_scale != "tai")
    refuse(fmt::format("camera.keywords.time_scale=\"{}\"", k.time_scale),
           "must be \"utc\" or \"tai\"", "write one of them");
  if (k.time_at != "start" && k.time_at != "middle")
    refuse(fmt::format("camera.keywords.time_at=\"{}\"", k.time_at),
           "must be \"start\" or \"middle\"", "write one of them");
}

void check_headlines(const Instrument& instrument) {
  for (const Headline& headline : instrument.headlines) {
    if (headline.quantity.empty() || is_headline_quantity(headline.quantity)) continue;
    std::string known;
    for (const std::string& name : headline_quantities())
      known += (known.empty() ? "" : ", ") + name;
    refuse(fmt::format("headline {}: quantity \"{}\"", headline.name, headline.quantity),
           "is none that can be computed", "name one of " + known);
  }
}

}  // namespace

void validate(const Instrument& instrument) {
  if (instrument.name.empty()) refuse("name=\"\"", "an instrument needs a name", "add name = ...");
  check_telescope(instrument.telescope);
  check_keywords(instrument.camera.keywords);
  check_detectors(instrument);
  check_bands(instrument);
  check_headlines(instrument);
  validate(instrument.kinematics);
}

}  // namespace skywright::instrument
