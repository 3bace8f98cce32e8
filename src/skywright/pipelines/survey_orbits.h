/// Body of `skywright survey orbits`, and what `skywright survey init --orbits` does besides.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "skywright/base/execution.h"
#include "skywright/ephemeris/orbit_reader.h"

namespace skywright::pipelines {

struct SurveyOrbits {
  std::filesystem::path file;      ///< in the survey's folder: reference/orbits.dat.gz
  std::filesystem::path replaced;  ///< the catalog that was there under another name; else empty
  std::size_t orbits = 0;
  std::size_t skipped = 0;    ///< lines that are no orbit
  std::string first_skipped;  ///< "line 17: ..."; empty where there is none
  double first_epoch = 0.0;   ///< at which elements osculate [MJD TDB]; NaN where none tells
  double last_epoch = 0.0;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string json() const;
};

/// "line 17: it is shorter than 103 columns" of the first line that is no orbit; empty where all
/// are.
std::string first_skipped(const ephemeris::OrbitReading& reading);

/// Copy a catalog of orbits (MPCORB lines or a table, plain or gzipped) to the place where the
/// survey's nights look for it, byte by byte and in place of the one that was there. It is read
/// first, and refused where it holds no orbit. A night that runs goes on with the one it began
/// with.
/// @throws InputError for what is no catalog or no survey; StorageError
SurveyOrbits set_survey_orbits(const std::filesystem::path& survey,
                               const std::filesystem::path& catalog, const Execution& execution);

}  // namespace skywright::pipelines
