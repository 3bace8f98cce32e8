/// What stands in a part of the sky at one instant, as seen through one filter.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "skywright/table/table.h"

namespace skywright::sky {

enum class ObjectKind : std::uint8_t {
  star,
  galaxy,
  variable_star,
  active_nucleus,  ///< a point at the centre of its host galaxy
  supernova,
  moving_object,
  transient  ///< of a population with a light curve of its own
};
/// As the truth tables call it.
std::string_view object_kind_name(ObjectKind kind);

/// Structure of arrays, one entry an object; a galaxy is one, its nucleus and supernovae others.
struct SkyObjects {
  std::vector<std::int64_t> id;
  std::vector<ObjectKind> kind;
  std::vector<double> ra, dec;    ///< ICRS, at the instant asked for [deg]
  std::vector<float> flux;        ///< then, in the band asked for [nJy]
  std::vector<float> quiet_flux;  ///< of the same place in a static sky: a variable's mean, zero
                                  ///< for what comes and goes [nJy]
  // Light profile; radius 0 is a point source. The disc is exponential, the bulge de Vaucouleurs.
  std::vector<float> radius;        ///< half-light radius of the disc along its major axis [arcsec]
  std::vector<float> bulge_radius;  ///< likewise of the bulge [arcsec]
  std::vector<float> bulge_fraction;  ///< of the flux
  std::vector<float> axis_ratio;      ///< minor over major axis of both
  std::vector<float> position_angle;  ///< of the major axis, from north through east [deg]
  std::vector<std::int64_t> host;     ///< id of the galaxy it belongs to; -1 for none
  std::vector<float> host_flux;       ///< [nJy]; 0 for none
  std::vector<float> host_radius;     ///< circularised half-light radius of all its light [arcsec]
  std::vector<float> host_offset;     ///< from the host's centre [arcsec]
  std::vector<float> rate_ra, rate_dec;  ///< motion [arcsec/s], rate_ra with cos(dec)

  [[nodiscard]] std::size_t size() const { return id.size(); }
};

/// One object, for adding.
struct SkyObject {
  std::int64_t id = 0;
  ObjectKind kind = ObjectKind::star;
  double ra = 0.0, dec = 0.0;
  double flux = 0.0, quiet_flux = 0.0;
  double radius = 0.0, bulge_radius = 0.0, bulge_fraction = 0.0;
  double axis_ratio = 1.0, position_angle = 0.0;
  std::int64_t host = -1;
  double host_flux = 0.0, host_radius = 0.0, host_offset = 0.0;
  double rate_ra = 0.0, rate_dec = 0.0;
};
void append(SkyObjects& objects, const SkyObject& object);
void append(SkyObjects& objects, const SkyObjects& more);

/// The same as columns `id kind ra dec flux quietFlux ...` with units.
table::Table as_table(const SkyObjects& objects);

}  // namespace skywright::sky
