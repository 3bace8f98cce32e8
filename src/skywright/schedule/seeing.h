/// The seeing formulas under the planner's name: what the atmosphere's `Weather::seeing_500`
/// becomes in a band and at an airmass.
#pragma once

#include "skywright/instrument/seeing.h"

namespace skywright::schedule {

using instrument::fwhm_eff;
using instrument::fwhm_geom;
using instrument::SystemSeeing;

}  // namespace skywright::schedule
