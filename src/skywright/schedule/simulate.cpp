#include "skywright/schedule/simulate.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/schedule/area_survey.h"
#include "skywright/schedule/target_survey.h"

namespace skywright::schedule {
namespace {

constexpr double kMinute = 1.0 / 1440.0;      ///< [day]
constexpr double kSkyLasts = 5.0 * kMinute;   ///< maps of the sky are as old at most
constexpr double kCloudStep = 5.0 * kMinute;  ///< between looks at a cloudy sky
constexpr double kIdleStep = 1.0 * kMinute;   ///< where there is nothing to do
constexpr int kSeasonNights = 366;            ///< deep sessions need whole seasons

/// Year-round tables (deep sessions) must not depend on where a plan ends.
std::vector<ephemeris::Night> nights_of(const Setting& setting, int count) {
  return ephemeris::nights(setting.observatory, time::Tai::from_mjd(setting.strategy.start_mjd),
                           count + kSeasonNights);
}

/// A file's seed moves the weather too; its span holds every year that a survey may have, so that
/// no value depends on the length that was asked for.
double weather_days(int nights) { return nights + 2.0; }

sphere::Angle sun_ra(const Setting& setting, const ephemeris::Night& night) {
  const ephemeris::HorizonFrame frame(setting.observatory, night.noon, night.next_noon);
  return sphere::sky_position(frame.at(night.noon).sun).ra;
}

}  // namespace

Simulation::Simulation(const SimulationRequest& request, const Execution& execution)
    : setting_(request.instrument, request.strategy, request.seed),
      request_nights_(request.nights),
      nights_(nights_of(setting_, request.nights)),
      weather_(request.strategy.weather, time::Tai::from_mjd(request.strategy.start_mjd),
               weather_days(request.nights), request.seed, request.weather),
      downtimes_(downtimes(request.strategy.downtime,
                           time::Tai::from_mjd(request.strategy.start_mjd),
                           weather_days(request.nights), request.seed)),
      target_(make_footprint(request.strategy.footprint, setting_.pixels.order), setting_.pixels,
              setting_.instrument, request.strategy.rolling, request.strategy.start_mjd,
              sun_ra(setting_, nights_.front())),
      features_(setting_.pixels.count, setting_.bands()),
      conditions_(setting_),
      telescope_(setting_, weather_) {
  execution.check_stop();
  check_opportunities(request.opportunities, setting_.strategy, setting_.instrument);
  if (!request.opportunities.empty())
    surveys_.push_back(
        std::make_unique<TargetSurveyor>(request.opportunities, -1, "too", setting_));
  if (!setting_.strategy.deep.fields.empty())
    surveys_.push_back(std::make_unique<DeepDriller>(setting_, nights_));
  for (const AreaSurvey& survey : setting_.strategy.surveys)
    surveys_.push_back(std::make_unique<AreaSurveyor>(survey, setting_));
  if (!setting_.strategy.queue.targets.empty())
    surveys_.push_back(std::make_unique<TargetSurveyor>(
        setting_.strategy.queue.targets, setting_.strategy.queue.tier, "queue", setting_));
  std::stable_sort(surveys_.begin(), surveys_.end(),
                   [](const auto& a, const auto& b) { return a->tier() < b->tier(); });
}

Simulation::~Simulation() = default;

void Simulation::note(const Visit& visit) {
  const auto at = sphere::unit_vector(sphere::SkyPosition::from_degrees(visit.ra, visit.dec));
  setting_.pixels.within(at, setting_.field_radius, covered_);
  covered_season_.clear();
  for (const std::int32_t p : covered_)
    covered_season_.push_back(
        target_.season(static_cast<std::size_t>(p),
                       nights_[static_cast<std::size_t>(visit.night - 1)].midnight.mjd()));
  features_.add(visit, covered_, covered_season_);
  band_ = visit.band;
  next_id_ = visit.id + 1;
}

void Simulation::resume(std::span<const Visit> visits, int nights_done) {
  for (const Visit& visit : visits) {
    if (visit.night < 1 || visit.night > nights_done ||
        visit.night > static_cast<int>(nights_.size()))
      throw InputError(fmt::format("visit {}", visit.id),
                       fmt::format("its night is {}, {} nights are done", visit.night, nights_done),
                       "use a file that this program wrote, of the same strategy");
    note(visit);
  }
  next_night_ = static_cast<std::size_t>(nights_done);
}

std::optional<double> Simulation::downtime_end(double mjd) const {
  for (const Downtime& d : downtimes_)
    if (mjd >= d.begin.mjd() && mjd < d.end.mjd()) return d.end.mjd();
  return std::nullopt;
}

bool Simulation::fill_queue(const Tonight& tonight, double seeing) {
  const double mjd = telescope_.state().mjd;
  if (mjd - conditions_.mjd > kSkyLasts || mjd < conditions_.mjd)
    conditions_.refresh(tonight, mjd, seeing, weather_.cloud(time::Tai::from_mjd(mjd)));
  double next_scheduled = 1e9;
  for (const auto& survey : surveys_)
    next_scheduled = std::min(next_scheduled, survey->next_scheduled_mjd(mjd));
  const Situation now{setting_,           tonight,       conditions_, features_, target_,
                      telescope_.state(), next_scheduled};
  Survey* best = nullptr;
  double best_reward = 0.0;
  for (std::size_t i = 0; i < surveys_.size(); ++i) {
    if (best != nullptr && surveys_[i]->tier() != best->tier()) break;
    const auto reward = surveys_[i]->offer(now);
    if (!reward || (best != nullptr && *reward <= best_reward)) continue;
    best = surveys_[i].get();
    best_reward = *reward;
  }
  if (best == nullptr) return false;
  for (Request& request : best->take(now)) queue_.push_back(std::move(request));
  return !queue_.empty();
}

void Simulation::observe(const Tonight& tonight, NightPlan& plan) {
  bool any_since_fill = true;
  while (telescope_.state().mjd < tonight.end_mjd) {
    const double mjd = telescope_.state().mjd;
    const time::Tai now = time::Tai::from_mjd(mjd);
    if (weather_.cloud(now) > setting_.strategy.limits.cloud) {
      const double until = std::min(tonight.end_mjd, mjd + kCloudStep);
      plan.closed_hours += (until - mjd) * 24.0;
      telescope_.wait_until(until);
      continue;
    }
    if (queue_.empty()) {
      const bool found = any_since_fill && fill_queue(tonight, weather_.seeing_500(now));
      any_since_fill = !found;
      if (!found) {
        telescope_.wait_until(mjd + kIdleStep);
        any_since_fill = true;
        continue;
      }
    }
    const Request request = std::move(queue_.front());
    queue_.pop_front();
    if (mjd > request.latest_mjd) continue;
    std::optional<Visit> visit = telescope_.take(request, tonight);
    if (!visit) continue;
    any_since_fill = true;
    visit->id = next_id_;
    visit->night = tonight.number;
    note(*visit);
    plan.visits.push_back(std::move(*visit));
  }
}

std::optional<NightPlan> Simulation::next() {
  if (next_night_ >= static_cast<std::size_t>(request_nights_)) return std::nullopt;
  const ephemeris::Night& night = nights_[next_night_++];
  NightPlan plan;
  plan.number = night.number;
  plan.noon_mjd = night.noon.mjd();
  if (downtime_end(night.midnight.mjd())) plan.shut = true;
  if (plan.shut || !Tonight::opens(night)) return plan;
  const Tonight tonight(setting_, night, target_);
  plan.dark_hours = (tonight.end_mjd - tonight.begin_mjd) * 24.0;
  target_.update(night.midnight.mjd());
  features_.begin_night();
  queue_.clear();
  conditions_.mjd = 1e9;
  if (tonight.mounted[static_cast<std::size_t>(band_)] == 0)
    band_ = static_cast<int>(
        std::find(tonight.mounted.begin(), tonight.mounted.end(), std::uint8_t{1}) -
        tonight.mounted.begin());
  telescope_.begin_night(tonight, band_);
  for (const auto& survey : surveys_) survey->begin_night(setting_, tonight, features_);
  observe(tonight, plan);
  return plan;
}

}  // namespace skywright::schedule
