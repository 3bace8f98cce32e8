/// One line of the Minor Planet Center's catalog of orbits, MPCORB.DAT.
///
/// minorplanetcenter.net/iau/info/MPOrbitFormat.html
#pragma once

#include <string_view>

#include "skywright/ephemeris/orbit_catalog.h"

namespace skywright::ephemeris {

/// Whether the columns of elements hold numbers.
bool looks_like_mpcorb(std::string_view line);

/// @throws InputError telling the columns that hold no number, elements of no orbit or no date
void append_mpcorb_line(OrbitCatalog& out, std::string_view line);

/// The line of an orbit, 202 columns: elements at `epoch` as heliocentric Keplerian ones.
/// @param packed the packed designation, at most 7 characters
/// @pre e < 1
std::string mpcorb_line(const Orbit& orbit, time::Tdb epoch, double h, double g,
                        std::string_view packed, std::string_view readable);

/// The Minor Planet Center's packed date ("K134I" is 2013-04-18) as MJD.
/// @throws InputError for text that is none
double mjd_from_packed_date(std::string_view text);

}  // namespace skywright::ephemeris
