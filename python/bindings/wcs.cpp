#include "skywright/wcs/wcs.h"

#include <memory>

#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include "bindings.h"
#include "cards.h"
#include "skywright/base/error.h"
#include "skywright/io/wcs_cards.h"

namespace skywright::python {
namespace {

namespace nb = nanobind;
using Numbers = nb::ndarray<const double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using NumpyNumbers = nb::ndarray<nb::numpy, double, nb::ndim<1>>;

NumpyNumbers uninitialised(std::size_t count) {
  auto memory = std::make_unique<double[]>(count);
  double* data = memory.get();
  const nb::capsule owner(memory.release(),
                          [](void* p) noexcept { delete[] static_cast<double*>(p); });
  return NumpyNumbers(data, {count}, owner);
}

using Mapping = void (wcs::Wcs::*)(std::span<const double>, std::span<const double>,
                                   std::span<double>, std::span<double>) const;

nb::tuple mapped(const wcs::Wcs& wcs, const Numbers& a, const Numbers& b, Mapping mapping) {
  if (a.size() != b.size())
    throw InputError("coordinates", "the two have different lengths", "give one of each a place");
  NumpyNumbers first = uninitialised(a.size());
  NumpyNumbers second = uninitialised(a.size());
  const std::span<const double> in_a(a.data(), a.size());
  const std::span<const double> in_b(b.data(), b.size());
  const std::span<double> out_a(first.data(), a.size());
  const std::span<double> out_b(second.data(), a.size());
  {
    const nb::gil_scoped_release others_run;
    (wcs.*mapping)(in_a, in_b, out_a, out_b);
  }
  return nb::make_tuple(std::move(first), std::move(second));
}

}  // namespace

void bind_wcs(nb::module_& m) {
  nb::class_<wcs::Wcs>(m, "Wcs", "From pixels, zero at the centre of the first, to ICRS degrees.")
      .def(
          "pixel_to_sky",
          [](const wcs::Wcs& self, const Numbers& x, const Numbers& y) {
            return mapped(self, x, y, &wcs::Wcs::pixels_to_sky);
          },
          nb::arg("x"), nb::arg("y"), "ra, dec [deg] of pixels")
      .def(
          "sky_to_pixel",
          [](const wcs::Wcs& self, const Numbers& ra, const Numbers& dec) {
            return mapped(self, ra, dec, &wcs::Wcs::sky_to_pixels);
          },
          nb::arg("ra"), nb::arg("dec"), "x, y of places [deg]; NaN where no pixel sees one")
      .def(
          "pixel_scale",
          [](const wcs::Wcs& self, double x, double y) {
            return self.pixel_scale({.x = x, .y = y}).arcsec();
          },
          nb::arg("x"), nb::arg("y"), "root of a pixel's solid angle [arcsec]")
      .def(
          "cards",
          [](const wcs::Wcs& self) {
            header::Header header;
            io::set_wcs(header, self);
            return cards_of(header);
          },
          "as FITS cards, whose pixels count from one");
  m.def(
      "wcs_from_cards",
      [](const nb::list& cards) { return io::wcs_from_header(header_from(cards)); },
      nb::arg("cards"), "The celestial WCS of a header, None where it has none.");
}

}  // namespace skywright::python
