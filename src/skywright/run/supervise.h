/// Starts a launch and, as long as it ends before its work does, starts it anew.
///
/// A rank that is lost ends its launch (MPI cannot go on without it); what was done is kept, so the
/// next launch does just what is missing.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "skywright/base/execution.h"

namespace skywright::run {

struct SuperviseRequest {
  std::vector<std::string> launcher;  ///< "mpirun", "-n", "4"
  std::vector<std::string> command;  ///< what it starts, its ranks' command line; `env` goes before
                                     ///< it, with this process's settings SKYWRIGHT_*
  double deadline_s = 86400.0;       ///< of all launches together
  /// A launcher whose processes here have all ended, and that does not for so long, is killed.
  double hang_s = 30.0;
  /// Launches in a row that may end without having made anything.
  int fruitless = 3;
  /// How much the launches have made so far, in any unit that only grows.
  std::function<std::size_t()> made = [] { return std::size_t{0}; };
};

struct Supervision {
  int code = 0;      ///< exit code of the last launch; 3 where there was none that ended by itself
  int launches = 0;  ///< that were started
  std::string end;   ///< why there were no more; empty where the last one did its work
};

/// Returns when a launch has done its work or failed for a reason that another would meet again
/// (exit codes 0 and 2 to 6), when the deadline has passed, after fruitless launches, or on a stop.
/// Standard output and error of the launches are this process's.
/// @throws ConfigError where the launcher cannot be started
Supervision supervise(const SuperviseRequest& request, const Execution& execution);

/// Cut at blanks; 'single' and "double" quotes keep them. @throws ConfigError for an open quote
std::vector<std::string> words_of(const std::string& line);

/// The exit code of a launch that should be started anew; only where `is_supervised`.
constexpr int kLaunchAgain = 75;
bool is_supervised();

}  // namespace skywright::run
