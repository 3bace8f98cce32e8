/// `skywright stack`: images from files onto one grid, averaged, to a file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "skywright/pipelines/stack_images.h"

namespace skywright::pipelines {

struct StackJob {
  std::vector<std::string> images;  ///< each may name an HDU
  std::filesystem::path out;
  std::string like;  ///< an image whose grid is taken; empty for none
  GridRequest grid;
};

/// The grid of an image. @throws InputError where it has no WCS
stack::StackGrid grid_of_file(const std::string& image);

/// Read, stack and write. @throws InputError of files that cannot be used, and as stack_images
StackSummary stack_files(const StackJob& job, const stack::StackConfig& config,
                         const Execution& execution);

}  // namespace skywright::pipelines
