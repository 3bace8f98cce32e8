#include "skywright/simulation/plan.h"

#include <charconv>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/base/hash.h"
#include "skywright/config/toml_config.h"
#include "skywright/io/atomic_file.h"
#include "skywright/simulation/visit_rows.h"
#include "skywright/sql/database.h"

namespace skywright::simulation {
namespace {

namespace fs = std::filesystem;

std::string targets_text(const std::vector<schedule::Target>& targets) {
  schedule::TargetList list{targets};
  return config::to_toml(list);
}

/// What a file is of: the same rows of `info` mean the same visits.
std::vector<std::pair<std::string, std::string>> info_rows(const PlanRequest& request) {
  std::string records;
  for (const schedule::WeatherRecord* record :
       {&request.survey.weather.cloud, &request.survey.weather.seeing})
    for (std::size_t i = 0; i < record->mjd.size(); ++i)
      records += fmt::format("{},{};", record->mjd[i], record->value[i]);
  return {{"program", "skywright"},
          {"version", request.version},
          {"instrument", request.instrument_text},
          {"seed", std::to_string(request.survey.seed)},
          {"start_mjd", fmt::format("{}", request.survey.strategy.start_mjd)},
          {"config", config::to_toml(request.survey.strategy)},
          {"opportunities", targets_text(request.survey.opportunities)},
          {"weather_records", fmt::format("{:016x}", text_hash(records))}};
}

std::string info_of(const sql::Database& database, const std::string& key) {
  sql::Statement row = database.prepare("SELECT value FROM info WHERE key = ?");
  row.bind(key);
  return row.step() ? row.text(0) : std::string();
}

int nights_done(const sql::Database& database) {
  const std::string text = info_of(database, "nights_done");
  int nights = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), nights);
  if (!text.empty() && (error != std::errc{} || end != text.data() + text.size() || nights < 0))
    throw InputError(database.name(), fmt::format("nights_done is \"{}\" in its info", text),
                     "give a file that `skywright plan` wrote");
  return nights;
}

void set_info(sql::Database& database, const std::string& key, const std::string& value) {
  database.prepare("INSERT OR REPLACE INTO info VALUES (?, ?)").run(key, value);
}

/// Refuses to mix: what differs is named.
void check_same(const sql::Database& database, const PlanRequest& request, const fs::path& file) {
  for (const auto& [key, value] : info_rows(request)) {
    if (info_of(database, key) == value) continue;
    throw ConfigError(file.string(), fmt::format("it was begun with another {}", key),
                      "give the same strategy, instrument and seed, or remove the file");
  }
}

void check_length(int done, const PlanRequest& request, const fs::path& file) {
  if (done > request.survey.nights)
    throw ConfigError(file.string(), fmt::format("it holds {} nights already", done),
                      "ask for more nights, or remove the file");
}

/// Begin with the visits of an earlier file, whole or not at all; its strategy may have been
/// another one.
void begin_from(const PlanRequest& request, const fs::path& partial) {
  {
    const sql::Database earlier(*request.from);
    for (const char* key : {"start_mjd", "instrument"})
      for (const auto& [name, value] : info_rows(request))
        if (name == key && info_of(earlier, key) != value)
          throw ConfigError(request.from->string(),
                            fmt::format("its {} is {}, not {}", key, info_of(earlier, key), value),
                            "nights are counted from the survey's start: keep it");
  }
  const fs::path temporary = io::temporary_beside(partial);
  std::error_code error;
  fs::copy_file(*request.from, temporary, error);
  if (error) throw InputError(request.from->string(), error.message(), "give a file of visits");
  {
    sql::Database database(temporary,
                           {.access = sql::Access::read_write, .journal = sql::Journal::rollback});
    sql::Transaction change(database);
    for (const auto& [key, value] : info_rows(request)) set_info(database, key, value);
    change.commit();
  }
  io::publish_replacing(temporary, partial);
}

