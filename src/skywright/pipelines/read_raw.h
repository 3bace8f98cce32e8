/// Raw frames from files: multi-extension as LSST's, or the single image of a smaller camera.
#pragma once

#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "skywright/detrend/raw_exposure.h"
#include "skywright/instrument/instrument.h"
#include "skywright/io/fits.h"
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

/// Highest count that a file of so many bits a pixel can hold [ADU]; 0 bits and less: real numbers.
double ceiling_of_counts(int bits);

/// Where the headers and images of a frame come from: a file, or memory.
struct RawParts {
  std::string name;  ///< for messages
  /// Of the primary HDU, which a frame of several images describes itself by.
  std::function<header::Header()> primary_header;
  /// Of the first image, the primary's cards in front.
  std::function<header::Header()> image_header;
  /// Pixels and header of the extension of this name, or of the first image where it is empty.
  std::function<io::FitsImage(const std::string& extension)> image;
  /// Highest count that the digitiser or the file can hold [ADU].
  double ceiling = std::numeric_limits<double>::infinity();
};

/// Put a frame together.
///
/// Amplifiers with an extension name are read from that HDU, others are cut from the first image
/// of the file. A frame of one image keeps its own WCS where it has one; else the WCS is predicted.
/// @throws InputError where header or sizes do not fit the instrument
RawFrame raw_frame(const RawParts& parts, const instrument::Instrument& instrument);

/// The same of a file, which is read whole. @throws InputError
RawFrame read_raw(const std::filesystem::path& path, const instrument::Instrument& instrument);

/// What the headers of a frame say; no pixels are read. @throws InputError
instrument::VisitInfo read_raw_info(const std::filesystem::path& path,
                                    const instrument::Instrument& instrument);

}  // namespace skywright::pipelines
