#include "skywright/table/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "skywright/base/error.h"

namespace skywright::table {
namespace {

using testing::ElementsAre;

Table small() {
  Table t;
  t.add("x", "pixel", "place", std::vector<double>{1.0, 2.0, 3.0});
  t.add("id", "", "number", std::vector<std::int64_t>{10, 20, 30});
  t.add("name", "", "text", std::vector<std::string>{"a", "b", "c"});
  t.add_flags("flag", "bad", {0, 1, 0});
  return t;
}

TEST(Table, RefusesAColumnOfAnotherLengthOrATakenName) {
  Table t = small();
  EXPECT_THROW(t.add("y", "", "", std::vector<double>{1.0}), InputError);
  EXPECT_THROW(t.add("x", "", "", std::vector<double>{1.0, 2.0, 3.0}), InputError);
}

TEST(Table, AMissingColumnIsNamedBesideThoseThatExist) {
  try {
    (void)small().column<double>("dec");
    FAIL() << "there is no dec";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(),
                testing::AllOf(testing::HasSubstr("dec"), testing::HasSubstr("x id name flag")));
  }
}

TEST(Table, SelectedKeepsOrderOfTheAskedRows) {
  const std::vector<std::size_t> rows = {2, 0};
  const Table t = small().selected(rows);
  EXPECT_THAT(t.column<double>("x"), ElementsAre(3.0, 1.0));
  EXPECT_THAT(t.column<std::string>("name"), ElementsAre("c", "a"));
  EXPECT_THAT(t.flags("flag"), ElementsAre(0, 0));
}

TEST(Table, AppendJoinsRowsAndRefusesOtherColumns) {
  Table t = small();
  t.append(small());
  EXPECT_EQ(t.rows(), 6u);
  EXPECT_THAT(t.wholes("id"), ElementsAre(10, 20, 30, 10, 20, 30));
  Table other;
  other.add("x", "", "", std::vector<float>{1.0F});
  EXPECT_THROW(t.append(other), InputError);
}

TEST(Table, NumbersWidenButTextIsRefused) {
  EXPECT_THAT(small().numbers("id"), ElementsAre(10.0, 20.0, 30.0));
  EXPECT_THROW((void)small().numbers("name"), InputError);
  EXPECT_THROW((void)small().wholes("x"), InputError);
}

}  // namespace
}  // namespace skywright::table
