// The sources of an image in memory or in a file.
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "cards.h"
#include "commands/detect_options.h"
#include "long_call.h"
#include "pixels.h"
#include "skywright/io/table_files.h"
#include "skywright/pipelines/detect_file.h"
#include "table.h"

namespace skywright::python {
namespace {

namespace nb = nanobind;
using pipelines::Detected;
using pipelines::DetectFileInputs;
using pipelines::DetectFileOutputs;
using pipelines::DetectInput;

/// What came of it, the table apart, which arrays may keep longer.
struct Detection {
  SharedTable table;
  measure::MeasureResult measured;
  pipelines::DetectSummary summary;
};

/// An image in memory and what came with it.
struct ImageInMemory {
  image::MaskedImageView view;
  header::Header header;
  const wcs::Wcs* wcs = nullptr;
  const psf::PsfModel* psf = nullptr;  ///< for the correlation of the noise alone
  const image::NoiseCorrelation* noise = nullptr;

  [[nodiscard]] DetectInput input() const {
    DetectInput out(view);
    out.header = header;
    if (wcs != nullptr) out.wcs = *wcs;
    if (noise != nullptr) out.add_noise_correlation(*noise, psf);
    return out;
  }
};

/// Planes beside the image that are in memory; those in files are named in DetectFileInputs.
struct Beside {
  image::ImageView<const float> weight;
  image::ImageView<const float> mask;
  const psf::PsfModel* psf = nullptr;

  void add_to(DetectInput& input, const DetectFileInputs& files,
              const measure::BackgroundConfig& background, const Execution& execution) const {
    if (!mask.empty()) input.add_mask(mask, "mask");
    if (!weight.empty())
      input.add_weight(image::Image<float>(weight), files.weight_type, "weight", background,
                       execution);
    if (psf != nullptr) input.psf = *psf;
  }
};

/// @param image null for that of the file that `options` names
Detection detected(const ImageInMemory* image, const Beside& beside,
                   const apps::DetectOptions& options, const Execution& execution) {
  const measure::BackgroundConfig& background = options.config.background;
  pipelines::validate(options.config);
  if (!options.outputs.catalog.empty()) io::check_table_name(options.outputs.catalog);
  execution.report("detect: read", 0, 3);
  DetectInput input = image != nullptr ? image->input() : pipelines::load_image(options.inputs);
  pipelines::add_planes(input, options.inputs, background, execution);
  beside.add_to(input, options.inputs, background, execution);
  execution.report("detect: measure", 1, 3);
  Detected found = pipelines::detect_image(input, options.config, execution);
  execution.report("detect: write", 2, 3);
  pipelines::write_detect_outputs(options.outputs, input, found, execution);
  execution.report("detect: write", 3, 3);
  return {std::make_shared<table::Table>(std::move(found.catalog)), std::move(found.measured),
          std::move(found.summary)};
}

nb::dict summary_of(const pipelines::DetectSummary& s) {
  nb::dict out;
  out["sources"] = s.sources;
  out["blended"] = s.blended;
  out["flagged"] = s.flagged;
  out["psf_stars"] = s.psf_stars;
  out["psf_fwhm_pixel"] = s.psf_fwhm;
  out["sky"] = s.background;
  out["noise"] = s.noise;
  out["warnings"] = s.warnings;
  return out;
}

apps::DetectOptions options_from(const std::map<std::string, std::vector<std::string>>& values,
                                 const std::string& config, const std::string& origin) {
  apps::Arguments arguments;
  arguments.values = {values.begin(), values.end()};
  const Execution execution;
  return apps::detect_options(
      arguments,
      apps::Session{.execution = execution, .config_text = config, .config_origin = origin});
}

}  // namespace

void bind_detect(nb::module_& m) {
  nb::class_<Detection>(m, "Detection", "The sources of an image, and what was learnt of it.")
      .def_prop_ro("table", [](const Detection& self) { return self.table; })
      .def_prop_ro("psf", [](const Detection& self) { return self.measured.psf; })
      .def_prop_ro("background",
                   [](const Detection& self) {
                     return nb::cast(handed_over(self.measured.background.image()));
                   })
      .def_prop_ro("summary", [](const Detection& self) { return summary_of(self.summary); });
  using Options = std::map<std::string, std::vector<std::string>>;
  m.def(
      "detect_array",
      [](const PixelArray<float>& pixels, const MaybePixels<float>& variance,
         const MaybePixels<image::MaskBits>& planes, const nb::list& cards, const wcs::Wcs* wcs,
         const psf::PsfModel* known_psf, const image::NoiseCorrelation* noise,
         const MaybePixels<float>& weight, const MaybePixels<float>& mask, const psf::PsfModel* psf,
         const Options& values, const std::string& config, const std::string& origin, int jobs,
         const nb::object& progress) {
        const apps::DetectOptions options = options_from(values, config, origin);
        const ImageInMemory image{masked_view_of(pixels, variance, planes), header_from(cards), wcs,
                                  known_psf, noise};
        const Beside beside{view_of(weight, "weight"), view_of(mask, "mask"), psf};
        return long_call(jobs, progress, [&](const Execution& execution) {
          return detected(&image, beside, options, execution);
        });
      },
      nb::arg("pixels").noconvert(), nb::arg("variance").noconvert().none(),
      nb::arg("planes").noconvert().none(), nb::arg("cards"), nb::arg("wcs").none(),
      nb::arg("known_psf").none(), nb::arg("noise").none(), nb::arg("weight").noconvert().none(),
      nb::arg("mask").noconvert().none(), nb::arg("psf").none(), nb::arg("values"),
      nb::arg("config"), nb::arg("origin"), nb::arg("jobs"), nb::arg("progress").none());
  m.def(
      "detect_file",
      [](const MaybePixels<float>& weight, const MaybePixels<float>& mask, const psf::PsfModel* psf,
         const Options& values, const std::string& config, const std::string& origin, int jobs,
         const nb::object& progress) {
        const apps::DetectOptions options = options_from(values, config, origin);
        const Beside beside{view_of(weight, "weight"), view_of(mask, "mask"), psf};
        return long_call(jobs, progress, [&](const Execution& execution) {
          return detected(nullptr, beside, options, execution);
        });
      },
      nb::arg("weight").noconvert().none(), nb::arg("mask").noconvert().none(),
      nb::arg("psf").none(), nb::arg("values"), nb::arg("config"), nb::arg("origin"),
      nb::arg("jobs"), nb::arg("progress").none());
}

}  // namespace skywright::python
