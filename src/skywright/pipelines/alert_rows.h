/// Alerts as a table: one row a packet, for those who want to look at a night rather than at a
/// stream.
#pragma once

#include <filesystem>
#include <vector>

#include "skywright/table/table.h"

namespace skywright::pipelines {

/// Columns `alertId diaObjectId visit detector band midpointMjdTai ra dec x y snr psfFlux
/// psfFluxErr scienceFlux reliability isNegative file index history` of the packets of some
/// container files, in the order of the files and packets; `file` is the row of `files`, `index`
/// the packet within it, `history` the number of earlier sources.
/// @throws InputError for a file that holds no alerts
table::Table alert_rows(const std::vector<std::filesystem::path>& files);

/// The alert files of a survey, by visit and detector.
std::vector<std::filesystem::path> alert_files(const std::filesystem::path& survey);

}  // namespace skywright::pipelines
