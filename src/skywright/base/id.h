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

}  // namespace skywright

template <class Tag>
struct std::hash<skywright::Id<Tag>> {
  std::size_t operator()(skywright::Id<Tag> id) const noexcept {
    return std::hash<std::int64_t>{}(id.value);
  }
};
