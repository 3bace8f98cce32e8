/// How objects are placed in a cell of the sky and named.
#pragma once

#include <cstdint>
#include <vector>

#include "skywright/base/random_stream.h"
#include "skywright/sky/galaxies.h"
#include "skywright/sky/sky_objects.h"
#include "skywright/sphere/direction.h"

namespace skywright::sky::detail {

inline constexpr int kOrder = 10;          ///< of the HEALPix cells
inline constexpr double kSlotDays = 40.0;  ///< transients are drawn by cell and slot of time

// An object's id: what it is (6 bits), its cell (26) or row, its number there (26). Moving objects
// have spaces of their own (moving_objects.cpp).
enum class IdSpace : std::int64_t {
  bright_star = 1,
  star,
  galaxy,
  nucleus,
  supernova,
  population = 16  ///< the first of as many as there are populations
};
constexpr std::int64_t object_id(IdSpace space, std::int64_t cell, std::int64_t number) {
  return (static_cast<std::int64_t>(space) << 56) | (cell << 28) | number;
}

double cell_square_degrees();
/// Move a place by small angles [arcsec].
sphere::SkyPosition moved(double ra, double dec, double east, double north);
void set_host(SkyObject& object, const Galaxy& galaxy, std::size_t band, double offset);

/// Galaxies as hosts of transients, which go with light: weighted by the square root of the flux,
/// which favours no magnitude much.
class HostChoice {
 public:
  explicit HostChoice(const std::vector<Galaxy>& galaxies);
  [[nodiscard]] bool none() const { return total_ <= 0.0; }
  [[nodiscard]] const Galaxy& draw(RandomStream& random) const;

 private:
  const std::vector<Galaxy>& galaxies_;
  std::vector<double> cumulative_;
  double total_ = 0.0;
};

}  // namespace skywright::sky::detail
