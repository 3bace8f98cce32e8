#include "skywright/run/task_graph.h"

#include <algorithm>
#include <atomic>
#include <chrono>
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

Task local(std::string id, std::vector<std::string> needs,
           std::function<void(const Execution&)> body) {
  return {.id = std::move(id), .needs = std::move(needs), .body = std::move(body)};
}

TEST(TaskGraph, RunsATaskAfterWhatItNeeds) {
  for (const int jobs : {1, 2, 5}) {
    Journal journal;
    TaskGraph graph;
    graph.add(local("a", {}, journal.note("a")));
    graph.add(local("b", {"a"}, journal.note("b")));
    graph.add(local("c", {"b"}, journal.note("c")));
    const RunReport report = graph.run(Execution(jobs));
    EXPECT_THAT(journal.entries(), ElementsAre("a", "b", "c")) << jobs;
    EXPECT_EQ(report.code(), ExitCode::complete);
    EXPECT_FALSE(report.stopped);
  }
}

TEST(TaskGraph, AFailureSkipsWhatNeedsItAndNothingElse) {
  Journal journal;
  TaskGraph graph;
  graph.add(local("bad", {},
                  [](const Execution&) { throw InputError("frame", "broken", "bring another"); }));
  graph.add(local("child", {"bad"}, journal.note("child")));
  graph.add(local("grandchild", {"child"}, journal.note("grandchild")));
  graph.add(local("other", {}, journal.note("other")));
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
      graph.add(local(std::to_string(i), {}, [&](const Execution&) {
        if (++begun == 5) source.request_stop();
      }));
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
    graph.add(local(std::to_string(i), {},
                    [&](const Execution& e) { e.for_each(50, [&](std::size_t) { ++calls; }); }));
  }
  EXPECT_EQ(graph.run(Execution(8)).code(), ExitCode::complete);
  EXPECT_EQ(calls, 200);
}

TEST(TaskGraph, RefusesUnknownNeedsAndTakenNames) {
  TaskGraph graph;
  graph.add(local("a", {}, [](const Execution&) {}));
  EXPECT_THROW(graph.add(local("a", {}, [](const Execution&) {})), std::logic_error);
  EXPECT_THROW(graph.add(local("b", {"z"}, [](const Execution&) {})), std::logic_error);
  EXPECT_THROW(graph.add(local("c", {"c"}, [](const Execution&) {})), std::logic_error);
}

TEST(TaskGraph, RefusesATaskThatSaysNothingOrTwoThingsOfItsWork) {
  TaskGraph graph;
  EXPECT_THROW(graph.add({.id = "a", .needs = {}}), std::logic_error);
  EXPECT_THROW(graph.add({.id = "b",
                          .needs = {},
                          .body = [](const Execution&) {},
                          .order = [] { return std::string(); }}),
               std::logic_error);
}

TEST(TaskGraph, AnOrderGoesThroughTheWorkToItsTask) {
  for (const int jobs : {1, 4}) {
    std::vector<int> squares(50);
    TaskGraph graph;
    for (int i = 0; i < 50; ++i) {
      graph.add({.id = std::to_string(i),
                 .needs = {},
                 .order = [i] { return std::to_string(i); },
                 .settle =
                     [&squares, i](std::string_view answer) {
                       squares[static_cast<std::size_t>(i)] = std::stoi(std::string(answer));
                     }});
    }
    const auto work = [](std::string_view order, const Execution&) {
      const int i = std::stoi(std::string(order));
      return std::to_string(i * i);
    };
    EXPECT_EQ(graph.run(Execution(jobs), {.work = work}).code(), ExitCode::complete);
    for (int i = 0; i < 50; ++i) EXPECT_EQ(squares[static_cast<std::size_t>(i)], i * i);
  }
}

TEST(TaskGraph, AnAnswerThatCannotBeTakenFailsItsTask) {
  TaskGraph graph;
  graph.add({.id = "a",
             .needs = {},
             .order = [] { return std::string(); },
             .settle = [](std::string_view) { throw InputError("answer", "odd", "none"); }});
  graph.add({.id = "b", .needs = {"a"}, .body = [](const Execution&) {}});
  const RunReport report =
      graph.run(Execution(), {.work = [](std::string_view, const Execution&) { return ""; }});
  EXPECT_EQ(report.tasks[0].state, TaskState::failed);
  EXPECT_EQ(report.tasks[0].code, ExitCode::bad_input);
  EXPECT_EQ(report.tasks[1].state, TaskState::skipped);
}

TEST(TaskGraph, DoesNoMoreAtOnceThanItIsTold) {
  TaskGraph graph;
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
  std::atomic<int> share = 0;
  for (int i = 0; i < 20; ++i) {
    graph.add(local(std::to_string(i), {}, [&](const Execution& e) {
      most = std::max(most.load(), ++now);
      share = e.jobs();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      --now;
    }));
  }
  graph.run(Execution(6), {.at_once = 2});
  EXPECT_EQ(most, 2);
  EXPECT_EQ(share, 3);
}

TEST(TaskGraph, ALongChainIsSkippedWithoutRecursion) {
  TaskGraph graph;
  graph.add(local("0", {}, [](const Execution&) { throw StorageError("disk", "full", "room"); }));
  for (int i = 1; i < 300000; ++i)
    graph.add(local(std::to_string(i), {std::to_string(i - 1)}, [](const Execution&) {}));
  EXPECT_EQ(graph.run(Execution()).count(TaskState::skipped), 299999U);
}

