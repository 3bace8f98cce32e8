#include "skywright/ephemeris/orbit_catalog.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>

#include "skywright/base/error.h"

namespace skywright::ephemeris {
namespace {

using Words = std::vector<std::string_view>;

constexpr double kDefaultSlope = 0.15;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

[[noreturn]] void refuse(std::size_t line, const std::string& reason) {
  throw InputError("cannot read orbits", "line " + std::to_string(line) + ": " + reason,
                   "give MPCORB lines, or a table with a header such as `objId a e inc Omega "
                   "argPeri meanAnomaly epoch H`");
}

/// Lets `read` refuse elements of no orbit or a wrong date, and adds the line to what it says.
template <class Read>
void naming_line(std::size_t line, const Read& read) {
  try {
    read();
  } catch (const InputError& error) {
    if (std::string_view(error.what()).starts_with("cannot read orbits")) throw;
    refuse(line, error.what());
  }
}

std::string_view trimmed(std::string_view s) {
  const auto begin = s.find_first_not_of(" \t\r\"");
  if (begin == std::string_view::npos) return {};
  return s.substr(begin, s.find_last_not_of(" \t\r\"") - begin + 1);
}

std::optional<double> number(std::string_view text) {
  text = trimmed(text);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0.0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    lines.push_back(line);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
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

// --- tables with a header -----------------------------------------------------------------------

enum Column { name, a, q, e, inclination, node, argument, anomaly, epoch, perihelion, h, g, count };

using Places = std::array<std::optional<std::size_t>, Column::count>;

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

Places places_of(const Words& header, std::size_t line) {
  Places places;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const auto column = column_of(header[i]);
    if (column && !places[*column]) places[*column] = i;
  }
  const auto need = [&](bool there, const char* what) {
    if (!there) refuse(line, std::string("no column for ") + what);
  };
  need(places[e].has_value(), "the eccentricity (e)");
  need(places[inclination].has_value(), "the inclination (inc)");
  need(places[node].has_value(), "the ascending node (Omega)");
  need(places[argument].has_value(), "the argument of perihelion (argPeri)");
  need(places[a] || places[q], "the semimajor axis (a) or perihelion distance (q)");
  need((places[anomaly] && places[epoch]) || places[perihelion],
       "the mean anomaly and its epoch, or the time of perihelion");
  return places;
}

double mjd_of(double date) { return date > 2000000.0 ? date - 2400000.5 : date; }

void read_row(OrbitCatalog& out, const Words& words, const Places& places, std::size_t line) {
  const auto text = [&](Column c) -> std::string_view {
    if (!places[c]) return {};
    if (*places[c] >= words.size()) refuse(line, "it has fewer columns than the header");
    return words[*places[c]];
  };
  const auto value = [&](Column c) {
    const auto v = number(text(c));
    if (!v) refuse(line, "'" + std::string(text(c)) + "' is no number");
    return *v;
  };
  const auto optional = [&](Column c, double otherwise) {
    return number(text(c)).value_or(otherwise);
  };
  const double ecc = value(e);
  const Angle i = Angle::from_degrees(value(inclination));
  const Angle n = Angle::from_degrees(value(node));
  const Angle w = Angle::from_degrees(value(argument));
  Orbit orbit;
  if (places[perihelion] && !text(perihelion).empty()) {
    const double distance = places[q] ? value(q) : value(a) * (1.0 - ecc);
    orbit = {distance, ecc, i, n, w, time::Tdb::from_mjd(mjd_of(value(perihelion)))};
    if (!(distance > 0.0) || !(ecc >= 0.0)) refuse(line, "q must be > 0 and e >= 0");
  } else {
    const double axis = places[a] ? value(a) : value(q) / (1.0 - ecc);
    orbit = orbit_from_keplerian(axis, ecc, i, n, w, Angle::from_degrees(value(anomaly)),
                                 time::Tdb::from_mjd(mjd_of(value(epoch))));
  }
  std::string label(text(name));
  if (label.empty()) label = std::to_string(out.size() + 1);
  out.append(std::move(label), orbit, optional(h, kNan), optional(g, kDefaultSlope));
}

// --- MPCORB
// ---------------------------------------------------------------------------------------

// First column (from 0) and width of each field: minorplanetcenter.net/iau/info/MPOrbitFormat.html
constexpr std::size_t kMpcWidth = 103;

bool looks_like_mpcorb(std::string_view line) {
  if (line.size() < kMpcWidth) return false;
  for (const auto& [first, width] :
       {std::pair{26, 9}, {37, 9}, {48, 9}, {59, 9}, {70, 9}, {92, 11}}) {
    if (!number(line.substr(static_cast<std::size_t>(first), static_cast<std::size_t>(width)))) {
      return false;
    }
  }
  return true;
}

void read_mpcorb_line(OrbitCatalog& out, std::string_view line, std::size_t number_of_line) {
  const auto field = [&](std::size_t first, std::size_t width) {
    const auto v = number(line.substr(first, width));
    if (!v) {
      refuse(number_of_line, "'" + std::string(line.substr(first, width)) + "' in columns " +
                                 std::to_string(first + 1) + "-" + std::to_string(first + width) +
                                 " is no number");
    }
    return *v;
  };
  if (line.size() < kMpcWidth) refuse(number_of_line, "it is shorter than 103 columns");
  std::string label(trimmed(line.substr(0, 7)));
  if (line.size() > 166) {
    const auto readable = trimmed(line.substr(166, 28));
    if (!readable.empty()) label = readable;
  }
  const Orbit orbit =
      orbit_from_keplerian(field(92, 11), field(70, 9), Angle::from_degrees(field(59, 9)),
                           Angle::from_degrees(field(48, 9)), Angle::from_degrees(field(37, 9)),
                           Angle::from_degrees(field(26, 9)),
                           time::Tdb::from_mjd(mjd_from_packed_date(trimmed(line.substr(20, 5)))));
  out.append(std::move(label), orbit, number(line.substr(8, 5)).value_or(kNan),
             number(line.substr(14, 5)).value_or(kDefaultSlope));
}

}  // namespace

void OrbitCatalog::append(std::string object_name, const Orbit& elements, double h, double g) {
  name.push_back(std::move(object_name));
  orbit.push_back(elements);
  frame.push_back(orbit_frame(elements));
  absolute_magnitude.push_back(h);
  slope.push_back(g);
}

double mjd_from_packed_date(std::string_view text) {
  const auto digit = [&](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'V') return c - 'A' + 10;
    return -1;
  };
  const auto fail = [&]() {
    throw InputError("'" + std::string(text) + "' is no packed date",
                     "it must be a century (I, J, K), two digits, month and day",
                     "see minorplanetcenter.net/iau/info/PackedDates.html");
  };
  if (text.size() != 5 || text[0] < 'I' || text[0] > 'K') fail();
  const int tens = digit(text[1]), ones = digit(text[2]);
  const int month = digit(text[3]), day = digit(text[4]);
  if (tens < 0 || tens > 9 || ones < 0 || ones > 9 || month < 1 || month > 12 || day < 1) fail();
  const int year = 100 * (text[0] - 'A' + 10) + 10 * tens + ones;
  std::array<char, 16> iso{};
  std::snprintf(iso.data(), iso.size(), "%04d-%02d-%02d", year, month, day);
  return time::utc_from_iso(iso.data()).mjd();  // a day's number, in whatever scale
}

