#include "skywright/instrument/visit_info.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "skywright/base/error.h"

namespace skywright::instrument {
namespace {

using header::Header;

[[noreturn]] void refuse(const std::string& keyword, const std::string& reason,
                         const std::string& remedy) {
  throw InputError(fmt::format("header keyword {}", keyword), reason, remedy);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" '\t");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" '\t") - begin + 1));
}

std::optional<double> as_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0.0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return {};
  return value;
}

/// A number, whether the card holds a number or text that is one.
std::optional<double> number_of(const Header& header, const std::string& keyword) {
  if (const auto value = header.number(keyword)) return value;
  if (const auto text = header.text(keyword)) return as_number(trimmed(*text));
  return {};
}

/// "12:34:56.7" or "12 34 56.7" in its first unit; empty where the text is none.
std::optional<double> sexagesimal(std::string_view text) {
  std::string spaced(text);
  for (char& c : spaced)
    if (c == ':' || c == 'h' || c == 'm' || c == 'd') c = ' ';
  if (!spaced.empty() && spaced.back() == 's') spaced.pop_back();
  const bool negative = spaced.starts_with('-');
  std::array<double, 3> part{};
  std::size_t count = 0;
  std::size_t at = 0;
  while ((at = spaced.find_first_not_of(' ', at)) != std::string::npos) {
    const std::size_t end = std::min(spaced.find(' ', at), spaced.size());
    const auto value = as_number(std::string_view(spaced).substr(at, end - at));
    if (!value || count == 3 || (count > 0 && (*value < 0.0 || *value >= 60.0))) return {};
    part[count++] = std::abs(*value);
    at = end;
  }
  if (count < 2) return {};
  const double value = part[0] + part[1] / 60.0 + part[2] / 3600.0;
  return negative ? -value : value;
}

/// Degrees as a number, or sexagesimal text (hours for right ascension).
double angle_degrees(const Header& header, const std::string& keyword, double degrees_per_unit) {
  if (const auto value = number_of(header, keyword)) return *value;
  const auto text = header.text(keyword);
  if (!text)
    refuse(keyword, "is missing", "add the pointing, or name its keyword in the camera's file");
  const auto value = sexagesimal(trimmed(*text));
  if (!value)
    refuse(keyword, fmt::format("\"{}\" is no angle", *text),
           "write degrees as a number, or sexagesimal text");
  return *value * degrees_per_unit;
}

sphere::SkyPosition boresight_of(const Header& header, const HeaderKeywords& keys) {
  if (keys.ra.empty() || keys.dec.empty()) {
    const Angle unknown = Angle::from_radians(std::numeric_limits<double>::quiet_NaN());
    return {unknown, unknown};
  }
  // A frame with a WCS and no pointing: the reference point is near enough for a first guess.
  const auto axis = header.text("CTYPE1");
  if (!header.contains(keys.ra) && !header.contains(keys.dec) && axis && axis->starts_with("RA")) {
    const auto ra = header.number("CRVAL1");
    const auto dec = header.number("CRVAL2");
    if (ra && dec && std::abs(*ra) <= 360.0 && std::abs(*dec) <= 90.0)
      return sphere::SkyPosition::from_degrees(*ra, *dec);
  }
  const double ra = angle_degrees(header, keys.ra, 15.0);
  const double dec = angle_degrees(header, keys.dec, 1.0);
  if (!(std::abs(ra) <= 360.0))
    refuse(keys.ra, fmt::format("{:g} is no right ascension", ra), "write degrees");
  if (!(std::abs(dec) <= 90.0))
    refuse(keys.dec, fmt::format("{:g} is no declination", dec), "write degrees");
  return sphere::SkyPosition::from_degrees(ra, dec);
}

/// ISO text in TAI, whose days all have 86,400 s.
time::Tai tai_from_iso(const std::string& text) {
  const std::size_t t = text.find('T');
  const time::Utc day = time::utc_from_iso(std::string_view(text).substr(0, t));
  time::Tai midnight{day.jd1, day.jd2};
  if (t == std::string::npos) return midnight;
  const auto hours = sexagesimal(std::string_view(text).substr(t + 1));
  if (!hours || *hours < 0.0 || *hours > 24.0)
    throw InputError(fmt::format("date \"{}\"", text), "has no time of day after T",
                     "write YYYY-MM-DDThh:mm:ss");
  return midnight.plus_seconds(*hours * 3600.0);
}

/// The other way, to the microsecond.
std::string iso_of_tai(time::Tai t) {
  const double day = std::floor(t.mjd());
  const double since_midnight = ((t.jd1 - 2400000.5 - day) + t.jd2) * 86400e6;
  auto us = static_cast<long long>(std::llround(since_midnight));
  double whole_day = day;
  if (us >= 86400000000LL) {
    us -= 86400000000LL;
    whole_day += 1.0;
  }
  const std::string date = time::iso_text(time::Utc::from_mjd(whole_day), 0).substr(0, 10);
  return fmt::format("{}T{:02}:{:02}:{:02}.{:06}", date, us / 3600000000LL, us / 60000000LL % 60,
                     us / 1000000LL % 60, us % 1000000LL);
}

