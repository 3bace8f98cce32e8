/// Raw frames from files: multi-extension as LSST's, or the single image of a smaller camera.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "skywright/detrend/raw_exposure.h"
#include "skywright/instrument/instrument.h"
#include "skywright/wcs/wcs.h"

namespace skywright::pipelines {

/// A built-in instrument by name ("lsst"), or that of a TOML file ("camera.toml").
/// @throws ConfigError for neither
instrument::Instrument open_instrument(const std::string& name_or_file);

struct RawFrame {
  detrend::RawExposure exposure;
  instrument::Detector detector;  ///< with the gain of the frame's header where that rules
  /// The frame's own WCS, or that which pointing and design predict; of the assembled detector.
  std::optional<wcs::Wcs> wcs;
};

/// Read a frame whole.
///
/// Amplifiers with an extension name are read from that HDU, others are cut from the first image
/// of the file. A frame of one image keeps its own WCS where it has one; else the WCS is predicted.
/// @throws InputError where file, header or sizes do not fit the instrument
RawFrame read_raw(const std::filesystem::path& path, const instrument::Instrument& instrument);

/// What the headers of a frame say; no pixels are read. @throws InputError
instrument::VisitInfo read_raw_info(const std::filesystem::path& path,
                                    const instrument::Instrument& instrument);

}  // namespace skywright::pipelines
