// How long a survey takes to judge: ten years are 2.1 million visits.
#include <cmath>
#include <numbers>

#include <benchmark/benchmark.h>

#include "skywright/base/random_stream.h"
#include "skywright/metrics/pixel_visits.h"
#include "skywright/metrics/sky_maps.h"

namespace skywright::metrics {
namespace {

/// Visits all over the southern sky, in pairs half an hour apart.
Observations visits(std::size_t count) {
  RandomStream random = RandomStream::for_unit(1, {1}, "metrics bench");
  Observations o;
  for (std::size_t i = 0; i < count; ++i) {
    const double night = static_cast<double>(i) / static_cast<double>(count) * 3652.0;
    o.mjd.push_back(61000.0 + std::floor(night) + 0.4 * (night - std::floor(night)));
    o.night.push_back(static_cast<std::int32_t>(night) + 1);
    o.ra.push_back(random.uniform() * 360.0);
    o.dec.push_back(std::asin(-0.97 + 1.2 * random.uniform()) * 180.0 / std::numbers::pi);
    o.band.push_back(static_cast<std::uint8_t>(random.uniform() * 6.0));
    o.depth.push_back(static_cast<float>(22.5 + 2.0 * random.uniform()));
    o.seeing_geom.push_back(0.8F);
    o.airmass.push_back(static_cast<float>(1.0 + random.uniform()));
    o.exposure.push_back(30.0F);
  }
  return o;
}

void BM_VisitsByPixel(benchmark::State& state) {
  const Observations o = visits(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    const PixelVisits seen = visits_by_pixel(o.ra, o.dec, sphere::Angle::from_degrees(1.75),
                                             static_cast<int>(state.range(1)), Execution());
    benchmark::DoNotOptimize(seen.visit.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_VisitsByPixel)->Args({210000, 5})->Args({210000, 6})->Args({210000, 7});

void BM_SkyMaps(benchmark::State& state) {
  const Observations o = visits(static_cast<std::size_t>(state.range(0)));
  const PixelVisits seen =
      visits_by_pixel(o.ra, o.dec, sphere::Angle::from_degrees(1.75), 6, Execution());
  for (auto _ : state) {
    const SkyMaps maps = make_sky_maps(o, seen, default_transients(), {}, Execution());
    benchmark::DoNotOptimize(maps.visits.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_SkyMaps)->Arg(210000)->Arg(2100000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace skywright::metrics
