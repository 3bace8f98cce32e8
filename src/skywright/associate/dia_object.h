/// What is known of an object that changes, and how one more detection changes that.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "skywright/associate/flux_summary.h"
#include "skywright/sphere/direction.h"
#include "skywright/table/table.h"

namespace skywright::associate {

/// The bands that have summary columns; detections in others count, without a flux summary.
inline constexpr std::array<std::string_view, 6> kBands = {"u", "g", "r", "i", "z", "y"};
std::optional<std::size_t> band_index(std::string_view band);

/// One detection, as far as association needs it.
struct Detection {
  std::int64_t id = 0;   ///< diaSourceId
  double ra = 0.0;       ///< [deg, ICRS]
  double dec = 0.0;      ///< [deg, ICRS]
  double ra_err = 0.0;   ///< times cos(dec) [deg]; NaN or 0 where unknown
  double dec_err = 0.0;  ///< [deg]; NaN or 0 where unknown
  double flux = 0.0;     ///< psfFlux [nJy]
  double flux_err = 0.0;
};

struct DiaObject {
  std::int64_t id = 0;  ///< the first detection's id
  double ra = 0.0;      ///< [deg, ICRS]
  double dec = 0.0;
  double ra_err = 0.0;  ///< times cos(dec) [deg]
  double dec_err = 0.0;
  double validity_start = 0.0;  ///< time of the last visit taken in [MJD TAI]
  double first_time = 0.0;      ///< [MJD TAI]
  double last_time = 0.0;
  std::int64_t detections = 0;
  std::array<FluxSummary, kBands.size()> bands;
};

/// An object of one detection.
/// @param position_floor error that is added in quadrature to each position's [deg]
DiaObject object_from(const Detection& first, std::string_view band, double time,
                      double position_floor);
/// Take in a further detection: position by inverse variance, fluxes of its band, times.
void update(DiaObject& object, const Detection& detection, std::string_view band, double time,
            double position_floor);

/// Columns under the names of the DiaObject table, and {b}_psfFluxPlainMean, which keeps what
/// sigma is about.
table::Table to_table(std::span<const DiaObject> objects);
/// @throws InputError where a column is missing
std::vector<DiaObject> objects_from(const table::Table& rows);

}  // namespace skywright::associate
