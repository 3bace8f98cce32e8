/// Whole numbers that name a thing and never mix: `using VisitId = Id<struct VisitTag>;`.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace skywright {

template <class Tag>
struct Id {
  std::int64_t value = 0;

  friend constexpr auto operator<=>(Id, Id) = default;
};

using VisitId = Id<struct VisitTag>;        ///< one pointing of the telescope, one shutter sequence
using DetectorId = Id<struct DetectorTag>;  ///< index of a CCD in its camera, from 0
using SourceId = Id<struct SourceTag>;      ///< one detection in one exposure
using DiaSourceId = Id<struct DiaSourceTag>;
using DiaObjectId = Id<struct DiaObjectTag>;

/// A source's id: visit, detector and a counter packed into 63 bits.
/// Layout from the high bit: 0 | visit (34) | detector (9) | counter (20), so that ids sort by
/// visit, then detector, then counter, and fit a signed 64-bit column.
/// @pre 0 <= visit < 2^34, 0 <= detector < 512, 0 <= counter < 2^20
constexpr std::int64_t packed_source_id(VisitId visit, DetectorId detector, std::int64_t counter) {
  return (visit.value << 29) | (detector.value << 20) | counter;
}

}  // namespace skywright

template <class Tag>
struct std::hash<skywright::Id<Tag>> {
  std::size_t operator()(skywright::Id<Tag> id) const noexcept {
    return std::hash<std::int64_t>{}(id.value);
  }
};
