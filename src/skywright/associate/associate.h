/// The detections of one visit to the objects that they belong to.
///
///     auto [object_ids, objects, changed] = associate(visit, known, {});
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "skywright/associate/dia_object.h"
#include "skywright/base/fields.h"

namespace skywright::associate {

struct AssociateConfig {
  double radius_arcsec = 1.0;           ///< farthest that a detection lies from its object
  double position_floor_arcsec = 0.02;  ///< error common to positions, added to each one's own
};
void describe(Fields& fields, AssociateConfig& config);

/// What one visit saw, on any number of detectors.
struct VisitDetections {
  std::string band;
  double midpoint = 0.0;  ///< [MJD TAI]
  std::vector<Detection> detections;
};

struct Association {
  std::vector<std::int64_t> object_ids;  ///< one a detection, in the order given
  std::vector<DiaObject> objects;        ///< those given, updated, then the new ones by id
  std::vector<std::size_t> changed;      ///< rows of `objects` that differ from what was given
  std::size_t created = 0;
};

/// Match each detection to at most one object and each object to at most one detection; make new
/// objects of the rest.
///
/// Among all such matchings within the radius R, the one with the largest sum of
/// (R^2 - d^2) / (s_detection^2 + s_object^2) is taken, d the separation and s the errors: it
/// prefers near pairs to many, and well-measured ones to others. The result depends on no order of
/// the input: detections count in order of their ids, that is by detector, then by counter.
/// @throws ConfigError if `config` is out of range
Association associate(const VisitDetections& visit, std::vector<DiaObject> known,
                      const AssociateConfig& config);

/// Objects whose forced photometry is due: those seen within `days` before `time`, by id.
std::vector<std::size_t> forced_targets(std::span<const DiaObject> objects, double time,
                                        double days);

}  // namespace skywright::associate
