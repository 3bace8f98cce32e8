// That DuckDB itself ends so where a read fails as it starts is seen with libfiu:
// tests/faults/break_io.
#include "skywright/io/detail/duckdb_start.h"

#include <csignal>
#include <exception>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

namespace skywright::io::detail {
namespace {

void fail() { throw std::runtime_error("a unique_ptr that is null"); }

/// As the half-made database does in its destructor.
struct Throws {
  ~Throws() { fail(); }
};

TEST(StartOfDuckDb, TellsAnEndOfTheProgramAsAStorageError) {
  const auto start = [] {
    const StartOfDuckDb here;
    const Throws half_made;
  };
  EXPECT_EXIT(start(), testing::ExitedWithCode(5), "DuckDB.*could not start.*check the disk");
}

TEST(StartOfDuckDb, LeavesOtherEndsAsTheyAre) {
  const auto after = [] {
    { const StartOfDuckDb here; }
    std::terminate();
  };
  EXPECT_EXIT(after(), testing::KilledBySignal(SIGABRT), "");
  const auto in_another_thread = [] {
    const StartOfDuckDb here;
    std::thread([] { std::terminate(); }).join();
  };
  EXPECT_EXIT(in_another_thread(), testing::KilledBySignal(SIGABRT), "");
}

}  // namespace
}  // namespace skywright::io::detail
