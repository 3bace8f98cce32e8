#include "skywright/schedule/footprint.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "skywright/sky/galactic_dust.h"
#include "skywright/sphere/frames.h"
#include "skywright/sphere/healpix.h"

namespace skywright::schedule {
namespace {

/// What the regions ask of a pixel; degrees.
struct Place {
  sphere::UnitVector icrs;
  double ra, dec, galactic_longitude, galactic_latitude, ecliptic_latitude;
};

std::vector<Place> places_of(int order) {
  const auto to_galactic = sphere::icrs_to_galactic();
  const auto to_ecliptic = sphere::icrs_to_ecliptic();
  std::vector<Place> places(static_cast<std::size_t>(sphere::healpix::pixel_count(order)));
  for (std::size_t i = 0; i < places.size(); ++i) {
    const sphere::Direction<sphere::Icrs> d{
        sphere::healpix::centre(static_cast<std::int64_t>(i), order)};
    const auto galactic = to_galactic * d;
    places[i] = {d.v,
                 d.longitude().degrees(),
                 d.latitude().degrees(),
                 galactic.longitude().degrees(),
                 galactic.latitude().degrees(),
                 (to_ecliptic * d).latitude().degrees()};
  }
  return places;
}

bool within(const Place& p, double ra, double dec, double radius) {
  const auto centre = sphere::unit_vector(sphere::SkyPosition::from_degrees(ra, dec));
  return sphere::separation(p.icrs, centre).degrees() < radius;
}

double wrapped(double degrees) { return degrees - 360.0 * std::floor(degrees / 360.0); }

bool in_bulge(const BulgeRegion& b, const Place& p) {
  const double length = wrapped(b.longitude_to_deg - b.longitude_from_deg);
  const double along = wrapped(p.galactic_longitude - b.longitude_from_deg);
  const double latitude = std::abs(p.galactic_latitude);
  if (length > 0.0 && along >= length) return false;
  if (p.galactic_latitude <= 0.0 && latitude < b.south_half_width_deg) return true;
  if (length == 0.0) return latitude < b.centre_half_width_deg;
  const double from_centre = std::abs(along / (length / 2.0) - 1.0);
  return latitude <
         b.centre_half_width_deg + from_centre * (b.end_half_width_deg - b.centre_half_width_deg);
}

bool in_ecliptic_north(const EclipticNorthRegion& e, const Place& p) {
  return (p.ecliptic_latitude > e.latitude_min_deg || p.dec > e.dec_min_deg) &&
         p.ecliptic_latitude < e.latitude_max_deg &&
         p.galactic_longitude >= e.galactic_longitude_from_deg &&
         p.galactic_longitude <= e.galactic_longitude_to_deg;
}

bool in_wide(const WideRegion& w, const Place& p) {
  const double north =
      p.galactic_latitude < 0.0 ? w.dec_max_deg - w.south_cap_lower_deg : w.dec_max_deg;
  return p.dec > w.dec_min_deg && p.dec < w.dec_max_deg && p.dec <= north;
}

/// Hands pixels out: each to the first who asks.
class Claims {
 public:
  Claims(Footprint& footprint, const std::vector<Place>& places)
      : footprint_(footprint), places_(places) {}

  template <class Inside>
  void claim(Region region, const BandWeights& w, const Inside& inside) {
    if (!w.any()) return;
    const std::array<double, 6> weights = {w.u, w.g, w.r, w.i, w.z, w.y};
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (footprint_.region[i] != Region::none || !inside(i, places_[i])) continue;
      footprint_.region[i] = region;
      for (std::size_t b = 0; b < weights.size(); ++b)
        footprint_.weight[b][i] = static_cast<float>(weights[b]);
    }
  }

