#include "pixels.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "skywright/base/error.h"
#include "skywright/draw/png.h"
#include "skywright/draw/stretch.h"

namespace skywright::python {

namespace nb = nanobind;

void refuse_layout(const std::string& name) {
  throw InputError(name, "its rows are not contiguous, or it is empty or larger than 2^20 pixels",
                   "give a two-dimensional array, numpy.ascontiguousarray(array)");
}

image::MaskedImageView masked_view_of(const PixelArray<float>& pixels,
                                      const MaybePixels<float>& variance,
                                      const MaybePixels<image::MaskBits>& mask) {
  const image::MaskedImageView view{view_of(pixels, "pixels"), view_of(variance, "variance"),
                                    view_of(mask, "mask")};
  if ((!view.variance.empty() && view.variance.box() != view.box()) ||
      (!view.mask.empty() && view.mask.box() != view.box()))
    throw InputError("variance or mask", "its shape is not that of the pixels",
                     "give planes of one shape");
  return view;
}

void bind_pixels(nb::module_& m) {
  m.def(
      "seen_address",
      [](const PixelArray<float>& pixels) {
        return reinterpret_cast<std::uintptr_t>(view_of(pixels, "array").data());
      },
      nb::arg("pixels").noconvert(), "Where the core sees an array's first pixel.");
  m.def(
      "mask_planes",
      [] {
        std::vector<std::string> names;
        for (const image::MaskPlane plane : image::all_mask_planes())
          names.emplace_back(image::mask_plane_name(plane));
        return names;
      },
      "Names of the mask's bits, bit 0 first.");
  m.def(
      "unusable_bits", [] { return image::kUnusable; },
      "Mask bits of pixels that say nothing about the sky.");
  m.def(
      "png_of",
      [](const PixelArray<float>& pixels, int longest) {
        const image::ImageView<const float> view = view_of(pixels, "image");
        const int factor = 1 + (std::max(view.width(), view.height()) - 1) / std::max(1, longest);
        const image::Image<float> shown = draw::block_mean(view, factor);
        const std::string png = draw::encode_png(draw::gray_picture(
            shown.view(), draw::zscale_limits(shown.view()), draw::Stretch::asinh));
        return nb::bytes(png.data(), png.size());
      },
      nb::arg("pixels").noconvert(), nb::arg("longest"),
      "A picture of an image, zscale limits and asinh stretch, no side beyond `longest`.");
}

}  // namespace skywright::python
