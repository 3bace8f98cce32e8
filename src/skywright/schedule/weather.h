/// Clouds and seeing over the years, generated or read, and when the telescope is shut.
///
///     const Weather weather(config, start, 3652, seed);
///     if (weather.cloud(now) > 0.3) wait();
///     const double fwhm = fwhm_eff(weather.seeing_500(now), airmass, band.wavelength_nm);
///
/// Both are functions of the instant and the seed alone: any night may be asked first.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "skywright/schedule/cloud_patches.h"
#include "skywright/schedule/correlated_noise.h"
#include "skywright/time/time_scales.h"

namespace skywright::schedule {

/// Cloud cover as an observer writes it down, in eighths of the sky.
///
/// Default: Cerro Tololo, hours a month of 1965 to 1989 (CTIO Facilities Manual, section 7,
/// "Quality of nights", https://www.ctio.noao.edu/facil/s7/sec7.html): photometric hours (no cloud)
/// and observational hours (3/8 of cloud at most) over possible hours, counted on nights with six
/// or more such hours in a row. By hours of the year: 59 % clear and 76 % with 3/8 at most.
struct CloudConfig {
  /// Share of night time without cloud, January to December.
  std::vector<double> clear = {6.7 / 8.5,  7.9 / 9.5,  8.1 / 10.5, 7.4 / 11.5,
                               5.2 / 12.1, 5.0 / 12.4, 5.2 / 12.3, 5.7 / 11.8,
                               5.7 / 10.9, 5.5 / 9.9,  6.0 / 8.9,  6.6 / 8.2};
  /// Share of night time with at most 3/8 of cloud, January to December.
  std::vector<double> usable = {7.7 / 8.5,  8.9 / 9.5,  9.2 / 10.5, 9.5 / 11.5,
                                8.1 / 12.1, 8.3 / 12.4, 7.4 / 12.3, 8.0 / 11.8,
                                7.6 / 10.9, 7.2 / 9.9,  7.2 / 8.9,  7.3 / 8.2};
  /// Of what is above 3/8, the share that is overcast. The table does not tell: an assumption,
  /// without effect on a survey that closes at 3/8 or below.
  double overcast_share = 0.5;
  /// Assumption: passing cloud within a night, fronts (in winter one every few days: Garreaud 2009,
  /// Adv. Geosci. 22, 3), and wet and dry spells of weeks.
  std::vector<NoiseComponent> correlation = {{.hours = 12.0, .share = 0.35},
                                             {.hours = 60.0, .share = 0.5},
                                             {.hours = 480.0, .share = 0.15}};
  CloudPatchConfig patches;
};
void describe(Fields& fields, CloudConfig& config);

/// Seeing of the atmosphere at the zenith and 500 nm: never below an offset, lognormal above it.
///
/// Default: what the LSST project gives for Cerro Pachon, quartiles 0.44, 0.59 and 0.81 arcsec,
/// mean 0.67 (quoted by J. Cohen-Tanugi, "Description of LSST", Authorea 8556). The quartiles give
/// the three parameters, sigma = ln(0.22 / 0.15) / 0.6745; the mean, not used, comes out as 0.67.
struct SeeingConfig {
  double median = 0.59;      ///< [arcsec]
  double offset = 0.119;     ///< [arcsec]
  double log_sigma = 0.568;  ///< standard deviation of ln(seeing - offset), season included
  double seasonal_amplitude =
      0.10;                  ///< of that logarithm, worst at `worst_day`: an assumption from
                             ///< Cerro Tololo's winter (Tokovinin et al. 2003, MNRAS 340, 52)
  double worst_day = 182.0;  ///< day of the year
  double ceiling = 3.0;      ///< [arcsec] the tail is cut here
  /// Bursts of 15 min to 2 h, and calm spells of four days (Tokovinin et al. 2003); the shares are
  /// an assumption.
  std::vector<NoiseComponent> correlation = {{.hours = 1.0, .share = 0.25},
                                             {.hours = 6.0, .share = 0.25},
                                             {.hours = 72.0, .share = 0.35},
                                             {.hours = 480.0, .share = 0.15}};
};
void describe(Fields& fields, SeeingConfig& config);

struct WeatherConfig {
  CloudConfig cloud;
  SeeingConfig seeing;
};
void describe(Fields& fields, WeatherConfig& config);
/// @throws ConfigError for tables that are not of twelve months, or clear > usable
void validate(const WeatherConfig& config);

/// A measured record. Between entries the last one holds (cloud) or a straight line runs (seeing).
struct WeatherRecord {
  std::vector<double> mjd;  ///< TAI, rising
  std::vector<double> value;
  [[nodiscard]] bool empty() const { return mjd.empty(); }
};

/// Lines "mjd,value"; `#` starts a comment, one heading line may stand first.
/// @param low, high  what a value may be
/// @throws InputError with line number for what is no number, out of range, or not rising in time
WeatherRecord read_weather_record(std::string_view text, std::string_view origin, double low,
                                  double high);

/// Records that replace what is generated; empty ones do not.
struct WeatherRecords {
  WeatherRecord cloud;   ///< [0, 1]
  WeatherRecord seeing;  ///< [arcsec]
};

class Weather {
 public:
  /// @param start, days  the span that will be asked for most; others are answered more slowly
  /// @throws ConfigError for a config out of range; InputError for a record that is shorter than a
  ///         year and does not cover the span (longer ones repeat after whole years)
  Weather(const WeatherConfig& config, time::Tai start, double days, std::uint64_t seed,
          WeatherRecords records = {});

  /// Share of the sky under cloud, 0, 1/8 ... 1; about 0.5 us.
  [[nodiscard]] double cloud(time::Tai t) const;
  /// [arcsec] at the zenith and 500 nm; about 0.5 us.
  [[nodiscard]] double seeing_500(time::Tai t) const;
  /// Generated share of time without cloud and with 3/8 at most, on this day.
  struct Shares {
    double clear;
    double usable;
  };
  [[nodiscard]] Shares shares(time::Tai t) const;

 private:
  WeatherConfig config_;
  WeatherRecords records_;
  CorrelatedNoise cloud_;
  CorrelatedNoise seeing_;
  double seeing_sigma_;  ///< without the season
};

}  // namespace skywright::schedule
