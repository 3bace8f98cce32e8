#include "skywright/io/detail/duckdb_start.h"

#include <cstdio>
#include <cstdlib>
#include <exception>

#include "skywright/base/error.h"

namespace skywright::io::detail {
namespace {

thread_local bool starting = false;
std::terminate_handler other_ends = nullptr;

[[noreturn]] void end_of_program() {
  if (!starting) {
    if (other_ends != nullptr) other_ends();
    std::abort();
  }
  // What is published is whole at any moment, so that there is nothing to put away.
  std::fputs(
      "skywright: DuckDB, which reads and writes Parquet: it could not start, since a file could "
      "not be read; check the disk, then run the same command again\n",
      stderr);
  std::fflush(nullptr);
  std::_Exit(static_cast<int>(ExitCode::storage));
}

}  // namespace

StartOfDuckDb::StartOfDuckDb() {
  // Once: threads start DuckDB side by side.
  [[maybe_unused]] static const bool installed = [] {
    other_ends = std::set_terminate(end_of_program);
    return true;
  }();
  starting = true;
}

StartOfDuckDb::~StartOfDuckDb() { starting = false; }

}  // namespace skywright::io::detail
