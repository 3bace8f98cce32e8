#include "long_call.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "skywright/base/error.h"

namespace skywright::python {
namespace {

namespace nb = nanobind;

/// How long Ctrl-C may go unnoticed, and how often progress is shown.
constexpr std::chrono::milliseconds kTick{50};

/// Keeps the last report of each activity until someone fetches it: a report costs no GIL.
class LatestReports final : public ProgressSink {
 public:
  struct Report {
    std::size_t done = 0;
    std::size_t total = 0;
  };
  using Reports = std::map<std::string, Report, std::less<>>;

  void report(std::string_view activity, std::size_t done, std::size_t total) override {
    const std::scoped_lock hold(lock_);
    reports_.insert_or_assign(std::string(activity), Report{done, total});
  }
  Reports fetch() {
    const std::scoped_lock hold(lock_);
    return std::exchange(reports_, {});
  }

 private:
  std::mutex lock_;
  Reports reports_;
};

/// The body on its way.
class Work {
 public:
  Work(int jobs, ProgressSink* sink, const std::function<void(const Execution&)>& body)
      : thread_([this, jobs, sink, &body] {
          try {
            const Execution execution(jobs, stop_.get_token(), sink);
            body(execution);
          } catch (...) {
            failure_ = std::current_exception();
          }
          const std::scoped_lock hold(lock_);
          ended_ = true;
          woken_.notify_all();
        }) {}
  ~Work() {
    stop_.request_stop();
    thread_.join();
  }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  /// True once the body has ended.
  bool wait(std::chrono::milliseconds longest) {
    std::unique_lock hold(lock_);
    return woken_.wait_for(hold, longest, [this] { return ended_; });
  }
  void request_stop() { stop_.request_stop(); }
  [[nodiscard]] std::exception_ptr failure() const { return failure_; }

 private:
  std::mutex lock_;
  std::condition_variable woken_;
  bool ended_ = false;
  std::exception_ptr failure_;
  std::stop_source stop_;
  std::thread thread_;  // last: it uses the others
};

void show(LatestReports& reports, const nb::object& progress) {
  for (const auto& [activity, r] : reports.fetch()) progress(activity.c_str(), r.done, r.total);
}

}  // namespace

void run_long_call(int jobs, const nb::object& progress,
                   const std::function<void(const Execution&)>& body) {
  if (jobs < 0 || jobs > 4096)
    throw ConfigError("jobs=" + std::to_string(jobs), "must be in [0, 4096]",
                      "0 takes all that the machine has");
  LatestReports reports;
  std::optional<nb::python_error> raised;
  std::exception_ptr failure;
  {
    Work work(jobs, &reports, body);
    const auto wait = [&](std::chrono::milliseconds longest) {
      const nb::gil_scoped_release others_run;
      return work.wait(longest);
    };
    while (!wait(kTick)) {
      if (raised) continue;  // it has been asked to stop
      try {
        if (PyErr_CheckSignals() != 0) throw nb::python_error();
        if (!progress.is_none()) show(reports, progress);
      } catch (nb::python_error& error) {
        raised.emplace(std::move(error));
        work.request_stop();
      }
    }
    failure = work.failure();
  }
  if (raised) throw std::move(*raised);
  if (!progress.is_none()) show(reports, progress);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace skywright::python
