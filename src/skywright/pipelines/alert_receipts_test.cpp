#include "skywright/pipelines/alert_receipts.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "skywright/io/atomic_file.h"
#include "skywright/io/test_folder.h"

namespace skywright::pipelines {
namespace {

TEST(AlertReceipts, AreReadBackInWhateverOrderTheyCame) {
  const io::TestFolder folder;
  const auto log = folder / "sent/alerts.log";
  {
    AlertReceipts receipts(log);
    for (const std::uint64_t index : {5, 3, 4, 9, 4, 0}) receipts.add("alerts/1/a b.avro", index);
    receipts.add_whole("alerts/1/c.avro", 12);
    receipts.sync();
    receipts.add("alerts/1/d.avro", 1);  // and killed before it is flushed
    EXPECT_EQ(receipts.size(), 6u);
  }
  const AlertReceipts back(log);
  EXPECT_EQ(back.size(), 5u);
  for (const std::uint64_t index : {0, 3, 4, 5, 9})
    EXPECT_TRUE(back.contains("alerts/1/a b.avro", index));
  for (const std::uint64_t index : {1, 2, 6, 8, 10})
    EXPECT_FALSE(back.contains("alerts/1/a b.avro", index));
  EXPECT_EQ(back.whole("alerts/1/c.avro"), 12u);
  EXPECT_FALSE(back.whole("alerts/1/a b.avro"));
  EXPECT_FALSE(back.contains("alerts/1/d.avro", 1));
}

TEST(AlertReceipts, PassOverALineThatWasCutOff) {
  const io::TestFolder folder;
  const auto log = folder / "alerts.log";
  io::write_whole_file(
      log, "a.avro 0 3\nnonsense\na.avro 7 5\na.avro 8 99999999999999999999\na.avro 12 1");
  {
    AlertReceipts receipts(log);
    EXPECT_EQ(receipts.size(), 4u);
    receipts.add("a.avro", 20);
    receipts.sync();
  }
  const AlertReceipts back(log);
  EXPECT_EQ(back.size(), 5u);
  EXPECT_TRUE(back.contains("a.avro", 20));
  EXPECT_FALSE(back.contains("a.avro", 12));
}

}  // namespace
}  // namespace skywright::pipelines
