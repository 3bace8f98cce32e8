#include "skywright/simulation/plan_ensemble.h"

#include <memory>
#include <mutex>
#include <set>

#include <fmt/format.h>

#include "skywright/io/atomic_file.h"
#include "skywright/run/serve.h"
#include "skywright/simulation/ensemble_page.h"
#include "skywright/simulation/ensemble_unit.h"

namespace skywright::simulation {
namespace {

namespace fs = std::filesystem;

/// Nights of all units as one count, so that the time left is that of the whole ensemble.
class SharedNights {
 public:
  SharedNights(const std::vector<EnsembleUnit>& units, const Execution& progress)
      : progress_(progress) {
    for (const EnsembleUnit& unit : units) {
      total_ += static_cast<std::size_t>(unit.plan.survey.nights);
      done_.push_back(static_cast<std::size_t>(unit_state(unit).nights_done));
      sum_ += done_.back();
    }
    progress_.report("nights of all", sum_, total_);
  }

  void set(std::size_t unit, std::size_t nights) {
    const std::scoped_lock hold(lock_);
    sum_ += nights - done_[unit];
    done_[unit] = nights;
    progress_.report("nights of all", sum_, total_);
  }

 private:
  const Execution& progress_;
  std::mutex lock_;
  std::vector<std::size_t> done_;
  std::size_t sum_ = 0;
  std::size_t total_ = 0;
};

class UnitProgress final : public ProgressSink {
 public:
  UnitProgress(SharedNights& shared, std::size_t unit) : shared_(shared), unit_(unit) {}
  void report(std::string_view, std::size_t done, std::size_t) override {
    shared_.set(unit_, done);
  }

 private:
  SharedNights& shared_;
  std::size_t unit_;
};

constexpr std::string_view kPlan = "plan";
constexpr std::string_view kMetrics = "metrics";

std::string plan_task(const EnsembleUnit& unit) { return "plan " + unit.name; }
std::string metrics_task(const EnsembleUnit& unit) { return "metrics " + unit.name; }

/// One row of each unit's two tasks.
EnsembleMember member_of(const EnsembleUnit& unit, const run::TaskResult& planned,
                         const run::TaskResult& judged) {
  EnsembleMember member{
      .name = unit.name, .strategy = unit.strategy, .seed = unit.plan.survey.seed};
  member.seconds = planned.seconds + judged.seconds;
  const run::TaskResult& last = planned.state == run::TaskState::succeeded ? judged : planned;
  switch (last.state) {
    case run::TaskState::succeeded:
      member.metrics = unit_metrics(unit);
      break;
    case run::TaskState::not_started:
      member.code = ExitCode::partial;
      member.message = "stopped before its end; the same command goes on";
      break;
    default:
      member.code = last.code;
      member.message = last.message;
  }
  return member;
}

}  // namespace

std::vector<EnsembleUnit> ensemble_units(const EnsembleRequest& request) {
  metrics::validate(request.metrics);
  if (request.strategies.empty() || request.seeds.empty())
    throw ConfigError("plan ensemble", "it has no strategy or no seed", "name at least one");
  std::set<std::string> names;
  std::set<std::uint64_t> seeds;
  for (const std::uint64_t seed : request.seeds)
    if (!seeds.insert(seed).second)
      throw ConfigError(fmt::format("--seeds {}", seed), "the seed comes twice",
                        "give each once: the same seed makes the same visits");
  std::vector<EnsembleUnit> units;
  for (const EnsembleStrategy& strategy : request.strategies) {
    if (strategy.name.empty() || strategy.name.find('/') != std::string::npos)
      throw ConfigError(fmt::format("strategy \"{}\"", strategy.name), "it names no folder",
                        "give the file another name");
    if (!names.insert(strategy.name).second)
      throw ConfigError(fmt::format("strategy \"{}\"", strategy.name),
                        "two of that name would share a folder", "give one file another name");
    try {
      schedule::check_strategy(strategy.config, strategy.instrument);
      schedule::check_opportunities(request.opportunities, strategy.config, strategy.instrument);
    } catch (const ConfigError& error) {
      throw ConfigError("strategy " + strategy.name, error.what(), "nothing was planned");
    }
    for (const std::uint64_t seed : request.seeds) {
      EnsembleUnit unit{.name = fmt::format("{}-{}", strategy.name, seed),
                        .strategy = strategy.name,
                        .plan = {.survey = {.instrument = strategy.instrument,
                                            .strategy = strategy.config,
                                            .seed = seed,
                                            .nights = request.nights,
                                            .opportunities = request.opportunities,
                                            .weather = request.weather},
                                 .instrument_text = strategy.instrument_text,
                                 .from = {},
                                 .out = {},
                                 .version = request.version},
                        .metrics = request.metrics};
      unit.plan.out = request.out / unit.name / "visits.db";
      units.push_back(std::move(unit));
    }
  }
  return units;
}

run::TaskGraph ensemble_graph(const std::vector<EnsembleUnit>& units) {
  run::TaskGraph graph;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const EnsembleUnit& unit = units[i];
    graph.add({.id = plan_task(unit), .needs = {}, .order = [i] {
                 return fmt::format("{} {}", kPlan, i);
               }});
    graph.add({.id = metrics_task(unit), .needs = {plan_task(unit)}, .order = [i] {
                 return fmt::format("{} {}", kMetrics, i);
               }});
  }
  return graph;
}

run::Work ensemble_work(const std::vector<EnsembleUnit>& units, const Execution& progress) {
  const auto shared = std::make_shared<SharedNights>(units, progress);
  return [&units, shared](std::string_view order, const Execution& execution) {
    const std::size_t blank = order.find(' ');
    const std::size_t i = std::stoul(std::string(order.substr(blank + 1)));
    if (order.substr(0, blank) == kPlan) {
      UnitProgress sink(*shared, i);
      plan_unit(units.at(i), Execution(execution.jobs(), execution.stop_token(), &sink));
    } else {
      judge_unit(units.at(i), execution);
    }
    return std::string();
  };
}

EnsembleReport plan_ensemble(const EnsembleRequest& request, const Execution& execution,
                             run::Crew* crew) {
  const std::vector<EnsembleUnit> units = ensemble_units(request);
  std::error_code error;
  fs::create_directories(request.out, error);
  if (error)
    throw StorageError(request.out.string(), "the folder cannot be made: " + error.message(),
                       "name a place that can be written");
  if (crew != nullptr && !crew->leads()) {
    run::serve(*crew, ensemble_work(units, execution), execution);
    return {};
  }
  std::vector<bool> there_before;
  for (const EnsembleUnit& unit : units) there_before.push_back(unit_state(unit).whole);

  run::TaskGraph graph = ensemble_graph(units);
  run::RunOptions options{.activity = "units", .crew = crew};
  run::RunReport run;
  if (crew != nullptr && crew->size() > 1) {
    run = graph.run(execution, options);
  } else {
    // Silent: nights are reported, and tasks would only count half of them.
    const Execution silent(execution.jobs(), execution.stop_token());
    options.work = ensemble_work(units, execution);
    run = graph.run(silent, options);
  }

  EnsembleReport report{.out = request.out, .nights = request.nights, .members = {}, .files = {}};
  report.stopped = run.stopped;
  report.crew_lost = run.crew_lost;
  for (std::size_t i = 0; i < units.size(); ++i) {
    report.members.push_back(member_of(units[i], run.tasks[2 * i], run.tasks[2 * i + 1]));
    report.members.back().there_before = there_before[i];
  }
  if (!report.stopped) report.files = write_ensemble_pages(report, units);
  return report;
}

}  // namespace skywright::simulation
