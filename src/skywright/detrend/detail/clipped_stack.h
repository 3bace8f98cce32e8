/// A mean of frames that arrive one by one, outliers left out.
#pragma once

#include <cstdint>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/image/masked_image.h"

namespace skywright::detrend::detail {

/// Frames are added in order. The first few are kept until their median is known; from then on each
/// is compared with that median and summed at once.
class ClippedStack {
 public:
  /// @param total frames to come
  ClippedStack(int width, int height, std::size_t total, std::size_t median_frames, double clip,
               const Execution& execution);

  /// Unusable pixels are left out. @param weight of the frame in the mean
  void add(image::MaskedImage frame, double weight);

  struct Mean {
    image::MaskedImage image;  ///< pixels that no frame filled are BAD, value 0
    std::int64_t rejected = 0;
  };
  /// @pre all frames were added
  Mean finish();

 private:
  struct Frame {
    image::Image<float> pixels;  ///< NaN where unusable
    image::Image<float> variance;
    double weight = 0.0;
  };
  void find_median();
  void accumulate(const image::Image<float>& pixels, double weight);

  std::size_t total_;
  std::size_t median_frames_;
  double clip_;
  const Execution& execution_;
  std::vector<Frame> first_;
  image::Image<float> median_;
  image::Image<float> variance_;  ///< of one value at the median: free of cosmic rays' own noise
  image::Image<float> sum_;
  image::Image<float> weight_;
  image::Image<float> weight2_;         ///< sum of squared weights
  std::vector<std::int64_t> rejected_;  ///< by row
};

}  // namespace skywright::detrend::detail
