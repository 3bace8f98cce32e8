/// Visits as columns, in the order of time: what every metric reads.
///
///     const Observations o = read_observations(database.query("SELECT * FROM observations"));
///     for (std::size_t i = 0; i < o.size(); ++i) use(o.mjd[i], o.band[i]);
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/table/table.h"

namespace skywright::metrics {

inline constexpr std::size_t kBands = 6;
inline constexpr std::array<std::string_view, kBands> kBandNames = {"u", "g", "r", "i", "z", "y"};
/// Of a visit whose filter is none of the six.
inline constexpr std::uint8_t kOtherBand = 6;

/// Columns of one length, in the order of time. A column that the table lacks is empty; a value
/// that it leaves out is NaN.
struct Observations {
  std::vector<double> mjd;         ///< start of the visit, TAI
  std::vector<double> ra;          ///< of the field's centre [deg]
  std::vector<double> dec;         ///< [deg]
  std::vector<std::uint8_t> band;  ///< index into kBandNames, or kOtherBand
  std::vector<std::int32_t> night;

  std::vector<float> exposure;       ///< open shutter [s]
  std::vector<float> visit_time;     ///< exposures with shutter and readouts between [s]
  std::vector<float> slew_time;      ///< from the end of the last visit to the start [s]
  std::vector<float> slew_distance;  ///< [deg]
  std::vector<float> depth;          ///< five-sigma, point source [AB mag]
  std::vector<float> seeing_geom;    ///< FWHM of the image's core [arcsec]
  std::vector<float> seeing_eff;     ///< FWHM of the Gaussian of the same noise area [arcsec]
  std::vector<float> airmass;
  std::vector<float> altitude;       ///< [deg]
  std::vector<float> azimuth;        ///< from north through east [deg]
  std::vector<float> sky;            ///< brightness [mag/arcsec2]
  std::vector<float> moon_altitude;  ///< [deg]
  std::vector<float> moon_phase;     ///< lit part [percent]
  std::vector<float> sun_altitude;   ///< [deg]

  std::vector<std::uint32_t> program;      ///< index into program_names
  std::vector<std::string> program_names;  ///< of science_program, in alphabetical order
  std::vector<std::uint32_t> note;         ///< index into note_names
  std::vector<std::string> note_names;     ///< of scheduler_note (older: note), without numbers
  double longitude = -70.75;  ///< of the telescope, east [deg]: told by observationStartLST where
                              ///< the table has it
  std::vector<std::uint8_t> deep;            ///< 1: a deep-drilling visit (see is_deep_drilling)
  std::vector<std::string> missing_columns;  ///< of those wanted, as rubin_sim calls them

  [[nodiscard]] std::size_t size() const { return mjd.size(); }
};

/// Take the columns of rubin_sim's table `observations` that metrics use, in any order of rows.
///
/// Needed are observationStartMJD, fieldRA, fieldDec and band (or `filter`, "r" or "r_03"). Others
/// may be absent. Without `night`, nights are counted from local noon, the first visit's being 1.
/// Rows of the same instant keep their order.
/// @throws InputError where a needed column is missing, or a row has no time or place
Observations read_observations(const table::Table& observations);

/// The names of the columns that `read_observations` looks for, so that a reader of a database asks
/// for no more.
const std::vector<std::string>& wanted_columns();

/// "blob_long, gr, a, 12" without the parts that count: notes that differ by them are one kind.
std::string note_kind(std::string_view note);

/// Whether a scheduler_note ("DD:COSMOS") or a target_name ("ddf_cosmos, lowdust") is that of a
/// deep-drilling field, as rubin_scheduler writes them: it begins with "DD:" or, in either case of
/// letters, with "ddf".
bool is_deep_drilling(std::string_view label);

}  // namespace skywright::metrics
