/// Orbits from text: MPCORB lines, or a table with a line of column names.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/ephemeris/orbit_catalog.h"

namespace skywright::ephemeris {

/// What to do with a line that is no orbit.
enum class BadLines { refuse, skip };

struct SkippedLine {
  std::size_t line = 0;  ///< from 1
  std::string reason;
};

struct OrbitReading {
  OrbitCatalog orbits;
  std::size_t skipped = 0;
  std::vector<SkippedLine> first_skipped;  ///< at most 20, by line
};

/// Takes a catalog in parts, so that a file of any length needs room for one part only.
///
///     OrbitReader reader(BadLines::skip);
///     while (more()) reader.take(next_part(), execution);   // cut anywhere
///     OrbitReading all = reader.finish(execution);
class OrbitReader {
 public:
  explicit OrbitReader(BadLines policy);
  ~OrbitReader();
  OrbitReader(OrbitReader&&) noexcept;
  OrbitReader& operator=(OrbitReader&&) noexcept;

  /// Lines are parsed on the threads of `execution`, and stand in the order of the text.
  /// @throws InputError for a header without the columns that an orbit needs, or, where bad lines
  /// are refused, naming the first
  void take(std::string_view part, const Execution& execution);
  /// @throws InputError where there was no orbit
  OrbitReading finish(const Execution& execution);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Orbits from text: the Minor Planet Center's MPCORB lines of fixed columns (with or without its
/// header), or a table with a line of column names, separated by commas or blanks.
///
/// Columns are known by the names that Granvik's populations, sorcha and JPL's database use: a or
/// q; e; inc or i; Omega, node or om; argPeri, peri or w; meanAnomaly or ma with epoch, or
/// t_p_MJD_TDB or tp; objId, ObjID or full_name; H; g or G. Angles [deg], epochs MJD or JD, TDB.
/// Other columns are passed over.
/// @throws InputError naming the line and what is missing or no number there
OrbitCatalog read_orbits(std::string_view text);

}  // namespace skywright::ephemeris
