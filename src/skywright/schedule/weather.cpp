#include "skywright/schedule/weather.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <utility>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/base/fields.h"

namespace skywright::schedule {
namespace {

constexpr double kYear = 365.25;
constexpr double kYearStart = 51544.0;  ///< MJD of 2000-01-01; leap days drift by a day at most

/// Of a cyclic table of twelve months, at the instant: straight lines between mid-months.
double monthly(const std::vector<double>& table, double mjd) {
  const double year = (mjd - kYearStart) / kYear;
  const double month = (year - std::floor(year)) * 12.0 - 0.5 + 12.0;
  const double whole = std::floor(month);
  const auto i = static_cast<std::size_t>(whole) % 12;
  const double f = month - whole;
  return (1.0 - f) * table[i] + f * table[(i + 1) % 12];
}

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

/// The instant within the record that stands for `mjd`: longer records repeat after whole years.
double within(const WeatherRecord& record, double mjd) {
  const double first = record.mjd.front();
  const double last = record.mjd.back();
  if (mjd >= first && mjd <= last) return mjd;
  const double period = std::floor((last - first) / kYear) * kYear;
  if (period <= 0.0) return std::clamp(mjd, first, last);
  const double turns = std::floor((mjd - first) / period);
  return std::clamp(mjd - turns * period, first, last);
}

/// Index of the last entry at or before `mjd`.
std::size_t entry(const WeatherRecord& record, double mjd) {
  const auto after = std::upper_bound(record.mjd.begin(), record.mjd.end(), mjd);
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(after - record.mjd.begin() - 1, 0));
}

void require_cover(const WeatherRecord& record, std::string_view what, double start, double days) {
  if (record.empty() || record.mjd.back() - record.mjd.front() >= kYear) return;
  if (record.mjd.front() <= start && record.mjd.back() >= start + days) return;
  throw InputError(fmt::format("{} record from MJD {:.2f} to {:.2f}", what, record.mjd.front(),
                               record.mjd.back()),
                   fmt::format("it does not cover MJD {:.2f} to {:.2f}", start, start + days),
                   "give a record of the whole span, or of at least one year, which then repeats");
}

}  // namespace

void describe(Fields& f, CloudConfig& c) {
  f.numbers("clear", c.clear, "share of night time without cloud, January to December",
            {.low = 0.0, .high = 1.0});
  f.numbers("usable", c.usable, "share of night time with 3/8 of cloud at most, by month",
            {.low = 0.0, .high = 1.0});
  f.number("overcast_share", c.overcast_share, "part of the time above 3/8 that is overcast",
           {.low = 0.0, .high = 1.0});
  describe_list(f, "correlation", c.correlation, "what the changes are made of");
  describe_nested(f, "patches", c.patches, "where clouds stand while they cover a part of the sky");
}

void describe(Fields& f, SeeingConfig& c) {
  f.number("median", c.median, "median seeing at the zenith and 500 nm [arcsec]",
           {.high = 10.0, .above = 0.0});
  f.number("offset", c.offset, "value below which seeing never falls [arcsec]", {.low = 0.0});
  f.number("log_sigma", c.log_sigma, "standard deviation of ln(seeing - offset)",
           {.low = 0.0, .high = 2.0});
  f.number("seasonal_amplitude", c.seasonal_amplitude,
           "amplitude over the year of ln(seeing - offset)", {.low = 0.0, .high = 1.0});
  f.number("worst_day", c.worst_day, "day of the year with the worst seeing",
           {.low = 0.0, .high = 366.0});
  f.number("ceiling", c.ceiling, "worst seeing there is [arcsec]", {.above = 0.0});
  describe_list(f, "correlation", c.correlation, "what the changes are made of");
}

void describe(Fields& f, WeatherConfig& c) {
  describe_nested(f, "cloud", c.cloud, "cloud cover");
  describe_nested(f, "seeing", c.seeing, "seeing of the atmosphere");
}

void validate(const WeatherConfig& config) {
  check_fields(config);
  const CloudConfig& c = config.cloud;
  if (c.clear.size() != 12 || c.usable.size() != 12)
    throw ConfigError(fmt::format("cloud: {} and {} months", c.clear.size(), c.usable.size()),
                      "`clear` and `usable` have one value a month", "give twelve values each");
  for (std::size_t m = 0; m < 12; ++m)
    if (c.clear[m] > c.usable[m])
      throw ConfigError(fmt::format("cloud.clear = {} in month {}", c.clear[m], m + 1),
                        fmt::format("it is above cloud.usable = {}", c.usable[m]),
                        "clear time is part of the usable time");
  if (c.correlation.empty() || config.seeing.correlation.empty())
    throw ConfigError("correlation: empty list", "weather needs a correlation time",
                      "give at least one [[correlation]] with hours and share");
  const SeeingConfig& s = config.seeing;
  if (s.median <= s.offset || s.median >= s.ceiling)
    throw ConfigError(
        fmt::format("seeing.median = {}", s.median),
        fmt::format("it is not between offset {} and ceiling {}", s.offset, s.ceiling),
        "give offset < median < ceiling");
  if (s.seasonal_amplitude > s.log_sigma * std::numbers::sqrt2)
    throw ConfigError(fmt::format("seeing.seasonal_amplitude = {}", s.seasonal_amplitude),
                      "the season alone would spread more than log_sigma",
                      "lower it, or raise log_sigma");
}

