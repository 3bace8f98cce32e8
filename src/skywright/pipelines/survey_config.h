/// What survey.toml says: the one file of settings of a survey directory.
#pragma once

#include <filesystem>
#include <string>

#include "skywright/instrument/instrument.h"
#include "skywright/pipelines/follow_config.h"
#include "skywright/pipelines/night_config.h"

namespace skywright::pipelines {

/// The sky that the survey looks at, a circle; the whole sky by default.
struct Footprint {
  double ra = 0.0;        ///< [deg, ICRS]
  double dec = 0.0;       ///< [deg, ICRS]
  double radius = 180.0;  ///< [deg]
};

struct SurveyConfig {
  std::string name = "survey";  ///< for people
  std::string instrument =
      "lsst";  ///< a built-in instrument, or an instrument file beside survey.toml
  std::string licence = "CC0-1.0";  ///< of the products, SPDX identifier
  std::string publisher;            ///< who stands behind the products, for people
  int seed = 1;                     ///< of all random numbers
  std::string database;             ///< postgresql://... of the prompt database; empty for
                                    ///< prompt.sqlite in the survey directory
  std::string alerts_to;            ///< kafka://HOST:PORT/TOPIC; empty: alerts go to files alone
  Footprint footprint;
  NightConfig night;
  FollowConfig follow;
};
void describe(Fields& fields, SurveyConfig& config);

/// @throws InputError where `survey` holds no survey.toml; ConfigError for its content
SurveyConfig read_survey_config(const std::filesystem::path& survey);
/// The file or server that keeps a survey's prompt database.
std::string prompt_database_of(const std::filesystem::path& survey, const SurveyConfig& config);
/// The instrument that a survey names: an instrument file in the survey directory comes before a
/// built-in name. @throws ConfigError
instrument::Instrument survey_instrument(const std::filesystem::path& survey,
                                         const SurveyConfig& config);

}  // namespace skywright::pipelines
