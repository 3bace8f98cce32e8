/// What `skywright plan footprint` prints and draws: which sky a strategy wants.
#pragma once

#include <optional>
#include <string>

#include "skywright/base/execution.h"
#include "skywright/draw/canvas.h"
#include "skywright/schedule/strategy.h"

namespace skywright::simulation {

struct FootprintRequest {
  schedule::StrategyConfig strategy;
  std::string band = "r";    ///< of the picture
  std::optional<int> night;  ///< of the survey, from 1: the picture shows its rolling season
};

struct FootprintReport {
  std::string text;  ///< for people: regions with area, share of visits, weights a band
  std::string json;  ///< one object
  draw::Canvas map;  ///< Mollweide, ICRS
};

/// @throws ConfigError for a footprint that wants nothing, a band that it has no weights for, a
///         night before the first; Stopped
FootprintReport show_footprint(const FootprintRequest& request, const Execution& execution);

}  // namespace skywright::simulation
