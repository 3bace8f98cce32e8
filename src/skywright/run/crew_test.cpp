#include "skywright/run/crew.h"

#include <atomic>
#include <chrono>
#include <climits>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "skywright/run/detail/local_transport.h"
#include "skywright/run/serve.h"
#include "skywright/run/task_graph.h"

namespace skywright::run {
namespace {

constexpr CrewTimes kQuick{.silence_s = 0.5, .goodbye_s = 2.0, .longest_nap_s = 1e-3};

/// A launch of threads: rank 0 runs a graph, the others serve.
class Pretended {
 public:
  explicit Pretended(int size) : launch(size), size_(size) {}
  ~Pretended() {
    for (int r = 0; r < size_; ++r) launch.go_on(r);
    leader.reset();  // its goodbye ends the others
  }

  void start(const Work& work, std::vector<std::stop_token> stops = {}, int jobs = 1) {
    stops.resize(static_cast<std::size_t>(size_));
    for (int r = 1; r < size_; ++r) {
      ranks_.emplace_back([this, r, work, stop = stops[static_cast<std::size_t>(r)], jobs] {
        Crew crew([&] { return launch.join(r); }, kQuick);
        serve(crew, work, Execution(jobs, stop));
        crew.end(0);
      });
    }
    leader = std::make_unique<Crew>([this] { return launch.join(0); }, kQuick);
  }

  detail::LocalLaunch launch;
  std::unique_ptr<Crew> leader;

 private:
  int size_;
  std::vector<std::jthread> ranks_;
};

/// Tasks that must all be answered by their own number.
struct Numbers {
  explicit Numbers(int count) : answers(static_cast<std::size_t>(count)) {
    for (int i = 0; i < count; ++i) {
      graph.add({.id = "task " + std::to_string(i),
                 .needs = {},
                 .order = [i] { return std::to_string(i); },
                 .settle =
                     [this, i](std::string_view answer) {
                       answers[static_cast<std::size_t>(i)] += "+" + std::string(answer);
                     }});
    }
  }
  void expect_each_once() const {
    for (std::size_t i = 0; i < answers.size(); ++i) EXPECT_EQ(answers[i], "+" + std::to_string(i));
  }
  TaskGraph graph;
  std::vector<std::string> answers;
};

std::string echo(std::string_view order, const Execution&) { return std::string(order); }

std::string slow_echo(std::string_view order, const Execution&) {
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return std::string(order);
}

TEST(Crew, EachTaskIsAnsweredOnceByAnyNumberOfRanks) {
  for (const int size : {2, 3, 5}) {
    Pretended launch(size);
    launch.start(echo, {}, 2);
    for (int pass = 0; pass < 2; ++pass) {  // one launch runs graph after graph
      Numbers numbers(100);
      const RunReport report =
          numbers.graph.run(Execution(), {.work = echo, .crew = launch.leader.get()});
      EXPECT_EQ(report.code(), ExitCode::complete);
      EXPECT_EQ(report.lost_leases, 0U);
      numbers.expect_each_once();
    }
    launch.leader->end(0);
    EXPECT_EQ(launch.launch.abandoned(), -1);
  }
}

TEST(Crew, TasksWithABodyStayWithTheLeaderAndWaitForTheirNeeds) {
  Pretended launch(3);
  std::mutex lock;
  std::set<std::thread::id> others;
  launch.start([&](std::string_view order, const Execution&) {
    const std::scoped_lock hold(lock);
    others.insert(std::this_thread::get_id());
    return std::string(order);
  });
  Numbers numbers(20);
  std::size_t answered = 0;
  std::vector<std::string> needs;
  for (int i = 0; i < 20; ++i) needs.push_back("task " + std::to_string(i));
  std::thread::id mine;
  numbers.graph.add({.id = "end", .needs = needs, .body = [&](const Execution& e) {
                       EXPECT_EQ(e.jobs(), 3);
                       mine = std::this_thread::get_id();
                       for (const std::string& a : numbers.answers) answered += !a.empty();
                     }});
  const RunReport report =
      numbers.graph.run(Execution(3), {.work = echo, .crew = launch.leader.get()});
  EXPECT_EQ(report.code(), ExitCode::complete);
  EXPECT_EQ(answered, 20U);
  EXPECT_FALSE(others.contains(mine));
}

TEST(Crew, TasksThatComeLaterGoToTheRanksToo) {
  Pretended launch(3);
  launch.start(echo);
  Numbers numbers(10);
  std::vector<std::string> answers(30);
  int ends = 0;
  int portion = 0;
  const auto feed = [&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    Feed fed{.more = ++portion < 3};
    std::vector<std::string> needs = {"task 3"};
    for (int i = 10 * (portion - 1); i < 10 * portion; ++i) {
      needs.push_back("later " + std::to_string(i));
      fed.tasks.push_back({.id = needs.back(),
                           .needs = {},
                           .order = [i] { return std::to_string(i); },
                           .settle =
                               [&answers, i](std::string_view answer) {
                                 answers[static_cast<std::size_t>(i)] += answer;
                               }});
    }
    fed.tasks.push_back({.id = "end " + std::to_string(portion),
                         .needs = needs,
                         .body = [&](const Execution&) { ++ends; }});
    return fed;
  };
  const RunReport report =
      numbers.graph.run(Execution(), {.work = echo, .crew = launch.leader.get(), .feed = feed});
  EXPECT_EQ(report.count(TaskState::succeeded), 43U);
  EXPECT_EQ(ends, 3);
  numbers.expect_each_once();
  for (std::size_t i = 0; i < answers.size(); ++i) EXPECT_EQ(answers[i], std::to_string(i));
}

TEST(Crew, AFailureCrossesWithItsCodeAndSkipsWhatNeedsIt) {
  Pretended launch(2);
  const auto work = [](std::string_view order, const Execution&) -> std::string {
    if (order == "1") throw StorageError("disk", "full\nto the brim", "free space");
    if (order == "2") throw std::runtime_error("ours");
    if (order == "3") throw 7;
    return std::string(order);
  };
  launch.start(work);
  Numbers numbers(4);
  numbers.graph.add({.id = "child", .needs = {"task 1"}, .body = [](const Execution&) {}});
  const RunReport report =
      numbers.graph.run(Execution(), {.work = work, .crew = launch.leader.get()});
  EXPECT_EQ(report.tasks[0].state, TaskState::succeeded);
  EXPECT_EQ(report.tasks[1].code, ExitCode::storage);
  EXPECT_THAT(report.tasks[1].message, testing::HasSubstr("full\nto the brim"));
  EXPECT_EQ(report.tasks[2].code, ExitCode::internal);
  EXPECT_EQ(report.tasks[3].code, ExitCode::internal);
  EXPECT_EQ(report.tasks[4].state, TaskState::skipped);
}

TEST(Crew, ARankThatFallsSilentLosesItsLeasesToOthers) {
  Pretended launch(3);
  launch.start(slow_echo);
  Numbers numbers(60);
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
    launch.launch.stop(1);
  });
  const RunReport report =
      numbers.graph.run(Execution(), {.work = slow_echo, .crew = launch.leader.get()});
  EXPECT_EQ(report.code(), ExitCode::complete);
  EXPECT_EQ(report.lost_leases, 1U);
  EXPECT_FALSE(report.crew_lost);
  numbers.expect_each_once();
  launch.leader->end(0);
  EXPECT_EQ(launch.launch.abandoned(), 0);  // it never said goodbye
}

