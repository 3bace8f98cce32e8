// Stars a second to altitude and azimuth beside ERFA's eraAtciqz + eraAtioq; orbits a second;
// fields a second among a million bodies; Earth and Moon beside ERFA's series; a night's events and
// the horizon at an instant. One core.
#include <cmath>
#include <numbers>
#include <numeric>

#include <benchmark/benchmark.h>
#include <erfa.h>

#include "skywright/base/random_stream.h"
#include "skywright/ephemeris/catalog_motion.h"
#include "skywright/ephemeris/moving_bodies.h"
#include "skywright/ephemeris/night_events.h"
#include "skywright/ephemeris/observer.h"
#include "skywright/ephemeris/sky_bodies.h"

namespace skywright::ephemeris {
namespace {

constexpr std::size_t kStars = 100000;
const Observatory kRubin{Angle::from_degrees(-30.244639), Angle::from_degrees(-70.749417), 2662.75};
const time::Utc kNow = time::Utc::from_mjd(61100.3);

std::vector<double> uniform(double low, double high, const char* purpose) {
  auto random = RandomStream::for_unit(1, {1}, purpose);
  std::vector<double> out(kStars);
  for (double& v : out) v = random.uniform(low, high);
  return out;
}

void ours_to_horizon(benchmark::State& state) {
  const ObservedSky sky(kRubin, kNow, {}, {750.0, 10.0, 0.4, 0.62});
  const auto ra = uniform(0.0, 360.0, "ra"), dec = uniform(-90.0, 30.0, "dec");
  std::vector<double> azimuth(kStars), altitude(kStars);
  for (auto _ : state) sky.horizontal(ra, dec, azimuth, altitude);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kStars));
}

void erfa_to_horizon(benchmark::State& state) {
  eraASTROM astrom;
  double eo = 0.0;
  eraApco13(kNow.jd1, kNow.jd2, 0.0, kRubin.longitude.radians(), kRubin.latitude.radians(),
            kRubin.height, 0.0, 0.0, 750.0, 10.0, 0.4, 0.62, &astrom, &eo);
  const auto ra = uniform(0.0, 360.0, "ra"), dec = uniform(-90.0, 30.0, "dec");
  constexpr double kDegree = std::numbers::pi / 180.0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kStars; ++i) {
      double ri = 0, di = 0, a = 0, z = 0, h = 0, d = 0, r = 0;
      eraAtciqz(ra[i] * kDegree, dec[i] * kDegree, &astrom, &ri, &di);
      eraAtioq(ri, di, &astrom, &a, &z, &h, &d, &r);
      benchmark::DoNotOptimize(a + z);
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kStars));
}

OrbitCatalog belt(std::size_t count) {
  OrbitCatalog out;
  auto random = RandomStream::for_unit(1, {2}, "belt");
  for (std::size_t i = 0; i < count; ++i) {
    const auto turn = [&] { return Angle::from_degrees(random.uniform(0.0, 360.0)); };
    out.append("",
               orbit_from_keplerian(random.uniform(2.1, 3.3), random.uniform(0.0, 0.3),
                                    Angle::from_degrees(random.uniform(0.0, 25.0)), turn(), turn(),
                                    turn(), time::Tdb::from_mjd(61000.0)),
               18.0, 0.15);
  }
  return out;
}

void bodies_seen(benchmark::State& state) {
  const OrbitCatalog orbits = belt(20000);
  const ObservedSky sky(kRubin, kNow);
  std::vector<std::size_t> all(orbits.size());
  std::iota(all.begin(), all.end(), 0);
  for (auto _ : state)
    benchmark::DoNotOptimize(seen_bodies(orbits, all, sky.observer(), sky.tdb()));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(orbits.size()));
}

/// From epochs 170 days off to a night, planets included.
void catalog_carried(benchmark::State& state) {
  OrbitCatalog orbits = belt(20000);
  for (OrbitFacts& facts : orbits.facts) facts.epoch = 61000.0;
  for (auto _ : state)
    benchmark::DoNotOptimize(
        CatalogMotion(orbits, time::Tdb::from_mjd(61170.0), time::Tdb::from_mjd(61171.0)));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(orbits.size()));
}

void detector_asked(benchmark::State& state) {
  OrbitCatalog orbits = belt(200000);
  for (OrbitFacts& facts : orbits.facts) facts.epoch = 61000.0;
  const CatalogMotion motion(orbits, time::Tdb::from_mjd(61099.9), time::Tdb::from_mjd(61100.9));
  const ObservedSky sky(kRubin, kNow);
  const CatalogMotion::Observer observer{sky.observer(), sun_at(sky.tdb()), sky.tdb()};
  const sphere::Cone field{sphere::unit_vector(SkyPosition::from_degrees(150.0, 5.0)),
                           Angle::from_degrees(0.16)};
  std::size_t offered = 0;
  for (auto _ : state) {
    const auto bodies = motion.candidates(field);
    for (const std::size_t body : bodies) benchmark::DoNotOptimize(motion.seen(body, observer));
    offered = bodies.size();
  }
  state.counters["candidates"] = static_cast<double>(offered);
}

/// A date that differs each time, over 20 years.
class Dates {
 public:
  time::Tdb next() {
    days_ += 17.37;
    if (days_ > 7000.0) days_ -= 7000.0;
    return {2458000.5, days_};
  }

 private:
  double days_ = 0.0;
};

void earth_by_de440(benchmark::State& state) {
  Dates dates;
  for (auto _ : state)
    benchmark::DoNotOptimize(PlanetaryEphemeris::built_in().barycentric(Body::earth, dates.next()));
}
void earth_by_erfa(benchmark::State& state) {
  Dates dates;
  for (auto _ : state) benchmark::DoNotOptimize(analytic_earth_at(dates.next()));
}
void moon_by_de440(benchmark::State& state) {
  Dates dates;
  for (auto _ : state) benchmark::DoNotOptimize(moon_from_earth(dates.next()));
}
void moon_by_erfa(benchmark::State& state) {
  Dates dates;
  for (auto _ : state) benchmark::DoNotOptimize(analytic_moon_from_earth(dates.next()));
}

void horizon_at_an_instant(benchmark::State& state) {
  const time::Tai begin = time::to_tai(kNow);
  const HorizonFrame frame(kRubin, begin, begin.plus_seconds(86400.0));
  double s = 0.0;
  for (auto _ : state) {
    s = s > 86000.0 ? 0.0 : s + 34.7;
    benchmark::DoNotOptimize(frame.at(begin.plus_seconds(s)));
  }
}
void observed_sky_made(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(ObservedSky(kRubin, kNow).local_sidereal_time());
}
void a_year_of_nights(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(nights(kRubin, time::to_tai(kNow), 365));
  state.SetItemsProcessed(state.iterations() * 365);
}

BENCHMARK(earth_by_de440);
BENCHMARK(earth_by_erfa);
BENCHMARK(moon_by_de440);
BENCHMARK(moon_by_erfa);
BENCHMARK(horizon_at_an_instant);
BENCHMARK(observed_sky_made);
BENCHMARK(a_year_of_nights)->Unit(benchmark::kMillisecond);
BENCHMARK(ours_to_horizon);
BENCHMARK(erfa_to_horizon);
BENCHMARK(bodies_seen);
BENCHMARK(catalog_carried)->Unit(benchmark::kMillisecond);
BENCHMARK(detector_asked);

}  // namespace
}  // namespace skywright::ephemeris
