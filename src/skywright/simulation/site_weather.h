/// The weather that a plan will meet, made visible: what `skywright plan weather` runs.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

#include "skywright/base/execution.h"
#include "skywright/schedule/downtime.h"
#include "skywright/schedule/weather.h"
#include "skywright/table/table.h"

namespace skywright::simulation {

/// [cloud], [seeing] and [downtime] of a site, as a strategy file may hold them too.
struct SiteWeatherConfig {
  schedule::WeatherConfig weather;
  schedule::DowntimeConfig downtime;
};
void describe(Fields& fields, SiteWeatherConfig& config);

struct SiteWeatherRequest {
  SiteWeatherConfig config;
  time::Tai start = time::Tai::from_mjd(61041.0);  ///< 2026-01-01
  double days = 3652.5;
  double step_hours = 1.0;
  std::uint64_t seed = 1;
  double cloud_limit = 0.3;             ///< a survey stops above it
  std::filesystem::path cloud_record;   ///< "mjd,value" lines; empty: generated
  std::filesystem::path seeing_record;  ///< "mjd,arcsec" lines; empty: generated
};

struct MonthOfWeather {
  double clear = 0.0;              ///< share of time without cloud
  double usable = 0.0;             ///< share of time below the cloud limit
  std::array<double, 3> seeing{};  ///< quartiles [arcsec], zenith, 500 nm
};

struct SiteWeather {
  SiteWeatherRequest request;
  table::Table
      series;  ///< mjd [d, TAI], cloud [share of the sky], seeing_500 [arcsec], down (flag)
  std::array<MonthOfWeather, 12> months;
  MonthOfWeather year;
  double nights_scheduled_down = 0.0;    ///< a year
  double nights_unscheduled_down = 0.0;  ///< a year
};

/// @throws ConfigError for a config, span or step out of range; InputError for a record that cannot
/// be used; Stopped
SiteWeather site_weather(const SiteWeatherRequest& request, const Execution& execution);

/// The report for people.
std::string site_weather_text(const SiteWeather& weather);
std::string site_weather_json(const SiteWeather& weather);  ///< one object
/// One HTML page: cloud by month, seeing's distribution, the first year's course.
/// The report as a page of HTML with its plots.
std::string site_weather_page(const SiteWeather& weather);

}  // namespace skywright::simulation
