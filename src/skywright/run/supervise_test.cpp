#include "skywright/run/supervise.h"

#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "skywright/base/error.h"
#include "skywright/run/task_graph.h"

namespace skywright::run {
namespace {

namespace fs = std::filesystem;

/// A launcher that is a line of shell, with a folder to leave marks in.
class SuperviseTest : public testing::Test {
 protected:
  SuperviseTest() { fs::create_directories(folder_); }
  ~SuperviseTest() override { fs::remove_all(folder_); }

  SuperviseRequest launching(const std::string& script) const {
    return {.launcher = {"/bin/sh", "-c", "cd " + folder_.string() + "; " + script},
            .command = {},
            .made = [this] { return count(); }};
  }
  std::size_t count() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator{}));
  }

  const fs::path folder_ =
      fs::temp_directory_path() / ("skywright_supervise_" + std::to_string(::getpid()) + "_" +
                                   testing::UnitTest::GetInstance()->current_test_info()->name());
};

constexpr const char* kNext = "n=$(ls | wc -l); touch $n; ";

TEST_F(SuperviseTest, StartsAnewUntilALaunchHasDoneItsWork) {
  // Killed, ended as MPI_Abort does, asked for another; then done.
  const auto done = supervise(launching(std::string(kNext) + R"(case $n in
    0) kill -9 $$;; 1) exit 137;; 2) exit 75;; *) exit 0;; esac)"),
                              Execution());
  EXPECT_EQ(done.code, 0);
  EXPECT_EQ(done.launches, 4);
  EXPECT_EQ(done.end, "");
}

TEST_F(SuperviseTest, LeavesAFailureThatAnotherLaunchWouldMeetAsItIs) {
  for (const int code : {2, 3, 4, 5, 6}) {
    const auto done = supervise(launching("exit " + std::to_string(code)), Execution());
    EXPECT_EQ(done.code, code);
    EXPECT_EQ(done.launches, 1);
  }
}

TEST_F(SuperviseTest, GivesUpAfterLaunchesThatMakeNothing) {
  const auto done = supervise(launching("exit 137"), Execution());
  EXPECT_EQ(done.launches, 3);
  EXPECT_EQ(done.code, static_cast<int>(ExitCode::service));
  EXPECT_NE(done.end, "");
}

TEST_F(SuperviseTest, CountsOnlyFruitlessLaunchesInARow) {
  const auto done = supervise(launching(R"(n=$(cat ../$PPID.n 2>/dev/null || echo 0)
    echo $((n + 1)) > ../$PPID.n; [ $((n % 3)) = 2 ] && touch $n; [ $n -lt 8 ] || { rm ../$PPID.n; exit 0; }
    exit 137)"),
                              Execution());
  EXPECT_EQ(done.code, 0);
  EXPECT_EQ(done.launches, 9);
}

TEST_F(SuperviseTest, EndsALaunchThatHangsAtTheDeadlineWithAllThatItStarted) {
  SuperviseRequest request = launching("sleep 600 & echo $! > child; wait");
  request.deadline_s = 0.5;
  const double begun = steady_clock()();
  const auto done = supervise(request, Execution());
  EXPECT_LT(steady_clock()() - begun, 5.0);
  EXPECT_EQ(done.code, static_cast<int>(ExitCode::partial));
  EXPECT_EQ(done.end, "the deadline has passed");
  int child = 0;
  std::ifstream(folder_ / "child") >> child;
  ASSERT_GT(child, 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  std::ifstream status("/proc/" + std::to_string(child) + "/stat");
  const std::string text((std::istreambuf_iterator<char>(status)), {});
  EXPECT_TRUE(text.empty() || text.find(") Z ") != std::string::npos) << text;
}

TEST_F(SuperviseTest, EndsALaunchThatIsItselfStoppedBySignal) {
  SuperviseRequest request = launching("kill -STOP $$; sleep 600");
  request.deadline_s = 0.3;
  const double begun = steady_clock()();
  EXPECT_EQ(supervise(request, Execution()).code, static_cast<int>(ExitCode::partial));
  EXPECT_LT(steady_clock()() - begun, 5.0);
}

TEST_F(SuperviseTest, EndsALauncherThatHangsOverItsDeadRanksAndStartsAnew) {
  // `sleep` takes the shell's place and never takes note of the rank that has ended.
  SuperviseRequest request = launching(std::string(kNext) + R"([ $n = 0 ] || exit 0
    sh -c 'exit 137' & exec sleep 600)");
  request.hang_s = 0.3;
  const double begun = steady_clock()();
  const auto done = supervise(request, Execution());
  EXPECT_LT(steady_clock()() - begun, 5.0);
  EXPECT_EQ(done.code, 0);
  EXPECT_EQ(done.launches, 2);
}

TEST_F(SuperviseTest, LeavesALauncherAloneThatWaitsOrHasARankAtWork) {
  for (const char* script : {"exec sleep 0.5", "sh -c 'exit 1' & sleep 0.5 & wait $!"}) {
    SuperviseRequest request = launching(script);
    request.hang_s = 0.1;
    EXPECT_EQ(supervise(request, Execution()).code, 0) << script;
  }
}

TEST_F(SuperviseTest, AStopIsPassedOn) {
  std::stop_source stop;
  std::jthread asks([&] {
    while (count() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    stop.request_stop();
  });
  const auto done = supervise(
      launching("trap 'touch heard; exit 3' TERM; touch ready; while :; do sleep 0.02; done"),
      Execution(1, stop.get_token()));
  EXPECT_EQ(done.code, 3);
  EXPECT_EQ(done.end, "stopped");
  EXPECT_TRUE(fs::exists(folder_ / "heard"));
}

TEST_F(SuperviseTest, TellsRanksWhoseLauncherHandsOnNothingThatTheyAreSupervised) {
  EXPECT_FALSE(is_supervised());
  ::setenv("SKYWRIGHT_SILENCE_S", "7 and a half", 1);
  // What starts ranks on another machine leaves this one's environment behind.
  SuperviseRequest request{.launcher = {"/usr/bin/env", "-i", "PATH=/usr/bin:/bin"},
                           .command = {"sh", "-c", R"([ "$SKYWRIGHT_SILENCE_S" = "7 and a half" ] &&
                              [ -n "$SKYWRIGHT_SUPERVISED" ] && exit 4; exit 5)"}};
  EXPECT_EQ(supervise(request, Execution()).code, 4);
  ::unsetenv("SKYWRIGHT_SILENCE_S");
}

TEST_F(SuperviseTest, ALauncherThatIsNotThereIsWrongUsage) {
  EXPECT_THROW(supervise({.launcher = {"/no/mpirun"}, .command = {}}, Execution()), ConfigError);
  EXPECT_THROW(supervise({.launcher = {}, .command = {"x"}}, Execution()), ConfigError);
}

TEST(WordsOf, CutsAtBlanksAndKeepsQuotes) {
  using testing::ElementsAre;
  EXPECT_THAT(words_of("mpirun -n 4"), ElementsAre("mpirun", "-n", "4"));
  EXPECT_THAT(words_of("  a  'b c' d\"e f\"g '' "), ElementsAre("a", "b c", "de fg", ""));
  EXPECT_THAT(words_of(""), ElementsAre());
  EXPECT_THROW(words_of("a 'b"), ConfigError);
}

}  // namespace
}  // namespace skywright::run