TEST(TaskGraph, CountsSecondsByTheClockItIsGiven) {
  std::atomic<int> ticks = 0;
  TaskGraph graph;
  graph.add(local("a", {}, [&](const Execution&) { ticks += 7; }));
  const RunReport report =
      graph.run(Execution(), {.clock = [&] { return static_cast<double>(ticks); }});
  EXPECT_EQ(report.tasks[0].seconds, 7.0);
}

/// Gives what each call returns in turn, then nothing more.
std::function<Feed()> feed_of(std::vector<std::vector<Task>> portions) {
  return [portions = std::move(portions), next = std::size_t{0}]() mutable {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    Feed feed{.tasks = std::move(portions[next]), .more = ++next < portions.size()};
    return feed;
  };
}

TEST(TaskGraph, TasksMayComeWhileOthersAreDone) {
  for (const int jobs : {1, 2, 5}) {
    Journal journal;
    TaskGraph graph;
    graph.add(local("a", {}, journal.note("a")));
    std::vector<std::vector<Task>> portions(4);
    portions[1].push_back(local("b", {"a"}, journal.note("b")));  // which is done by then
    portions[3].push_back(local("c", {"b"}, journal.note("c")));
    portions[3].push_back(local("d", {"c", "a"}, journal.note("d")));
    const RunReport report = graph.run(Execution(jobs), {.feed = feed_of(std::move(portions))});
    EXPECT_THAT(journal.entries(), ElementsAre("a", "b", "c", "d")) << jobs;
    EXPECT_EQ(report.count(TaskState::succeeded), 4U);
    EXPECT_FALSE(report.stopped);
  }
}

TEST(TaskGraph, AGraphMayBeginWithoutATask) {
  Journal journal;
  TaskGraph graph;
  std::vector<std::vector<Task>> portions(3);
  portions[2].push_back(local("a", {}, journal.note("a")));
  graph.run(Execution(), {.feed = feed_of(std::move(portions))});
  EXPECT_THAT(journal.entries(), ElementsAre("a"));
}

TEST(TaskGraph, WhatComesLaterIsSkippedWhereItsNeedHasFailed) {
  Journal journal;
  std::atomic<bool> asked = false, failing = false;
  TaskGraph graph;
  graph.add(local("bad", {}, [&](const Execution&) {
    while (!asked) std::this_thread::yield();
    failing = true;
    throw InputError("a", "b", "c");
  }));
  const auto feed = [&] {
    asked = true;
    while (!failing) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    Feed fed;
    fed.tasks.push_back(local("later", {"bad"}, journal.note("later")));
    fed.tasks.push_back(local("last", {"later"}, journal.note("last")));
    return fed;
  };
  const RunReport report = graph.run(Execution(2), {.feed = feed});
  EXPECT_TRUE(journal.entries().empty());
  EXPECT_EQ(report.count(TaskState::skipped), 2U);
  EXPECT_EQ(report.tasks[2].code, ExitCode::bad_input);
}

TEST(TaskGraph, AStopEndsTheWaitForFurtherTasks) {
  std::stop_source source;
  TaskGraph graph;
  int asked = 0;
  const RunReport report = graph.run(Execution(3, source.get_token()), {.feed = [&] {
                                       if (++asked == 5) source.request_stop();
                                       return Feed{.more = true};
                                     }});
  EXPECT_EQ(asked, 5);
  EXPECT_FALSE(report.stopped);  // nothing was left to do
}

TEST(TaskGraph, WhatTheFeedThrowsEndsTheRunAndIsThrown) {
  std::atomic<int> done = 0;
  TaskGraph graph;
  graph.add(local("a", {}, [&](const Execution&) { ++done; }));
  EXPECT_THROW(graph.run(Execution(2), {.feed = []() -> Feed {
                           throw StorageError("disk", "full", "free some");
                         }}),
               StorageError);
  EXPECT_EQ(done, 1);
}

TEST(TaskGraph, ATaskThatFailsEndsTheFeeding) {
  TaskGraph graph;
  graph.add(local("bad", {}, [](const Execution&) { throw StorageError("a", "b", "c"); }));
  const RunReport report = graph.run(Execution(2), {.feed = [] {
                                       std::this_thread::sleep_for(std::chrono::milliseconds(1));
                                       return Feed{.more = true};
                                     }});
  EXPECT_EQ(report.count(TaskState::failed), 1U);
}

TEST(TaskGraph, OfAFedRunTasksThatStayComeFirst) {
  Journal journal;
  TaskGraph graph;
  for (const char* id : {"1", "2", "3"}) {
    graph.add({.id = id,
               .needs = {},
               .order = [id] { return std::string(id); },
               .settle = [&, id](std::string_view) { journal.note(id)(Execution()); }});
  }
  graph.add(local("end of 1", {"1"}, journal.note("end of 1")));
  const Work work = [](std::string_view, const Execution&) { return std::string(); };
  graph.run(Execution(), {.work = work, .feed = [] { return Feed{}; }});
  EXPECT_THAT(journal.entries(), ElementsAre("1", "end of 1", "2", "3"));
}

}  // namespace
}  // namespace skywright::run
