/// What a survey asks of its machines: figures that no measurement gives, each with its source.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "skywright/base/fields.h"

namespace skywright::pipelines {

struct SourcedNumber {
  double value = 0.0;
  std::string source;  ///< whence it comes, or "assumption"
};

struct CapacityDemand {
  std::string name;                    ///< of the survey, for people
  std::string instrument;              ///< whose detectors, pixels and bands count
  SourcedNumber visits_a_night;        ///< in the fullest night
  SourcedNumber visits_a_year;         ///< weather and maintenance taken off
  SourcedNumber years;                 ///< of the whole survey
  SourcedNumber cadence_s;             ///< from one visit to the next [s]
  SourcedNumber deadline_s;            ///< from a raw's last byte to its alerts [s]
  SourcedNumber alerts_a_visit;        ///< to be carried
  SourcedNumber calibrations_a_night;  ///< frames of all detectors
  SourcedNumber sky_deg2;              ///< that templates cover, in each band
  SourcedNumber releases;              ///< in all years, each of all visits until then
  SourcedNumber release_months;        ///< that one may take
  SourcedNumber copies;                ///< of all that is kept
  SourcedNumber disk_tb;               ///< of one disk
};
void describe(Fields& fields, CapacityDemand& demand);

/// Names of those that come with the program.
std::vector<std::string> built_in_demands();
/// @throws ConfigError where there is none of that name
CapacityDemand built_in_demand(std::string_view name);
/// The whole of a demand's own rules: ranges, and a source for each figure.
/// @throws ConfigError
void validate(const CapacityDemand& demand);

}  // namespace skywright::pipelines
