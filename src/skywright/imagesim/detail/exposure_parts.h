/// The steps of `simulate_exposure`.
#pragma once

#include <span>
#include <vector>

#include "skywright/imagesim/draw_objects.h"
#include "skywright/imagesim/simulate.h"

namespace skywright::imagesim::detail {

/// Objects of the sky that reach the detector, and where they stand in `SkyObjects`.
struct Placement {
  std::vector<PlacedObject> placed;
  std::vector<std::size_t> index;  ///< into SkyObjects
};
Placement place_objects(const instrument::Detector& detector, const instrument::VisitInfo& visit,
                        const sky::SkyObjects& objects, const wcs::Wcs& wcs, double zero_point);

/// The WCS that the sky really has: the design's, about a pointing that is off, with distortion
/// that the design does not tell.
wcs::Wcs true_wcs(const instrument::Instrument& instrument, const instrument::Detector& detector,
                  const instrument::VisitInfo& visit, const ImageSimConfig& config,
                  std::uint64_t seed);

/// Sky and light of objects become charge, row by row, in place.
/// @param electrons expected from objects; on return the charge of each pixel before saturation
/// @param mask on return BAD where a defect is
void collect_charge(image::ImageView<float> electrons, image::ImageView<image::MaskBits> mask,
                    const instrument::Instrument& instrument, const instrument::Detector& detector,
                    const instrument::VisitInfo& visit, double uniform_electrons,
                    const ImageSimConfig& config, std::uint64_t seed, const Execution& execution);

/// Columns `id kind x y ra dec flux ... snr diffSnr` of objects whose centre is on the detector.
/// @param scale [arcsec/pixel]
table::Table truth_table(const instrument::Detector& detector, const sky::SkyObjects& objects,
                         const Placement& placement, const PsfField& psf,
                         double background_variance, double zero_point, double scale);

}  // namespace skywright::imagesim::detail
