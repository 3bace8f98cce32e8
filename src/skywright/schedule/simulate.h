/// A survey night by night: a generator that opens nothing and asks no clock.
///
///     Simulation simulation({.instrument = lsst, .strategy = s, .seed = 1, .nights = 3650});
///     simulation.resume(visits_of_a_file, nights_done);       // or begin at the first night
///     while (auto night = simulation.next()) store(*night);
///
/// The same request gives the same visits, whether taken up after any night or run through.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/schedule/deep_drilling.h"
#include "skywright/schedule/survey.h"

namespace skywright::schedule {

struct SimulationRequest {
  instrument::Instrument instrument;
  StrategyConfig strategy;
  std::uint64_t seed = 1;
  int nights = 3652;                       ///< from the survey's first
  std::vector<Target> opportunities = {};  ///< before all tiers
  WeatherRecords weather = {};             ///< replace what is generated
};

struct NightPlan {
  int number = 1;
  double noon_mjd = 0.0;  ///< before it
  std::vector<Visit> visits;
  double dark_hours = 0.0;    ///< the Sun below the strategy's limit
  double closed_hours = 0.0;  ///< of them, under clouds
  bool shut = false;          ///< downtime
};

class Simulation {
 public:
  /// Plans deep sessions for the whole span: 2 s for ten years of LSST.
  /// @throws ConfigError for a strategy that cannot be observed
  explicit Simulation(const SimulationRequest& request, const Execution& execution = {});
  ~Simulation();

  /// Take up a survey after `nights_done` of its nights. @pre next() was not called
  /// @throws InputError where a visit's band or time does not fit
  void resume(std::span<const Visit> visits, int nights_done);

  /// The next night; nothing after the last.
  std::optional<NightPlan> next();

  [[nodiscard]] const Features& features() const { return features_; }
  [[nodiscard]] const Setting& setting() const { return setting_; }
  [[nodiscard]] const FootprintTarget& target() const { return target_; }
  [[nodiscard]] int nights() const { return request_nights_; }

 private:
  void note(const Visit& visit);
  void observe(const Tonight& tonight, NightPlan& plan);
  /// Ask the surveys, tier by tier; false where none has anything.
  bool fill_queue(const Tonight& tonight, double seeing);
  [[nodiscard]] std::optional<double> downtime_end(double mjd) const;

  Setting setting_;
  int request_nights_;
  std::vector<ephemeris::Night> nights_;
  Weather weather_;
  std::vector<Downtime> downtimes_;
  FootprintTarget target_;
  Features features_;
  Conditions conditions_;
  Telescope telescope_;
  std::vector<std::unique_ptr<Survey>> surveys_;  ///< by tier
  std::deque<Request> queue_;
  std::int64_t next_id_ = 0;
  int band_ = 0;  ///< in the beam
  std::size_t next_night_ = 0;
  std::vector<std::int32_t> covered_;
  std::vector<std::int16_t> covered_season_;
};

}  // namespace skywright::schedule
