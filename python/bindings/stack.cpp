// Images in memory and in files on one grid, averaged.
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "commands/stack_options.h"
#include "given_image.h"
#include "long_call.h"
#include "skywright/base/error.h"

namespace skywright::python {
namespace {

namespace nb = nanobind;
using pipelines::Exposure;
using pipelines::Stacked;

/// An image of the list, or the name of its file.
struct Source {
  const GivenImage* given = nullptr;
  std::string name;
};

std::vector<Source> sources_of(const nb::list& images) {
  std::vector<Source> out;
  for (nb::handle image : images) {
    if (nb::isinstance<nb::str>(image))
      out.push_back({.name = nb::cast<std::string>(image)});
    else
      out.push_back({.given = &nb::cast<const GivenImage&>(image),
                     .name = "images[" + std::to_string(out.size()) + "]"});
  }
  return out;
}

/// @param images names of files and GivenImages, which the caller keeps
/// @param like whose grid is taken; null for that which `values` name, if any
Stacked stacked(const nb::list& images, const std::optional<wcs::Wcs>& like, int like_width,
                int like_height, const Options& values, const std::string& config_text,
                const std::string& origin, int jobs, const nb::object& progress) {
  const Execution alone;
  pipelines::StackJob job = apps::stack_job(arguments_of(values));
  const stack::StackConfig config = apps::stack_config(
      apps::Session{.execution = alone, .config_text = config_text, .config_origin = origin});
  const std::vector<Source> sources = sources_of(images);
  if (like) job.grid.like = stack::StackGrid{*like, like_width, like_height};
  return long_call(jobs, progress, [&](const Execution& execution) {
    std::vector<pipelines::OpenedImage> opened;
    for (const Source& source : sources) {
      execution.check_stop();
      opened.push_back(source.given != nullptr
                           ? source.given->opened(source.name, execution)
                           : pipelines::open_image({.image = source.name}, execution));
      pipelines::require_wcs(opened.back());
      execution.report("stack: read", opened.size(), sources.size());
    }
    if (!job.like.empty()) job.grid.like = pipelines::grid_of_file(job.like);
    Stacked done = pipelines::stack_images(std::move(opened), job.grid, config, execution);
    if (!job.out.empty()) pipelines::write_exposure(job.out, done.coadd);
    return done;
  });
}

}  // namespace

void bind_stack(nb::module_& m) {
  nb::class_<Stacked>(m, "Stacked", "The average of images on one grid.")
      .def_prop_ro(
          "exposure", [](Stacked& self) -> Exposure& { return self.coadd; },
          nb::rv_policy::reference_internal)
      .def_prop_ro("coverage",
                   [](nb::handle_t<Stacked> self) {
                     return nb::cast(lent(nb::cast<Stacked&>(self).coverage, self));
                   })
      .def_prop_ro("weights", [](const Stacked& self) { return self.weights; })
      .def_prop_ro("text", [](const Stacked& self) { return self.summary.text(); })
      .def_prop_ro("json", [](const Stacked& self) { return self.summary.json(); })
      .def_prop_ro("warnings", [](const Stacked& self) { return self.summary.warnings; });
  m.def("stack", stacked, nb::arg("images"), nb::arg("like").none(), nb::arg("like_width"),
        nb::arg("like_height"), nb::arg("values"), nb::arg("config"), nb::arg("origin"),
        nb::arg("jobs"), nb::arg("progress").none());
}

}  // namespace skywright::python
