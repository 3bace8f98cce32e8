#include "skywright/sky/sky_model.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "skywright/sky/detail/cell_objects.h"
#include "skywright/sky/milky_way.h"
#include "skywright/sky/moving_objects.h"
#include "skywright/sky/supernovae.h"
#include "skywright/sky/variability.h"
#include "skywright/sphere/healpix.h"

namespace skywright::sky {
namespace {

using detail::IdSpace;
using detail::kOrder;
using detail::kSlotDays;
using detail::moved;
using detail::object_id;
using detail::set_host;

constexpr double kJ2000 = 51544.5;  ///< MJD
constexpr double kNucleusLimit = 24.5;

/// A uniform place within a cell: the centre of one of its pixels of order 29, all of one area.
sphere::SkyPosition place_in_cell(std::int64_t cell, RandomStream& random) {
  constexpr int kBits = 2 * (sphere::healpix::kMaxOrder - kOrder);
  const auto inner = static_cast<std::int64_t>(random.word64() >> (64 - kBits));
  return sphere::sky_position(
      sphere::healpix::centre((cell << kBits) | inner, sphere::healpix::kMaxOrder));
}

sphere::SkyPosition at_epoch(const Star& star, double mjd) {
  const double years = (mjd - kJ2000) / 365.25;
  return moved(star.ra, star.dec, 1e-3 * star.pm_ra * years, 1e-3 * star.pm_dec * years);
}

bool within(const Cone& cone, const sphere::SkyPosition& p) {
  return sphere::separation(cone.centre, p) <= cone.radius;
}

SkyObject galaxy_object(const Galaxy& g, std::size_t band) {
  SkyObject o{.id = g.id, .kind = ObjectKind::galaxy, .ra = g.ra, .dec = g.dec};
  o.flux = o.quiet_flux = flux_njy(g.magnitude[band]);
  o.radius = g.radius;
  o.bulge_radius = g.bulge_radius;
  o.bulge_fraction = g.bulge_fraction;
  o.axis_ratio = g.axis_ratio;
  o.position_angle = g.position_angle;
  return o;
}

}  // namespace

std::vector<std::int64_t> sky_cells(const Cone& cone) {
  // Out from the centre's cell, as long as a cell may touch the cone.
  const double reach = cone.radius.radians() + sphere::healpix::max_pixel_radius(kOrder).radians();
  const sphere::UnitVector centre = sphere::unit_vector(cone.centre);
  std::set<std::int64_t> found;
  std::vector<std::int64_t> open = {sphere::healpix::pixel_at(centre, kOrder)};
  found.insert(open.front());
  while (!open.empty()) {
    const std::int64_t cell = open.back();
    open.pop_back();
    for (const std::int64_t next : sphere::healpix::neighbours(cell, kOrder)) {
      if (next < 0 || found.count(next) > 0) continue;
      const auto middle = sphere::healpix::centre(next, kOrder);
      if (sphere::separation(centre, middle).radians() > reach) continue;
      found.insert(next);
      open.push_back(next);
    }
  }
  return {found.begin(), found.end()};
}

SkyModel::SkyModel(const SkyConfig& config, ephemeris::OrbitCatalog orbits,
                   std::optional<ephemeris::Observatory> site, std::vector<Population> populations)
    : config_(config),
      orbits_(std::move(orbits)),
      populations_(std::move(populations)),
      seed_(static_cast<std::uint64_t>(config.seed)) {
  check_fields(config);
  for (const Population& population : populations_) check_fields(population.config);
  if (site) {
    site_ = *site;
  } else {
    const instrument::Site lsst = instrument::load_instrument("lsst").site;
    site_ = {lsst.latitude, lsst.longitude, lsst.height_m};
  }
}

std::vector<Star> SkyModel::cell_stars(std::int64_t cell) const {
  auto random = RandomStream::for_unit(seed_, {cell}, "stars");
  const StarCounts counts(sphere::sky_position(sphere::healpix::centre(cell, kOrder)),
                          config_.star_limit_r);
  const std::int64_t n = random.poisson(counts.per_square_degree() * detail::cell_square_degrees() *
                                        config_.star_density);
  std::vector<Star> stars;
  for (std::int64_t k = 0; k < n; ++k) {
    Star star = counts.draw(random);
    const sphere::SkyPosition at = place_in_cell(cell, random);
    // V of the star (Jester et al. 2005): what the table of bright stars holds is not drawn twice.
    const double v = star.magnitude[1] - 0.58 * (star.magnitude[1] - star.magnitude[2]) - 0.01;
    if (star.magnitude[2] > config_.star_limit_r || v < kBrightStarLimit) continue;
    star.id = object_id(IdSpace::star, cell, k);
    star.ra = at.ra.degrees();
    star.dec = at.dec.degrees();
    stars.push_back(star);
  }
  return stars;
}

std::vector<Galaxy> SkyModel::cell_galaxies(std::int64_t cell) const {
  auto random = RandomStream::for_unit(seed_, {cell}, "galaxies");
  const std::int64_t n = random.poisson(galaxies_per_square_degree(config_.galaxy_limit_i) *
                                        detail::cell_square_degrees() * config_.galaxy_density);
  std::vector<Galaxy> galaxies;
  for (std::int64_t k = 0; k < n; ++k) {
    Galaxy g = draw_galaxy(random, config_.galaxy_limit_i);
    const sphere::SkyPosition at = place_in_cell(cell, random);
    g.id = object_id(IdSpace::galaxy, cell, k);
    g.ra = at.ra.degrees();
    g.dec = at.dec.degrees();
    galaxies.push_back(g);
  }
  return galaxies;
}

void SkyModel::add_supernovae(SkyObjects& out, std::int64_t cell,
                              const std::vector<Galaxy>& galaxies, double mjd,
                              std::size_t band) const {
  const TransientsConfig& config = config_.transients;
  if (galaxies.empty() || config.supernova_rate <= 0.0) return;
  const bool free_peaks = config.peak_magnitude_faint > config.peak_magnitude_bright;
  const detail::HostChoice hosts(galaxies);
  if (hosts.none()) return;
  // The longest a light curve lasts, stretched at redshift 1.5.
  const auto first =
      static_cast<std::int64_t>(std::floor((mjd - 2.5 * kSupernovaFall) / kSlotDays));
  const auto last = static_cast<std::int64_t>(std::floor((mjd + 2.5 * kSupernovaRise) / kSlotDays));
  for (std::int64_t slot = first; slot <= last; ++slot) {
    auto random = RandomStream::for_unit(seed_, {cell, slot}, "supernovae");
    const std::int64_t n =
        random.poisson(config.supernova_rate * detail::cell_square_degrees() * kSlotDays / 365.25);
    for (std::int64_t k = 0; k < n; ++k) {
      const double peak = (static_cast<double>(slot) + random.uniform()) * kSlotDays;
      const Galaxy& g = hosts.draw(random);
      const Offset place = place_in_light(g, random);
      const double wanted =
          random.uniform(config.peak_magnitude_bright, config.peak_magnitude_faint + 1e-9);
      const double dimming = 0.25 * random.normal();
      const double z = std::clamp(g.redshift, 0.01, 1.5);
      Magnitudes m = supernova_magnitudes(z, mjd - peak);
      if (!std::isfinite(m[band])) continue;
      const double shift = free_peaks ? wanted - supernova_magnitudes(z, 0.0)[2] : dimming;
      const sphere::SkyPosition at = moved(g.ra, g.dec, place.east, place.north);
      SkyObject o{.id = object_id(IdSpace::supernova, cell, ((slot & 0xffff) << 12) | k),
                  .kind = ObjectKind::supernova,
                  .ra = at.ra.wrapped().degrees(),
                  .dec = at.dec.degrees(),
                  .flux = flux_njy(m[band] + shift)};
      if (o.flux < 1.0) continue;  // fainter than magnitude 31.4: no image shows it
      set_host(o, g, band, std::hypot(place.east, place.north));
      append(out, o);
    }
  }
}

SkyObjects SkyModel::objects(const Cone& cone, time::Tai time, const instrument::Band& band_data,
                             SkyContent content, const Execution& execution) const {
  const std::size_t band = band_index(band_data);
  const double mjd = time.mjd();
  const bool quiet = content == SkyContent::quiet;
  SkyObjects all;
  PopulationDrawer drawer(quiet ? std::span<const Population>() : populations_, seed_, band_data,
                          mjd);
  const auto add_star = [&](const Star& star, IdSpace space, bool variable) {
    const sphere::SkyPosition at = at_epoch(star, mjd);
    SkyObject o{.id = star.id, .ra = at.ra.wrapped().degrees(), .dec = at.dec.degrees()};
    if (space == IdSpace::bright_star) o.id = object_id(space, 0, star.id);
    o.kind = variable ? ObjectKind::variable_star : ObjectKind::star;
    o.flux = o.quiet_flux = flux_njy(star.magnitude[band]);
    if (variable && !quiet) {
      const auto change =
          star_variation(RandomStream::for_unit(seed_, {star.id}, "star_variation"), mjd);
      o.flux = flux_njy(star.magnitude[band] + change[band]);
    }
    append(all, o);
  };
  if (config_.bright_stars)
    for (const Star& star : bright_stars(cone.centre, cone.radius))
      if (within(cone, at_epoch(star, mjd))) add_star(star, IdSpace::bright_star, false);
  for (const std::int64_t cell : sky_cells(cone)) {
    execution.check_stop();
    for (const Star& star : cell_stars(cell)) {
      if (!within(cone, at_epoch(star, mjd))) continue;
      auto lot = RandomStream::for_unit(seed_, {star.id}, "is_variable");
      const bool variable = lot.uniform() < config_.transients.variable_star_fraction;
      const bool claimed = !variable && drawer.claims_star(star, all.size());
      add_star(star, IdSpace::star, variable);
      if (claimed) all.kind.back() = ObjectKind::variable_star;
    }
    const std::vector<Galaxy> galaxies = cell_galaxies(cell);
    SkyObjects nuclei;
    for (const Galaxy& g : galaxies) {
      if (!within(cone, sphere::SkyPosition::from_degrees(g.ra, g.dec))) continue;
      append(all, galaxy_object(g, band));
      auto lot = RandomStream::for_unit(seed_, {g.id}, "active_nucleus");
      if (g.magnitude[3] > kNucleusLimit ||
          lot.uniform() >= config_.transients.active_nucleus_fraction)
        continue;
      // Between a sixteenth of the galaxy's light and three times as much.
      const double fainter = lot.uniform(-1.2, 3.0);
      SkyObject o{.id = object_id(IdSpace::nucleus, cell, g.id & 0xfffffff),
                  .kind = ObjectKind::active_nucleus,
                  .ra = g.ra,
                  .dec = g.dec};
      o.flux = o.quiet_flux = flux_njy(g.magnitude[band] + fainter);
      if (!quiet) {
        const auto change =
            nucleus_variation(RandomStream::for_unit(seed_, {g.id}, "nucleus_variation"), mjd);
        o.flux = flux_njy(g.magnitude[band] + fainter + change[band]);
      }
      set_host(o, g, band, 0.0);
      append(nuclei, o);
    }
    append(all, nuclei);
    if (!quiet) {
      SkyObjects found;
      add_supernovae(found, cell, galaxies, mjd, band);
      append(all, found);
      drawer.add_transients(cell, galaxies, [&](const auto& at) { return within(cone, at); });
    }
  }
  drawer.finish(all);
  if (!quiet) {
    const Viewpoint view = viewpoint(site_, time);
    const sphere::Cone circle{sphere::unit_vector(cone.centre), cone.radius};
    add_main_belt(all, circle, view, band, config_.transients.asteroid_density, seed_);
    add_orbits(all, orbits_, circle, view, band);
  }
  return all;
}

std::vector<Star> SkyModel::stars(const Cone& cone, const Execution& execution) const {
  std::vector<Star> out;
  if (config_.bright_stars)
    for (Star star : bright_stars(cone.centre, cone.radius)) {
      if (!within(cone, sphere::SkyPosition::from_degrees(star.ra, star.dec))) continue;
      star.id = object_id(IdSpace::bright_star, 0, star.id);
      out.push_back(star);
    }
  for (const std::int64_t cell : sky_cells(cone)) {
    execution.check_stop();
    for (const Star& star : cell_stars(cell))
      if (within(cone, sphere::SkyPosition::from_degrees(star.ra, star.dec))) out.push_back(star);
  }
  return out;
}

}  // namespace skywright::sky
