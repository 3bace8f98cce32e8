/// PNG files as bytes (ISO/IEC 15948), 8 bits a channel.
#pragma once

#include <string>

#include "skywright/draw/canvas.h"

namespace skywright::draw {

/// The picture as PNG: gray where every pixel is gray, RGB otherwise. The same picture gives the
/// same bytes.
/// @throws InputError for a picture without pixels
std::string encode_png(const Canvas& picture);

}  // namespace skywright::draw
