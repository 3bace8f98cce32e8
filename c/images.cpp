#include <algorithm>

#include "command_config.h"
#include "guard.h"
#include "skywright/pipelines/detect_image.h"
#include "skywright/pipelines/subtract_files.h"

namespace skywright::c {
namespace {

template <class Config>
Config config_from(const Call& call) {
  Config config;
  if (!call.settings().empty()) config::read_toml(config, call.settings(), "settings");
  return config;
}

/// With planes of its own: the sky comes off them.
pipelines::OpenedImage opened(const image::MaskedImageView& view, const char* name,
                              const Execution& execution) {
  pipelines::Exposure exposure;
  exposure.image = {image::Image<float>(view.pixels), image::Image<float>(view.variance),
                    image::Image<image::MaskBits>(view.mask)};
  return pipelines::open_image(std::move(exposure), name, pipelines::Origin::stranger, execution);
}

void write_out(const image::Image<float>& image, float* out) {
  if (out != nullptr) std::copy(image.pixels().begin(), image.pixels().end(), out);
}

}  // namespace
}  // namespace skywright::c

extern "C" {

sw_status sw_detect(const sw_image* image, const sw_options* options, sw_table** sources) {
  using namespace skywright;
  return c::guarded([&] {
    c::require(sources, "sources");
    *sources = nullptr;
    const c::Call call(options);
    const pipelines::DetectInput input(c::view_of(image, "image"));
    auto found = pipelines::detect_image(input, c::config_from<pipelines::MeasureSettings>(call),
                                         call.execution());
    *sources = new sw_table{std::move(found.catalog)};
    return SW_OK;
  });
}

sw_status sw_subtract(const sw_image* science, const sw_image* reference, const sw_options* options,
                      sw_table** sources, float* difference, float* score) {
  using namespace skywright;
  return c::guarded([&] {
    c::require(sources, "sources");
    *sources = nullptr;
    const c::Call call(options);
    auto done = pipelines::subtract_images(
        c::opened(c::view_of(science, "science"), "science", call.execution()),
        c::opened(c::view_of(reference, "reference"), "reference", call.execution()),
        c::config_from<pipelines::SubtractFilesConfig>(call), call.execution());
    c::write_out(done.difference.image.pixels, difference);
    c::write_out(done.score, score);
    *sources = new sw_table{std::move(done.catalog)};
    return SW_OK;
  });
}
}
