/// Everything that is measured of one source, given its place on the image.
#pragma once

#include <vector>

#include "skywright/math/polynomial.h"
#include "skywright/measure/deblend.h"
#include "skywright/measure/measure_config.h"
#include "skywright/measure/source_catalog.h"
#include "skywright/measure/source_noise.h"
#include "skywright/measure/stamp.h"
#include "skywright/psf/psf_model.h"

namespace skywright::measure {

/// One row of a SourceCatalog.
struct SourceRow {
  double x = 0.0;
  double y = 0.0;
  float x_err = 0.0F;
  float y_err = 0.0F;
  float peak = 0.0F;
  float significance = 0.0F;  ///< of the peak, for the catalog's order
  float psf_flux = 0.0F;
  float psf_flux_err = 0.0F;
  float psf_chi2 = 0.0F;
  int psf_ndata = 0;
  std::vector<float> ap_flux;
  std::vector<float> ap_flux_err;
  float gaussian_flux = 0.0F;
  float gaussian_flux_err = 0.0F;
  float kron_flux = 0.0F;
  float kron_flux_err = 0.0F;
  float kron_radius = 0.0F;
  psf::Moments moments;
  psf::Moments psf_moments;
  float semi_major = 0.0F;
  float semi_minor = 0.0F;
  float theta = 0.0F;
  float extendedness = 0.0F;
  float sky = 0.0F;
  int area = 0;
  std::uint32_t flags = 0;
  std::vector<double> own = {};  ///< of kernels of the user's
};

/// Second moments of a PSF over its field, as smooth surfaces: cheap to ask for each source.
class PsfShape {
 public:
  explicit PsfShape(const psf::PsfModel& psf, const image::Box& field);
  [[nodiscard]] psf::Moments at(image::PixelPosition position) const;

 private:
  math::ChebyshevSurface ixx_;
  math::ChebyshevSurface iyy_;
  math::ChebyshevSurface ixy_;
};

struct MeasureInput {
  LabelledSky sky;
  NoiseInput noise;
  const psf::PsfModel* psf = nullptr;
  const PsfShape* psf_shape = nullptr;
  const SplineMesh* background = nullptr;  ///< null: zero
  const MeasureConfig* config = nullptr;
};

/// @param label 1 + index of the footprint
SourceRow measure_source(const MeasureInput& input, const Footprint& footprint, const Child& child,
                         std::int32_t label, bool blended);

}  // namespace skywright::measure
