/// The body of `skywright solve`: WCS and zero point of one image against a reference catalog.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "skywright/base/execution.h"
#include "skywright/pipelines/any_image.h"
#include "skywright/pipelines/solve_image.h"

namespace skywright::pipelines {

struct SolveFileRequest {
  std::string image;  ///< a path, or "file.fits[HDU]"
  std::filesystem::path reference;
  std::filesystem::path out;      ///< a copy of the image with WCS and zero point; empty for none
  std::filesystem::path catalog;  ///< sources measured before; empty: the image is searched
  std::string band;               ///< of the reference fluxes; empty: from the header
  std::optional<Pointing> pointing;  ///< in place of the header's WCS; any rotation and mirroring
};

/// Read, solve and write: `take_solution` says what the copy carries, its WCS as TAN-SIP. An
/// exposure keeps variance, mask and PSF; a plain image is written plain.
/// @throws InputError of files that cannot be used, and those of solve_image
SolvedImage solve_file(const SolveFileRequest& request, const SolveImageConfig& config,
                       const Execution& execution);

/// The image as it was read, with what was found.
void write_solved(const std::filesystem::path& path, const AnyImage& image);

}  // namespace skywright::pipelines
