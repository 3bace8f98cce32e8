/// The body of `skywright calib`: raw bias, dark and flat exposures to masters.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/detrend/masters.h"
#include "skywright/detrend/photon_transfer.h"
#include "skywright/instrument/instrument.h"

namespace skywright::pipelines {

enum class MasterKind { bias, dark, flat, all };

struct MakeMastersRequest {
  std::vector<std::filesystem::path> raws;  ///< in any order, of any detectors and bands
  MasterKind kind = MasterKind::all;        ///< frames of other kinds are left aside
  std::filesystem::path masters;            ///< folder of masters that there are; may be empty
  std::filesystem::path out;                ///< folder, made where it is missing
};

/// One master as it was made.
struct MasterSummary {
  std::string kind;
  std::string detector;
  std::string band;
  std::filesystem::path path;
  int frames = 0;
  std::int64_t rejected = 0;
  double noise_ratio = 0.0;
};
struct DefectSummary {
  std::string detector;
  std::filesystem::path path;
  int dead = 0;
  int hot = 0;
  int columns = 0;
};
struct GainSummary {
  std::string detector;
  std::string band;
  std::vector<detrend::GainCheck> amplifiers;
};
struct MakeMastersResult {
  std::vector<MasterSummary> masters;
  std::vector<DefectSummary> defects;
  std::vector<GainSummary> gains;  ///< by photon transfer from the first two flats of a band
  int left_aside = 0;              ///< raws of a kind that was not asked for
};

/// Masters of every detector among the raws, bias first, since darks need it and flats both.
/// Crosstalk is taken from the instrument, not measured.
/// @throws InputError where no raw is of the kind asked for
MakeMastersResult make_masters(const MakeMastersRequest& request,
                               const instrument::Instrument& instrument,
                               const detrend::MasterConfig& config, const Execution& execution);

/// What `calib` prints: lines for people, and the object of --json.
std::string masters_text(const MakeMastersResult& result);
std::string masters_json(const MakeMastersResult& result);

}  // namespace skywright::pipelines
