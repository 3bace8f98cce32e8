/// The id of a source: which visit, which detector, and a counter, in one 64-bit column.
///
/// Layout from the high bit: 0 | visit code (35) | detector (9) | counter (19). Ids sort by visit,
/// then detector, then counter, and are never negative.
///
/// A visit's number is either counted (below 2^32) or dated as LSST's cameras date theirs:
/// YYYYMMDDnnnnn, the night of observation and a sequence number; year + 1000 k for what another
/// controller than the observatory's took (lsst/obs_lsst, translators/lsst.py; k < 8, nights of
/// 1990-01-01 to 2079-09-18). Dated numbers need 43 bits as they stand, and 35 as the day's number.
#pragma once

#include <cstdint>
#include <optional>

#include "skywright/base/id.h"

namespace skywright {

inline constexpr int kDetectorBits = 9;
inline constexpr int kCounterBits = 19;
/// Detectors of a camera, and sources of one detector in one visit, that ids can tell apart.
inline constexpr std::int64_t kDetectorLimit = std::int64_t{1} << kDetectorBits;
inline constexpr std::int64_t kCounterLimit = std::int64_t{1} << kCounterBits;

/// A number below 2^35 for a visit's, rising with it; nothing for a number that is neither counted
/// nor dated.
std::optional<std::int64_t> visit_code(VisitId visit);
/// The inverse. @pre visit_code gave `code`
VisitId visit_of_code(std::int64_t code);

/// @throws InputError for a visit's number without a code, a detector or a counter beyond its limit
std::int64_t packed_source_id(VisitId visit, DetectorId detector, std::int64_t counter);

/// What an id was packed from.
struct SourceIdParts {
  VisitId visit;
  DetectorId detector;
  std::int64_t counter = 0;
};
SourceIdParts unpacked_source_id(std::int64_t id);

}  // namespace skywright
