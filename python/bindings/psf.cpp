#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include "bindings.h"
#include "pixels.h"
#include "skywright/image/noise_correlation.h"
#include "skywright/pipelines/psf_hdu.h"
#include "skywright/psf/psf_model.h"

namespace skywright::python {

namespace nb = nanobind;

void bind_psf(nb::module_& m) {
  nb::class_<psf::PsfModel>(m, "Psf", "The point-spread function over a field.")
      .def_prop_ro("degree", &psf::PsfModel::degree, "of the polynomial over the field")
      .def_prop_ro("side", &psf::PsfModel::side, "of the stamps [pixel]")
      .def(
          "image_at",
          [](const psf::PsfModel& self, double x, double y) {
            return handed_over(self.image_at({.x = x, .y = y}));
          },
          nb::arg("x"), nb::arg("y"),
          "as a star at (x, y) shows it, about the pixel (round(x), round(y)); sum 1")
      .def(
          "centred_at",
          [](const psf::PsfModel& self, double x, double y) {
            return handed_over(self.centred_image({.x = x, .y = y}));
          },
          nb::arg("x"), nb::arg("y"), "as seen at (x, y), on the middle of the stamp; sum 1")
      .def(
          "fwhm",
          [](const psf::PsfModel& self, double x, double y) { return self.fwhm({.x = x, .y = y}); },
          nb::arg("x"), nb::arg("y"), "full width at half maximum [pixel]")
      .def(
          "effective_area",
          [](const psf::PsfModel& self, double x, double y) {
            return self.effective_area({.x = x, .y = y});
          },
          nb::arg("x"), nb::arg("y"), "noise-equivalent area 1 / sum(p^2) [pixel]")
      .def(
          "write",
          [](const psf::PsfModel& self, const std::string& path) {
            pipelines::write_psf(path, self);
          },
          nb::arg("path"), "into a FITS file that every command takes");
  m.def(
      "psf_of",
      [](const PixelArray<float>& star) {
        return psf::constant_psf(image::Image<float>(view_of(star, "psf")));
      },
      nb::arg("star").noconvert(), "A model that is this picture everywhere.");
  m.def(
      "read_psf", [](const std::string& path) { return pipelines::read_psf(path); },
      nb::arg("path"));
  nb::class_<image::NoiseCorrelation>(m, "NoiseCorrelation", "How noise hangs together.")
      .def_prop_ro(
          "lags",
          [](nb::handle_t<image::NoiseCorrelation> self) {
            return nb::cast(lent(nb::cast<image::NoiseCorrelation&>(self).lags, self));
          },
          "correlation by lag, 1 in the middle; empty where independent")
      .def_prop_ro(
          "variance_scale", [](const image::NoiseCorrelation& self) { return self.variance_scale; },
          "true variance over what the variance plane says");
}

}  // namespace skywright::python
