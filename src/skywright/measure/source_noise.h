/// The noise that a source's fluxes meet: the sky's, and that of its own light.
#pragma once

#include "skywright/image/image.h"
#include "skywright/measure/footprints.h"
#include "skywright/measure/spline_mesh.h"
#include "skywright/measure/stamp.h"

namespace skywright::measure {

/// Variance of a pixel: sky + poisson * max(0, light of the source). A model, not the data: weights
/// that follow the data's own noise bias fluxes low.
struct SourceNoise {
  double sky = 1.0;      ///< [image unit^2]
  double poisson = 0.0;  ///< [image unit]
};

struct NoiseInput {
  const SplineMesh* sky_variance = nullptr;  ///< smooth; null: each pixel's own from `variance`
  image::ImageView<const float> variance;    ///< plane of the image; may be empty with a mesh
  double gain = 0.0;  ///< [e / image unit] where there is no plane; 0 unknown
};

/// Within one footprint: the excess of the variance plane over the sky's, per unit of light; or
/// without a mesh, the mean of the variance plane around the peak.
SourceNoise source_noise(const NoiseInput& input, const LabelledSky& sky,
                         const Footprint& footprint, int peak_x, int peak_y);

}  // namespace skywright::measure
