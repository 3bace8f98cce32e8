// Raw frames in memory and in files to clean exposures.
#include <algorithm>

#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "cards.h"
#include "commands/detrend_options.h"
#include "given_image.h"
#include "long_call.h"
#include "skywright/base/error.h"
#include "skywright/io/wcs_cards.h"

namespace skywright::python {
namespace {

namespace nb = nanobind;
using pipelines::DetrendedFile;
using pipelines::DetrendFilesResult;
using pipelines::Exposure;

/// A raw frame in memory: headers, and the pixels of each image by its EXTNAME.
struct GivenRaw {
  GivenRaw(std::string frame_name, const nb::list& primary_cards, const nb::list& image_cards,
           const std::optional<wcs::Wcs>& wcs, int bits)
      : name(std::move(frame_name)),
        primary(header_from(primary_cards)),
        first(header_from(image_cards)),
        ceiling(pipelines::ceiling_of_counts(bits)) {
    if (wcs && !io::wcs_from_header(first)) io::set_wcs(first, *wcs);
  }

  struct Part {
    std::string extension;
    image::ImageView<const float> pixels;  ///< lent
  };
  void add(const std::string& extension, const PixelArray<float>& pixels) {
    parts.push_back({extension, view_of(pixels, extension.c_str())});
  }

  /// The pixels are copied where they are taken: the frame is cut into amplifiers.
  [[nodiscard]] io::FitsImage image(const std::string& extension) const {
    const auto found = std::find_if(parts.begin(), parts.end(), [&](const Part& p) {
      return extension.empty() || p.extension == extension;
    });
    if (found == parts.end())
      throw InputError(name, extension.empty() ? "it has no image" : "it has no image " + extension,
                       "name the instrument that the frame comes from");
    return {first, image::Image<float>(found->pixels)};
  }

  [[nodiscard]] pipelines::RawParts as_parts() const {
    return {.name = name,
            .primary_header = [this] { return primary; },
            .image_header = [this] { return first; },
            .image = [this](const std::string& extension) { return image(extension); },
            .ceiling = ceiling};
  }

  std::string name;
  header::Header primary;
  header::Header first;  ///< of the first image, the primary's cards in front
  double ceiling;
  std::vector<Part> parts;
};

/// @param raws names of files and GivenRaws, which the caller keeps
DetrendFilesResult detrended(const nb::list& raws, const std::string& instrument,
                             const Options& values, const std::string& config_text,
                             const std::string& origin, int jobs, const nb::object& progress) {
  const Execution alone;
  pipelines::DetrendRequest request = apps::detrend_request(arguments_of(values));
  const detrend::DetrendConfig config = apps::detrend_config(
      apps::Session{.execution = alone, .config_text = config_text, .config_origin = origin});
  for (nb::handle raw : raws) {
    if (nb::isinstance<nb::str>(raw))
      request.raws.push_back({.path = nb::cast<std::string>(raw)});
    else
      request.raws.push_back({.parts = nb::cast<const GivenRaw&>(raw).as_parts()});
  }
  return long_call(jobs, progress, [&](const Execution& execution) {
    return pipelines::detrend_files(request, pipelines::open_instrument(instrument), config,
                                    execution);
  });
}

}  // namespace

void bind_detrend(nb::module_& m) {
  nb::class_<GivenRaw>(m, "GivenRaw", "A raw frame for `detrend`.")
      .def(nb::init<std::string, const nb::list&, const nb::list&, const std::optional<wcs::Wcs>&,
                    int>(),
           nb::arg("name"), nb::arg("primary"), nb::arg("cards"), nb::arg("wcs").none(),
           nb::arg("bits"))
      .def("add", &GivenRaw::add, nb::arg("extension"), nb::arg("pixels").noconvert(),
           nb::keep_alive<1, 3>());
  nb::class_<DetrendFilesResult>(m, "Detrended", "Clean exposures, where they were not written.")
      .def_prop_ro(
          "exposures",
          [](nb::handle_t<DetrendFilesResult> self) {
            nb::list out;
            for (DetrendedFile& file : nb::cast<DetrendFilesResult&>(self).files)
              if (file.code == ExitCode::complete && file.path.empty())
                out.append(nb::cast(&file.exposure, nb::rv_policy::reference_internal, self));
            return out;
          })
      .def_prop_ro("code",
                   [](const DetrendFilesResult& self) { return static_cast<int>(self.code); })
      .def_prop_ro("text",
                   [](const DetrendFilesResult& self) { return pipelines::detrend_text(self); })
      .def_prop_ro("json",
                   [](const DetrendFilesResult& self) { return pipelines::detrend_json(self); })
      .def_prop_ro("warnings", [](const DetrendFilesResult& self) {
        std::vector<std::string> out;
        for (const DetrendedFile& file : self.files)
          if (!file.problem.empty()) out.push_back(file.problem);
        return out;
      });
  m.def("detrend", detrended, nb::arg("raws"), nb::arg("instrument"), nb::arg("values"),
        nb::arg("config"), nb::arg("origin"), nb::arg("jobs"), nb::arg("progress").none());
}

}  // namespace skywright::python
