/// Stars of known place and brightness, with their errors.
#pragma once

#include <string_view>
#include <vector>

#include "skywright/table/table.h"
#include "skywright/time/time_scales.h"

namespace skywright::calibrate {

/// Structure of arrays; positions ICRS degrees at the epoch asked for.
struct ReferenceCatalog {
  std::vector<double> ra, dec;        ///< [deg]
  std::vector<float> position_err;    ///< one axis [mas]
  std::vector<float> flux, flux_err;  ///< [nJy] in the band asked for; NaN where unknown

  [[nodiscard]] std::size_t size() const { return ra.size(); }
};

/// From a table with columns `ra dec` [deg] and, where they exist, `raErr decErr` [mas],
/// `pmRA pmDec` [mas/yr, pmRA with cos(dec)], `epoch` [MJD TAI] or `refEpoch` [Julian year],
/// `{band}_flux {band}_fluxErr` [nJy] or `{band}_mag {band}_magErr` [AB].
/// Columns that name another unit of the same kind (catalog_units.h) are converted. Positions are
/// moved to `epoch`.
/// @throws InputError naming the columns that are missing, or whose unit is of another kind
ReferenceCatalog reference_catalog(const table::Table& table, std::string_view band,
                                   time::Tai epoch);

}  // namespace skywright::calibrate
