#include "skywright/sql/database.h"

#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <limits>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skywright/base/error.h"

namespace skywright::sql {
namespace {

namespace fs = std::filesystem;

class SqlDatabase : public testing::Test {
 protected:
  void SetUp() override {
    const testing::TestInfo* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) /
              (std::string("sql_") + info->name() + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  [[nodiscard]] fs::path file(const std::string& name) const { return folder_ / name; }

  fs::path folder_;
};

Database made(const fs::path& path) {
  Database db(path, {.access = Access::create});
  db.execute("CREATE TABLE Visit(visit INTEGER PRIMARY KEY, ra REAL, band TEXT)");
  return db;
}

TEST_F(SqlDatabase, KeepsValuesOfEachKind) {
  Database db = made(file("a.sqlite"));
  const std::int64_t big = (std::int64_t{1} << 62) + 1;
  Statement insert = db.prepare("INSERT INTO Visit VALUES (?, ?, ?)");
  insert.run(big, 0.1, "r");
  insert.run(7, std::numeric_limits<double>::quiet_NaN(), std::string("it's \"g\""));
  const table::Table rows = db.query("SELECT * FROM Visit ORDER BY visit");
  EXPECT_EQ(rows.column<std::int64_t>("visit")[1], big);
  EXPECT_EQ(rows.column<double>("ra")[1], 0.1);
  EXPECT_TRUE(std::isnan(rows.column<double>("ra")[0]));
  EXPECT_EQ(rows.column<std::string>("band")[0], "it's \"g\"");
  EXPECT_EQ(db.whole("SELECT count(*) FROM Visit WHERE ra IS NULL"), 1);
}

TEST_F(SqlDatabase, AnEmptyResultKeepsItsColumnsAndKinds) {
  Database db = made(file("a.sqlite"));
  const table::Table rows = db.query("SELECT * FROM Visit WHERE visit = ?", 3);
  EXPECT_EQ(rows.rows(), 0u);
  EXPECT_EQ(rows.column<std::int64_t>("visit").size(), 0u);
  EXPECT_EQ(rows.column<std::string>("band").size(), 0u);
}

TEST_F(SqlDatabase, NullAmongWholeNumbersIsRefused) {
  Database db = Database::in_memory();
  db.execute("CREATE TABLE t(n INTEGER); INSERT INTO t VALUES (1), (NULL)");
  EXPECT_THROW((void)db.query("SELECT n FROM t"), InputError);
  EXPECT_EQ(db.query("SELECT COALESCE(n, 0) AS n FROM t").wholes("n")[1], 0);
}

TEST_F(SqlDatabase, UndoesATransactionThatIsNotCommitted) {
  Database db = made(file("a.sqlite"));
  {
    Transaction change(db);
    db.execute("INSERT INTO Visit VALUES (1, 2, 'r')");
  }
  EXPECT_EQ(db.whole("SELECT count(*) FROM Visit"), 0);
  {
    Transaction change(db);
    db.execute("INSERT INTO Visit VALUES (1, 2, 'r')");
    change.commit();
  }
  const Database again(file("a.sqlite"));
  EXPECT_EQ(again.whole("SELECT count(*) FROM Visit"), 1);
}

TEST_F(SqlDatabase, AReaderGoesOnWhileAnotherWrites) {
  Database db = made(file("a.sqlite"));
  const Database reader(file("a.sqlite"), {.busy_timeout_ms = 10});
  Transaction change(db);
  db.execute("INSERT INTO Visit VALUES (1, 2, 'r')");
  EXPECT_EQ(reader.whole("SELECT count(*) FROM Visit"), 0);
  change.commit();
  EXPECT_EQ(reader.whole("SELECT count(*) FROM Visit"), 1);
}

TEST_F(SqlDatabase, ASecondWriterIsToldOfTheLock) {
  Database db = made(file("a.sqlite"));
  Database other(file("a.sqlite"), {.access = Access::read_write, .busy_timeout_ms = 10});
  const Transaction change(db);
  EXPECT_THROW(Transaction{other}, StorageError);
}

TEST_F(SqlDatabase, IsOneProcessesAloneWhereAsked) {
  const DatabaseOptions alone{.access = Access::create,
                              .journal = Journal::rollback,
                              .sharing = Sharing::alone,
                              .busy_timeout_ms = 10};
  {
    Database first(file("a.sqlite"), alone);
    EXPECT_THROW(Database(file("a.sqlite"), alone), StorageError);
    first.execute("CREATE TABLE t(a INTEGER)");
    EXPECT_THROW(Database(file("a.sqlite"), alone), StorageError);
    EXPECT_THROW(Database(file("a.sqlite"), {.busy_timeout_ms = 10}), StorageError);
  }
  EXPECT_TRUE(Database(file("a.sqlite"), alone).has_table("t"));
}

TEST_F(SqlDatabase, RefusesWhatIsNoDatabase) {
  EXPECT_THROW(Database{file("missing.sqlite")}, InputError);
  EXPECT_THROW(Database{folder_}, InputError);
  std::ofstream(file("text")) << "SIMPLE  =                    T / a FITS file, no database";
  EXPECT_THROW(Database{file("text")}, InputError);
  EXPECT_THROW(Database(file("text"), {.access = Access::create}), InputError);
  EXPECT_THROW(Database(file("no/such/folder.db"), {.access = Access::create}), StorageError);
}

TEST_F(SqlDatabase, ReportsADamagedDatabase) {
  {
    Database db = made(file("a.sqlite"));
    for (int i = 0; i < 2000; ++i)
      db.prepare("INSERT INTO Visit VALUES (?, 1.5, 'text that fills pages')").run(i);
  }
  std::fstream raw(file("a.sqlite"), std::ios::in | std::ios::out | std::ios::binary);
  raw.seekp(4096 + 8);
  raw << std::string(8000, '\xA5');
  raw.close();
  const Database db(file("a.sqlite"));
  EXPECT_THROW((void)db.query("SELECT * FROM Visit"), InputError);
}

TEST_F(SqlDatabase, AMissingTableIsAnInputError) {
  const Database db = made(file("a.sqlite"));
  EXPECT_TRUE(db.has_table("Visit"));
  EXPECT_FALSE(db.has_table("Nights"));
  EXPECT_THROW((void)db.query("SELECT * FROM Nights"), InputError);
}

TEST_F(SqlDatabase, ReadOnlyNeverWrites) {
  { Database db = made(file("a.sqlite")); }
  Database db(file("a.sqlite"));
  EXPECT_THROW(db.execute("INSERT INTO Visit VALUES (1, 2, 'r')"), StorageError);
}

TEST_F(SqlDatabase, ADiskThatIsFullLosesNothing) {
  Database db = made(file("a.sqlite"));
  db.execute("INSERT INTO Visit VALUES (1, 2, 'r')");
  struct rlimit old {};
  getrlimit(RLIMIT_FSIZE, &old);
  struct rlimit small = old;
  small.rlim_cur = 256 * 1024;
  std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  bool full = false;
  try {
    Transaction change(db);
    Statement insert = db.prepare("INSERT INTO Visit VALUES (?, 1, ?)");
    for (int i = 2; i < 5000; ++i) insert.run(i, std::string(1000, 'x'));
    change.commit();
  } catch (const StorageError&) {
    full = true;
  }
  setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_TRUE(full);
  EXPECT_EQ(db.whole("SELECT count(*) FROM Visit"), 1);
}

TEST_F(SqlDatabase, StoresATableWhole) {
  table::Table t;
  t.add("order", "", "a word that SQL keeps", std::vector<std::int32_t>{1, 2});
  t.add("flux", "nJy", "", std::vector<float>{1.5F, std::numeric_limits<float>::quiet_NaN()});
  t.add_flags("good", "", {1, 0});
  t.add("name", "", "", std::vector<std::string>{"a", "b"});
  Database db(file("a.db"), {.access = Access::create, .journal = Journal::rollback});
  store_table(db, "stars", t);
  store_table(db, "stars", t);
  const table::Table back = db.query("SELECT * FROM stars");
  ASSERT_EQ(back.rows(), 2u);
  EXPECT_EQ(back.wholes("order")[1], 2);
  EXPECT_EQ(back.column<double>("flux")[0], 1.5);
  EXPECT_TRUE(std::isnan(back.column<double>("flux")[1]));
  EXPECT_EQ(back.wholes("good")[0], 1);
  EXPECT_EQ(back.column<std::string>("name")[1], "b");
}

}  // namespace
}  // namespace skywright::sql