OrbitCatalog read_orbits(std::string_view text) {
  const auto lines = split_lines(text);
  std::size_t first = 0;
  while (first < lines.size() && trimmed(lines[first]).empty()) ++first;
  if (first == lines.size()) {
    throw InputError("cannot read orbits", "the text is empty", "give a file with orbits");
  }
  // MPCORB.DAT has a long preface that ends with a line of dashes.
  const auto dashes = std::find_if(lines.begin(), lines.end(),
                                   [](std::string_view line) { return line.starts_with("-----"); });
  std::size_t begin =
      dashes == lines.end() ? first : static_cast<std::size_t>(dashes - lines.begin()) + 1;
  OrbitCatalog out;
  if (begin < lines.size() && (dashes != lines.end() || looks_like_mpcorb(lines[begin]))) {
    for (std::size_t i = begin; i < lines.size(); ++i) {
      if (trimmed(lines[i]).empty()) continue;
      naming_line(i + 1, [&] { read_mpcorb_line(out, lines[i], i + 1); });
    }
    return out;
  }
  std::string_view header = lines[first];
  if (header.starts_with('#')) header.remove_prefix(1);
  const Places places = places_of(split_words(header), first + 1);
  for (std::size_t i = first + 1; i < lines.size(); ++i) {
    const auto line = trimmed(lines[i]);
    if (line.empty() || line.front() == '#') continue;
    naming_line(i + 1, [&] { read_row(out, split_words(lines[i]), places, i + 1); });
  }
  return out;
}

}  // namespace skywright::ephemeris