time::Tai time_of(const Header& header, const HeaderKeywords& keys) {
  const bool tai = keys.time_scale == "tai";
  if (!keys.mjd_obs.empty() && header.contains(keys.mjd_obs)) {
    const auto mjd = number_of(header, keys.mjd_obs);
    if (!mjd || !(*mjd > -700000.0 && *mjd < 3000000.0))
      refuse(keys.mjd_obs, "is no Modified Julian Date", "write days since 1858-11-17");
    return tai ? time::Tai::from_mjd(*mjd) : time::to_tai(time::Utc::from_mjd(*mjd));
  }
  const auto text = keys.date_obs.empty() ? std::nullopt : header.text(keys.date_obs);
  if (!text)
    refuse(keys.mjd_obs.empty() ? keys.date_obs : keys.mjd_obs + " or " + keys.date_obs,
           "is missing", "add the time of the exposure, or name its keyword in the camera's file");
  const std::string date = trimmed(*text);
  return tai ? tai_from_iso(date) : time::to_tai(time::utc_from_iso(date));
}

struct KindName {
  std::string_view text;
  ExposureKind kind;
};
/// What observatories write, lower case; the first of each kind is what we write.
constexpr KindName kKindNames[] = {
    {"object", ExposureKind::science},      {"bias", ExposureKind::bias},
    {"dark", ExposureKind::dark},           {"flat", ExposureKind::flat},
    {"science", ExposureKind::science},     {"light", ExposureKind::science},
    {"light frame", ExposureKind::science}, {"skyexp", ExposureKind::science},
    {"sky", ExposureKind::science},         {"target", ExposureKind::science},
    {"zero", ExposureKind::bias},           {"bias frame", ExposureKind::bias},
    {"dark frame", ExposureKind::dark},     {"flat field", ExposureKind::flat},
    {"flat frame", ExposureKind::flat},     {"dome flat", ExposureKind::flat},
    {"domeflat", ExposureKind::flat},       {"skyflat", ExposureKind::flat},
    {"sky flat", ExposureKind::flat},       {"twilight flat", ExposureKind::flat},
};

ExposureKind kind_of(const Header& header, const HeaderKeywords& keys) {
  const auto text = keys.kind.empty() ? std::nullopt : header.text(keys.kind);
  if (!text) return ExposureKind::science;  // few observatories mark their science frames
  const std::string wanted = lower(trimmed(*text));
  for (const KindName& known : kKindNames)
    if (known.text == wanted) return known.kind;
  refuse(keys.kind, fmt::format("\"{}\" is no kind of exposure", *text),
         "write OBJECT, BIAS, DARK or FLAT");
}

std::string band_of(const Header& header, const Instrument& instrument, ExposureKind kind) {
  if (kind == ExposureKind::bias || kind == ExposureKind::dark) return {};
  const std::string& keyword = instrument.camera.keywords.band;
  const auto text = keyword.empty() ? std::nullopt : header.text(keyword);
  if (!text) {
    if (instrument.bands.size() == 1) return instrument.bands.front().name;
    if (instrument.bands.empty()) return {};
    refuse(keyword, "is missing", "add the filter, or name its keyword in the camera's file");
  }
  const auto band = match_band(instrument, *text);
  if (band) return *band;
  std::string known;
  for (const Band& one : instrument.bands)
    known += fmt::format("{}{} ({})", known.empty() ? "" : ", ", one.name, one.physical_filter);
  refuse(keyword, fmt::format("\"{}\" is no band of {}", *text, instrument.name),
         "it has " + known);
}

int detector_of(const Header& header, const Instrument& instrument) {
  const std::string& keyword = instrument.camera.keywords.detector;
  const auto& detectors = instrument.camera.detectors;
  if (detectors.size() == 1 && (keyword.empty() || !header.contains(keyword)))
    return detectors.front().id;
  if (keyword.empty())
    throw InputError(fmt::format("instrument {}", instrument.name),
                     "has several detectors and no keyword that tells them apart",
                     "name it as camera.keywords.detector");
  if (!header.contains(keyword)) refuse(keyword, "is missing", "add the detector's number or name");
  const auto text = header.text(keyword);
  const auto id = number_of(header, keyword);
  for (const Detector& detector : detectors) {
    if (text && trimmed(*text) == detector.name) return detector.id;
    if (id && *id == static_cast<double>(detector.id)) return detector.id;
  }
  refuse(keyword,
         fmt::format("\"{}\" is no detector of {}",
                     text ? *text : fmt::format("{:g}", id.value_or(0.0)), instrument.name),
         fmt::format("it has {} ... {}", detectors.front().name, detectors.back().name));
}

