/// Many orbits with names and magnitudes, read from text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "skywright/ephemeris/orbit.h"

namespace skywright::ephemeris {

/// Structure of arrays: frames ready for evaluation, beside each its name and magnitudes.
struct OrbitCatalog {
  std::vector<std::string> name;
  std::vector<Orbit> orbit;
  std::vector<OrbitFrame> frame;           ///< of `orbit`
  std::vector<double> absolute_magnitude;  ///< H [mag], NaN where unknown
  std::vector<double> slope;               ///< G of Bowell's H, G system; 0.15 where unknown

  [[nodiscard]] std::size_t size() const { return orbit.size(); }
  void append(std::string object_name, const Orbit& elements, double h, double g);
};

/// Orbits from text: the Minor Planet Center's MPCORB lines of fixed columns (with or without its
/// header), or a table with a line of column names, separated by commas or blanks.
///
/// Columns are known by the names that Granvik's populations, sorcha and JPL's database use: a or
/// q; e; inc or i; Omega, node or om; argPeri, peri or w; meanAnomaly or ma with epoch, or
/// t_p_MJD_TDB or tp; objId, ObjID or full_name; H; g or G. Angles [deg], epochs MJD or JD, TDB.
/// Other columns are passed over.
/// @throws InputError naming the line and what is missing or no number there
OrbitCatalog read_orbits(std::string_view text);

/// The Minor Planet Center's packed date ("K134I" is 2013-04-18) as MJD.
/// @throws InputError for text that is none
double mjd_from_packed_date(std::string_view text);

}  // namespace skywright::ephemeris
