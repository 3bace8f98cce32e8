/// Where the bodies of a catalog of orbits are at one time, all of them or those in a field or
/// image.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/ephemeris/observer.h"
#include "skywright/ephemeris/orbit_reader.h"
#include "skywright/sphere/region.h"
#include "skywright/table/table.h"

namespace skywright::pipelines {

struct EphemerisRequest {
  std::filesystem::path orbits;                ///< MPCORB lines or a table, plain or gzipped
  std::optional<ephemeris::Observatory> site;  ///< none: the Earth's centre
  std::optional<time::Tai> time;               ///< none: the middle of the image's exposure
  std::optional<sphere::Cone> field;           ///< none: the image's, or the whole sky
  std::string image;                           ///< FITS with a WCS; empty for none
  double faintest = 99.0;                      ///< V; bodies without magnitude are kept
  std::filesystem::path kernel;                ///< SPK; empty: the program's own
};

struct EphemerisList {
  time::Tai time;
  std::size_t orbits = 0;   ///< of the catalog
  std::size_t skipped = 0;  ///< lines that are no orbit
  std::vector<ephemeris::SkippedLine> first_skipped;
  std::size_t unperturbed = 0;  ///< of those carried: by two bodies, their epoch out of reach
  std::size_t lost = 0;         ///< of those carried: fell into the Sun or a planet
  bool whole_sky = false;       ///< neither field nor image was given
  table::Table bodies;          ///< brightest first
};

/// @throws InputError for a catalog, image or kernel that cannot be used
EphemerisList list_ephemeris(const EphemerisRequest& request, const Execution& execution);

/// Middle of the exposure by a header's MJD-AVG, DATE-AVG, or MJD-OBS, MJD-BEG, DATE-OBS or
/// DATE-BEG and EXPTIME, in the scale of TIMESYS (UTC where there is none).
/// @throws InputError where it tells no time, naming what is looked for
time::Tai middle_of_exposure(const std::string& image);

/// The report for people, and as one JSON object.
std::string ephemeris_text(const EphemerisList& list);
std::string ephemeris_json(const EphemerisList& list);
/// Circles with names and arrows of an hour's motion, for SAOImage DS9.
std::string ds9_regions(const table::Table& bodies);

}  // namespace skywright::pipelines
