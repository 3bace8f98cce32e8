#include "skywright/ephemeris/detail/orbit_table.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/ephemeris/designation.h"
#include "skywright/ephemeris/detail/text_fields.h"

namespace skywright::ephemeris::detail {
namespace {

using Words = std::vector<std::string_view>;
using Column = OrbitTable::Column;
using enum OrbitTable::Column;

constexpr double kDefaultSlope = 0.15;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

[[noreturn]] void refuse(const std::string& reason) {
  throw InputError("cannot read orbits", reason,
                   "give MPCORB lines, or a table with a header such as `objId a e inc Omega "
                   "argPeri meanAnomaly epoch H`");
}

Words split_words(std::string_view line) {
  Words words;
  if (line.find(',') != std::string_view::npos) {
    for (;;) {
      const auto comma = line.find(',');
      words.push_back(trimmed(line.substr(0, comma)));
      if (comma == std::string_view::npos) return words;
      line.remove_prefix(comma + 1);
    }
  }
  while (true) {
    const auto begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    const auto end = std::min(line.find_first_of(" \t"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::optional<Column> column_of(std::string_view word) {
  if (word == "omega") return Column::argument;  // lower case; Omega is the node
  static const std::vector<std::pair<std::string_view, Column>> kNames = {
      {"objid", name},
      {"name", name},
      {"full_name", name},
      {"designation", name},
      {"desig", name},
      {"pdes", name},
      {"provid", name},
      {"id", name},
      {"a", a},
      {"q", q},
      {"e", e},
      {"ecc", e},
      {"eccentricity", e},
      {"inc", inclination},
      {"i", inclination},
      {"incl", inclination},
      {"inclination", inclination},
      {"omega", node},
      {"node", node},
      {"om", node},
      {"longnode", node},
      {"argperi", argument},
      {"peri", argument},
      {"w", argument},
      {"argument_of_perihelion", argument},
      {"meananomaly", anomaly},
      {"ma", anomaly},
      {"m", anomaly},
      {"epoch", epoch},
      {"epochmjd_tdb", epoch},
      {"epoch_mjd", epoch},
      {"epochmjd", epoch},
      {"t_p_mjd_tdb", perihelion},
      {"tp", perihelion},
      {"t_p", perihelion},
      {"tperi", perihelion},
      {"h", h},
      {"absmag", h},
      {"h_r", h},
      {"g", g},
      {"slope", g}};
  const std::string key = lower(word);
  for (const auto& [known, column] : kNames) {
    if (key == known) return column;
  }
  return {};
}

double mjd_of(double date) { return date > 2000000.0 ? date - 2400000.5 : date; }

}  // namespace

OrbitTable::OrbitTable(std::string_view header) {
  if (header.starts_with('#')) header.remove_prefix(1);
  const Words words = split_words(header);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto column = column_of(words[i]);
    if (column && !places_[*column]) places_[*column] = i;
  }
  const auto need = [&](bool there, const char* what) {
    if (!there) refuse(std::string("no column for ") + what);
  };
  need(places_[e].has_value(), "the eccentricity (e)");
  need(places_[inclination].has_value(), "the inclination (inc)");
  need(places_[node].has_value(), "the ascending node (Omega)");
  need(places_[argument].has_value(), "the argument of perihelion (argPeri)");
  need(places_[a] || places_[q], "the semimajor axis (a) or perihelion distance (q)");
  need((places_[anomaly] && places_[epoch]) || places_[perihelion],
       "the mean anomaly and its epoch, or the time of perihelion");
}

void OrbitTable::append(OrbitCatalog& out, std::string_view line) const {
  const Words words = split_words(line);
  const auto text = [&](Column c) -> std::string_view {
    if (!places_[c]) return {};
    if (*places_[c] >= words.size()) refuse("it has fewer columns than the header");
    return words[*places_[c]];
  };
  const auto value = [&](Column c) {
    const auto v = number(text(c));
    if (!v) refuse("'" + std::string(text(c)) + "' is no number");
    return *v;
  };
  const auto optional = [&](Column c, double otherwise) {
    return number(text(c)).value_or(otherwise);
  };
  const double ecc = value(e);
  const Angle i = Angle::from_degrees(value(inclination));
  const Angle n = Angle::from_degrees(value(node));
  const Angle w = Angle::from_degrees(value(argument));
  OrbitFacts facts;
  if (const auto date = number(text(epoch))) facts.epoch = mjd_of(*date);
  Orbit orbit;
  if (places_[perihelion] && !text(perihelion).empty()) {
    const double distance = places_[q] ? value(q) : value(a) * (1.0 - ecc);
    orbit = {distance, ecc, i, n, w, time::Tdb::from_mjd(mjd_of(value(perihelion)))};
    if (!(distance > 0.0) || !(ecc >= 0.0)) refuse("q must be > 0 and e >= 0");
  } else {
    const double axis = places_[a] ? value(a) : value(q) / (1.0 - ecc);
    orbit = orbit_from_keplerian(axis, ecc, i, n, w, Angle::from_degrees(value(anomaly)),
                                 time::Tdb::from_mjd(mjd_of(value(epoch))));
  }
  std::string label(text(name));
  facts.packed = packed(label);
  out.append(std::move(label), orbit, optional(h, kNan), optional(g, kDefaultSlope),
             std::move(facts));
}

}  // namespace skywright::ephemeris::detail
