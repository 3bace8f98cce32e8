/// One alert a detection: the detection, its object, their history and three pictures.
///
///     VisitAlerts alerts{.sources = rows, .history = earlier, .forced = forced, .objects =
///     objects,
///                        .cutouts = stamps};
///     write_alerts(alerts, key, config, [&](std::string_view part) { file << part; }, exec);
///
/// Rows are tables under the names of DiaSource, DiaForcedSource and DiaObject (fluxes nJy, angles
/// degrees ICRS, times MJD TAI); an id of 0 and a NaN mean none.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/alerts/avro_container.h"
#include "skywright/base/execution.h"
#include "skywright/base/fields.h"
#include "skywright/table/table.h"

namespace skywright::alerts {

/// FITS files as bytes; empty where there is none, which becomes null.
struct Cutouts {
  std::vector<std::uint8_t> difference;
  std::vector<std::uint8_t> science;
  std::vector<std::uint8_t> reference;  ///< the packet's cutoutTemplate
};

/// What the alerts of one visit and detector are made of.
struct VisitAlerts {
  const table::Table& sources;       ///< DiaSource: one alert each, in this order
  const table::Table& history;       ///< DiaSource of earlier visits, any order
  const table::Table& forced;        ///< DiaForcedSource of earlier visits, any order
  const table::Table& objects;       ///< DiaObject: those that `sources` name, this visit included
  std::span<const Cutouts> cutouts;  ///< one a source, or none at all
  const table::Table* ss_sources = nullptr;  ///< SSSource, of those sources that are known bodies
  const table::Table* orbits = nullptr;      ///< mpc_orbits of these bodies, with ssObjectId
  std::string observation_reason = {};       ///< empty for null
  std::string target_name = {};              ///< empty for null
};

struct AlertConfig {
  double history_days = 365.25;  ///< how far back prvDiaSources and prvDiaForcedSources reach
  AvroCodec codec = AvroCodec::none;
};
void describe(Fields& fields, AlertConfig& config);

/// The visit's alerts as an Avro object container file, which `sink` takes part by part.
/// @param key names the visit and detector and what they were made by; part of the file
/// @throws InputError where rows lack a column that every alert has, or name an object that
///         `objects` does not hold
void write_alerts(const VisitAlerts& alerts, std::string_view key, const AlertConfig& config,
                  const AvroSink& sink, const Execution& execution);

}  // namespace skywright::alerts
