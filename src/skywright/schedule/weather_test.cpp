#include "skywright/schedule/weather.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/schedule/downtime.h"
#include "skywright/schedule/seeing.h"

namespace skywright::schedule {
namespace {

using time::Tai;

constexpr double kStart = 61000.0;

/// Mean and standard error of a drifting record, from the scatter of its yearly means.
struct Mean {
  double value;
  double error;
};

template <class Of>
Mean mean_over_years(int years, Of&& of) {
  std::vector<double> means;
  for (int y = 0; y < years; ++y) means.push_back(of(y));
  const double mean = std::accumulate(means.begin(), means.end(), 0.0) / years;
  double squares = 0.0;
  for (const double m : means) squares += (m - mean) * (m - mean);
  return {mean, std::sqrt(squares / (years - 1) / years)};
}

TEST(Weather, HasTheMonthlySharesOfItsTable) {
  constexpr int kYears = 60;
  const WeatherConfig config;
  const Weather weather(config, Tai::from_mjd(kStart), 365.25 * kYears, 7);
  for (int month = 0; month < 12; ++month) {
    // Ten days about the middle of the month: there the table's own value holds.
    const double middle = 51544.0 + 365.25 * 26 + (month + 0.5) * 365.25 / 12;
    double expected_clear = 0.0;
    double expected_usable = 0.0;
    const auto share = [&](double limit) {
      return mean_over_years(kYears, [&](int y) {
        int below = 0;
        int n = 0;
        for (double d = -5.0; d < 5.0; d += 0.25, ++n)
          below += weather.cloud(Tai::from_mjd(middle + 365.25 * y + d)) <= limit ? 1 : 0;
        return static_cast<double>(below) / n;
      });
    };
    for (double d = -5.0; d < 5.0; d += 0.25) {
      const auto s = weather.shares(Tai::from_mjd(middle + d));
      expected_clear += s.clear / 40.0;
      expected_usable += s.usable / 40.0;
    }
    EXPECT_NEAR(expected_clear, config.cloud.clear[static_cast<std::size_t>(month)], 0.04);
    const Mean clear = share(0.0);
    const Mean usable = share(0.375);
    EXPECT_NEAR(clear.value, expected_clear, 4.0 * clear.error) << "month " << month + 1;
    EXPECT_NEAR(usable.value, expected_usable, 4.0 * usable.error) << "month " << month + 1;
  }
}

TEST(Weather, SeeingHasThePublishedQuartilesAndMean) {
  constexpr int kYears = 40;
  const Weather weather({}, Tai::from_mjd(kStart), 365.25 * kYears, 3);
  std::vector<std::vector<double>> years;
  for (int y = 0; y < kYears; ++y) {
    std::vector<double> v;
    for (double d = 0.0; d < 365.0; d += 0.2)
      v.push_back(weather.seeing_500(Tai::from_mjd(kStart + 365.25 * y + d)));
    std::sort(v.begin(), v.end());
    years.push_back(std::move(v));
  }
  const auto quantile = [&](double q) {
    return mean_over_years(kYears, [&](int y) {
      const auto& v = years[static_cast<std::size_t>(y)];
      return v[static_cast<std::size_t>(q * static_cast<double>(v.size()))];
    });
  };
  // Published to a hundredth of an arcsecond.
  for (const auto& [q, value] : {std::pair{0.25, 0.44}, {0.5, 0.59}, {0.75, 0.81}}) {
    const Mean m = quantile(q);
    EXPECT_NEAR(m.value, value, 4.0 * m.error + 0.005) << q;
  }
  const Mean mean = mean_over_years(kYears, [&](int y) {
    const auto& v = years[static_cast<std::size_t>(y)];
    return std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
  });
  EXPECT_NEAR(mean.value, 0.67, 4.0 * mean.error + 0.005);
}

TEST(CorrelatedNoise, HasTheAutocorrelationOfItsComponents) {
  const WeatherConfig config;
  constexpr int kYears = 40;
  for (const auto& parts : {config.cloud.correlation, config.seeing.correlation}) {
    const CorrelatedNoise noise(parts, kStart, 365.25 * kYears, 11, "test");
    for (const double hours : {0.0, 1.0, 24.0, 240.0}) {
      const Mean m = mean_over_years(kYears, [&](int y) {
        double sum = 0.0;
        int n = 0;
        for (double d = 0.0; d < 350.0; d += 0.3, ++n) {
          const double t = kStart + 365.25 * y + d;
          sum += noise.at(t) * noise.at(t + hours / 24.0);
        }
        return sum / n;
      });
      EXPECT_NEAR(m.value, noise.autocorrelation(hours), 4.0 * m.error) << hours << " h";
    }
  }
}

TEST(Weather, IsAFunctionOfInstantAndSeedAlone) {
  const Weather whole({}, Tai::from_mjd(kStart), 3650.0, 5);
  const Weather later({}, Tai::from_mjd(kStart + 2000.3), 1.0, 5);
  const Weather other({}, Tai::from_mjd(kStart), 3650.0, 6);
  int differ = 0;
  for (double d = 3000.0; d > 1000.0; d -= 13.7) {
    const Tai t = Tai::from_mjd(kStart + d);
    EXPECT_EQ(whole.cloud(t), later.cloud(t));
    EXPECT_EQ(whole.seeing_500(t), later.seeing_500(t));
    differ += whole.seeing_500(t) != other.seeing_500(t) ? 1 : 0;
  }
  EXPECT_GT(differ, 140);
}

TEST(Weather, RecordsReplaceWhatIsGenerated) {
  const auto cloud =
      read_weather_record("mjd,cloud\n61000, 0.25\n61001,0.5 # fog\n61002,1\n", "c.csv", 0.0, 1.0);
  const auto seeing = read_weather_record("61000,0.6\n61002,1.0\n", "s.csv", 0.05, 10.0);
  const Weather weather({}, Tai::from_mjd(kStart), 2.0, 1, {cloud, seeing});
  EXPECT_EQ(weather.cloud(Tai::from_mjd(61000.9)), 0.25);
  EXPECT_EQ(weather.cloud(Tai::from_mjd(61001.0)), 0.5);
  EXPECT_NEAR(weather.seeing_500(Tai::from_mjd(61000.5)), 0.7, 1e-9);
  EXPECT_THROW(Weather({}, Tai::from_mjd(kStart), 3.0, 1, {cloud, {}}), InputError);
}

TEST(Weather, ALongRecordRepeatsAfterWholeYears) {
  WeatherRecord cloud;
  for (int d = 0; d <= 800; ++d) {
    cloud.mjd.push_back(60000.0 + d);
    cloud.value.push_back(d % 8 / 8.0);
  }
  const Weather weather({}, Tai::from_mjd(62000.0), 300.0, 1, {cloud, {}});
  EXPECT_EQ(weather.cloud(Tai::from_mjd(60100.2 + 2 * 730.5 * 2)),
            weather.cloud(Tai::from_mjd(60100.2)));
}

TEST(Weather, RefusesRecordsThatMakeNoSense) {
  EXPECT_THROW(read_weather_record("", "x", 0, 1), InputError);
  EXPECT_THROW(read_weather_record("61000,0.1\n60999,0.1\n", "x", 0, 1), InputError);
  EXPECT_THROW(read_weather_record("61000,1.1\n", "x", 0, 1), InputError);
  EXPECT_THROW(read_weather_record("61000,0.1\nnan,0.1\n", "x", 0, 1), InputError);
  EXPECT_THROW(read_weather_record("61000,0.1\n61001;0.1\n", "x", 0, 1), InputError);
}

TEST(Weather, RefusesConfigsOutOfRange) {
  WeatherConfig config;
  config.cloud.clear.pop_back();
  EXPECT_THROW(validate(config), ConfigError);
  config = {};
  config.cloud.clear[3] = 0.99;
  EXPECT_THROW(validate(config), ConfigError);
  config = {};
  config.seeing.correlation.clear();
  EXPECT_THROW(validate(config), ConfigError);
  config = {};
  config.seeing.offset = 1.0;
  EXPECT_THROW(validate(config), ConfigError);
}

TEST(Downtimes, LastAsLongAsProbabilitiesAndIntervalsSay) {
  constexpr double kDays = 365.25 * 200;
  DowntimeConfig faults_only;
  faults_only.maintenance.clear();
  double expected_free = 1.0;
  // A night is free if no fault began on it or on the nights that a fault would reach from.
  for (const Fault& f : faults_only.faults)
    expected_free *= std::pow(1.0 - f.probability, f.nights);
  double down = 0.0;
  const auto periods = downtimes(faults_only, Tai::from_mjd(kStart), kDays, 9);
  for (std::size_t i = 0; i < periods.size(); ++i) {
    EXPECT_FALSE(periods[i].scheduled);
    if (i > 0) {
      EXPECT_GE(periods[i].begin.mjd(), periods[i - 1].end.mjd());
    }
    down += seconds_between(periods[i].begin, periods[i].end) / 86400.0;
  }
  // Variance of a sum of Poisson events, each of n nights: sum of p n^2 a night.
  double variance = 0.0;
  for (const Fault& f : faults_only.faults) variance += f.probability * f.nights * f.nights;
  EXPECT_NEAR(down / kDays, 1.0 - expected_free, 4.0 * std::sqrt(variance / kDays));

  DowntimeConfig planned_only;
  planned_only.faults.clear();
  double nights = 0.0;
  for (const Downtime& d : downtimes(planned_only, Tai::from_mjd(kStart), 3652.5, 9)) {
    EXPECT_TRUE(d.scheduled);
    nights += seconds_between(d.begin, d.end) / 86400.0;
  }
  // Twenty weeks of maintenance, and five coatings that each take the place of one of them: the
  // coating is 14 nights and covers the midwinter week.
  EXPECT_NEAR(nights, 20 * 7 + 5 * 7, 8.0);
}

TEST(Downtimes, DoNotDependOnWhenTheQuestionStarts) {
  const auto all = downtimes({}, Tai::from_mjd(kStart), 2000.0, 4);
  const auto late = downtimes({}, Tai::from_mjd(kStart + 1000.0), 1000.0, 4);
  std::size_t matched = 0;
  for (const Downtime& d : late)
    for (const Downtime& a : all) matched += a.begin == d.begin && a.end == d.end ? 1 : 0;
  EXPECT_EQ(matched, late.size());
  EXPECT_GT(late.size(), 10U);
}

TEST(Seeing, FollowsTheFormulasOfTheSurvey) {
  // Worked by hand: sys = 0.3985, atm = 0.6 (500/622.1)^0.3 = 0.5620 at airmass 1.
  EXPECT_NEAR(fwhm_eff(0.6, 1.0, 622.1), 1.16 * std::sqrt(0.3985 * 0.3985 + 1.04 * 0.5620 * 0.5620),
              2e-4);
  EXPECT_NEAR(fwhm_eff(0.6, 2.0, 622.1) / fwhm_eff(0.6, 1.0, 622.1), 1.5157, 1e-4);
  EXPECT_NEAR(fwhm_geom(0.8), 0.7096, 1e-12);
}

}  // namespace
}  // namespace skywright::schedule