/// The partial file, made or taken up; ours alone, so that two runs never mix their nights.
sql::Database open_partial(const PlanRequest& request, const fs::path& partial) {
  if (!fs::exists(partial) && request.from) begin_from(request, partial);
  sql::Database database(partial, {.access = sql::Access::create,
                                   .journal = sql::Journal::rollback,
                                   .sharing = sql::Sharing::alone,
                                   .busy_timeout_ms = 1000});
  if (!database.has_table("info")) {
    sql::Transaction change(database);
    create_observations(database);
    database.execute("CREATE TABLE info (key TEXT PRIMARY KEY, value TEXT)");
    for (const auto& [key, value] : info_rows(request)) set_info(database, key, value);
    set_info(database, "nights_done", "0");
    change.commit();
  } else {
    check_same(database, request, partial);
  }
  check_length(nights_done(database), request, partial);
  return database;
}

void add_to(PlanSummary& summary, const schedule::NightPlan& night) {
  summary.new_visits += static_cast<std::int64_t>(night.visits.size());
  summary.observed_nights += night.visits.empty() ? 0 : 1;
  summary.shut_nights += night.shut ? 1 : 0;
  summary.dark_hours += night.dark_hours;
  summary.closed_hours += night.closed_hours;
  for (const schedule::Visit& v : night.visits)
    summary.open_shutter_hours += v.exposure_time / 3600.0;
}

}  // namespace

PlanState plan_state(const PlanRequest& request) {
  if (!fs::exists(request.out)) return {};
  const sql::Database database(request.out);
  if (!database.has_table("info"))
    throw InputError(request.out.string(), "it has no table `info`",
                     "remove it: it is not a file that `skywright plan` wrote");
  check_same(database, request, request.out);
  const int done = nights_done(database);
  check_length(done, request, request.out);
  return {.nights_done = done, .whole = done == request.survey.nights};
}

std::string plan_key(const PlanRequest& request) {
  std::string all = fmt::format("{} nights;", request.survey.nights);
  for (const auto& [key, value] : info_rows(request)) all += key + "=" + value + ";";
  return fmt::format("{:016x}", text_hash(all));
}

PlanSummary plan(const PlanRequest& request, const Execution& execution) {
  PlanRequest whole = request;
  if (request.from) {
    const sql::Database earlier(*request.from);
    if (!earlier.has_table("info"))
      throw InputError(request.from->string(), "it has no table `info`",
                       "give a file that `skywright plan` wrote");
    // All that can be wrong with it is found before a file is begun.
    (void)read_visits(earlier, whole.survey.instrument, whole.survey.strategy);
    whole.survey.nights += nights_done(earlier);
  }
  const fs::path partial = request.out.string() + ".partial";
  // Before any file: a strategy that cannot be observed leaves none behind.
  schedule::Simulation simulation(whole.survey, execution);
  PlanSummary summary;
  {
    sql::Database database = open_partial(whole, partial);
    const int done = nights_done(database);
    if (done > 0)
      simulation.resume(read_visits(database, whole.survey.instrument, whole.survey.strategy),
                        done);
    VisitWriter writer(database, whole.survey.instrument);
    sql::Statement progress =
        database.prepare("UPDATE info SET value = ? WHERE key = 'nights_done'");
    const auto total = static_cast<std::size_t>(whole.survey.nights);
    execution.report("nights", static_cast<std::size_t>(done), total);
    while (true) {
      execution.check_stop();
      const auto night = simulation.next();
      if (!night) break;
      sql::Transaction change(database);
      for (const schedule::Visit& visit : night->visits) writer.write(visit);
      progress.run(std::to_string(night->number));
      change.commit();
      add_to(summary, *night);
      execution.report("nights", static_cast<std::size_t>(night->number), total);
    }
    summary.visits = database.whole("SELECT COUNT(*) FROM observations");
    summary.nights = nights_done(database);
  }
  io::publish_replacing(partial, request.out);
  return summary;
}

}  // namespace skywright::simulation
