// WCS and zero point of an image in memory or in a file.
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "commands/solve_options.h"
#include "given_image.h"
#include "long_call.h"
#include "skywright/base/error.h"
#include "skywright/io/table_files.h"
#include "table.h"

namespace skywright::python {
namespace {

namespace nb = nanobind;
using pipelines::Exposure;

struct Solved {
  Exposure exposure;  ///< without planes where they were lent
  SharedTable matches;
  std::string text;
  std::string json;
  std::vector<std::string> warnings;
};

/// @param given null for the image that `values` name; so are the tables
Solved solved(const GivenImage* given, const SharedTable& reference, const SharedTable& catalog,
              const Options& values, const std::string& config_text, const std::string& origin,
              int jobs, const nb::object& progress) {
  const Execution alone;
  const pipelines::SolveFileRequest request = apps::solve_request(arguments_of(values));
  const pipelines::SolveImageConfig config = apps::solve_config(
      apps::Session{.execution = alone, .config_text = config_text, .config_origin = origin});
  if (!reference && request.reference.empty())
    throw ConfigError("--reference", "it is missing", "give a table of stars, or name its file");
  return long_call(jobs, progress, [&](const Execution& execution) {
    execution.report("solve: read", 0, 2);
    pipelines::AnyImage any;
    if (given != nullptr)
      any.exposure = given->rest();
    else
      any = pipelines::read_any_image(request.image);
    Exposure& exposure = any.exposure;
    const SharedTable stars =
        reference ? reference : std::make_shared<table::Table>(io::read_table(request.reference));
    SharedTable sources = catalog;
    if (!sources && !request.catalog.empty())
      sources = std::make_shared<table::Table>(io::read_table(request.catalog));
    execution.report("solve: match", 1, 2);
    const pipelines::SolvedImage found = pipelines::solve_image(
        {.name = given != nullptr ? "image" : request.image,
         .pixels = given != nullptr ? given->view() : any.view(),
         .header = &exposure.header,
         .wcs = exposure.wcs ? &*exposure.wcs : nullptr},
        *stars, {.catalog = sources.get(), .band = request.band, .pointing = request.pointing},
        config, execution);
    pipelines::take_solution(exposure, found);
    // An image that was lent is written by who has its planes.
    if (given == nullptr && !request.out.empty()) pipelines::write_solved(request.out, any);
    execution.report("solve: match", 2, 2);
    return Solved{std::move(exposure),
                  std::make_shared<table::Table>(pipelines::matches_table(found)),
                  pipelines::solve_text(found), pipelines::solve_json(found), found.warnings};
  });
}

}  // namespace

void bind_solve(nb::module_& m) {
  nb::class_<Solved>(m, "Solved", "An image with its WCS and zero point, and what they rest on.")
      .def_prop_ro(
          "exposure", [](Solved& self) -> Exposure& { return self.exposure; },
          nb::rv_policy::reference_internal)
      .def_prop_ro("matches", [](const Solved& self) { return self.matches; })
      .def_prop_ro("text", [](const Solved& self) { return self.text; })
      .def_prop_ro("json", [](const Solved& self) { return self.json; })
      .def_prop_ro("warnings", [](const Solved& self) { return self.warnings; });
  m.def("solve", solved, nb::arg("image").none(), nb::arg("reference").none(),
        nb::arg("catalog").none(), nb::arg("values"), nb::arg("config"), nb::arg("origin"),
        nb::arg("jobs"), nb::arg("progress").none());
}

}  // namespace skywright::python
