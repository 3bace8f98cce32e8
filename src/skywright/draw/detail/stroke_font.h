/// A font of straight strokes, drawn for this project.
#pragma once

#include <string_view>

namespace skywright::draw::detail {

/// Strokes of an ASCII character, separated by blanks; a stroke is a chain of points, each a digit
/// (x, 0 to 8) and a letter (y, a = -4 below the baseline, e = 0 on it, m = 8 the height of small
/// letters, q = 12 that of capitals). A box for what has no glyph.
std::string_view strokes_of(char character);

constexpr double kCapitalHeight = 12.0;
constexpr double kLetterSpace = 3.0;
constexpr double kBlankWidth = 4.0;

constexpr double stroke_x(char c) { return c - '0'; }
constexpr double stroke_y(char c) { return c - 'e'; }

}  // namespace skywright::draw::detail
