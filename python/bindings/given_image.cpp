#include "given_image.h"

#include <cmath>

#include <nanobind/stl/optional.h>

#include "bindings.h"
#include "cards.h"

namespace skywright::python {

namespace nb = nanobind;
using pipelines::Origin;

GivenImage::GivenImage(const PixelArray<float>& pixels, const MaybePixels<float>& variance,
                       const MaybePixels<image::MaskBits>& mask, const nb::list& cards,
                       const std::optional<wcs::Wcs>& wcs, const std::optional<psf::PsfModel>& psf,
                       std::optional<double> zero_point, const image::NoiseCorrelation* noise)
    : view_(masked_view_of(pixels, variance, mask)),
      origin_(noise != nullptr && variance ? Origin::ours : Origin::stranger) {
  rest_.header = header_from(cards);
  rest_.wcs = wcs;
  rest_.psf = psf;
  if (zero_point && std::isfinite(*zero_point)) rest_.zero_point = zero_point;
  if (noise != nullptr) rest_.noise = *noise;
}

pipelines::OpenedImage GivenImage::opened(const std::string& name,
                                          const Execution& execution) const {
  pipelines::Exposure exposure = rest_;
  exposure.image = {image::Image<float>(view_.pixels), image::Image<float>(view_.variance),
                    image::Image<image::MaskBits>(view_.mask)};
  return pipelines::open_image(std::move(exposure), name, origin_, execution);
}

void bind_given_image(nb::module_& m) {
  nb::class_<GivenImage>(m, "GivenImage", "An image for a step of the core.")
      .def(nb::init<const PixelArray<float>&, const MaybePixels<float>&,
                    const MaybePixels<image::MaskBits>&, const nb::list&,
                    const std::optional<wcs::Wcs>&, const std::optional<psf::PsfModel>&,
                    std::optional<double>, const image::NoiseCorrelation*>(),
           nb::arg("pixels").noconvert(), nb::arg("variance").noconvert().none(),
           nb::arg("mask").noconvert().none(), nb::arg("cards"), nb::arg("wcs").none(),
           nb::arg("psf").none(), nb::arg("zero_point").none(), nb::arg("noise").none(),
           // The planes live as long as this.
           nb::keep_alive<1, 2>(), nb::keep_alive<1, 3>(), nb::keep_alive<1, 4>());
}

}  // namespace skywright::python
