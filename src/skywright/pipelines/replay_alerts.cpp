#include "skywright/pipelines/replay_alerts.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/io/atomic_file.h"
#include "skywright/pipelines/alert_sender.h"
#include "skywright/pipelines/filter_alerts.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;
using alerts::AvroBlocks;
using Clock = std::chrono::steady_clock;

/// When a file's alerts were: of its first packet [d]; NaN where that tells no time.
double time_of(const AvroBlocks& file) {
  for (const std::string path : {"diaSource.midpointMjdTai", "candidate.jd"}) {
    if (alerts::types_at(file.schema().root(), path).empty()) continue;
    alerts::FieldReader reader(file.schema().root());
    const int slot = reader.want(path);
    reader.prepare();
    for (std::size_t block = 0; block < file.size(); ++block) {
      if (file.records(block) == 0) continue;
      std::string room;
      alerts::PacketFields fields;
      (void)reader.read(file.bytes(block, room), fields);
      const alerts::FieldValue& time = fields.values[static_cast<std::size_t>(slot)];
      return time.kind == alerts::FieldValue::Kind::real ? time.real : std::nan("");
    }
  }
  return std::nan("");
}

struct Timed {
  fs::path path;
  double time;
};

/// Files that hold alerts, by their time; those that tell none go first.
std::vector<Timed> in_order(const std::vector<fs::path>& files) {
  std::vector<Timed> timed;
  for (const fs::path& path : files) {
    const AvroBlocks file(io::read_whole_file(path), path.string());
    if (file.size() > 0) timed.push_back({path, time_of(file)});
  }
  std::stable_sort(timed.begin(), timed.end(), [](const Timed& a, const Timed& b) {
    return !std::isnan(b.time) && (std::isnan(a.time) || a.time < b.time);
  });
  return timed;
}

/// Where a file's alerts go.
class Outlet {
 public:
  virtual ~Outlet() = default;
  virtual void take(const fs::path& file, ReplaySummary& summary, const Execution& execution) = 0;
  virtual void finish(ReplaySummary&, const Execution&) {}
};

class FolderOutlet final : public Outlet {
 public:
  FolderOutlet(fs::path folder, std::optional<std::string> filter)
      : folder_(std::move(folder)), filter_(std::move(filter)) {}
  void take(const fs::path& file, ReplaySummary& summary, const Execution& execution) override {
    const fs::path target = folder_ / file.parent_path().filename() / file.filename();
    if (!targets_.insert(target).second)
      throw InputError(file.string(), "would be written over another of the same name",
                       "replay the two apart");
    fs::create_directories(target.parent_path());
    const FilteredAlerts kept =
        filter_alerts({file}, filter_.value_or("true"), target, Execution(execution.jobs()));
    summary.alerts += kept.ids.size();
    summary.bytes += static_cast<double>(fs::file_size(target));
  }

 private:
  fs::path folder_;
  std::optional<std::string> filter_;
  std::set<fs::path> targets_;
};

class PipeOutlet final : public Outlet {
 public:
  explicit PipeOutlet(std::optional<std::string> filter) : sieve_(std::move(filter)) {}
  void take(const fs::path& path, ReplaySummary& summary, const Execution& execution) override {
    const AvroBlocks file(io::read_whole_file(path), path.string());
    const std::string& schema = file.metadata().at("avro.schema");
    const auto put = [&](std::string_view part) {
      summary.bytes += static_cast<double>(part.size());
      std::cout.write(part.data(), static_cast<std::streamsize>(part.size()));
    };
    if (!writer_) {
      schema_ = schema;
      writer_.emplace(put, schema, "replay");
    } else if (schema != schema_) {
      throw InputError(path.string(), "its alerts are of another schema than those before",
                       "one container holds alerts of one schema; replay them apart");
    }
    for (const std::string& packet : sieve_.keep(file, Execution(execution.jobs())).packets) {
      writer_->add(packet);
      ++summary.alerts;
    }
    writer_->finish();  // closes the block, so that a reader has it now
    std::cout.flush();
    if (!std::cout)
      throw StorageError("standard output", "takes no more", "is its reader still there?");
  }

 private:
  AlertSieve sieve_;
  std::string schema_;
  std::optional<alerts::AvroContainerWriter> writer_;
};

class KafkaOutlet final : public Outlet {
 public:
  KafkaOutlet(const ReplayRequest& request)
      : sender_(request.to, {}, request.filter), wait_s_(request.wait_s) {}
  void take(const fs::path& file, ReplaySummary&, const Execution&) override {
    sender_.offer({{file, file.string()}});
  }
  void finish(ReplaySummary& summary, const Execution& execution) override {
    const AlertSender::State end = sender_.finish(wait_s_, execution);
    summary.alerts = end.acknowledged + end.waiting;
    summary.acknowledged = end.acknowledged;
    summary.waiting = end.waiting + end.files_waiting;
    summary.bytes = end.bytes;
    summary.trouble = end.trouble;
  }

 private:
  AlertSender sender_;
  double wait_s_;
};

std::unique_ptr<Outlet> outlet_for(const ReplayRequest& request) {
  if (alerts::is_kafka_url(request.to)) return std::make_unique<KafkaOutlet>(request);
  if (request.to == "-") return std::make_unique<PipeOutlet>(request.filter);
  return std::make_unique<FolderOutlet>(request.to, request.filter);
}

/// Sleep in short naps, so that a stop is heard. @returns false where one was asked for
bool wait_until(Clock::time_point when, const Execution& execution) {
  while (!execution.stop_requested()) {
    const auto left = when - Clock::now();
    if (left <= Clock::duration::zero()) return true;
    std::this_thread::sleep_for(std::min<Clock::duration>(left, std::chrono::milliseconds(50)));
  }
  return false;
}

}  // namespace

ReplaySummary replay_alerts(const ReplayRequest& request, const Execution& execution) {
  if (request.speed && !(*request.speed > 0.0))
    throw ConfigError(fmt::format("--speed={}", *request.speed), "must be > 0",
                      "1 is the original pace; --as-fast-as-possible waits for nothing");
  const std::unique_ptr<Outlet> outlet = outlet_for(request);
  const std::vector<Timed> files = in_order(request.files);
  ReplaySummary summary;
  const Clock::time_point begin = Clock::now();
  double first = std::nan("");
  for (const Timed& file : files) {
    if (std::isnan(first)) first = file.time;
    if (request.speed && !std::isnan(file.time)) {
      const double after_s = (file.time - first) * 86400.0 / *request.speed;
      const auto due = begin + std::chrono::duration_cast<Clock::duration>(
                                   std::chrono::duration<double>(std::min(after_s, 1e8)));
      if (!wait_until(due, execution)) break;
    }
    if (execution.stop_requested()) break;
    outlet->take(file.path, summary, execution);
    execution.report("replay", ++summary.files, files.size());
  }
  outlet->finish(summary, execution);
  summary.stopped = summary.files < files.size();
  summary.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  return summary;
}

}  // namespace skywright::pipelines
