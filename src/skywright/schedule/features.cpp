#include "skywright/schedule/features.h"

#include <algorithm>
#include <cmath>

namespace skywright::schedule {

Features::Features(std::size_t pixels, std::size_t bands)
    : visits(bands, std::vector<float>(pixels, 0.0F)),
      templates(visits),
      sharp(visits),
      sharp_season(bands, std::vector<std::int16_t>(pixels, 0)),
      depth(visits),
      last_mjd(pixels, 0.0),
      latest(bands, std::vector<std::array<float, kSeasonVisits>>(pixels)),
      tonight(pixels, 0) {}

void Features::begin_night() { std::fill(tonight.begin(), tonight.end(), std::uint8_t{0}); }

void Features::add(const Visit& visit, std::span<const std::int32_t> pixels,
                   std::span<const std::int16_t> season) {
  const auto band = static_cast<std::size_t>(visit.band);
  const auto weight = static_cast<float>(std::pow(10.0, 0.8 * (visit.depth - 24.0)));
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const auto p = static_cast<std::size_t>(pixels[i]);
    depth[band][p] += weight;
    if (!visit.balance) continue;
    last_mjd[p] = visit.start_mjd;
    auto& mjds = latest[band][p];
    std::rotate(mjds.begin(), mjds.begin() + 1, mjds.end());
    mjds.back() = static_cast<float>(visit.start_mjd);
    tonight[p] = static_cast<std::uint8_t>(std::min(255, tonight[p] + 1));
    visits[band][p] += 1.0F;
    total += 1.0;
    if (visit.seeing_eff <= kTemplateSeeing) templates[band][p] += 1.0F;
    if (visit.seeing_eff <= kSharpSeeing) {
      if (sharp_season[band][p] != season[i]) sharp[band][p] = 0.0F;
      sharp_season[band][p] = season[i];
      sharp[band][p] += 1.0F;
    }
  }
  ++count;
  if (!visit.target.empty()) {
    ++target_visits[visit.target];
    target_last[visit.target] = visit.start_mjd;
  }
}

}  // namespace skywright::schedule
