#include "skywright/metrics/observations.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "skywright/base/error.h"

namespace skywright::metrics {
namespace {

/// East longitude [deg] of a place that has this sidereal time: from Greenwich's mean sidereal time
/// (Meeus 1998, Astronomical Algorithms, eq. 12.4), good to 0.02 deg with TAI for UT1.
double longitude_of(double sidereal_time, double mjd) {
  const double greenwich = 280.46061837 + 360.98564736629 * (mjd - 51544.5);
  return std::remainder(sidereal_time - greenwich, 360.0);
}

std::uint8_t band_index(std::string_view name) {
  for (std::size_t b = 0; b < kBands; ++b)
    if (name.substr(0, name.find('_')) == kBandNames[b]) return static_cast<std::uint8_t>(b);
  return kOtherBand;
}

/// Reads columns in the order of time and remembers those that are not there.
class Reader {
 public:
  Reader(const table::Table& table, std::vector<std::size_t> order)
      : table_(table), order_(std::move(order)) {}

  [[nodiscard]] std::vector<double> needed(std::string_view name) const {
    const std::vector<double> values = table_.numbers(name);
    std::vector<double> out(order_.size());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = values[order_[i]];
    return out;
  }
  std::vector<float> optional(std::string_view name) {
    if (!table_.contains(name)) {
      missing.emplace_back(name);
      return {};
    }
    const std::vector<double> values = table_.numbers(name);
    std::vector<float> out(order_.size());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(values[order_[i]]);
    return out;
  }
  /// Texts as indices into the distinct ones, in alphabetical order; `kind` maps each text first.
  template <class Kind>
  std::vector<std::uint32_t> labels(std::string_view name, std::vector<std::string>& names,
                                    const Kind& kind) const {
    const auto texts = table_.column<std::string>(name);
    // A survey has few thousand distinct notes: each is looked at once.
    std::map<std::string_view, std::uint32_t> distinct;
    for (const std::string& text : texts) distinct.emplace(text, 0);
    std::map<std::string, std::uint32_t> kinds;
    for (const auto& [text, unused] : distinct) kinds.emplace(kind(text), 0);
    for (auto& [label, index] : kinds) {
      index = static_cast<std::uint32_t>(names.size());
      names.push_back(label);
    }
    for (auto& [text, index] : distinct) index = kinds.at(kind(text));
    std::vector<std::uint32_t> out(order_.size());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = distinct.at(texts[order_[i]]);
    return out;
  }
  void mark(std::string_view name, std::vector<std::uint8_t>& flags) const {
    if (!table_.contains(name)) return;
    const auto texts = table_.column<std::string>(name);
    for (std::size_t i = 0; i < flags.size(); ++i)
      if (is_deep_drilling(texts[order_[i]])) flags[i] = 1;
  }

  std::vector<std::string> missing;

 private:
  const table::Table& table_;
  std::vector<std::size_t> order_;
};

std::vector<std::size_t> order_of_time(const std::vector<double>& mjd) {
  std::vector<std::size_t> order(mjd.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (!std::is_sorted(mjd.begin(), mjd.end()))
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return mjd[a] < mjd[b]; });
  return order;
}

/// Times within thousands of years and places on the sphere, so that no later step can overflow.
void check_places(const Observations& o) {
  for (std::size_t i = 0; i < o.size(); ++i)
    if (!(std::abs(o.mjd[i]) < 1e6) || !(std::abs(o.ra[i]) <= 720.0) ||
        !(std::abs(o.dec[i]) <= 90.0))
      throw InputError(
          fmt::format("observations: MJD {}, fieldRA {}, fieldDec {}", o.mjd[i], o.ra[i], o.dec[i]),
          "a visit needs a time and a place on the sky", "correct or leave out the row");
}

std::vector<std::int32_t> nights_of(const table::Table& table,
                                    const std::vector<std::size_t>& order,
                                    const std::vector<double>& mjd, double longitude) {
  std::vector<std::int32_t> out(mjd.size());
  if (table.contains("night")) {
    const std::vector<double> nights = table.numbers("night");
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (!(std::abs(nights[order[i]]) < 1e6))
        throw InputError(fmt::format("observations: night {} at MJD {}", nights[order[i]], mjd[i]),
                         "it is no number of a night", "correct or leave out the row");
      out[i] = static_cast<std::int32_t>(std::lround(nights[order[i]]));
    }
    return out;
  }
  const auto day = [&](double t) { return std::floor(t + longitude / 360.0 - 0.5); };
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<std::int32_t>(day(mjd[i]) - day(mjd.front())) + 1;
  return out;
}

}  // namespace

