/// Body of `skywright alerts replay`: alerts of the past as a stream, at the pace at which they
/// came.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "skywright/base/execution.h"

namespace skywright::pipelines {

struct ReplayRequest {
  std::vector<std::filesystem::path> files;
  std::string to;                     ///< a folder, - for standard output, or kafka://...
  std::optional<double> speed = 1.0;  ///< times the original pace; none: as fast as possible
  std::optional<std::string> filter;
  double wait_s = 60.0;  ///< for a broker's acknowledgements at the end
};

struct ReplaySummary {
  std::size_t files = 0;
  std::uint64_t alerts = 0;
  std::uint64_t acknowledged = 0;  ///< of a broker
  std::uint64_t waiting = 0;       ///< that no broker acknowledged
  double seconds = 0.0;
  double bytes = 0.0;  ///< of packets
  std::string trouble;
  bool stopped = false;
};

/// Each file's alerts leave together, at the middle of their exposure after that of the first file
/// (diaSource.midpointMjdTai, or ZTF's candidate.jd), divided by the speed.
/// @throws ConfigError for a speed or address that is none; InputError, StorageError, ServiceError
ReplaySummary replay_alerts(const ReplayRequest& request, const Execution& execution);

}  // namespace skywright::pipelines
