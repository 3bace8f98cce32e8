/// Which star is which: the similarity that lays one list of places onto another.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "skywright/image/box.h"

namespace skywright::calibrate {

using image::PixelPosition;

/// x' = cx + xx (x - cx) + xy (y - cy) + dx, and likewise y', about a centre (cx, cy).
struct AffineMap {
  PixelPosition centre;
  double xx = 1.0;
  double xy = 0.0;
  double yx = 0.0;
  double yy = 1.0;
  double dx = 0.0;
  double dy = 0.0;

  [[nodiscard]] PixelPosition operator()(const PixelPosition& p) const {
    const double u = p.x - centre.x;
    const double v = p.y - centre.y;
    return {centre.x + xx * u + xy * v + dx, centre.y + yx * u + yy * v + dy};
  }
};

struct PatternSearch {
  double max_offset = 150.0;   ///< at the centre [pixel]
  double max_rotation = 0.02;  ///< [radian]
  double max_stretch = 0.01;   ///< relative error of the scale
  bool try_mirrored = false;   ///< also with one axis reversed
  double tolerance = 3.0;      ///< distance of a pair at last [pixel]
  int min_pairs = 4;
};

struct PatternMatch {
  AffineMap map;  ///< from predicted to detected places
  int pairs = 0;
  double expected_by_chance = 0.0;
  bool mirrored = false;
};

/// The largest offset that the search of a field can be told to look for [pixel]: beyond it the
/// votes would fill the memory.
double farthest_offset(const image::Box& field);

/// Find the map from predicted to detected places.
///
/// Offsets of all pairs of the brightest of both lists vote on a grid, for each step of rotation
/// and scale such that no star in the box moves by more than a bin; the best cells are refined
/// and the one with the most pairs beyond chance wins. Stars that only one list has, and fluxes
/// that disagree, cost votes and nothing else.
/// @param detected, predicted brightest first [pixel]
/// @param field the image; predicted places beyond it by more than the offset are left out
/// @pre search.max_offset <= farthest_offset(field)
/// @return empty where no map has more pairs than chance explains (odds of e^-20)
std::optional<PatternMatch> match_patterns(std::span<const PixelPosition> detected,
                                           std::span<const PixelPosition> predicted,
                                           const image::Box& field, const PatternSearch& search);

}  // namespace skywright::calibrate
