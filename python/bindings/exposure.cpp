// Images of files and for files.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include "bindings.h"
#include "cards.h"
#include "long_call.h"
#include "pixels.h"
#include "skywright/io/wcs_cards.h"
#include "skywright/pipelines/any_image.h"

namespace skywright::python {
namespace {

namespace nb = nanobind;
using pipelines::Exposure;

/// A plane as an array that keeps the exposure alive, None where it is empty.
template <class T>
nb::object plane(image::Image<T>& image, nb::handle owner) {
  return image.empty() ? nb::none() : nb::cast(lent(image, owner));
}

}  // namespace

void bind_exposure(nb::module_& m) {
  nb::class_<Exposure>(m, "Exposure", "An image of a file and what the file tells of it.")
      .def_prop_ro("pixels",
                   [](nb::handle_t<Exposure> self) {
                     return plane(nb::cast<Exposure&>(self).image.pixels, self);
                   })
      .def_prop_ro("variance",
                   [](nb::handle_t<Exposure> self) {
                     return plane(nb::cast<Exposure&>(self).image.variance, self);
                   })
      .def_prop_ro("mask",
                   [](nb::handle_t<Exposure> self) {
                     return plane(nb::cast<Exposure&>(self).image.mask, self);
                   })
      .def_prop_ro("cards", [](const Exposure& self) { return cards_of(self.header); })
      .def_prop_ro("wcs", [](const Exposure& self) { return self.wcs; })
      .def_prop_ro("psf", [](const Exposure& self) { return self.psf; })
      .def_prop_ro("zero_point", [](const Exposure& self) { return self.zero_point; })
      .def_prop_ro("noise", [](const Exposure& self) { return self.noise; });
  m.def(
      "read_image",
      [](const std::string& path) {
        return long_call(1, nb::none(), [&](const Execution&) {
          return std::move(pipelines::read_any_image(path).exposure);
        });
      },
      nb::arg("path"), "An exposure of ours, or any FITS image: file.fits, file.fits[2].");
  m.def(
      "write_exposure",
      [](const std::string& path, const PixelArray<float>& pixels,
         const PixelArray<float>& variance, const PixelArray<image::MaskBits>& mask,
         const nb::list& cards, const std::optional<wcs::Wcs>& wcs,
         const std::optional<psf::PsfModel>& psf, std::optional<double> zero_point,
         const image::NoiseCorrelation* noise) {
        Exposure exposure;
        exposure.header = header_from(cards);
        const image::MaskedImageView view = masked_view_of(pixels, variance, mask);
        exposure.image = {image::Image<float>(view.pixels), image::Image<float>(view.variance),
                          image::Image<image::MaskBits>(view.mask)};
        exposure.wcs = wcs;
        exposure.psf = psf;
        exposure.zero_point = zero_point;
        if (noise != nullptr) exposure.noise = *noise;
        const nb::gil_scoped_release others_run;
        pipelines::write_exposure(path, exposure);
      },
      nb::arg("path"), nb::arg("pixels").noconvert(), nb::arg("variance").noconvert(),
      nb::arg("mask").noconvert(), nb::arg("cards"), nb::arg("wcs").none(), nb::arg("psf").none(),
      nb::arg("zero_point").none(), nb::arg("noise").none());
  m.def(
      "write_image",
      [](const std::string& path, const PixelArray<float>& pixels, const nb::list& cards,
         const std::optional<wcs::Wcs>& wcs) {
        header::Header header = header_from(cards);
        if (wcs) io::set_wcs(header, *wcs);
        const image::ImageView<const float> view = view_of(pixels, "pixels");
        const nb::gil_scoped_release others_run;
        io::write_image(path, view, header);
      },
      nb::arg("path"), nb::arg("pixels").noconvert(), nb::arg("cards"), nb::arg("wcs").none());
}

}  // namespace skywright::python
