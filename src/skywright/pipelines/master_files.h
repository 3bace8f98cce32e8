/// Calibration masters as files of one folder.
///
/// bias_<detector>.fits [electron], dark_<detector>.fits [electron/s], flat_<band>_<detector>.fits
/// (mean 1) hold IMAGE, VARIANCE and MASK; defects_<detector>.fits holds MASK.
#pragma once

#include <filesystem>
#include <string>

#include "skywright/detrend/masters.h"

namespace skywright::pipelines {

/// Whose masks to read. Detrending looks only at the flat's; making masters looks at all.
enum class MasterMasks { all, of_the_flat };

/// The masters of a detector that the folder has; those it lacks stay empty.
/// @param band of the flat; empty for none
/// @throws InputError for a file that is not what its name says
detrend::Masters read_masters(const std::filesystem::path& folder, const std::string& detector,
                              const std::string& band, MasterMasks masks);

/// With IMAGE, VARIANCE and MASK.
/// @param kind "bias", "dark" or "flat"
/// @param band of a flat; empty for others
void write_master(const std::filesystem::path& path, const detrend::MasterFrame& master,
                  const std::string& kind, const std::string& detector, const std::string& band);
/// With MASK alone.
void write_defects(const std::filesystem::path& path, const detrend::DefectMap& defects,
                   const std::string& detector);

/// Names of the files in a folder.
std::filesystem::path bias_path(const std::filesystem::path& folder, const std::string& detector);
std::filesystem::path dark_path(const std::filesystem::path& folder, const std::string& detector);
std::filesystem::path flat_path(const std::filesystem::path& folder, const std::string& detector,
                                const std::string& band);
std::filesystem::path defects_path(const std::filesystem::path& folder,
                                   const std::string& detector);

}  // namespace skywright::pipelines
