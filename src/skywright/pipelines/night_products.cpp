#include "skywright/pipelines/night_products.h"

#include "skywright/archive/archive.h"

namespace skywright::pipelines {

std::optional<NightProducts> night_products(const std::filesystem::path& survey, std::int64_t visit,
                                            int detector) {
  const archive::Archive archive(survey, archive::OpenFor::reading);
  const auto path = [&](const char* kind) -> std::filesystem::path {
    const auto record = archive.latest({.kind = kind, .visit = visit, .detector = detector});
    return record ? survey / record->path : std::filesystem::path();
  };
  NightProducts products{path("raw"),        path("image"),      path("sources"),
                         path("difference"), path("diasources"), path("stamps")};
  if (products.image.empty()) return {};
  return products;
}

}  // namespace skywright::pipelines
