#include "skywright/sky/population.h"

#include <algorithm>
#include <cmath>

#include "skywright/sky/bands.h"
#include "skywright/sky/detail/cell_objects.h"
#include "skywright/sky/supernovae.h"

namespace skywright::sky {
namespace {

using detail::IdSpace;
using detail::kSlotDays;

constexpr double kJ2000 = 51544.5;  ///< MJD
constexpr int kLots = 4;

IdSpace space_of(std::size_t population) {
  return static_cast<IdSpace>(static_cast<std::int64_t>(IdSpace::population) +
                              static_cast<std::int64_t>(population));
}

}  // namespace

void describe(Fields& f, PopulationConfig& c) {
  describe_choice(f, "among", c.among, {"galaxies", "stars"},
                  "transients in galaxies, or stars that vary");
  f.number("rate", c.rate, "transients [1/deg2/yr]", {.low = 0, .high = 1e7});
  f.number("before", c.before, "first light of a transient before its epoch [d]",
           {.low = 0, .high = 3650});
  f.number("after", c.after, "last light of a transient after its epoch [d]",
           {.low = 0, .high = 3650});
  f.number("fraction", c.fraction, "part of the faint stars that vary as the kernel says",
           {.low = 0, .high = 1});
}

PopulationDrawer::PopulationDrawer(std::span<const Population> populations, std::uint64_t seed,
                                   const instrument::Band& band, double mjd)
    : populations_(populations),
      seed_(seed),
      band_(band_index(band)),
      wavelength_(band.wavelength_nm > 0.0 ? band.wavelength_nm : kBandWavelengths[band_]),
      mjd_(mjd),
      drawn_(populations.size()) {}

void PopulationDrawer::add_point(Drawn& drawn, double time, double redshift, double base,
                                 RandomStream lots) const {
  drawn.points.time.push_back(time);
  drawn.points.wavelength.push_back(wavelength_);
  drawn.points.redshift.push_back(redshift);
  drawn.points.base.push_back(base);
  for (int k = 0; k < kLots; ++k) drawn.points.lots.push_back(lots.uniform());
}

void PopulationDrawer::add_transients(
    std::int64_t cell, const std::vector<Galaxy>& galaxies,
    const std::function<bool(const sphere::SkyPosition&)>& wanted) {
  if (populations_.empty() || galaxies.empty()) return;
  const detail::HostChoice hosts(galaxies);
  if (hosts.none()) return;
  for (std::size_t p = 0; p < populations_.size(); ++p) {
    const PopulationConfig& config = populations_[p].config;
    if (config.among != PopulationHost::galaxies || config.rate <= 0.0) continue;
    const auto number = static_cast<std::int64_t>(p);
    const auto slot_of = [](double mjd) {
      return static_cast<std::int64_t>(std::floor(mjd / kSlotDays));
    };
    for (std::int64_t slot = slot_of(mjd_ - config.after); slot <= slot_of(mjd_ + config.before);
         ++slot) {
      auto random = RandomStream::for_unit(seed_, {cell, slot, number}, "population");
      const std::int64_t n =
          random.poisson(config.rate * detail::cell_square_degrees() * kSlotDays / 365.25);
      for (std::int64_t k = 0; k < n; ++k) {
        const double epoch = (static_cast<double>(slot) + random.uniform()) * kSlotDays;
        const Galaxy& g = hosts.draw(random);
        const Offset place = place_in_light(g, random);
        const double time = mjd_ - epoch;
        if (time < -config.before || time > config.after) continue;
        const sphere::SkyPosition at = detail::moved(g.ra, g.dec, place.east, place.north);
        if (!wanted(at)) continue;
        SkyObject o{.id = detail::object_id(space_of(p), cell, ((slot & 0xffff) << 12) | k),
                    .kind = ObjectKind::transient,
                    .ra = at.ra.wrapped().degrees(),
                    .dec = at.dec.degrees()};
        detail::set_host(o, g, band_, std::hypot(place.east, place.north));
        drawn_[p].transients.push_back(o);
        const double z = std::clamp(g.redshift, 0.01, 1.5);
        add_point(drawn_[p], time, z, distance_modulus(z),
                  RandomStream::for_unit(seed_, {cell, slot, number, k}, "population_lots"));
      }
    }
  }
}

bool PopulationDrawer::claims_star(const Star& star, std::size_t index) {
  for (std::size_t p = 0; p < populations_.size(); ++p) {
    const PopulationConfig& config = populations_[p].config;
    if (config.among != PopulationHost::stars) continue;
    auto lots =
        RandomStream::for_unit(seed_, {star.id, static_cast<std::int64_t>(p)}, "population");
    if (lots.uniform() >= config.fraction) continue;
    drawn_[p].stars.push_back(index);
    add_point(drawn_[p], mjd_ - kJ2000, 0.0, star.magnitude[band_], lots);
    return true;
  }
  return false;
}

void PopulationDrawer::finish(SkyObjects& objects) {
  for (std::size_t p = 0; p < populations_.size(); ++p) {
    Drawn& drawn = drawn_[p];
    if (drawn.points.size() == 0) continue;
    const std::vector<double> magnitudes = populations_[p].light_curve->magnitudes(drawn.points);
    for (std::size_t i = 0; i < magnitudes.size(); ++i) {
      const double flux = flux_njy(magnitudes[i]);
      if (!drawn.stars.empty()) {
        objects.flux[drawn.stars[i]] = static_cast<float>(flux);
      } else if (flux >= 1.0) {  // fainter than magnitude 31.4: no image shows it
        drawn.transients[i].flux = flux;
        append(objects, drawn.transients[i]);
      }
    }
    drawn = {};
  }
}

}  // namespace skywright::sky