WeatherRecord read_weather_record(std::string_view text, std::string_view origin, double low,
                                  double high) {
  WeatherRecord record;
  int line_number = 0;
  const auto refuse = [&](std::string_view reason) {
    throw InputError(fmt::format("{}, line {}", origin, line_number), reason,
                     "write one `mjd,value` a line, times TAI and rising");
  };
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++line_number;
    line = line.substr(0, line.find('#'));
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r' || line.back() == '\t'))
      line.remove_suffix(1);
    if (line.empty()) continue;
    const std::size_t comma = line.find(',');
    double values[2];
    bool good = comma != std::string_view::npos;
    for (int i = 0; good && i < 2; ++i) {
      std::string_view field = i == 0 ? line.substr(0, comma) : line.substr(comma + 1);
      while (!field.empty() && field.front() == ' ') field.remove_prefix(1);
      while (!field.empty() && field.back() == ' ') field.remove_suffix(1);
      const auto parsed = std::from_chars(field.data(), field.data() + field.size(), values[i]);
      good = parsed.ec == std::errc() && parsed.ptr == field.data() + field.size() &&
             std::isfinite(values[i]);
    }
    if (!good) {
      if (record.empty() && line_number == 1) continue;  // the heading
      refuse(fmt::format("`{}` is not two numbers", line.substr(0, 60)));
    }
    if (values[1] < low || values[1] > high)
      refuse(fmt::format("{} is not in [{}, {}]", values[1], low, high));
    if (values[0] < 0.0 || values[0] > 200000.0)
      refuse(fmt::format("{} is no MJD, which a Julian date less 2400000.5 is", values[0]));
    if (!record.empty() && values[0] <= record.mjd.back())
      refuse(fmt::format("MJD {} comes after {}", values[0], record.mjd.back()));
    record.mjd.push_back(values[0]);
    record.value.push_back(values[1]);
  }
  if (record.empty())
    throw InputError(std::string(origin), "it has no entries", "write one `mjd,value` a line");
  return record;
}

Weather::Weather(const WeatherConfig& config, time::Tai start, double days, std::uint64_t seed,
                 WeatherRecords records)
    : config_((validate(config), config)),
      records_(std::move(records)),
      cloud_(config.cloud.correlation, start.mjd(), records_.cloud.empty() ? days : 0.0, seed,
             "weather.cloud"),
      seeing_(config.seeing.correlation, start.mjd(), records_.seeing.empty() ? days : 0.0, seed,
              "weather.seeing") {
  require_cover(records_.cloud, "cloud", start.mjd(), days);
  require_cover(records_.seeing, "seeing", start.mjd(), days);
  const SeeingConfig& s = config_.seeing;
  seeing_sigma_ =
      std::sqrt(s.log_sigma * s.log_sigma - 0.5 * s.seasonal_amplitude * s.seasonal_amplitude);
}

Weather::Shares Weather::shares(time::Tai t) const {
  return {monthly(config_.cloud.clear, t.mjd()), monthly(config_.cloud.usable, t.mjd())};
}

double Weather::cloud(time::Tai t) const {
  const double mjd = t.mjd();
  if (!records_.cloud.empty())
    return records_.cloud.value[entry(records_.cloud, within(records_.cloud, mjd))];
  const double u = normal_cdf(cloud_.at(mjd));
  const auto [clear, usable] = shares(t);
  if (u < clear) return 0.0;
  if (u < usable) return (1.0 + std::floor(3.0 * (u - clear) / (usable - clear))) / 8.0;
  const double broken = (usable + (1.0 - usable) * (1.0 - config_.cloud.overcast_share));
  if (u < broken) return (4.0 + std::floor(4.0 * (u - usable) / (broken - usable))) / 8.0;
  return 1.0;
}

double Weather::seeing_500(time::Tai t) const {
  const double mjd = t.mjd();
  if (!records_.seeing.empty()) {
    const WeatherRecord& r = records_.seeing;
    const double at = within(r, mjd);
    const std::size_t i = entry(r, at);
    if (i + 1 == r.mjd.size()) return r.value[i];
    const double f = std::clamp((at - r.mjd[i]) / (r.mjd[i + 1] - r.mjd[i]), 0.0, 1.0);
    return (1.0 - f) * r.value[i] + f * r.value[i + 1];
  }
  const SeeingConfig& s = config_.seeing;
  const double season = s.seasonal_amplitude *
                        std::cos(2.0 * std::numbers::pi * (mjd - kYearStart - s.worst_day) / kYear);
  const double value =
      s.offset + (s.median - s.offset) * std::exp(season + seeing_sigma_ * seeing_.at(mjd));
  return std::min(value, s.ceiling);
}

}  // namespace skywright::schedule
