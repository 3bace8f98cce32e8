#include "skywright/calibrate/catalog_units.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <numbers>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "skywright/base/error.h"

namespace skywright::calibrate {
namespace {

enum class Kind { angle, motion, flux };

struct Unit {
  std::string_view name;  ///< lower case, no blanks
  double value;           ///< [deg], [Jy]
};
constexpr std::array kAngles = {Unit{"deg", 1.0},           Unit{"degree", 1.0},
                                Unit{"degrees", 1.0},       Unit{"angle[deg]", 1.0},
                                Unit{"mas", 1.0 / 3.6e6},   Unit{"milliarcsecond", 1.0 / 3.6e6},
                                Unit{"uas", 1.0 / 3.6e9},   Unit{"arcsec", 1.0 / 3600.0},
                                Unit{"arcmin", 1.0 / 60.0}, Unit{"rad", 180.0 / std::numbers::pi},
                                Unit{"hourangle", 15.0},    Unit{"h", 15.0}};
constexpr std::array kFluxes = {Unit{"jy", 1.0}, Unit{"mjy", 1e-3}, Unit{"ujy", 1e-6},
                                Unit{"njy", 1e-9}};
/// As FITS, VOUnits, CDS and astropy write "per year"; longest first.
constexpr std::array<std::string_view, 7> kPerYear = {".yr**-1", "*yr**-1", "yr**(-1)", "yr**-1",
                                                      "yr^-1",   "yr-1",    "/yr"};

std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ') out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

template <std::size_t N>
std::optional<double> find_in(const std::array<Unit, N>& units, std::string_view name) {
  const auto found =
      std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == name; });
  if (found == units.end()) return {};
  return found->value;
}

/// Empty for a unit that measures nothing of this kind, or that is not known.
std::optional<double> value_of(std::string_view text, Kind kind) {
  // MJy is a million Jy where mJy is a thousandth.
  if (text.find("MJy") != std::string_view::npos) return {};
  const std::string unit = plain(text);
  if (kind == Kind::flux) return find_in(kFluxes, unit);
  if (kind == Kind::angle) return find_in(kAngles, unit);
  for (const std::string_view rate : kPerYear)
    if (unit.ends_with(rate))
      return find_in(kAngles, std::string_view(unit).substr(0, unit.size() - rate.size()));
  return {};
}

}  // namespace

std::vector<double> numbers_in(const table::Table& table, std::string_view name,
                               std::string_view wanted) {
  std::vector<double> values = table.numbers(name);
  const std::string& unit = table.find(name)->unit;
  if (unit.empty() || unit == wanted) return values;
  const Kind kind = wanted == "nJy" ? Kind::flux : wanted == "mas/yr" ? Kind::motion : Kind::angle;
  const std::optional<double> given = value_of(unit, kind);
  if (!given)
    throw InputError(fmt::format("reference catalog, column {}", name),
                     fmt::format("its unit is {}", unit), fmt::format("give it in {}", wanted));
  const double factor = *given / *value_of(wanted, kind);
  if (factor != 1.0)
    for (double& v : values) v *= factor;
  return values;
}

}  // namespace skywright::calibrate
