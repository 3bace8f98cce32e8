/// Nights that tests of the scheduler share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/schedule/simulate.h"

namespace skywright::schedule::test {

/// LSST by a strategy, without clouds and downtime, so that few nights show much.
inline SimulationRequest clear_nights(int nights, std::string_view strategy = "lsst-baseline",
                                      std::uint64_t seed = 3) {
  SimulationRequest request{.instrument = instrument::load_instrument("lsst"),
                            .strategy = built_in_strategy(std::string(strategy)),
                            .seed = seed,
                            .nights = nights};
  request.strategy.nside = 16;
  request.weather.cloud = {{50000.0, 60000.0, 70000.0}, {0.0, 0.0, 0.0}};
  request.strategy.downtime.maintenance.clear();
  request.strategy.downtime.faults.clear();
  return request;
}

inline std::vector<Visit> all_visits(Simulation& simulation) {
  std::vector<Visit> out;
  while (const auto night = simulation.next())
    out.insert(out.end(), night->visits.begin(), night->visits.end());
  return out;
}

}  // namespace skywright::schedule::test
