/// Which fields make a block: the best place and what is best around it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "skywright/schedule/situation.h"

namespace skywright::schedule {

/// Up to `count` fields of tonight's grid, grown from `start` through neighbouring pixels, the most
/// rewarding first, none farther than `reach` from it; where the neighbourhood is used up, the most
/// rewarding pixels within reach follow.
/// @param map  reward of each slot; masked ones are left out
std::vector<std::size_t> grow_block(const Situation& now, std::span<const float> map,
                                    std::size_t start, std::size_t count, sphere::Angle reach);

}  // namespace skywright::schedule
