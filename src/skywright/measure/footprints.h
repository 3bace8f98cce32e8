/// Groups of connected pixels above a threshold of a significance image.
#pragma once

#include <cstdint>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/base/fields.h"
#include "skywright/image/box.h"
#include "skywright/image/image.h"

namespace skywright::measure {

/// Pixels x0 .. x1-1 of row y.
struct Span {
  int y = 0;
  int x0 = 0;
  int x1 = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

enum class Sign : std::int8_t { positive = 1, negative = -1 };
enum class Polarity { positive, both };

struct Footprint {
  std::vector<Span> spans;  ///< by rows, then columns
  image::Box box;           ///< the smallest that holds all spans
  int area = 0;             ///< [pixel]
  Sign sign = Sign::positive;
  int peak_x = 0;  ///< the most significant pixel
  int peak_y = 0;
  float peak = 0.0F;  ///< its significance, positive for either sign
};

struct FootprintRules {
  double threshold = 5.0;  ///< lowest peak [sigma]
  double extent = 3.0;     ///< lowest member pixel [sigma], <= threshold
  int min_area = 3;        ///< [pixel] of members
  Polarity polarity = Polarity::positive;
};

struct Footprints {
  std::vector<Footprint> found;  ///< most significant peak first
  int rejected_small = 0;        ///< had the peak, but too few pixels
};

/// Eight-connected components. Pixels that are not finite belong to none.
/// @param significance signal over noise a pixel (a score image)
Footprints find_footprints(image::ImageView<const float> significance, const FootprintRules& rules,
                           const Execution& execution = Execution());

}  // namespace skywright::measure
