#include "skywright/archive/archive.h"

#include <atomic>
#include <fstream>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "skywright/base/error.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/read_error.h"

namespace skywright::archive {
namespace {

namespace fs = std::filesystem;

class ArchiveTest : public testing::Test {
 protected:
  ArchiveTest()
      : root_(fs::temp_directory_path() /
              ("skywright_archive_" + std::to_string(::getpid()) + "_" +
               testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::remove_all(root_);
    fs::create_directories(root_);
    std::ofstream(root_ / "survey.toml") << "# empty\n";
  }
  ~ArchiveTest() override { fs::remove_all(root_); }

  static auto writing(std::string text) {
    return [text = std::move(text)](const fs::path& file) { std::ofstream(file) << text; };
  }
  std::vector<std::string> names_in(const fs::path& folder) const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(root_ / folder))
      names.push_back(entry.path().filename());
    return names;
  }

  const Provenance provenance_{"detrend", 3, "a = 1\n", {"00ff"}};
  const DatasetKey key_ = dataset_key({.kind = "image", .visit = 7, .detector = 94}, provenance_);
  fs::path root_;
};

TEST_F(ArchiveTest, AKeyChangesWithWhateverMadeIt) {
  const DatasetId id{.kind = "image", .visit = 7, .detector = 94};
  EXPECT_EQ(dataset_key(id, provenance_), key_);
  EXPECT_NE(dataset_key(id, {"detrend", 4, "a = 1\n", {"00ff"}}).hash, key_.hash);
  EXPECT_NE(dataset_key(id, {"detrend", 3, "a = 2\n", {"00ff"}}).hash, key_.hash);
  EXPECT_NE(dataset_key(id, {"detrend", 3, "a = 1\n", {"01ff"}}).hash, key_.hash);
  EXPECT_NE(dataset_key({.kind = "image", .visit = 8, .detector = 94}, provenance_).hash,
            key_.hash);
  // Neighbouring texts do not run into each other.
  EXPECT_NE(dataset_key(id, {"ab", 1, "c", {}}).hash, dataset_key(id, {"a", 1, "bc", {}}).hash);
}

TEST_F(ArchiveTest, PublishesFileAndSidecarAndNothingElse) {
  Archive archive(root_, OpenFor::writing);
  EXPECT_FALSE(archive.contains(key_));
  const DatasetRecord record = archive.publish(key_, provenance_, writing("pixels"));
  EXPECT_TRUE(archive.contains(key_));
  EXPECT_EQ(record.bytes, 6);
  EXPECT_EQ(io::read_whole_file(archive.path_of(key_)), "pixels");
  EXPECT_THAT(names_in("visit/7"), testing::SizeIs(2));
  const auto found = archive.latest({.kind = "image", .visit = 7});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->provenance.inputs, provenance_.inputs);
  EXPECT_EQ(found->checksum, record.checksum);
}

TEST_F(ArchiveTest, NeverReplacesADataset) {
  Archive archive(root_, OpenFor::writing);
  archive.publish(key_, provenance_, writing("first"));
  archive.publish(key_, provenance_, writing("second"));
  EXPECT_EQ(io::read_whole_file(archive.path_of(key_)), "first");
  EXPECT_THAT(archive.list({.kind = "image"}), testing::SizeIs(1));
}

TEST_F(ArchiveTest, AFailedWriterLeavesNothing) {
  Archive archive(root_, OpenFor::writing);
  EXPECT_THROW(archive.publish(key_, provenance_,
                               [](const fs::path& file) {
                                 std::ofstream(file) << "half";
                                 throw StorageError("disk", "full", "free space");
                               }),
               StorageError);
  EXPECT_FALSE(archive.contains(key_));
  EXPECT_THAT(names_in("visit/7"), testing::IsEmpty());
}

TEST_F(ArchiveTest, AFileWithoutSidecarIsMadeAgain) {
  Archive archive(root_, OpenFor::writing);
  fs::create_directories(archive.path_of(key_).parent_path());
  std::ofstream(archive.path_of(key_)) << "cut off";
  EXPECT_FALSE(archive.contains(key_));
  archive.publish(key_, provenance_, writing("whole"));
  EXPECT_EQ(io::read_whole_file(archive.path_of(key_)), "whole");
}

TEST_F(ArchiveTest, VerifyFindsAFlippedByteAndAMissingFile) {
  const DatasetKey other = dataset_key({.kind = "image", .visit = 8, .detector = 1}, provenance_);
  Archive archive(root_, OpenFor::writing);
  archive.publish(key_, provenance_, writing("pixels"));
  archive.publish(other, provenance_, writing("pixels"));
  EXPECT_THAT(archive.verify(Execution(2)), testing::IsEmpty());
  std::ofstream(archive.path_of(key_)) << "pixelS";
  fs::remove(archive.path_of(other));
  const auto damages = archive.verify(Execution(2));
  ASSERT_THAT(damages, testing::SizeIs(2));
  EXPECT_THAT(damages[0].problem, testing::HasSubstr("checksum"));
  EXPECT_THAT(damages[1].problem, testing::HasSubstr("missing"));
}

