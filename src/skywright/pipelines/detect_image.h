/// The sources of an image in memory: what `skywright detect` does between reading and writing.
///
///     DetectInput input = borrowed_input(pixels);          // or loaded_input(files) of
///     detect_file.h input.add_weight(std::move(weight), WeightType::rms, config.background,
///     execution); Detected found = detect_image(input, config, execution);
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/header/header.h"
#include "skywright/image/masked_image.h"
#include "skywright/image/noise_correlation.h"
#include "skywright/measure/detect_and_measure.h"
#include "skywright/pipelines/measure_settings.h"
#include "skywright/pipelines/user_kernels.h"
#include "skywright/psf/psf_model.h"
#include "skywright/table/table.h"
#include "skywright/wcs/wcs.h"

namespace skywright::pipelines {

/// What the pixels of a weight image say.
enum class WeightType {
  variance,  ///< variance of a pixel [image unit^2]
  weight,    ///< proportional to 1 / variance; scaled by the background's noise
  rms        ///< standard deviation of a pixel [image unit]
};

/// An image and what is known of it. Planes are borrowed, or owned where they were made here; what
/// is borrowed is never written to.
class DetectInput {
 public:
  /// Pixels of anyone's, which outlive this. @pre planes that are not empty have the pixels' size
  explicit DetectInput(const image::MaskedImageView& borrowed);
  DetectInput(image::Image<float> pixels, image::Image<float> variance,
              image::Image<image::MaskBits> mask);
  DetectInput(DetectInput&&) noexcept = default;  // the pixels stay where they are
  DetectInput& operator=(DetectInput&&) noexcept = default;
  DetectInput(const DetectInput&) = delete;
  DetectInput& operator=(const DetectInput&) = delete;
  ~DetectInput() = default;

  header::Header header;  ///< BUNIT and MAGZERO are passed on to the catalog
  std::optional<wcs::Wcs> wcs;
  std::optional<psf::PsfModel> psf;  ///< to use instead of finding one
  double noise_factor = 1.0;         ///< noise of a PSF flux over that of independent pixels
  std::vector<std::string> warnings;

  [[nodiscard]] image::MaskedImageView view() const { return {pixels_, variance_, mask_}; }

  /// Take the noise from an image's pixels; those not finite or not positive do not count.
  /// @param name of the weight image, for messages
  /// @throws InputError where sizes differ
  void add_weight(image::Image<float> weight, WeightType type, const std::string& name,
                  const measure::BackgroundConfig& background, const Execution& execution);
  /// Pixels that are not zero in `mask` do not count.
  void add_mask(image::ImageView<const float> mask, const std::string& name);
  /// Pixels from `level` on are saturated [image unit].
  void add_saturation(double level);
  /// The noise is correlated: the error of a flux by it, under this PSF (a Gaussian of 3 pixel
  /// where none is known).
  void add_noise_correlation(const image::NoiseCorrelation& noise, const psf::PsfModel* psf);

 private:
  image::Image<image::MaskBits>& own_mask();
  image::Image<float> own_pixels_;
  image::Image<float> own_variance_;
  image::Image<image::MaskBits> own_mask_;
  image::ImageView<const float> pixels_;
  image::ImageView<const float> variance_;  ///< empty where not known
  image::ImageView<const image::MaskBits> mask_;
};

struct DetectSummary {
  std::size_t sources = 0;
  std::size_t blended = 0;
  std::size_t flagged = 0;            ///< with a pixel flag or a failed measurement
  int psf_stars = 0;                  ///< 0: too few were there, and a Moffat profile was taken
  double psf_fwhm = 0.0;              ///< at the image's middle [pixel]
  double background = 0.0;            ///< median [image unit]
  double noise = 0.0;                 ///< of a pixel [image unit]
  std::vector<KernelReport> kernels;  ///< user kernels that took part
  std::vector<std::string> warnings;
};

struct Detected {
  table::Table catalog;  ///< one row a source; ra and dec where there is a WCS
  measure::MeasureResult measured;
  DetectSummary summary;
};

/// @throws ConfigError; InputError where no pixel or a user kernel is not usable
Detected detect_image(const DetectInput& input, const MeasureSettings& settings,
                      const Execution& execution);

}  // namespace skywright::pipelines
