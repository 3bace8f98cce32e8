#include "skywright/run/task_graph.h"

#include <atomic>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skywright::run {
namespace {

using testing::ElementsAre;

class Journal {
 public:
  std::function<void(const Execution&)> note(std::string what) {
    return [this, what = std::move(what)](const Execution&) {
      const std::scoped_lock hold(lock_);
      entries_.push_back(what);
    };
  }
  const std::vector<std::string>& entries() const { return entries_; }

 private:
  std::mutex lock_;
  std::vector<std::string> entries_;
};

TEST(TaskGraph, RunsATaskAfterWhatItNeeds) {
  for (const int jobs : {1, 2, 5}) {
    Journal journal;
    TaskGraph graph;
    graph.add({"a", {}, journal.note("a")});
    graph.add({"b", {"a"}, journal.note("b")});
    graph.add({"c", {"b"}, journal.note("c")});
    const RunReport report = graph.run(Execution(jobs));
    EXPECT_THAT(journal.entries(), ElementsAre("a", "b", "c")) << jobs;
    EXPECT_EQ(report.code(), ExitCode::complete);
    EXPECT_FALSE(report.stopped);
  }
}

TEST(TaskGraph, AFailureSkipsWhatNeedsItAndNothingElse) {
  Journal journal;
  TaskGraph graph;
  graph.add(
      {"bad", {}, [](const Execution&) { throw InputError("frame", "broken", "bring another"); }});
  graph.add({"child", {"bad"}, journal.note("child")});
  graph.add({"grandchild", {"child"}, journal.note("grandchild")});
  graph.add({"other", {}, journal.note("other")});
  const RunReport report = graph.run(Execution(2));
  EXPECT_THAT(journal.entries(), ElementsAre("other"));
  EXPECT_EQ(report.tasks[0].state, TaskState::failed);
  EXPECT_EQ(report.tasks[0].code, ExitCode::bad_input);
  EXPECT_EQ(report.tasks[2].state, TaskState::skipped);
  EXPECT_EQ(report.tasks[2].message, "needs child");
  EXPECT_EQ(report.tasks[3].state, TaskState::succeeded);
  EXPECT_EQ(report.code(), ExitCode::partial);
}

TEST(TaskGraph, AStopStartsNothingMore) {
  for (const int jobs : {1, 3}) {
    std::stop_source source;
    std::atomic<int> begun = 0;
    TaskGraph graph;
    for (int i = 0; i < 100; ++i) {
      graph.add({std::to_string(i), {}, [&](const Execution&) {
                   if (++begun == 5) source.request_stop();
                 }});
    }
    const RunReport report = graph.run(Execution(jobs, source.get_token()));
    EXPECT_TRUE(report.stopped);
    EXPECT_LT(begun, 10);
    EXPECT_EQ(report.count(TaskState::succeeded), static_cast<std::size_t>(begun));
    EXPECT_EQ(report.code(), ExitCode::partial);
  }
}

TEST(TaskGraph, ATaskMayUseThreadsInside) {
  TaskGraph graph;
  std::atomic<int> calls = 0;
  for (int i = 0; i < 4; ++i) {
    graph.add({std::to_string(i), {}, [&](const Execution& e) {
                 e.for_each(50, [&](std::size_t) { ++calls; });
               }});
  }
  EXPECT_EQ(graph.run(Execution(8)).code(), ExitCode::complete);
  EXPECT_EQ(calls, 200);
}

TEST(TaskGraph, RefusesUnknownNeedsAndTakenNames) {
  TaskGraph graph;
  graph.add({"a", {}, [](const Execution&) {}});
  EXPECT_THROW(graph.add({"a", {}, [](const Execution&) {}}), std::logic_error);
  EXPECT_THROW(graph.add({"b", {"z"}, [](const Execution&) {}}), std::logic_error);
  EXPECT_THROW(graph.add({"c", {"c"}, [](const Execution&) {}}), std::logic_error);
}

TEST(TaskGraph, CountsSecondsByTheClockItIsGiven) {
  std::atomic<int> ticks = 0;
  TaskGraph graph;
  graph.add({"a", {}, [&](const Execution&) { ticks += 7; }});
  const RunReport report = graph.run(Execution(), "x", [&] { return static_cast<double>(ticks); });
  EXPECT_EQ(report.tasks[0].seconds, 7.0);
}

}  // namespace
}  // namespace skywright::run
