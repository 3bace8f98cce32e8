/// Numbers as colours for maps: even in brightness, legible in gray and to colour-blind eyes.
#pragma once

#include "skywright/draw/colour.h"

namespace skywright::draw {

enum class ColourMap {
  viridis,   ///< dark violet to yellow: quantities from small to large
  diverging  ///< blue through white to red: differences about the middle
};

/// The colour at `part` of the way, 0 to 1; beyond is clipped. Viridis is that of van der Walt &
/// Smith (2015, matplotlib, CC0), a straight line between nine of its colours: within 0.02 of it in
/// each channel.
Colour mapped_colour(ColourMap map, double part);

}  // namespace skywright::draw
