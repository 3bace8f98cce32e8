/// How much each place of the sky is worth now: a weighted sum of basis functions.
///
/// The basis functions and their units are those of rubin_scheduler (PSTN-055; Naghib et al. 2019,
/// AJ 157, 151): depth [mag], footprint [visits], slew [135 s], stay and repeat [0 or 1].
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "skywright/schedule/situation.h"

namespace skywright::schedule {

/// Worth of no visit at all: of places that are masked.
inline constexpr float kMasked = -1e30F;
constexpr bool masked(float reward) { return reward < -1e29F; }

/// What the bands of a survey are worth at each slot; combined by `best_reward`.
struct BandRewards {
  std::vector<std::vector<float>> band;  ///< [band][slot]: depth, footprint, good seeing
  std::vector<float> common;             ///< [slot]: repeat, airmass, hour angle, masks
  std::vector<float> slew;               ///< [slot] weighted slew time in the filter of now
};

/// @param bands  which are needed
/// @param mask  0 for slots that the survey leaves out
/// @param with_footprint  whether places outside of a band's footprint are left out
BandRewards band_rewards(const Situation& now, const Weights& weights,
                         std::span<const std::uint8_t> bands, std::span<const std::uint8_t> mask,
                         bool with_footprint);

/// 1 where `band` needs no reason to be used: it is in the beam, or what kept to another has
/// changed (the Moon rose or set, twilight began or ended, ten minutes went by, a sequence ended).
double free_to_use(const Situation& now, int band);

struct BestReward {
  float reward = kMasked;
  std::size_t slot = 0;
};
/// The map of one band, or of two at half weight each; `map` is written over.
BestReward best_reward(const Situation& now, const BandRewards& rewards, int first,
                       std::optional<int> second, float constant, std::vector<float>& map);

}  // namespace skywright::schedule
