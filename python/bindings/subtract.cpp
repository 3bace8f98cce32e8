// The difference of two images, each in memory or in a file.
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "cards.h"
#include "commands/subtract_options.h"
#include "long_call.h"
#include "pixels.h"
#include "skywright/io/fits.h"
#include "skywright/io/table_files.h"
#include "table.h"

namespace skywright::python {
namespace {

namespace nb = nanobind;
using pipelines::Exposure;
using pipelines::OpenedImage;
using pipelines::Origin;

/// An image that was handed over; its planes are lent until it is opened.
struct Given {
  Given(const PixelArray<float>& pixels, const MaybePixels<float>& variance,
        const MaybePixels<image::MaskBits>& mask, const nb::list& cards,
        const std::optional<wcs::Wcs>& wcs, const std::optional<psf::PsfModel>& psf,
        std::optional<double> zero_point, const image::NoiseCorrelation* noise)
      : view(masked_view_of(pixels, variance, mask)),
        origin(noise != nullptr && variance ? Origin::ours : Origin::stranger) {
    rest.header = header_from(cards);
    rest.wcs = wcs;
    rest.psf = psf;
    rest.zero_point = zero_point;
    if (noise != nullptr) rest.noise = *noise;
  }

  image::MaskedImageView view;
  Exposure rest;  ///< all but the planes
  Origin origin;

  /// The planes are copied here: the sky comes off them, and they may be resampled.
  [[nodiscard]] OpenedImage opened(const char* name, const Execution& execution) const {
    Exposure exposure = rest;
    exposure.image = {image::Image<float>(view.pixels), image::Image<float>(view.variance),
                      image::Image<image::MaskBits>(view.mask)};
    return pipelines::open_image(std::move(exposure), name, origin, execution);
  }
};

struct Difference {
  Exposure exposure;
  SharedTable sources;
  image::Image<float> score;
  pipelines::SubtractSummary summary;
};

using Options = std::map<std::string, std::vector<std::string>>;

Difference subtracted(const Given* science, const Given* reference, const Options& values,
                      const std::string& config_text, const std::string& origin, int jobs,
                      const nb::object& progress) {
  apps::Arguments arguments;
  arguments.values = {values.begin(), values.end()};
  const Execution alone;
  const auto config = apps::subtract_config(
      arguments,
      apps::Session{.execution = alone, .config_text = config_text, .config_origin = origin});
  const pipelines::SubtractJob job = apps::subtract_job(arguments);
  if (!job.catalog.empty()) io::check_table_name(job.catalog);
  return long_call(jobs, progress, [&](const Execution& execution) {
    OpenedImage first = science != nullptr ? science->opened("science", execution)
                                           : pipelines::open_image(job.science, execution);
    OpenedImage second = reference != nullptr ? reference->opened("template", execution)
                                              : pipelines::open_image(job.reference, execution);
    pipelines::Subtracted done =
        pipelines::subtract_images(std::move(first), std::move(second), config, execution);
    pipelines::write_subtracted(job, done);
    return Difference{std::move(done.difference),
                      std::make_shared<table::Table>(std::move(done.catalog)),
                      std::move(done.score), std::move(done.summary)};
  });
}

}  // namespace

void bind_subtract(nb::module_& m) {
  nb::class_<Given>(m, "GivenImage", "An image for `subtract`.")
      .def(nb::init<const PixelArray<float>&, const MaybePixels<float>&,
                    const MaybePixels<image::MaskBits>&, const nb::list&,
                    const std::optional<wcs::Wcs>&, const std::optional<psf::PsfModel>&,
                    std::optional<double>, const image::NoiseCorrelation*>(),
           nb::arg("pixels").noconvert(), nb::arg("variance").noconvert().none(),
           nb::arg("mask").noconvert().none(), nb::arg("cards"), nb::arg("wcs").none(),
           nb::arg("psf").none(), nb::arg("zero_point").none(), nb::arg("noise").none(),
           // The planes live as long as this.
           nb::keep_alive<1, 2>(), nb::keep_alive<1, 3>(), nb::keep_alive<1, 4>());
  nb::class_<Difference>(m, "Difference", "What is left of an image once another is taken off.")
      .def_prop_ro(
          "exposure", [](Difference& self) -> Exposure& { return self.exposure; },
          nb::rv_policy::reference_internal)
      .def_prop_ro("sources", [](const Difference& self) { return self.sources; })
      .def_prop_ro("score",
                   [](nb::handle_t<Difference> self) {
                     return nb::cast(lent(nb::cast<Difference&>(self).score, self));
                   })
      .def_prop_ro("summary", [](const Difference& self) { return self.summary.json(); })
      .def_prop_ro("text", [](const Difference& self) { return self.summary.text(); })
      .def_prop_ro("warnings", [](const Difference& self) { return self.summary.warnings; });
  m.def("subtract", subtracted, nb::arg("science").none(), nb::arg("template_").none(),
        nb::arg("values"), nb::arg("config"), nb::arg("origin"), nb::arg("jobs"),
        nb::arg("progress").none());
}

}  // namespace skywright::python