std::int64_t visit_of(const Header& header, const std::string& keyword) {
  if (keyword.empty() || !header.contains(keyword)) return 0;
  if (const auto whole = header.whole(keyword)) return *whole;
  if (const auto text = header.text(keyword)) {
    const std::string digits = trimmed(*text);
    std::int64_t value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (read.ec == std::errc{} && read.ptr == digits.data() + digits.size()) return value;
  }
  refuse(keyword, "is no whole number", "write the exposure's number");
}

}  // namespace

std::string_view exposure_kind_name(ExposureKind kind) {
  switch (kind) {
    case ExposureKind::science:
      return "science";
    case ExposureKind::bias:
      return "bias";
    case ExposureKind::dark:
      return "dark";
    case ExposureKind::flat:
      return "flat";
  }
  return "science";
}

std::optional<std::string> match_band(const Instrument& instrument, std::string_view filter) {
  const std::string wanted = trimmed(filter);
  if (instrument.bands.empty()) return wanted;
  for (const Band& band : instrument.bands)
    if (band.name == wanted || band.physical_filter == wanted) return band.name;
  const std::string first = wanted.substr(0, wanted.find(' '));
  for (const Band& band : instrument.bands)
    if (band.name == first || band.physical_filter == first) return band.name;
  return {};
}

VisitInfo visit_info_from(const Header& header, const Instrument& instrument) {
  const HeaderKeywords& keys = instrument.camera.keywords;
  VisitInfo info;
  info.visit = visit_of(header, keys.visit);
  info.detector = detector_of(header, instrument);
  info.kind = kind_of(header, keys);
  info.band = band_of(header, instrument, info.kind);
  const auto exposure = number_of(header, keys.exposure_time);
  if (!exposure && info.kind != ExposureKind::bias)
    refuse(keys.exposure_time, header.contains(keys.exposure_time) ? "is no number" : "is missing",
           "add the exposure time [s], or name its keyword in the camera's file");
  info.exposure_s = exposure.value_or(0.0);
  if (!(info.exposure_s >= 0.0 && info.exposure_s < 1e7))
    refuse(keys.exposure_time, fmt::format("{:g} is no exposure time", info.exposure_s),
           "write seconds, 0 or more");
  info.start = time_of(header, keys);
  if (keys.time_at == "middle") info.start = info.start.plus_seconds(-info.exposure_s / 2.0);
  if (info.kind != ExposureKind::science) {
    // Calibration frames are taken anywhere, often with no pointing at all.
    if (number_of(header, keys.ra) && number_of(header, keys.dec))
      info.boresight = boresight_of(header, keys);
  } else {
    info.boresight = boresight_of(header, keys);
  }
  if (!keys.rotation.empty())
    info.rotation = Angle::from_degrees(number_of(header, keys.rotation).value_or(0.0));
  if (!keys.airmass.empty()) info.airmass = number_of(header, keys.airmass).value_or(1.0);
  return info;
}

void set_visit_info(Header& header, const VisitInfo& info, const Instrument& instrument) {
  const HeaderKeywords& keys = instrument.camera.keywords;
  const auto put = [&](const std::string& keyword, auto value, std::string_view comment) {
    if (!keyword.empty()) header.set(keyword, value, comment);
  };
  constexpr const char* kWritten[] = {"OBJECT", "BIAS", "DARK", "FLAT"};
  put(keys.visit, info.visit, "exposure number");
  const Detector& detector = instrument.detector(info.detector);
  put(keys.detector, header::Value(detector.name), "detector");
  put(keys.kind, kWritten[static_cast<int>(info.kind)], "kind of exposure");
  if (!info.band.empty()) {
    const bool known = !instrument.bands.empty();
    put(keys.band, header::Value(known ? instrument.band(info.band).physical_filter : info.band),
        "filter");
  }
  put(keys.exposure_time, info.exposure_s, "[s] exposure time");
  const bool tai = keys.time_scale == "tai";
  const time::Tai marked = keys.time_at == "middle" ? info.middle() : info.start;
  const std::string at = keys.time_at == "middle" ? "middle" : "start";
  const std::string scale = tai ? "TAI" : "UTC";
  const double mjd = tai ? marked.mjd() : time::to_utc(marked).mjd();
  put(keys.mjd_obs, mjd, fmt::format("[d] {} of exposure, {}", at, scale));
  put(keys.date_obs,
      header::Value(tai ? iso_of_tai(marked) : time::iso_text(time::to_utc(marked), 6)),
      fmt::format("{} of exposure, {}", at, scale));
  if (!keys.mjd_obs.empty() || !keys.date_obs.empty())
    header.set("TIMESYS", header::Value(scale), "scale of times");
  if (std::isfinite(info.boresight.ra.radians())) {
    put(keys.ra, info.boresight.ra.wrapped().degrees(), "[deg] pointing, ICRS");
    put(keys.dec, info.boresight.dec.degrees(), "[deg] pointing, ICRS");
  }
  put(keys.rotation, info.rotation.degrees(), "[deg] rotSkyPos");
  put(keys.airmass, info.airmass, "airmass");
}

}  // namespace skywright::instrument
