#include "skywright/io/table_files.h"

#include <cmath>
#include <filesystem>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/fits.h"
#include "skywright/io/test_folder.h"

namespace skywright::io {
namespace {

using table::Table;

Table every_type(std::size_t rows) {
  RandomStream random = RandomStream::for_unit(1, {2}, "table");
  std::vector<double> ra;
  std::vector<float> flux;
  std::vector<std::int64_t> id;
  std::vector<std::int32_t> count;
  std::vector<std::uint8_t> flag;
  std::vector<std::string> name;
  for (std::size_t i = 0; i < rows; ++i) {
    ra.push_back(random.uniform(0.0, 360.0));
    flux.push_back(static_cast<float>(1e4 * random.normal()));
    id.push_back(static_cast<std::int64_t>(random.word64() >> 1));
    count.push_back(static_cast<std::int32_t>(random.below(1000)) - 500);
    flag.push_back(static_cast<std::uint8_t>(random.below(2)));
    name.push_back(std::string(static_cast<std::size_t>(random.below(20)), 'a') + "b, \"c\"");
  }
  if (rows > 2) {
    ra[1] = std::numeric_limits<double>::quiet_NaN();
    flux[2] = std::numeric_limits<float>::infinity();
    name[0] = "";
  }
  Table out;
  out.add("ra", "deg", "right ascension, ICRS", ra);
  out.add("psfFlux", "nJy", std::string(120, 'd'), flux);
  out.add("diaObjectId", "", "", id);
  out.add("count", "", "how often", count);
  out.add_flags("flag", "something is wrong", flag);
  out.add("name", "", "of the thing", name);
  out.metadata["LICENCE"] = "CC0";
  return out;
}

template <class T>
bool same(const T& a, const T& b) {
  return a == b || (a != a && b != b);
}

void expect_same(const Table& a, const Table& b) {
  ASSERT_EQ(a.columns().size(), b.columns().size());
  for (std::size_t c = 0; c < a.columns().size(); ++c) {
    const auto& x = a.columns()[c];
    const auto& y = b.columns()[c];
    EXPECT_EQ(x.name, y.name);
    EXPECT_EQ(x.unit, y.unit);
    EXPECT_EQ(x.description, y.description);
    ASSERT_EQ(x.values.index(), y.values.index()) << x.name;
    ASSERT_EQ(x.size(), y.size());
    std::visit(
        [&](const auto& v) {
          using V = std::decay_t<decltype(v)>;
          const auto& w = std::get<V>(y.values);
          if constexpr (std::is_same_v<V, table::Flags>)
            EXPECT_EQ(v.values, w.values);
          else
            for (std::size_t r = 0; r < v.size(); ++r)
              ASSERT_TRUE(same(v[r], w[r])) << x.name << " row " << r;
        },
        x.values);
  }
}

class EveryFormat : public testing::TestWithParam<const char*> {};

TEST_P(EveryFormat, KeepsTypesValuesUnitsAndDescriptions) {
  const TestFolder folder;
  for (const std::size_t rows : {0u, 1u, 5000u}) {
    const Table out = every_type(rows);
    write_table(folder / GetParam(), out);
    const Table back = read_table(folder / GetParam());
    expect_same(out, back);
    EXPECT_EQ(back.metadata.at("LICENCE"), "CC0");
  }
}

TEST_P(EveryFormat, GivesTheSameBytesAgain) {
  const TestFolder folder;
  const Table out = every_type(3000);
  write_table(folder / GetParam(), out);
  const std::string first = read_whole_file(folder / GetParam());
  write_table(folder / GetParam(), out);
  EXPECT_EQ(first, read_whole_file(folder / GetParam()));
}

TEST_P(EveryFormat, LeavesNothingOnAFullDisk) {
  const Table out = every_type(50000);
  EXPECT_EXIT(
      {
        const TestFolder folder;
        limit_file_size(60000);
        int code = 1;
        try {
          write_table(folder / GetParam(), out);
        } catch (const StorageError&) {
          code = std::filesystem::is_empty(folder.path()) ? 0 : 2;
        }
        std::filesystem::remove_all(folder.path());
        ::_exit(code);
      },
      testing::ExitedWithCode(0), "");
}

INSTANTIATE_TEST_SUITE_P(TableFiles, EveryFormat, testing::Values("t.fits", "t.parquet"),
                         [](const auto& format) { return std::string(format.param).substr(2); });

TEST(TableFiles, AnUnwritablePathIsAStorageError) {
  for (const char* path : {"/nonexistent/t.fits", "/nonexistent/t.parquet", "/nonexistent/t.csv"})
    EXPECT_THROW(write_table(path, every_type(3)), StorageError) << path;
  EXPECT_THROW(write_table("t.xyz", every_type(3)), ConfigError);
  for (const char* path : {"none.fits", "none.parquet", "none.csv"})
    EXPECT_THROW(read_table(path), InputError) << path;
}

TEST(TableFiles, AFileThatIsNotWhatItsNameSaysIsAnInputError) {
  const TestFolder folder;
  for (const char* name : {"x.fits", "x.parquet"}) {
    write_whole_file(folder / name, "a,b\n1,2\n some text that goes on\n");
    EXPECT_THROW(read_table(folder / name), InputError) << name;
  }
  write_parquet(folder / "y.parquet", every_type(1000));
  std::string bytes = read_whole_file(folder / "y.parquet");
  write_whole_file(folder / "y.parquet", bytes.substr(0, bytes.size() / 2));
  EXPECT_THROW(read_table(folder / "y.parquet"), InputError);
}

TEST(Csv, TypesAreTheNarrowestThatFit) {
  const TestFolder folder;
  write_whole_file(folder / "c.csv",
                   "# a catalog\r\nid,ra,mag,good,name\r\n1,10.5,,true,\"a,\"\"b\"\"\"\r\n"
                   "9007199254740993,-1e-3,nan,false,\r\n");
  const Table t = read_csv(folder / "c.csv");
  EXPECT_EQ(t.column<std::int64_t>("id")[1], 9007199254740993);
  EXPECT_EQ(t.column<double>("ra")[1], -1e-3);
  EXPECT_EQ(t.flags("good")[0], 1);
  EXPECT_EQ(t.column<std::string>("name")[0], "a,\"b\"");
  EXPECT_TRUE(std::isnan(t.column<double>("mag")[0]));
  EXPECT_TRUE(std::isnan(t.column<double>("mag")[1]));
}

TEST(Csv, ValuesComeBackExactly) {
  const TestFolder folder;
  const Table out = every_type(500);
  write_csv(folder / "c.csv", out);
  const Table back = read_csv(folder / "c.csv");
  const auto ra = out.column<double>("ra");
  const auto flux = out.column<float>("psfFlux");
  for (std::size_t r = 0; r < 500; ++r) {
    EXPECT_TRUE(same(ra[r], back.column<double>("ra")[r]));
    EXPECT_EQ(flux[r], static_cast<float>(back.column<double>("psfFlux")[r]));
    EXPECT_EQ(out.column<std::int64_t>("diaObjectId")[r],
              back.column<std::int64_t>("diaObjectId")[r]);
    EXPECT_EQ(out.column<std::string>("name")[r], back.column<std::string>("name")[r]);
  }
}

TEST(Csv, ARecordOfAnotherLengthIsNamed) {
  const TestFolder folder;
  write_whole_file(folder / "c.csv", "a,b\n1,2\n3\n");
  try {
    read_csv(folder / "c.csv");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("record 3"));
  }
}

TEST(Parquet, NamesThatDifferOnlyInCaseAreRefused) {
  const TestFolder folder;
  Table t;
  t.add("x", "", "", std::vector<double>{1.0});
  t.add("X", "", "", std::vector<double>{2.0});
  EXPECT_THROW(write_parquet(folder / "t.parquet", t), InputError);
}

TEST(Parquet, TextKeepsQuotesAndUnicode) {
  const TestFolder folder;
  Table t;
  t.add("odd \"name\"", "\xc2\xb5Jy", "it's", std::vector<std::string>{"it's", "\xc2\xb5", "\xff"});
  t.metadata["it's"] = "a 'quote'";
  write_parquet(folder / "it's [1]*.parquet", t);
  const Table back = read_parquet(folder / "it's [1]*.parquet");
  EXPECT_THAT(back.column<std::string>("odd \"name\""),
              testing::ElementsAre("it's", "\xc2\xb5", "?"));
  EXPECT_EQ(back.columns()[0].unit, "\xc2\xb5Jy");
  EXPECT_EQ(back.metadata.at("it's"), "a 'quote'");
}

}  // namespace
}  // namespace skywright::io