TEST(Crew, ARankThatComesBackIsGivenWorkAgainAndItsLateAnswersAreNotCountedTwice) {
  Pretended launch(3);
  launch.start(slow_echo);
  Numbers numbers(300);
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
    launch.launch.stop(1);
    std::this_thread::sleep_for(std::chrono::milliseconds(800));
    launch.launch.go_on(1);
  });
  const RunReport report =
      numbers.graph.run(Execution(), {.work = slow_echo, .crew = launch.leader.get()});
  EXPECT_EQ(report.code(), ExitCode::complete);
  EXPECT_EQ(report.lost_leases, 1U);
  numbers.expect_each_once();
  launch.leader->end(0);
  EXPECT_EQ(launch.launch.abandoned(), -1);
}

/// Work that never ends with some tasks, on a rank that lives; `over` lets the test end.
struct Endless {
  std::set<std::string> orders;
  int times = INT_MAX;  ///< how often each holds up whoever does it
  std::atomic<bool> over = false;
  std::mutex lock = {};
  std::map<std::string, int> begun = {};

  std::string operator()(std::string_view order) {
    const std::string text(order);
    int count = 0;
    {
      const std::scoped_lock hold(lock);
      count = ++begun[text];
    }
    if (orders.contains(text) && count <= times)
      while (!over) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return text;
  }
};

TEST(Crew, ATaskThatALivingRankDoesNotEndGoesToAnother) {
  Endless endless{.orders = {"7"}, .times = 1};
  Pretended launch(3);
  const auto work = [&](std::string_view order, const Execution&) { return endless(order); };
  launch.start(work);
  Numbers numbers(20);
  const RunReport report =
      numbers.graph.run(Execution(), {.work = work, .crew = launch.leader.get(), .longest_s = 0.3});
  endless.over = true;
  EXPECT_EQ(report.code(), ExitCode::complete);
  EXPECT_EQ(report.overdue, 1U);
  EXPECT_EQ(report.lost_leases, 0U);
  EXPECT_EQ(endless.begun["7"], 2);
  numbers.expect_each_once();
}

TEST(Crew, ATaskThatNoRankEndsIsGivenUpAndTheOthersAreDone) {
  Endless endless{.orders = {"x"}};
  Pretended launch(4);
  const auto work = [&](std::string_view order, const Execution&) { return endless(order); };
  launch.start(work);
  std::string given_up;
  bool ended = false;
  Numbers numbers(10);
  numbers.graph.add(
      {.id = "task x",
       .needs = {},
       .order = [] { return std::string("x"); },
       .settle = [&](std::string_view result) { given_up = result; },
       .given_up = [](std::string_view why) { return "given up: " + std::string(why); }});
  numbers.graph.add(
      {.id = "end", .needs = {"task x"}, .body = [&](const Execution&) { ended = true; }});
  const RunReport report =
      numbers.graph.run(Execution(), {.work = work, .crew = launch.leader.get(), .longest_s = 0.3});
  endless.over = true;
  EXPECT_EQ(report.code(), ExitCode::complete);
  EXPECT_EQ(report.overdue, 2U);
  EXPECT_EQ(endless.begun["x"], 2);
  EXPECT_EQ(given_up.substr(0, 17), "given up: it was ");
  EXPECT_NE(given_up.find("0.3 s"), std::string::npos);
  EXPECT_TRUE(ended);
  numbers.expect_each_once();
}

