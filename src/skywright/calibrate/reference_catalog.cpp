#include "skywright/calibrate/reference_catalog.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/calibrate/catalog_units.h"

namespace skywright::calibrate {
namespace {

constexpr double kDegree = std::numbers::pi / 180.0;
constexpr double kMas = kDegree / 3.6e6;
constexpr double kDaysInYear = 365.25;
constexpr double kMjdOfJ2000 = 51544.5;
constexpr double kAbZeroNanojansky = 31.4;  // AB = -2.5 log10(f / erg s-1 cm-2 Hz-1) - 48.60
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::vector<double> numbers_or(const table::Table& table, std::string_view name,
                               std::string_view unit, double fallback) {
  if (table.contains(name)) return numbers_in(table, name, unit);
  return std::vector<double>(table.rows(), fallback);
}

/// Years from each row's epoch to `epoch`; 0 where the table has none.
std::vector<double> years_until(const table::Table& table, time::Tai epoch) {
  std::vector<double> years(table.rows(), 0.0);
  if (table.contains("epoch")) {
    const std::vector<double> mjd = table.numbers("epoch");
    for (std::size_t i = 0; i < years.size(); ++i) years[i] = (epoch.mjd() - mjd[i]) / kDaysInYear;
  } else if (table.contains("refEpoch")) {
    const std::vector<double> year = table.numbers("refEpoch");
    for (std::size_t i = 0; i < years.size(); ++i)
      years[i] = (epoch.mjd() - kMjdOfJ2000) / kDaysInYear - (year[i] - 2000.0);
  }
  for (double& y : years)
    if (!std::isfinite(y)) y = 0.0;
  return years;
}

/// Move a place along its proper motion [mas/yr] on the tangent plane.
void move(double& ra, double& dec, double pm_ra, double pm_dec, double years) {
  if (!std::isfinite(pm_ra) || !std::isfinite(pm_dec)) return;
  const double xi = pm_ra * years * kMas;
  const double eta = pm_dec * years * kMas;
  const double cd = std::cos(dec * kDegree);
  const double sd = std::sin(dec * kDegree);
  const double d = cd - eta * sd;
  ra += std::atan2(xi, d) / kDegree;
  dec = std::atan2(sd + eta * cd, std::hypot(xi, d)) / kDegree;
  ra -= 360.0 * std::floor(ra / 360.0);
}

void read_fluxes(const table::Table& table, std::string_view band, ReferenceCatalog& out) {
  const std::size_t n = table.rows();
  out.flux.assign(n, kNan);
  out.flux_err.assign(n, kNan);
  if (const std::string flux = fmt::format("{}_flux", band); table.contains(flux)) {
    const std::vector<double> value = numbers_in(table, flux, "nJy");
    const std::vector<double> error = numbers_or(table, flux + "Err", "nJy", 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      out.flux[i] = static_cast<float>(value[i]);
      out.flux_err[i] = static_cast<float>(error[i]);
    }
  } else if (const std::string mag = fmt::format("{}_mag", band); table.contains(mag)) {
    const std::vector<double> value = table.numbers(mag);
    const std::string mag_err = mag + "Err";
    const std::vector<double> error =
        table.contains(mag_err) ? table.numbers(mag_err) : std::vector<double>(n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      const double nanojansky = std::pow(10.0, 0.4 * (kAbZeroNanojansky - value[i]));
      out.flux[i] = static_cast<float>(nanojansky);
      out.flux_err[i] = static_cast<float>(nanojansky * 0.4 * std::numbers::ln10 * error[i]);
    }
  }
}

}  // namespace

ReferenceCatalog reference_catalog(const table::Table& table, std::string_view band,
                                   time::Tai epoch) {
  for (const std::string_view name : {"ra", "dec"})
    if (!table.contains(name))
      throw InputError("reference catalog", fmt::format("it has no column {}", name),
                       "give columns ra and dec [deg, ICRS] and, for a zero point, {band}_flux "
                       "[nJy] or {band}_mag [AB]");
  ReferenceCatalog out;
  out.ra = numbers_in(table, "ra", "deg");
  out.dec = numbers_in(table, "dec", "deg");
  const std::size_t n = out.size();
  const std::vector<double> ra_err = numbers_or(table, "raErr", "mas", std::nan(""));
  const std::vector<double> dec_err = numbers_or(table, "decErr", "mas", std::nan(""));
  const std::vector<double> pm_ra = numbers_or(table, "pmRA", "mas/yr", 0.0);
  const std::vector<double> pm_dec = numbers_or(table, "pmDec", "mas/yr", 0.0);
  const std::vector<double> years = years_until(table, epoch);
  out.position_err.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    out.position_err[i] =
        static_cast<float>(std::sqrt(0.5 * (ra_err[i] * ra_err[i] + dec_err[i] * dec_err[i])));
    if (years[i] != 0.0) move(out.ra[i], out.dec[i], pm_ra[i], pm_dec[i], years[i]);
  }
  read_fluxes(table, band, out);
  return out;
}

}  // namespace skywright::calibrate
