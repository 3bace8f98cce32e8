/// One difference source's science image, template and difference, side by side.
#pragma once

#include "skywright/draw/canvas.h"
#include "skywright/pipelines/stamps.h"

namespace skywright::pipelines {

/// @param zoom  pixels a side of the picture that one pixel becomes
/// @pre 0 <= i < stamps.count
draw::Canvas stamp_picture(const Stamps& stamps, int i, int zoom = 3);

}  // namespace skywright::pipelines
