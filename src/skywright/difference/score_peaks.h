/// Peaks of a score image, of both signs.
#pragma once

#include <vector>

#include "skywright/base/execution.h"
#include "skywright/image/image.h"
#include "skywright/psf/psf_model.h"

namespace skywright::difference {

struct ScorePeak {
  int x = 0;
  int y = 0;
  float score = 0.0F;  ///< signed
};

/// Local extrema of |score| >= threshold that the score profiles of higher peaks in their footprint
/// do not explain: what is left after those, too, is >= threshold. Highest |score| first.
std::vector<ScorePeak> find_score_peaks(image::ImageView<const float> score,
                                        const psf::PsfModel& psf, double threshold,
                                        const Execution& execution);

}  // namespace skywright::difference
