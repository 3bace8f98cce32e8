/// Pixels, their variance and their mask, over the same box.
#pragma once

#include "skywright/image/image.h"
#include "skywright/image/mask.h"

namespace skywright::image {

/// Three borrowed images of one size; deep const.
struct MaskedImageView {
  ImageView<const float> pixels;
  ImageView<const float> variance;  ///< [pixel unit^2], of independent noise
  ImageView<const MaskBits> mask;

  [[nodiscard]] int width() const { return pixels.width(); }
  [[nodiscard]] int height() const { return pixels.height(); }
  [[nodiscard]] Box box() const { return pixels.box(); }
  /// @pre box lies within this view
  [[nodiscard]] MaskedImageView part(const Box& box) const {
    return {pixels.part(box), variance.part(box), mask.part(box)};
  }
};

/// Three owned images of one size.
struct MaskedImage {
  Image<float> pixels;
  Image<float> variance;  ///< [pixel unit^2]
  Image<MaskBits> mask;

  MaskedImage() = default;
  MaskedImage(int width, int height)
      : pixels(width, height), variance(width, height), mask(width, height) {}
  MaskedImage(Image<float> p, Image<float> v, Image<MaskBits> m)
      : pixels(std::move(p)), variance(std::move(v)), mask(std::move(m)) {}

  [[nodiscard]] int width() const { return pixels.width(); }
  [[nodiscard]] int height() const { return pixels.height(); }
  [[nodiscard]] Box box() const { return pixels.box(); }
  [[nodiscard]] MaskedImageView view() const {
    return {pixels.view(), variance.view(), mask.view()};
  }
  operator MaskedImageView() const { return view(); }  // NOLINT(google-explicit-constructor)
};

}  // namespace skywright::image
