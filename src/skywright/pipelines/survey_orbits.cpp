#include "skywright/pipelines/survey_orbits.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/io/atomic_file.h"
#include "skywright/pipelines/known_movers.h"
#include "skywright/pipelines/survey_config.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;

/// "MPCORB.DAT.gz" to "orbits.dat.gz": the form is told by what the file says, not by its name.
std::string name_in_survey(const fs::path& catalog) {
  std::string name = catalog.filename().string();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool packed = name.ends_with(".gz");
  if (packed) name.resize(name.size() - 3);
  const std::string ending = name.ends_with(".csv")   ? ".csv"
                             : name.ends_with(".txt") ? ".txt"
                                                      : ".dat";
  return "orbits" + ending + (packed ? ".gz" : "");
}

std::string number_or_null(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : "null";
}

}  // namespace

std::string first_skipped(const ephemeris::OrbitReading& reading) {
  if (reading.first_skipped.empty()) return {};
  return fmt::format("line {}: {}", reading.first_skipped[0].line, reading.first_skipped[0].reason);
}

SurveyOrbits set_survey_orbits(const fs::path& survey, const fs::path& catalog,
                               const Execution& execution) {
  (void)read_survey_config(survey);
  const ephemeris::OrbitReading reading = read_orbit_file(catalog, execution);
  SurveyOrbits set{.file = fs::path("reference") / name_in_survey(catalog),
                   .replaced = {},
                   .orbits = reading.orbits.size(),
                   .skipped = reading.skipped,
                   .first_skipped = first_skipped(reading),
                   .first_epoch = std::numeric_limits<double>::quiet_NaN(),
                   .last_epoch = std::numeric_limits<double>::quiet_NaN()};
  for (const ephemeris::OrbitFacts& facts : reading.orbits.facts) {
    set.first_epoch = std::fmin(set.first_epoch, facts.epoch);  // the one that is a number
    set.last_epoch = std::fmax(set.last_epoch, facts.epoch);
  }
  const auto before = orbit_file_of(survey);
  const fs::path place = survey / set.file;
  const fs::path temporary = io::temporary_beside(place);
  std::error_code error;
  fs::copy_file(catalog, temporary, error);
  if (error) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw StorageError(place.string(), "it cannot be written: " + error.message(),
                       "free space or change the folder's permissions");
  }
  io::publish_replacing(temporary, place);
  // Killed between the two, it leaves two catalogs, which a night refuses by their names.
  if (before && *before != place) {
    set.replaced = fs::path("reference") / before->filename();
    if (!fs::remove(*before, error) || error)
      throw StorageError(before->string(), "the catalog of before cannot be removed",
                         "remove it, since a survey has one");
  }
  return set;
}

std::string SurveyOrbits::text() const {
  std::string out = fmt::format("{} orbits in {}", orbits, file.string());
  if (std::isfinite(first_epoch))
    out += first_epoch == last_epoch
               ? fmt::format(", elements of MJD {}", first_epoch)
               : fmt::format(", elements of MJD {} to {}", first_epoch, last_epoch);
  if (!replaced.empty()) out += fmt::format(", in place of {}", replaced.string());
  out += '\n';
  if (skipped > 0) out += fmt::format("{} lines are no orbit; {}\n", skipped, first_skipped);
  return out;
}

std::string SurveyOrbits::json() const {
  return fmt::format(
      R"({{"file":"{}","orbits":{},"skipped":{},"first_epoch_mjd":{},"last_epoch_mjd":{}}})",
      file.string(), orbits, skipped, number_or_null(first_epoch), number_or_null(last_epoch));
}

}  // namespace skywright::pipelines
