/// The body of `skywright detrend`: raw frames to clean exposures.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/base/execution.h"
#include "skywright/detrend/detrend.h"
#include "skywright/instrument/instrument.h"
#include "skywright/pipelines/exposure_file.h"
#include "skywright/pipelines/read_raw.h"

namespace skywright::pipelines {

struct DetrendRequest {
  std::vector<std::filesystem::path> raws;
  std::filesystem::path masters;  ///< folder that `calib` wrote; empty for none
  std::filesystem::path out;      ///< a folder, or for a single raw a file that ends in .fits
};

struct DetrendedFile {
  std::filesystem::path raw;
  std::filesystem::path path;
  ExitCode code = ExitCode::complete;
  std::string problem;  ///< where the code is not complete
  std::string detector;
  std::vector<std::string> masters;  ///< applied: "bias", "dark", "flat", "defects"
  detrend::DetrendResult report;     ///< without its image
};
struct DetrendFilesResult {
  std::vector<DetrendedFile> files;  ///< in the order of the raws
  ExitCode code = ExitCode::complete;
};

/// Detrend each raw and write it as an exposure (IMAGE [electron], VARIANCE, MASK) with the WCS
/// that pointing and design predict, or the raw's own.
/// @throws InputError of a single raw that fails; of several the failed ones are reported and the
///         code is partial
DetrendFilesResult detrend_files(const DetrendRequest& request,
                                 const instrument::Instrument& instrument,
                                 const detrend::DetrendConfig& config, const Execution& execution);

/// A frame in memory to an exposure; the header keeps the raw's cards.
Exposure detrended_exposure(const RawFrame& frame, const instrument::Instrument& instrument,
                            detrend::DetrendResult& result);

std::string detrend_text(const DetrendFilesResult& result);
std::string detrend_json(const DetrendFilesResult& result);

}  // namespace skywright::pipelines