TEST_F(ArchiveTest, TheRegistryIsRebuiltFromFilesAlone) {
  {
    Archive archive(root_, OpenFor::writing);
    archive.publish(key_, provenance_, writing("pixels"));
  }
  for (const char* suffix : {"", "-wal", "-shm"})
    fs::remove(root_ / ("registry.sqlite" + std::string(suffix)));
  const Archive archive(root_, OpenFor::reading);
  EXPECT_TRUE(archive.latest({.kind = "image", .visit = 7, .detector = 94}).has_value());
}

TEST_F(ArchiveTest, RanksPublishBesideTheWriterWhichAdoptsWhatTheyMade) {
  Archive writer(root_, OpenFor::writing);
  Archive rank(root_, OpenFor::publishing);
  rank.publish(key_, provenance_, writing("pixels"));
  EXPECT_TRUE(writer.contains(key_));
  EXPECT_THAT(writer.list({.kind = "image"}), testing::IsEmpty());
  writer.adopt(key_);
  writer.adopt(key_);
  EXPECT_THAT(writer.list({.kind = "image"}), testing::SizeIs(1));
  EXPECT_THROW(rank.adopt(key_), std::logic_error);
}

TEST_F(ArchiveTest, WhatShowsLateIsWaitedFor) {
  Archive writer(root_, OpenFor::writing);
  Archive rank(root_, OpenFor::publishing);
  EXPECT_THROW(writer.adopt(key_, 0.05), InputError);
  std::jthread late([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    rank.publish(key_, provenance_, writing("pixels"));
  });
  writer.adopt(key_);
  EXPECT_TRUE(writer.latest({.kind = "image", .visit = 7}).has_value());
}

TEST_F(ArchiveTest, TwoRanksThatPublishTheSameAtOnceLeaveItWholeAtEveryMoment) {
  Archive archive(root_, OpenFor::publishing);
  const std::string content(20000, 'x');
  std::atomic<bool> done = false;
  std::atomic<int> vanished = 0;
  std::vector<std::jthread> ranks;
  for (int rank = 0; rank < 2; ++rank) {
    ranks.emplace_back([&] {
      Archive own(root_, OpenFor::publishing);
      for (int visit = 0; visit < 40; ++visit)
        own.publish(dataset_key({.kind = "image", .visit = visit, .detector = 1}, provenance_),
                    provenance_, writing(content));
    });
  }
  std::jthread looks([&] {
    std::set<int> seen;
    while (!done) {
      for (int visit = 0; visit < 40; ++visit) {
        const bool there = archive.contains(
            dataset_key({.kind = "image", .visit = visit, .detector = 1}, provenance_));
        if (there)
          seen.insert(visit);
        else if (seen.contains(visit))
          ++vanished;
      }
    }
  });
  ranks.clear();
  done = true;
  looks.join();
  EXPECT_EQ(vanished, 0);
  EXPECT_THAT(archive.verify(Execution(2)), testing::IsEmpty());
}

TEST_F(ArchiveTest, AWriterWhoseRanksWereLostHasTheNextOneClearUp) {
  const fs::path left = root_ / "visit" / "7" / ".94.0123abcd.fits.4711.0.tmp";
  fs::create_directories(left.parent_path());
  std::ofstream(left) << "half";
  { Archive(root_, OpenFor::writing).expect_left_overs(); }
  EXPECT_TRUE(fs::exists(left));
  { const Archive next(root_, OpenFor::writing); }
  EXPECT_FALSE(fs::exists(left));
}

TEST_F(ArchiveTest, WhatARankPublishedBeforeTheLaunchDiedIsListedByTheNext) {
  { Archive(root_, OpenFor::writing).expect_left_overs(); }
  Archive(root_, OpenFor::publishing).publish(key_, provenance_, writing("pixels"));
  const Archive next(root_, OpenFor::writing);
  EXPECT_THAT(next.list({.kind = "image"}), testing::SizeIs(1));
}

TEST_F(ArchiveTest, ASecondWriterAndAForeignFolderAreRefused) {
  const Archive archive(root_, OpenFor::writing);
  EXPECT_THROW(Archive(root_, OpenFor::writing), StorageError);
  EXPECT_NO_THROW(Archive(root_, OpenFor::reading));
  EXPECT_THROW(Archive(root_ / "visit", OpenFor::reading), InputError);
}

TEST(FileChecksum, TellsADiskThatDoesNotDeliverFromAFileThatIsNotThere) {
  // Linux opens the memory of a process as a file, and reading its first page is an I/O error.
  EXPECT_THROW(file_checksum("/proc/self/mem"), io::ReadError);
  EXPECT_THROW(file_checksum("/nowhere/file"), InputError);
  EXPECT_THROW(file_checksum("/tmp"), InputError);
  EXPECT_THROW(io::read_whole_file("/proc/self/mem"), io::ReadError);
  EXPECT_THROW(io::read_whole_file("/tmp"), InputError);
}

}  // namespace
}  // namespace skywright::archive
