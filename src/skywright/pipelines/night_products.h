/// Where the products of one exposure lie in a survey, for those who look at a night afterwards.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace skywright::pipelines {

struct NightProducts {
  std::filesystem::path raw;
  std::filesystem::path image;
  std::filesystem::path sources;
  std::filesystem::path difference;  ///< empty where there was no template
  std::filesystem::path dia_sources;
  std::filesystem::path stamps;
};

/// The products made last of an exposure; empty where it was not processed.
std::optional<NightProducts> night_products(const std::filesystem::path& survey, std::int64_t visit,
                                            int detector);

}  // namespace skywright::pipelines