bool is_deep_drilling(std::string_view label) {
  if (label.starts_with("DD:")) return true;
  constexpr std::string_view kPrefix = "ddf";
  return label.size() >= kPrefix.size() &&
         std::equal(kPrefix.begin(), kPrefix.end(), label.begin(), [](char p, char c) {
           return p == std::tolower(static_cast<unsigned char>(c));
         });
}

std::string note_kind(std::string_view note) {
  std::string out;
  while (!note.empty()) {
    const std::size_t comma = std::min(note.find(','), note.size());
    std::string_view part = note.substr(0, comma);
    note.remove_prefix(std::min(comma + 1, note.size()));
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    const bool counts =
        !part.empty() && part.find_first_not_of("0123456789.+-") == std::string_view::npos;
    if (counts || part.empty()) continue;
    if (!out.empty()) out += ", ";
    out += part;
  }
  return out;
}

const std::vector<std::string>& wanted_columns() {
  static const std::vector<std::string> kColumns = {"observationStartMJD",
                                                    "fieldRA",
                                                    "fieldDec",
                                                    "band",
                                                    "filter",
                                                    "night",
                                                    "visitTime",
                                                    "slewTime",
                                                    "slewDistance",
                                                    "fiveSigmaDepth",
                                                    "visitExposureTime",
                                                    "seeingFwhmEff",
                                                    "seeingFwhmGeom",
                                                    "airmass",
                                                    "altitude",
                                                    "azimuth",
                                                    "skyBrightness",
                                                    "moonAlt",
                                                    "moonPhase",
                                                    "sunAlt",
                                                    "scheduler_note",
                                                    "note",
                                                    "science_program",
                                                    "target_name"};
  return kColumns;
}

Observations read_observations(const table::Table& table) {
  for (const char* needed : {"observationStartMJD", "fieldRA", "fieldDec"})
    if (!table.contains(needed))
      throw InputError(fmt::format("observations: no column {}", needed),
                       "a visit's time and place are needed",
                       "give a table in the columns of rubin_sim's `observations`");
  const char* band = table.contains("band") ? "band" : "filter";
  if (!table.contains(band))
    throw InputError("observations: neither band nor filter", "a visit's filter is needed",
                     "give a table in the columns of rubin_sim's `observations`");
  const std::vector<std::size_t> order = order_of_time(table.numbers("observationStartMJD"));
  Reader reader(table, order);
  Observations o;
  o.mjd = reader.needed("observationStartMJD");
  o.ra = reader.needed("fieldRA");
  o.dec = reader.needed("fieldDec");
  check_places(o);
  std::vector<std::string> filters;
  const std::vector<std::uint32_t> filter =
      reader.labels(band, filters, [](std::string_view text) { return std::string(text); });
  o.band.resize(o.size());
  for (std::size_t i = 0; i < o.size(); ++i) o.band[i] = band_index(filters[filter[i]]);
  if (table.contains("observationStartLST") && o.size() > 0) {
    const double longitude =
        longitude_of(table.numbers("observationStartLST")[order.front()], o.mjd.front());
    if (std::isfinite(longitude)) o.longitude = longitude;
  }
  o.night = nights_of(table, order, o.mjd, o.longitude);
  o.exposure = reader.optional("visitExposureTime");
  o.visit_time = reader.optional("visitTime");
  o.slew_time = reader.optional("slewTime");
  o.slew_distance = reader.optional("slewDistance");
  o.depth = reader.optional("fiveSigmaDepth");
  o.seeing_geom = reader.optional("seeingFwhmGeom");
  o.seeing_eff = reader.optional("seeingFwhmEff");
  o.airmass = reader.optional("airmass");
  o.altitude = reader.optional("altitude");
  o.azimuth = reader.optional("azimuth");
  o.sky = reader.optional("skyBrightness");
  o.moon_altitude = reader.optional("moonAlt");
  o.moon_phase = reader.optional("moonPhase");
  o.sun_altitude = reader.optional("sunAlt");
  if (table.contains("science_program"))
    o.program = reader.labels("science_program", o.program_names,
                              [](std::string_view text) { return std::string(text); });
  else
    reader.missing.emplace_back("science_program");
  const char* note = table.contains("scheduler_note") ? "scheduler_note" : "note";
  if (table.contains(note))
    o.note = reader.labels(note, o.note_names, note_kind);
  else
    reader.missing.emplace_back("scheduler_note");
  if (table.contains(note) || table.contains("target_name")) {
    o.deep.assign(o.size(), 0);
    reader.mark(note, o.deep);
    reader.mark("target_name", o.deep);
  }
  o.missing_columns = std::move(reader.missing);
  return o;
}

}  // namespace skywright::metrics
