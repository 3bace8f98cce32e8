#include "skywright/pipelines/incoming.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "skywright/pipelines/night_log.h"
#include "skywright/pipelines/visit_gate.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr double kSoon = 0.05;    // [s]
constexpr double kSettle = 0.25;  // [s]

class IncomingTest : public testing::Test {
 protected:
  IncomingTest()
      : folder_(fs::path(testing::TempDir()) /
                ("incoming" + std::to_string(getpid()) +
                 testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~IncomingTest() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text = "a frame") {
    std::ofstream(folder_ / name) << text;
  }
  /// Names of what is whole within a time.
  std::vector<std::string> whole(Incoming& incoming, double wait_s) {
    std::vector<std::string> names;
    for (const auto& frame : incoming.whole(wait_s)) names.push_back(frame.file.filename());
    return names;
  }
  fs::path folder_;
};

TEST_F(IncomingTest, AFileThatIsClosedCountsAtOnce) {
  Incoming incoming(folder_, 60.0);
  write("b.fits");
  EXPECT_THAT(whole(incoming, 5.0), ElementsAre("b.fits"));
  EXPECT_THAT(whole(incoming, kSoon), IsEmpty());  // once
  EXPECT_EQ(incoming.left_behind(), 1u);
  fs::remove(folder_ / "b.fits");
  EXPECT_THAT(whole(incoming, kSoon), IsEmpty());
  EXPECT_EQ(incoming.left_behind(), 0u);
}

TEST_F(IncomingTest, AFileThatIsRenamedIntoPlaceCountsAtOnceWithTheTimeItCame) {
  Incoming incoming(folder_, 60.0);
  write(".hidden");
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(24);
  fs::last_write_time(folder_ / ".hidden", long_ago);
  EXPECT_THAT(whole(incoming, kSoon), IsEmpty());
  EXPECT_FALSE(incoming.any_waiting());
  const auto before = fs::file_time_type::clock::now() - std::chrono::seconds(1);
  fs::rename(folder_ / ".hidden", folder_ / "a.fits");
  EXPECT_TRUE(incoming.any_waiting());
  const auto frames = incoming.whole(5.0);
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_GT(frames[0].last_byte, before);
}

TEST_F(IncomingTest, AFileThatIsBeingWrittenIsWaitedForHoweverSlowItsWriter) {
  Incoming incoming(folder_, kSettle);
  std::ofstream file(folder_ / "slow.fits");
  file << "half" << std::flush;
  EXPECT_THAT(whole(incoming, 3.0 * kSettle), IsEmpty());
  file << " and half" << std::flush;
  EXPECT_THAT(whole(incoming, kSoon), IsEmpty());
  file.close();
  EXPECT_THAT(whole(incoming, 5.0), ElementsAre("slow.fits"));
}

TEST_F(IncomingTest, AnEmptyFileIsNoFrameYet) {
  Incoming incoming(folder_, kSoon);
  write("empty.fits", "");
  EXPECT_THAT(whole(incoming, 0.7), IsEmpty());
}

TEST_F(IncomingTest, WhatWasThereBeforeCountsOnceItRests) {
  write("old.fits");
  Incoming incoming(folder_, kSettle);
  EXPECT_THAT(whole(incoming, 0.0), IsEmpty());
  EXPECT_THAT(whole(incoming, 5.0), ElementsAre("old.fits"));
}

TEST_F(IncomingTest, AFileThatChangesIsGivenAgain) {
  Incoming incoming(folder_, 60.0);
  write("a.fits", "bad");
  EXPECT_THAT(whole(incoming, 5.0), ElementsAre("a.fits"));
  write("a.fits", "better");
  EXPECT_THAT(whole(incoming, 5.0), ElementsAre("a.fits"));
}

TEST_F(IncomingTest, WithoutEventsLookingDoes) {
  Incoming incoming(folder_, kSettle, Incoming::Events::none);
  write("a.fits");
  EXPECT_THAT(whole(incoming, 0.0), IsEmpty());
  std::ofstream(folder_ / "a.fits", std::ios::app) << " grows";
  EXPECT_THAT(whole(incoming, kSoon), IsEmpty());
  EXPECT_THAT(whole(incoming, 5.0), ElementsAre("a.fits"));
}

TEST_F(IncomingTest, AFolderThatIsGoneForAWhileIsFollowedAgain) {
  Incoming incoming(folder_, 60.0);
  fs::remove_all(folder_);
  EXPECT_THAT(whole(incoming, kSoon), IsEmpty());
  fs::create_directories(folder_);
  EXPECT_THAT(whole(incoming, kSoon), IsEmpty());
  write("a.fits");
  EXPECT_THAT(whole(incoming, 5.0), ElementsAre("a.fits"));
}

TEST(VisitGate, IsCompleteWithTheDetectorsThatAreStatedOrAfterAWait) {
  VisitGate gate(2, 10.0);
  gate.landed(7, 100.0);
  EXPECT_FALSE(gate.is_complete(7, 109.9));
  EXPECT_TRUE(gate.is_complete(7, 110.0));
  gate.landed(7, 105.0);
  EXPECT_TRUE(gate.is_complete(7, 105.0));
}

TEST(VisitGate, LearnsHowManyDetectorsThereAre) {
  VisitGate gate(0, 10.0);
  gate.landed(1, 0.0);
  gate.landed(1, 1.0);
  EXPECT_FALSE(gate.is_complete(1, 1.0));  // nobody knows how many will come
  EXPECT_TRUE(gate.is_complete(1, 11.0));
  gate.close(1);
  gate.landed(2, 20.0);
  EXPECT_FALSE(gate.is_complete(2, 20.0));
  gate.landed(2, 21.0);
  EXPECT_TRUE(gate.is_complete(2, 21.0));
  gate.close(2);
  gate.landed(1, 30.0);  // a third one, late: its visit is open again, and all have three
  EXPECT_FALSE(gate.is_closed(1));
  gate.landed(3, 40.0);
  gate.landed(3, 40.0);
  EXPECT_FALSE(gate.is_complete(3, 40.0));
}

TEST(NightLog, SplitsAMessageIntoItsThreeParts) {
  const MessageParts parts = message_parts("/a/b.fits: lacks X: at 3; bring it; or another");
  EXPECT_EQ(parts.problem, "/a/b.fits");
  EXPECT_EQ(parts.reason, "lacks X: at 3; bring it");
  EXPECT_EQ(parts.remedy, "or another");
  EXPECT_EQ(message_parts("plain").problem, "plain");
}

}  // namespace
}  // namespace skywright::pipelines