TEST(Crew, WhereEveryRankHangsTheRunEndsAndTellsOfWhatHungThem) {
  Endless endless{.orders = {"0", "1"}};
  Pretended launch(3);
  const auto work = [&](std::string_view order, const Execution&) { return endless(order); };
  launch.start(work);
  Numbers numbers(30);
  const RunReport report =
      numbers.graph.run(Execution(), {.work = work, .crew = launch.leader.get(), .longest_s = 0.3});
  endless.over = true;
  EXPECT_TRUE(report.crew_lost);
  EXPECT_EQ(report.overdue, 2U);
  EXPECT_EQ(report.tasks[0].state, TaskState::failed);
  EXPECT_EQ(report.tasks[1].state, TaskState::failed);
  EXPECT_EQ(report.tasks[29].state, TaskState::not_started);
}

TEST(Crew, WithNobodyLeftTheRunEndsAndSaysWhatRemains) {
  Pretended launch(2);
  launch.start(slow_echo);
  Numbers numbers(100);
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
    launch.launch.stop(1);
  });
  const RunReport report =
      numbers.graph.run(Execution(), {.work = slow_echo, .crew = launch.leader.get()});
  EXPECT_TRUE(report.crew_lost);
  EXPECT_TRUE(report.stopped);
  EXPECT_EQ(report.code(), ExitCode::partial);
  EXPECT_GT(report.count(TaskState::succeeded), 0U);
  EXPECT_GT(report.count(TaskState::not_started), 0U);
  launch.leader->end(3);
  EXPECT_EQ(launch.launch.abandoned(), 3);
}

TEST(Crew, ASilentLeaderIsTheEndOfTheLaunch) {
  Pretended launch(2);
  launch.start(echo);
  launch.launch.stop(0);
  for (int i = 0; i < 200 && launch.launch.abandoned() < 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(launch.launch.abandoned(), 3);
}

TEST(Crew, ARankThatIsAskedToStopLeavesItsTaskToOthers) {
  Pretended launch(3);
  std::stop_source one;
  const auto work = [&](std::string_view order, const Execution& e) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    e.check_stop();
    return std::string(order);
  };
  launch.start(work, {{}, one.get_token(), {}});
  Numbers numbers(60);
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
    one.request_stop();
  });
  const RunReport report =
      numbers.graph.run(Execution(), {.work = work, .crew = launch.leader.get()});
  EXPECT_EQ(report.code(), ExitCode::complete);
  numbers.expect_each_once();
  launch.leader->end(0);
  EXPECT_EQ(launch.launch.abandoned(), -1);
}

TEST(Crew, AStopOfTheLeaderReachesTheRanksAtWork) {
  Pretended launch(3);
  const auto work = [](std::string_view order, const Execution& e) {
    for (int i = 0; i < 1000; ++i) {
      e.check_stop();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return std::string(order);
  };
  launch.start(work);
  Numbers numbers(10);
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stop.request_stop();
  });
  const double begun = steady_clock()();
  const RunReport report = numbers.graph.run(Execution(1, stop.get_token()),
                                             {.work = work, .crew = launch.leader.get()});
  EXPECT_LT(steady_clock()() - begun, 3.0);
  EXPECT_TRUE(report.stopped);
  EXPECT_EQ(report.count(TaskState::not_started), 10U);
  launch.leader->end(3);
  EXPECT_EQ(launch.launch.abandoned(), -1);
}

TEST(Crew, ARankThatNeverServesIsNotWaitedFor) {
  detail::LocalLaunch launch(3);
  std::jthread fails([&] {
    Crew crew([&] { return launch.join(1); }, kQuick);
    crew.end(0);  // as a rank whose survey cannot be read
  });
  std::jthread serves([&] {
    Crew crew([&] { return launch.join(2); }, kQuick);
    serve(crew, echo, Execution());
    crew.end(0);
  });
  Crew leader([&] { return launch.join(0); }, kQuick);
  Numbers numbers(30);
  EXPECT_EQ(numbers.graph.run(Execution(), {.work = echo, .crew = &leader}).code(),
            ExitCode::complete);
  leader.end(0);
  EXPECT_EQ(launch.abandoned(), -1);
}

TEST(Crew, WhatKeepsARankFromJoiningIsTold) {
  EXPECT_THROW(Crew([]() -> std::unique_ptr<Transport> {
                 throw ServiceError("MPI does not start", "no", "none");
               }),
               ServiceError);
}

}  // namespace
}  // namespace skywright::run
