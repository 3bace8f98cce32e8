/// Which visits saw which HEALPix pixel: the one list that every map is made from.
///
///     const PixelVisits seen = visits_by_pixel(o.ra, o.dec, Angle::from_degrees(1.75), 6,
///     execution); for (std::uint32_t visit : seen.of(pixel)) use(o.depth[visit]);
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/sphere/angle.h"

namespace skywright::metrics {

/// Visits of each pixel, in the order in which they were given. 4 bytes a pair of both: ten years
/// (2.1 million visits) with a field of 1.75 deg at order 6 take 100 MB.
struct PixelVisits {
  int order = 6;                     ///< of HEALPix, NESTED
  std::vector<std::uint64_t> begin;  ///< of each pixel in `visit`; one more than there are pixels
  std::vector<std::uint32_t> visit;

  [[nodiscard]] std::size_t pixels() const { return begin.size() - 1; }
  [[nodiscard]] std::span<const std::uint32_t> of(std::size_t pixel) const {
    return {visit.data() + begin[pixel], visit.data() + begin[pixel + 1]};
  }
};

/// A pixel is seen where its centre lies within `radius` of the field's: the rule of MAF's
/// HealpixSlicer without a camera (rubin_sim, maf/slicers/healpix_slicer.py). Costs about 0.4 us a
/// visit at order 6.
/// @param ra, dec field centres, ICRS [deg], finite
/// @param order of HEALPix, 0 to 9
/// @pre one length; 0 < radius < 90 deg
PixelVisits visits_by_pixel(std::span<const double> ra, std::span<const double> dec,
                            sphere::Angle radius, int order, const Execution& execution);

/// The same, by comparing each visit with each pixel: the plain twin that tests hold it against.
PixelVisits visits_by_pixel_reference(std::span<const double> ra, std::span<const double> dec,
                                      sphere::Angle radius, int order);

}  // namespace skywright::metrics
