/// What a survey takes in disks, cores and network, from what one night of Skywright was seen to
/// take.
///
/// Everything scales as the measured night does: images with pixels, catalogs and cutouts with
/// pixels or alerts, seconds with pixels. Nothing is assumed of machines; what more cores would
/// give is extrapolated as if each did its own exposures at the measured speed.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "skywright/pipelines/capacity_demand.h"

namespace skywright::pipelines {

/// A number that was measured, and where.
struct MeasuredNumber {
  std::string name;
  double value = 0.0;
  std::string unit;
  std::string measurement;  ///< "12 files of 131.7 MB in the mean below visit/"
};

/// What the exposures of one night took.
struct MeasuredNight {
  MeasuredNumber raw;             ///< [byte/pixel], compressed as it is kept
  MeasuredNumber image;           ///< [byte/pixel] of a clean image
  MeasuredNumber difference;      ///< [byte/pixel]
  MeasuredNumber template_image;  ///< [byte/pixel] of a template
  MeasuredNumber sources;         ///< [byte/pixel] of the catalogs of clean images
  MeasuredNumber detections;      ///< [byte] of a difference source in its catalog and its stamps
  MeasuredNumber packet;          ///< [byte] of an alert
  MeasuredNumber prompt;        ///< [byte] of the prompt database a difference source; 0: a server
  MeasuredNumber open_catalog;  ///< [byte/pixel] of catalog/
  MeasuredNumber seconds;       ///< [s/Mpixel] of one core, raw to alerts
  [[nodiscard]] std::vector<MeasuredNumber> all() const;
};

/// @param survey      whose files are counted: those of the exposures that `night_json` lists
/// @param night_json  what `skywright night --json` printed
/// @throws InputError where it is no survey, where the text is not of a night, or where the night
///         completed no exposure
MeasuredNight measure_night(const std::filesystem::path& survey, const std::string& night_json,
                            const std::string& origin);

/// One line of the answer.
struct CapacityLine {
  std::string group;  ///< "a night", "the whole survey", "cores", "network"
  std::string quantity;
  double value = 0.0;
  std::string unit;
  std::string made_of;  ///< the arithmetic, in words
};

struct CapacityPlan {
  CapacityDemand demand;
  MeasuredNight measured;
  double detectors = 0;
  double pixels = 0;  ///< of all detectors
  std::vector<CapacityLine> lines;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string json() const;
};
/// @throws ConfigError for a demand that makes no sense or an instrument that does not exist
CapacityPlan plan_capacity(const CapacityDemand& demand, const MeasuredNight& measured);

}  // namespace skywright::pipelines
