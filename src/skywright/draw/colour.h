/// Colours that remain apart for colour-blind eyes.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace skywright::draw {

struct Colour {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  friend constexpr bool operator==(Colour, Colour) = default;
};

constexpr Colour kBlack{0, 0, 0};
constexpr Colour kWhite{255, 255, 255};
/// From 0, black, to 255, white.
constexpr Colour gray(std::uint8_t level) { return {level, level, level}; }

/// Okabe & Ito (2008), "Color universal design", without black and yellow (too faint on white).
constexpr std::array<Colour, 6> kPalette = {
    {{0, 114, 178}, {213, 94, 0}, {0, 158, 115}, {204, 121, 167}, {230, 159, 0}, {86, 180, 233}}};

/// The palette's colour number `i`, counted round.
constexpr Colour palette(std::size_t i) { return kPalette[i % kPalette.size()]; }

/// Blue through white to red for a value in [-1, 1]; values beyond are clipped.
Colour diverging(double value);

/// "#0072b2"
std::string css(Colour colour);

}  // namespace skywright::draw
