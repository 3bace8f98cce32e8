/// The difference of two images of one field: what changed, and how sure that is.
///
///     Difference d = subtract(science, &science_psf, reference, &reference_psf, {}, {}, {}, exec);
///
/// Alard & Lupton (1998), ApJ 503, 325 and Alard (2000), A&AS 144, 363: the sharper image is
/// convolved with a kernel that varies over the field and is fitted together with the background on
/// stamps around real sources. The difference's noise is then made independent again (Reiss &
/// Lupton, DMTN-021; Zackay, Ofek & Gal-Yam 2016, ApJ 830, 27), correlated input noise included,
/// and a matched filter with the resulting PSF gives the score.
#pragma once

#include <string>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/base/fields.h"
#include "skywright/difference/dia_sources.h"
#include "skywright/difference/matching_kernel.h"
#include "skywright/image/masked_image.h"
#include "skywright/image/noise_correlation.h"
#include "skywright/math/polynomial.h"
#include "skywright/psf/psf_model.h"

namespace skywright::difference {

/// Which image is convolved to match the other.
enum class Convolve {
  automatic,  ///< the sharper one; both where neither can be matched to the other
  reference,
  science,
  both  ///< the science with the reference's PSF, the reference with the science's and a correction
};

struct KernelConfig {
  Convolve convolve = Convolve::automatic;
  int half = 0;               ///< kernel half side [pixel]; 0: from the two PSFs
  int spatial_degree = 2;     ///< of the kernel's variation, 0 to 4; lowered where stamps are few
  int background_degree = 1;  ///< of the difference's background, 0 to 4
  /// Cells in which the median of what the fit leaves is taken off, since the background of real
  /// images is no polynomial; 0 for none [pixel].
  int background_mesh = 128;
  double stamp_snr = 20.0;    ///< lowest peak of a stamp's source [sigma of a pixel]
  int stamps_per_cell = 3;    ///< at most, in each of the cells
  int cells = 10;             ///< cells a side
  double reject_sigma = 3.0;  ///< stamps whose chi2 stands this far off are left out
  int reject_iterations = 3;
};

struct SubtractConfig {
  KernelConfig kernel;
  DiaSourceConfig sources;
};
void describe(Fields& fields, KernelConfig& config);
void describe(Fields& fields, SubtractConfig& config);

/// Numbers for the quality report.
struct SubtractReport {
  Convolve convolved = Convolve::reference;  ///< what was done
  int kernel_side = 0;
  int stamps_found = 0, stamps_used = 0, stamps_rejected = 0;
  int spatial_degree = 0;          ///< that the stamps allowed
  double kernel_sum = 0.0;         ///< mean over the field: science flux per reference flux
  double kernel_sum_spread = 0.0;  ///< standard deviation over the field, relative
  double stamp_chi2 = 0.0;         ///< median reduced chi2 of the stamps used
  double score_scatter = 0.0;  ///< robust sigma of the score off sources; 1 if the noise is known
  std::size_t unusable_pixels = 0;
};

struct Difference {
  /// Science minus matched reference in the science's unit, noise decorrelated; mask holds the
  /// input's bits, DETECTED and DETECTED_NEGATIVE; unusable pixels are 0.
  image::MaskedImage difference;
  Image<float> score;     ///< signal-to-noise ratio of a point source centred on each pixel
  psf::PsfModel psf;      ///< of `difference`
  MatchingKernel kernel;  ///< convolves the image that `report.convolved` names
  math::ChebyshevSurface background;  ///< subtracted from the science [science unit]
  DiaSources sources;
  SubtractReport report;
};

/// @param science       pixels, variance and mask; variance > 0 where usable
/// @param science_psf   may be null: a Gaussian of the width that the stamps show is taken
/// @param reference     on the science's grid, of one size with it
/// @param science_noise correlation and variance scale of the science's noise; default independent
/// @throws InputError where sizes differ or no usable pixel is shared
Difference subtract(const image::MaskedImageView& science, const psf::PsfModel* science_psf,
                    const image::MaskedImageView& reference, const psf::PsfModel* reference_psf,
                    const image::NoiseCorrelation& science_noise,
                    const image::NoiseCorrelation& reference_noise, const SubtractConfig& config,
                    const Execution& execution);

}  // namespace skywright::difference
