/// Background, noise and footprints of one image, found in two passes: with a first filter, and
/// with the PSF that its stars give.
#pragma once

#include <cstdint>
#include <optional>

#include "skywright/base/execution.h"
#include "skywright/image/convolve.h"
#include "skywright/image/masked_image.h"
#include "skywright/measure/background.h"
#include "skywright/measure/detail/catalog_builder.h"
#include "skywright/measure/footprints.h"
#include "skywright/measure/measure_config.h"
#include "skywright/measure/psf_stars.h"
#include "skywright/measure/spline_mesh.h"
#include "skywright/psf/psf_model.h"

namespace skywright::measure::detail {

inline constexpr double kFirstFwhm = 3.0;  ///< [pixel], of the first filter where none is given

/// Pixels of the image that the detector works on: what is not finite is marked, and sources that
/// an earlier step marked are not.
image::Image<image::MaskBits> working_mask(const image::MaskedImageView& image,
                                           const Execution& execution);

/// Pixels less a level, zero where they cannot be used.
/// @param level null: nothing is taken off
/// @param reuse an image of the same size whose memory the result takes; empty for none
image::Image<float> subtracted(image::ImageView<const float> pixels,
                               image::ImageView<const image::MaskBits> mask,
                               const SplineMesh* level, const Execution& execution,
                               image::Image<float> reuse = {});

class Detector {
 public:
  /// @throws InputError where neither the pixels nor a variance tell the noise
  Detector(const image::MaskedImageView& image, const MeasureConfig& config,
           const Execution& execution);

  /// Footprints through the first filter, and with them the background beside the sources.
  void first_pass(const std::optional<psf::PsfModel>& known);
  [[nodiscard]] PsfStars stars();
  /// Footprints through the final filter.
  void second_pass(const psf::PsfModel& psf);
  [[nodiscard]] Measured measure(const psf::PsfModel& psf, SourceKernels kernels) const;

  [[nodiscard]] Background& background() { return background_; }
  [[nodiscard]] Footprints& footprints() { return footprints_; }

 private:
  void set_sky();
  void draw_labels();
  void erase_labels();
  void detect();
  [[nodiscard]] LabelledSky labelled() const;
  [[nodiscard]] NoiseInput noise() const;

  image::MaskedImageView image_;
  const MeasureConfig& config_;
  const Execution& execution_;
  image::Image<image::MaskBits> mask_;
  Background background_;
  image::Image<float> sky_;
  SplineMesh sky_variance_;
  SplineMesh sigma_;
  std::optional<image::Kernel> kernel_;
  image::Image<float> significance_;
  Footprints footprints_;
  image::Image<std::int32_t> labels_;
};

}  // namespace skywright::measure::detail
