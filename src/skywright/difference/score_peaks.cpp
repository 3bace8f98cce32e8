#include "skywright/difference/score_peaks.h"

#include <algorithm>
#include <cmath>

#include "skywright/measure/footprints.h"

namespace skywright::difference {
namespace {

/// Score of a point source of score 1 as seen from a distance: the PSF's autocorrelation.
class ScoreProfile {
 public:
  explicit ScoreProfile(const image::Image<float>& psf) : half_(psf.width() - 1) {
    const int side = 2 * half_ + 1;
    image::Image<float> full(side, side);
    // Half of the plane; the other half mirrors it.
    for (int dy = 0; dy <= half_; ++dy) {
      for (int dx = -half_; dx <= half_; ++dx) {
        double sum = 0.0;
        for (int y = 0; y + dy < psf.height(); ++y)
          for (int x = std::max(0, -dx); x < psf.width() && x + dx < psf.width(); ++x)
            sum += static_cast<double>(psf(x, y)) * static_cast<double>(psf(x + dx, y + dy));
        full(half_ + dx, half_ + dy) = static_cast<float>(sum);
        full(half_ - dx, half_ - dy) = static_cast<float>(sum);
      }
    }
    const float middle = full(half_, half_);
    for (float& v : full.pixels()) v /= middle;
    profile_ = std::move(full);
  }
  [[nodiscard]] double at(int dx, int dy) const {
    if (std::abs(dx) > half_ || std::abs(dy) > half_) return 0.0;
    return static_cast<double>(profile_(dx + half_, dy + half_));
  }

 private:
  int half_;
  image::Image<float> profile_;
};

bool is_extremum(image::ImageView<const float> score, int x, int y, float sign) {
  const float v = sign * score(x, y);
  for (int j = -1; j <= 1; ++j) {
    for (int i = -1; i <= 1; ++i) {
      if ((i == 0 && j == 0) || !score.box().contains(x + i, y + j)) continue;
      const float other = sign * score(x + i, y + j);
      // Of equals the last in reading order stands.
      if (other > v || (other == v && (j > 0 || (j == 0 && i > 0)))) return false;
    }
  }
  return true;
}

}  // namespace

std::vector<ScorePeak> find_score_peaks(image::ImageView<const float> score,
                                        const psf::PsfModel& psf, double threshold,
                                        const Execution& execution) {
  const image::Box& domain = psf.domain();
  const ScoreProfile profile(psf.centred_image(
      {domain.x0 + 0.5 * (domain.width - 1), domain.y0 + 0.5 * (domain.height - 1)}));
  const measure::Footprints footprints =
      measure::find_footprints(score,
                               {.threshold = threshold,
                                .extent = std::min(3.0, threshold),
                                .min_area = 1,
                                .polarity = measure::Polarity::both},
                               execution);
  std::vector<ScorePeak> out;
  for (const measure::Footprint& footprint : footprints.found) {
    const float sign = footprint.sign == measure::Sign::positive ? 1.0F : -1.0F;
    std::vector<ScorePeak> candidates;
    for (const measure::Span& span : footprint.spans)
      for (int x = span.x0; x < span.x1; ++x)
        if (sign * score(x, span.y) >= static_cast<float>(threshold) &&
            is_extremum(score, x, span.y, sign))
          candidates.push_back({x, span.y, score(x, span.y)});
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const ScorePeak& a, const ScorePeak& b) {
                       return std::abs(a.score) > std::abs(b.score);
                     });
    const std::size_t first = out.size();
    for (const ScorePeak& candidate : candidates) {
      double explained = 0.0;
      for (std::size_t k = first; k < out.size(); ++k)
        explained += std::max(0.0, static_cast<double>(std::abs(out[k].score)) *
                                       profile.at(candidate.x - out[k].x, candidate.y - out[k].y));
      if (static_cast<double>(std::abs(candidate.score)) - explained >= threshold)
        out.push_back(candidate);
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const ScorePeak& a, const ScorePeak& b) {
    return std::abs(a.score) > std::abs(b.score);
  });
  return out;
}

}  // namespace skywright::difference
