#include "skywright/pipelines/survey_config.h"

#include "skywright/base/error.h"
#include "skywright/config/toml_config.h"
#include "skywright/io/atomic_file.h"

namespace skywright::pipelines {

void describe(Fields& fields, Footprint& config) {
  fields.number("ra", config.ra, "right ascension of its middle [deg, ICRS]",
                {.low = 0.0, .below = 360.0});
  fields.number("dec", config.dec, "declination of its middle [deg, ICRS]",
                {.low = -90.0, .high = 90.0});
  fields.number("radius", config.radius, "radius [deg]", {.high = 180.0, .above = 0.0});
}

void describe(Fields& fields, SurveyConfig& config) {
  fields.text("name", config.name, "name of the survey, for people");
  fields.text("instrument", config.instrument,
              "built-in instrument, or an instrument file beside this one");
  fields.text("licence", config.licence, "licence of the products (SPDX identifier)");
  fields.text("publisher", config.publisher, "who stands behind the products");
  fields.text("database", config.database,
              "server of the prompt database, postgresql://USER@HOST:PORT/DATABASE; empty for "
              "prompt.sqlite in the survey directory");
  fields.text(
      "alerts_to", config.alerts_to,
      "topic that alerts are sent to beside files, kafka://HOST:PORT/TOPIC; empty for none");
  fields.whole("seed", config.seed, "seed of all random numbers", {.low = 0});
  describe_nested(fields, "footprint", config.footprint, "the sky that it looks at, a circle");
  describe_nested(fields, "night", config.night, "prompt processing");
  describe_nested(fields, "follow", config.follow, "a night that follows its telescope");
}

std::string prompt_database_of(const std::filesystem::path& survey, const SurveyConfig& config) {
  return config.database.empty() ? (survey / "prompt.sqlite").string() : config.database;
}

SurveyConfig read_survey_config(const std::filesystem::path& survey) {
  const auto file = survey / "survey.toml";
  if (!std::filesystem::exists(file)) {
    throw InputError(survey.string(), "not a survey directory (it holds no survey.toml)",
                     "make one by `skywright survey init`");
  }
  SurveyConfig config;
  config::read_toml(config, io::read_whole_file(file), file.string());
  return config;
}

instrument::Instrument survey_instrument(const std::filesystem::path& survey,
                                         const SurveyConfig& config) {
  const auto file = survey / config.instrument;
  if (std::filesystem::is_regular_file(file))
    return instrument::parse_instrument(io::read_whole_file(file), file.string());
  return instrument::load_instrument(config.instrument);
}

}  // namespace skywright::pipelines
