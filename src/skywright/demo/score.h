/// The night's alerts beside the truth: what was found, what was missed, what is false.
///
/// Definitions, fixed before anything was measured. Counted per source and visit.
/// - injected: a truth source whose light differs from that of the static sky (|diffFlux| > 0).
/// - detectable: true SNR in the difference above 7 and no masked pixel under its centre. The true
/// SNR is
///   that of the exposure's noise with the template's added: diffSnr / sqrt(1 + 1 / template
///   visits).
/// - recovered: an alert within 1 arcsec in that visit.
/// - on_core: within one half-light radius of its host's centre.
/// - isolated: not on a core, and no other changing source with a true SNR above 3 within 2.5
/// arcsec.
/// - false alert: measured SNR above 6 and no changing source with a true SNR above 2 within 1
/// arcsec.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "skywright/table/table.h"

namespace skywright::demo {

struct Tally {
  int detectable = 0;
  int recovered = 0;
  /// Share recovered; 1 where none was detectable.
  [[nodiscard]] double share() const {
    return detectable == 0 ? 1.0 : static_cast<double>(recovered) / detectable;
  }
};

/// One truth source of one visit.
struct ScoredSource {
  std::int64_t id = 0;
  std::string kind;
  std::int64_t visit = 0;
  int detector = 0;
  std::string band;
  double mjd = 0.0;
  double ra = 0.0, dec = 0.0;
  double x = 0.0, y = 0.0;
  double flux = 0.0;  ///< of the difference [nJy], signed
  double snr = 0.0;   ///< true, in the difference
  bool masked = false;
  bool on_core = false;
  bool isolated = false;
  bool recovered = false;
  double alert_flux = 0.0;  ///< measured [nJy]; NaN where not recovered
  double alert_flux_err = 0.0;
  double alert_offset_arcsec = 0.0;
  std::int64_t object = 0;  ///< diaObjectId of its alert, 0 where not recovered
};

/// One alert with measured SNR above 6.
struct ScoredAlert {
  std::size_t row = 0;  ///< of the table of alerts
  double snr = 0.0;
  bool real = false;
};

struct Score {
  int injected = 0;
  int unique_injected = 0;  ///< sources, each counted once
  Tally all, isolated, on_core;
  int alerts = 0;
  int false_alerts = 0;
  std::vector<ScoredSource> sources;
  std::vector<ScoredAlert> scored_alerts;
  [[nodiscard]] double purity() const {
    return alerts == 0 ? 1.0 : 1.0 - static_cast<double>(false_alerts) / alerts;
  }
};

/// Truth and products of one detector in one visit.
struct ScoreInput {
  std::int64_t visit = 0;
  int detector = 0;
  std::string band;
  double mjd = 0.0;
  table::Table truth;
  std::filesystem::path difference;  ///< whose mask tells which sources count
};

/// @param alerts rows of pipelines::alert_rows
Score score_night(const std::vector<ScoreInput>& inputs, const table::Table& alerts,
                  int template_visits);

/// Completeness in steps of true SNR.
struct SnrBin {
  double low = 0.0, high = 0.0;
  Tally isolated, on_core;
  int alerts = 0, false_alerts = 0;  ///< by measured SNR
};
std::vector<SnrBin> by_snr(const Score& score, const std::vector<double>& edges);

}  // namespace skywright::demo
