/// The body of `skywright detrend`: raw frames to clean exposures.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/base/execution.h"
#include "skywright/detrend/detrend.h"
#include "skywright/instrument/instrument.h"
#include "skywright/pipelines/exposure_file.h"
#include "skywright/pipelines/read_raw.h"

namespace skywright::pipelines {

/// A raw frame: a file of this name, or parts in memory.
struct RawInput {
  std::filesystem::path path = {};     ///< empty where the parts are in memory
  std::optional<RawParts> parts = {};  ///< of a frame in memory

  [[nodiscard]] std::string name() const { return parts ? parts->name : path.string(); }
};

struct DetrendRequest {
  std::vector<RawInput> raws;
  std::filesystem::path masters;  ///< folder that `calib` wrote; empty for none
  /// A folder, or for a single raw a file that ends in .fits. Empty: nothing is written, and each
  /// exposure is returned.
  std::filesystem::path out;
};

struct DetrendedFile {
  std::string raw;
  std::filesystem::path path;  ///< empty where nothing was written
  ExitCode code = ExitCode::complete;
  std::string problem;  ///< where the code is not complete
  std::string detector;
  std::vector<std::string> masters;  ///< applied: "bias", "dark", "flat", "defects"
  detrend::DetrendResult report;     ///< without its image
  Exposure exposure;                 ///< where nothing was written
};
struct DetrendFilesResult {
  std::vector<DetrendedFile> files;  ///< in the order of the raws
  ExitCode code = ExitCode::complete;
};

/// Detrend each raw into an exposure (IMAGE [electron], VARIANCE, MASK) with the WCS that pointing
/// and design predict, or the raw's own.
/// @throws ConfigError where no raw is named, or frames of memory have no file that they could take
/// @throws InputError of a single raw that fails; of several the failed ones are reported and the
///         code is partial
DetrendFilesResult detrend_files(const DetrendRequest& request,
                                 const instrument::Instrument& instrument,
                                 const detrend::DetrendConfig& config, const Execution& execution);

/// A frame in memory to an exposure; the header keeps the raw's cards.
Exposure detrended_exposure(const RawFrame& frame, const instrument::Instrument& instrument,
                            detrend::DetrendResult& result);

/// The report for people, and as one JSON object.
std::string detrend_text(const DetrendFilesResult& result);
std::string detrend_json(const DetrendFilesResult& result);

}  // namespace skywright::pipelines
