// The difference of two images, each in memory or in a file.
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "commands/subtract_options.h"
#include "given_image.h"
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

struct Difference {
  Exposure exposure;
  SharedTable sources;
  image::Image<float> score;
  pipelines::SubtractSummary summary;
};

Difference subtracted(const GivenImage* science, const GivenImage* reference, const Options& values,
                      const std::string& config_text, const std::string& origin, int jobs,
                      const nb::object& progress) {
  const apps::Arguments arguments = arguments_of(values);
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