 private:
  Footprint& footprint_;
  const std::vector<Place>& places_;
};

/// Both discs, and between their right ascensions all declinations that they reach.
void claim_magellanic(Claims& claims, const MagellanicRegion& m, const std::vector<Place>& places) {
  const auto in_disc = [&](const Place& p) {
    return within(p, m.lmc_ra_deg, m.lmc_dec_deg, m.lmc_radius_deg) ||
           within(p, m.smc_ra_deg, m.smc_dec_deg, m.smc_radius_deg);
  };
  double lowest = 90.0;
  double highest = -90.0;
  for (const Place& p : places) {
    if (!in_disc(p)) continue;
    lowest = std::min(lowest, p.dec);
    highest = std::max(highest, p.dec);
  }
  claims.claim(Region::magellanic, m.weights, [&](std::size_t, const Place& p) {
    return in_disc(p) ||
           (p.ra > m.smc_ra_deg && p.ra < m.lmc_ra_deg && p.dec > lowest && p.dec < highest);
  });
}

std::vector<float> clear_places(const WideRegion& w, int order, std::span<const float> reddening) {
  std::vector<float> clear(reddening.size());
  for (std::size_t i = 0; i < clear.size(); ++i)
    clear[i] = static_cast<double>(reddening[i]) < w.reddening_limit ? 1.0F : 0.0F;
  return smoothed_map(clear, order, w.smoothing_deg);
}

}  // namespace

std::string_view region_name(Region region) {
  constexpr std::array<std::string_view, kRegionCount> kNames = {
      "none",  "circle",         "magellanic",     "wide",      "virgo",
      "bulge", "ecliptic_north", "galactic_plane", "south_pole"};
  return kNames[static_cast<std::size_t>(region)];
}

double Footprint::area(Region of) const {
  constexpr double kSquareDegree = std::numbers::pi / 180.0 * std::numbers::pi / 180.0;
  double pixels = 0.0;
  for (const Region r : region) pixels += r == of ? 1.0 : 0.0;
  return pixels * sphere::healpix::pixel_area(order) / kSquareDegree;
}

double Footprint::share(Region of) const {
  double part = 0.0;
  double all = 0.0;
  for (const std::vector<float>& band : weight) {
    for (std::size_t i = 0; i < region.size(); ++i) {
      all += static_cast<double>(band[i]);
      if (region[i] == of) part += static_cast<double>(band[i]);
    }
  }
  return part / all;
}

Footprint make_footprint(const FootprintConfig& config, int order) {
  return make_footprint(config, order, sky::galactic_reddening_map(order));
}

Footprint make_footprint(const FootprintConfig& config, int order,
                         std::span<const float> reddening) {
  validate(config);
  const std::vector<Place> places = places_of(order);
  Footprint footprint;
  footprint.order = order;
  footprint.region.assign(places.size(), Region::none);
  for (auto& band : footprint.weight) band.assign(places.size(), 0.0F);
  Claims claims(footprint, places);

  for (const CircleRegion& c : config.circles)
    claims.claim(Region::circle, c.weights, [&](std::size_t, const Place& p) {
      return within(p, c.ra_deg, c.dec_deg, c.radius_deg);
    });
  claim_magellanic(claims, config.magellanic, places);
  const std::vector<float> clear = clear_places(config.wide, order, reddening);
  const auto is_clear = [&](std::size_t i) {
    return static_cast<double>(clear[i]) > config.wide.clear_share;
  };
  claims.claim(Region::wide, config.wide.weights, [&](std::size_t i, const Place& p) {
    return is_clear(i) && in_wide(config.wide, p);
  });
  claims.claim(Region::virgo, config.virgo.weights, [&](std::size_t, const Place& p) {
    return within(p, config.virgo.ra_deg, config.virgo.dec_deg, config.virgo.radius_deg);
  });
  claims.claim(Region::bulge, config.bulge.weights,
               [&](std::size_t, const Place& p) { return in_bulge(config.bulge, p); });
  claims.claim(
      Region::ecliptic_north, config.ecliptic_north.weights,
      [&](std::size_t, const Place& p) { return in_ecliptic_north(config.ecliptic_north, p); });
  claims.claim(Region::galactic_plane, config.galactic_plane.weights,
               [&](std::size_t i, const Place& p) {
                 return !is_clear(i) && p.dec > config.galactic_plane.dec_min_deg &&
                        p.dec < config.galactic_plane.dec_max_deg;
               });
  claims.claim(Region::south_pole, config.south_pole.weights,
               [&](std::size_t, const Place& p) { return p.dec < config.south_pole.dec_max_deg; });
  return footprint;
}

}  // namespace skywright::schedule
