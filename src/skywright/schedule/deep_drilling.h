/// Deep drilling: long sequences on few fields, placed in the calendar before the survey begins.
///
/// Each season's sequences are spread evenly over the nights in which the field is in season, each
/// moved to the nearest night with a time that is dark, near enough to the meridian and deep
/// enough (after rubin_scheduler's lsst_ddf_presched).
#pragma once

#include <span>
#include <vector>

#include "skywright/ephemeris/night_events.h"
#include "skywright/schedule/survey.h"

namespace skywright::schedule {

struct DeepSession {
  std::size_t field = 0;  ///< of the strategy's list
  int night = 0;
  double begin_mjd = 0.0;  ///< TAI
};

/// All sessions of seasons that touch `nights`; those of a season do not depend on where the list
/// of nights ends, if it holds the whole season. About 25 us a night and field.
/// @param nights  consecutive from the survey's first
std::vector<DeepSession> plan_deep_sessions(const Setting& setting,
                                            std::span<const ephemeris::Night> nights);

class DeepDriller final : public Survey {
 public:
  DeepDriller(const Setting& setting, std::span<const ephemeris::Night> nights);

  [[nodiscard]] int tier() const override { return tier_; }
  void begin_night(const Setting& setting, const Tonight& tonight, const Features& done) override;
  [[nodiscard]] double next_scheduled_mjd(double mjd) const override;
  std::optional<double> offer(const Situation& now) override;
  std::vector<Request> take(const Situation& now) override;
  [[nodiscard]] const std::vector<DeepSession>& sessions() const { return sessions_; }

 private:
  int tier_;
  double tolerance_;                   ///< [day]
  std::vector<DeepSession> sessions_;  ///< by beginning
  std::vector<DeepSession> tonight_;   ///< not yet begun
};

}  // namespace skywright::schedule
