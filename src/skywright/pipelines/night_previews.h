/// Pictures of a visit's most certain difference sources, for the live page.
#pragma once

#include <vector>

#include "skywright/archive/archive.h"
#include "skywright/pipelines/night_monitor.h"

namespace skywright::pipelines {

/// Of the first detectors of a visit that have any, `count` at most.
std::vector<NightPreview> night_previews(const std::vector<NightFrame*>& frames, int count,
                                         const archive::Archive& archive);

}  // namespace skywright::pipelines
