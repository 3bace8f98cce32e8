/// Bodies of `skywright survey init | status | verify | rebuild`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "skywright/archive/archive.h"
#include "skywright/base/execution.h"
#include "skywright/pipelines/failures.h"
#include "skywright/pipelines/survey_config.h"

namespace skywright::pipelines {

/// Make a survey directory: survey.toml, incoming/, reference/ and an empty registry.
/// @param camera_file  a TOML instrument of the user's own, copied in; empty for a built-in one
/// @throws ConfigError where a survey is there already or a setting is wrong; StorageError
void init_survey(const std::filesystem::path& survey, SurveyConfig config,
                 const std::filesystem::path& camera_file = {});

/// One detector of a visit whose raw is there.
struct ExposureId {
  std::int64_t visit = 0;
  int detector = 0;
};

/// What has become of the raw frames.
struct ExposureCounts {
  std::size_t done = 0;             ///< science frames that were alerted
  std::size_t failed = 0;           ///< that could not be; `failures` tells why
  std::vector<ExposureId> missing;  ///< that no night has come to, or come to the end of
  std::size_t calibration = 0;      ///< frames that are none of the sky
};

struct SurveyStatus {
  SurveyConfig config;
  std::map<std::string, std::size_t> datasets;  ///< how many of each kind
  std::map<std::string, std::int64_t> bytes;    ///< of each kind
  std::size_t incoming = 0;                     ///< files that wait in incoming/
  std::map<std::string, std::int64_t> prompt;   ///< rows of the prompt database's tables
  std::string prompt_problem;                   ///< why it cannot be used; empty where it can
  ExposureCounts exposures;
  std::vector<Failure> failures;  ///< units that could not be done, and why
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string json() const;
};
/// Reads only. @throws InputError where it is no survey
SurveyStatus survey_status(const std::filesystem::path& survey);

struct SurveyCheck {
  std::size_t datasets = 0;
  std::vector<archive::Damage> damages;  ///< files that are missing or differ, databases at fault
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string json() const;
};
/// Every file against its checksum, and the databases' own consistency. Reads only.
SurveyCheck verify_survey(const std::filesystem::path& survey, const Execution& execution);

/// The registry anew from the sidecars. @return how many datasets it lists
std::size_t rebuild_survey(const std::filesystem::path& survey);

}  // namespace skywright::pipelines
