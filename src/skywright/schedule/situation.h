/// What a survey is told when it is asked for visits.
#pragma once

#include "skywright/schedule/conditions.h"
#include "skywright/schedule/features.h"
#include "skywright/schedule/footprint_target.h"
#include "skywright/schedule/telescope.h"

namespace skywright::schedule {

struct Situation {
  const Setting& setting;
  const Tonight& tonight;
  const Conditions& sky;  ///< some minutes old at most
  const Features& done;
  const FootprintTarget& target;
  const TelescopeState& telescope;
  double next_scheduled_mjd;  ///< when a planned sequence begins; 1e9 where none does
};

}  // namespace skywright::schedule
