#include "skywright/instrument/throughput.h"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "skywright/base/error.h"

namespace skywright::instrument {
namespace {

constexpr double kPlanck = 6.62607015e-34;  // [J s], exact (SI 2019)
constexpr double kAbFlux = 3631e-26;        // [W/m2/Hz], AB magnitude 0

template <class Integrand>
double trapezoids(const Band& band, Integrand integrand) {
  double sum = 0.0;
  const auto& nm = band.throughput_nm;
  const auto& t = band.throughput;
  for (std::size_t i = 1; i < nm.size(); ++i)
    sum += 0.5 * (nm[i] - nm[i - 1]) * (integrand(nm[i], t[i]) + integrand(nm[i - 1], t[i - 1]));
  return sum;
}

std::vector<std::string_view> split(std::string_view line, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = line.find(at);
    parts.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return parts;
    line.remove_prefix(end + 1);
  }
}

}  // namespace

double ab_zero_point(const Band& band, double area_m2) {
  const double integral = trapezoids(band, [](double nm, double t) { return t / nm; });
  return 2.5 * std::log10(area_m2 * kAbFlux / kPlanck * integral);
}

double effective_wavelength(const Band& band) {
  return trapezoids(band, [](double nm, double t) { return t * nm; }) /
         trapezoids(band, [](double, double t) { return t; });
}

const std::vector<double>* ThroughputTable::find(std::string_view band) const {
  for (std::size_t i = 0; i < bands.size(); ++i)
    if (bands[i] == band) return &throughput[i];
  return nullptr;
}

ThroughputTable parse_throughput_table(std::string_view csv, std::string_view origin) {
  ThroughputTable table;
  int number = 0;
  for (std::string_view line : split(csv, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    const std::vector<std::string_view> parts = split(line, ',');
    if (table.bands.empty()) {
      for (std::size_t i = 1; i < parts.size(); ++i) table.bands.emplace_back(parts[i]);
      table.throughput.resize(table.bands.size());
      continue;
    }
    const auto refuse = [&](std::string_view reason) {
      throw ConfigError(fmt::format("{} line {}", origin, number), reason,
                        "write a wavelength [nm] and one fraction a band");
    };
    if (parts.size() != table.bands.size() + 1) refuse("has another number of columns");
    for (std::size_t i = 0; i < parts.size(); ++i) {
      double value = 0.0;
      const char* end = parts[i].data() + parts[i].size();
      const auto read = std::from_chars(parts[i].data(), end, value);
      if (read.ec != std::errc{} || read.ptr != end) refuse("holds what is no number");
      if (i == 0)
        table.wavelength_nm.push_back(value);
      else
        table.throughput[i - 1].push_back(value);
    }
  }
  return table;
}

}  // namespace skywright::instrument
