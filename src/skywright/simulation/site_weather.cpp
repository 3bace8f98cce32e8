#include "skywright/simulation/site_weather.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/base/fields.h"
#include "skywright/draw/html.h"
#include "skywright/draw/plot.h"
#include "skywright/io/atomic_file.h"

namespace skywright::simulation {
namespace {

constexpr std::array<const char*, 12> kMonths = {"January",   "February", "March",    "April",
                                                 "May",       "June",     "July",     "August",
                                                 "September", "October",  "November", "December"};

schedule::WeatherRecord record_from(const std::filesystem::path& path, double low, double high) {
  if (path.empty()) return {};
  return schedule::read_weather_record(io::read_whole_file(path), path.string(), low, high);
}

/// 0 to 11, by the calendar of the middle of UTC.
std::size_t month_of(double mjd) {
  const std::string date = time::iso_text(time::to_utc(time::Tai::from_mjd(mjd)), 0);
  return static_cast<std::size_t>(std::stoi(date.substr(5, 2)) - 1);
}

/// Of a series, between two looks at whether it shall stop: some milliseconds.
constexpr std::size_t kStepsBetweenLooks = 4096;

struct Collected {
  std::vector<double> cloud;
  std::vector<double> seeing;
};

MonthOfWeather summary(Collected& values, double limit) {
  MonthOfWeather m;
  if (values.cloud.empty()) return m;
  const auto n = static_cast<double>(values.cloud.size());
  for (const double c : values.cloud) {
    m.clear += c == 0.0 ? 1.0 / n : 0.0;
    m.usable += c <= limit ? 1.0 / n : 0.0;
  }
  std::sort(values.seeing.begin(), values.seeing.end());
  for (std::size_t q = 0; q < 3; ++q)
    m.seeing[q] = values.seeing[(q + 1) * (values.seeing.size() - 1) / 4];
  return m;
}

void summarise(SiteWeather& out, const std::vector<double>& mjd, const std::vector<double>& cloud,
               const std::vector<double>& seeing, const Execution& execution) {
  std::array<Collected, 12> months;
  Collected year;
  for (std::size_t i = 0; i < mjd.size(); ++i) {
    if (i % kStepsBetweenLooks == 0) execution.check_stop();
    Collected& month = months[month_of(mjd[i])];
    for (Collected* c : {&month, &year}) {
      c->cloud.push_back(cloud[i]);
      c->seeing.push_back(seeing[i]);
    }
  }
  for (std::size_t m = 0; m < 12; ++m) out.months[m] = summary(months[m], out.request.cloud_limit);
  out.year = summary(year, out.request.cloud_limit);
}

double nights_a_year(const std::vector<schedule::Downtime>& periods, double days) {
  double seconds = 0.0;
  for (const schedule::Downtime& d : periods) seconds += seconds_between(d.begin, d.end);
  return seconds / 86400.0 / days * 365.25;
}

void check(const SiteWeatherRequest& r) {
  if (!(r.days > 0.0 && r.days <= 36525.0))
    throw ConfigError(fmt::format("{} days", r.days), "must be in (0, 36525]",
                      "ten years are 3652.5");
  if (!(r.step_hours >= 0.05 && r.step_hours <= 240.0))
    throw ConfigError(fmt::format("a step of {} hours", r.step_hours), "must be in [0.05, 240]",
                      "1 is a good choice");
  if (r.days * 24.0 < r.step_hours)
    throw ConfigError(fmt::format("{} days", r.days),
                      fmt::format("that is less than one step of {} hours", r.step_hours),
                      "give more --years or a smaller --step");
}

draw::Plot cloud_plot(const SiteWeather& w) {
  draw::Plot plot;
  plot.title = "Cloud by month";
  plot.x = {.label = "month", .low = 0.5, .high = 12.5};
  plot.y = {.label = "share of time", .low = 0.0, .high = 1.0};
  draw::Series clear{.kind = draw::SeriesKind::line_points, .label = "no cloud"};
  draw::Series usable{.kind = draw::SeriesKind::line_points,
                      .label = fmt::format("cloud {} at most", w.request.cloud_limit)};
  for (std::size_t m = 0; m < 12; ++m) {
    for (draw::Series* s : {&clear, &usable}) s->x.push_back(static_cast<double>(m + 1));
    clear.y.push_back(w.months[m].clear);
    usable.y.push_back(w.months[m].usable);
  }
  plot.series = {clear, usable};
  if (w.request.cloud_record.empty()) {
    draw::Series stated{
        .kind = draw::SeriesKind::line, .label = "stated: no cloud", .dashed = true};
    stated.x = clear.x;
    stated.y = w.request.config.weather.cloud.clear;
    plot.series.push_back(stated);
  }
  plot.legend = draw::LegendPlace::lower_left;
  return plot;
}

draw::Plot seeing_plot(const SiteWeather& w) {
  draw::Plot plot;
  plot.title = "Seeing at the zenith, 500 nm";
  plot.x = {.label = "FWHM [arcsec]", .low = 0.0, .high = 2.0};
  plot.y = {.label = "hours"};
  plot.series.push_back(draw::histogram(w.series.column<double>("seeing_500"), 0.0, 2.0, 80));
  plot.rules.push_back({.along = draw::Rule::Along::y, .at = w.year.seeing[1], .label = "median"});
  return plot;
}

draw::Plot course_plot(const SiteWeather& w) {
  draw::Plot plot;
  plot.title = "The first sixty days";
  plot.x = {.label = "days since the start"};
  plot.y = {.label = "seeing [arcsec], cloud [share]", .low = 0.0};
  draw::Series seeing{.label = "seeing"};
  draw::Series cloud{.label = "cloud"};
  const auto mjd = w.series.column<double>("mjd");
  for (std::size_t i = 0; i < mjd.size() && mjd[i] < mjd[0] + 60.0; ++i) {
    for (draw::Series* s : {&seeing, &cloud}) s->x.push_back(mjd[i] - mjd[0]);
    seeing.y.push_back(w.series.column<double>("seeing_500")[i]);
    cloud.y.push_back(w.series.column<double>("cloud")[i]);
  }
  plot.series = {seeing, cloud};
  plot.width = 1100;
  return plot;
}

}  // namespace

void describe(Fields& f, SiteWeatherConfig& c) {
  describe(f, c.weather);
  describe_nested(f, "downtime", c.downtime, "when the telescope is shut");
}

SiteWeather site_weather(const SiteWeatherRequest& request, const Execution& execution) {
  check(request);
  SiteWeather out;
  out.request = request;
  const schedule::Weather weather(request.config.weather, request.start, request.days, request.seed,
                                  {record_from(request.cloud_record, 0.0, 1.0),
                                   record_from(request.seeing_record, 0.05, 20.0)});
  const auto periods =
      schedule::downtimes(request.config.downtime, request.start, request.days, request.seed);
  std::vector<double> mjd, cloud, seeing;
  std::vector<std::uint8_t> down;
  std::size_t next = 0;
  const auto steps = static_cast<std::size_t>(request.days * 24.0 / request.step_hours);
  for (std::size_t i = 0; i < steps; ++i) {
    const time::Tai t =
        request.start.plus_seconds(static_cast<double>(i) * request.step_hours * 3600.0);
    if (i % kStepsBetweenLooks == 0) execution.check_stop();
    while (next < periods.size() && periods[next].end <= t) ++next;
    mjd.push_back(t.mjd());
    cloud.push_back(weather.cloud(t));
    seeing.push_back(weather.seeing_500(t));
    down.push_back(next < periods.size() && periods[next].begin <= t ? 1 : 0);
  }
  // What a fault adds to a planned period counts as the fault's.
  schedule::DowntimeConfig planned = request.config.downtime;
  planned.faults.clear();
  out.nights_scheduled_down = nights_a_year(
      schedule::downtimes(planned, request.start, request.days, request.seed), request.days);
  out.nights_unscheduled_down = nights_a_year(periods, request.days) - out.nights_scheduled_down;
  summarise(out, mjd, cloud, seeing, execution);
  out.series.add("mjd", "d", "instant, MJD TAI", std::move(mjd));
  out.series.add("cloud", "", "share of the sky under cloud", std::move(cloud));
  out.series.add("seeing_500", "arcsec", "seeing at the zenith and 500 nm", std::move(seeing));
  out.series.add_flags("down", "shut for maintenance or a fault", std::move(down));
  return out;
}

std::string site_weather_text(const SiteWeather& w) {
  std::string out = fmt::format("{:.1f} years from MJD {:.2f}, seed {}\n\n",
                                w.request.days / 365.25, w.request.start.mjd(), w.request.seed);
  out += fmt::format("  {:<10} {:>8} {:>10}   {}\n", "", "clear",
                     fmt::format("cloud<={}", w.request.cloud_limit),
                     "seeing 25 %, 50 %, 75 % [arcsec]");
  const auto line = [&](const char* name, const MonthOfWeather& m) {
    out += fmt::format("  {:<10} {:>6.1f} % {:>8.1f} %   {:.2f}  {:.2f}  {:.2f}\n", name,
                       100.0 * m.clear, 100.0 * m.usable, m.seeing[0], m.seeing[1], m.seeing[2]);
  };
  for (std::size_t m = 0; m < 12; ++m) line(kMonths[m], w.months[m]);
  line("all", w.year);
  out += fmt::format("\n  shut a year: {:.1f} nights planned, {:.1f} by faults\n",
                     w.nights_scheduled_down, w.nights_unscheduled_down);
  return out;
}

std::string site_weather_json(const SiteWeather& w) {
  const auto of = [](const MonthOfWeather& m) {
    return fmt::format(R"({{"clear":{:.5f},"usable":{:.5f},"seeing":[{:.4f},{:.4f},{:.4f}]}})",
                       m.clear, m.usable, m.seeing[0], m.seeing[1], m.seeing[2]);
  };
  std::string months;
  for (const MonthOfWeather& m : w.months) months += (months.empty() ? "" : ",") + of(m);
  return fmt::format(
      R"({{"days":{},"cloud_limit":{},"year":{},"months":[{}],"nights_scheduled_down":{:.4f},"nights_unscheduled_down":{:.4f}}})",
      w.request.days, w.request.cloud_limit, of(w.year), months, w.nights_scheduled_down,
      w.nights_unscheduled_down);
}

std::string site_weather_page(const SiteWeather& w) {
  draw::Report page("Weather of a plan",
                    fmt::format("{:.1f} years from MJD {:.2f}, seed {}", w.request.days / 365.25,
                                w.request.start.mjd(), w.request.seed));
  page.section("In numbers");
  page.preformatted(site_weather_text(w));
  page.section("Cloud and seeing");
  page.figures(
      {{.content = draw::to_svg(cloud_plot(w))}, {.content = draw::to_svg(seeing_plot(w))}});
  page.figure({.content = draw::to_svg(course_plot(w))});
  return page.html();
}

}  // namespace skywright::simulation
