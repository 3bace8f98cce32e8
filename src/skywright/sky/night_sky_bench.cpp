#include <cmath>
#include <vector>

#include <benchmark/benchmark.h>

#include "skywright/sky/night_sky.h"

namespace skywright::sky {
namespace {

/// A map of nside 32 over the whole sphere.
constexpr int kPixels = 12288;

struct Map {
  std::vector<float> altitude, azimuth, latitude, longitude;
  Map() {
    for (int i = 0; i < kPixels; ++i) {
      altitude.push_back(static_cast<float>(std::asin(-1.0 + 2.0 * (i + 0.5) / kPixels)));
      azimuth.push_back(static_cast<float>(std::fmod(2.39996 * i, 6.2831853)));
      latitude.push_back(0.5F * altitude.back());
      longitude.push_back(azimuth.back());
    }
  }
};

NightSkyState moonlit(double sun_up) {
  return {{std::sqrt(1 - sun_up * sun_up), 0.0, sun_up}, {0.0, 0.6, 0.8}, 0.7};
}

void BM_Magnitudes(benchmark::State& state) {
  const Map map;
  const auto lsst = instrument::load_instrument("lsst");
  const NightSky sky(lsst.bands, lsst.site.height_m);
  const SkyDirections directions =
      sky_directions(map.altitude, map.azimuth, map.latitude, map.longitude);
  std::vector<float> out(kPixels);
  const NightSkyState now = moonlit(state.range(0) == 0 ? -0.5 : -0.2);
  for (auto _ : state) {
    sky.magnitudes(2, directions, now, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * kPixels);
}
BENCHMARK(BM_Magnitudes)->Arg(0)->Arg(1);

void BM_Directions(benchmark::State& state) {
  const Map map;
  for (auto _ : state)
    benchmark::DoNotOptimize(
        sky_directions(map.altitude, map.azimuth, map.latitude, map.longitude));
  state.SetItemsProcessed(state.iterations() * kPixels);
}
BENCHMARK(BM_Directions);

void BM_OneMagnitude(benchmark::State& state) {
  const auto lsst = instrument::load_instrument("lsst");
  const NightSky sky(lsst.bands, lsst.site.height_m);
  const SkyPoint p{
      {0.0, 0.5, 0.866}, sphere::Angle::from_degrees(30.0), sphere::Angle::from_degrees(140.0)};
  const NightSkyState now = moonlit(-0.5);
  for (auto _ : state) benchmark::DoNotOptimize(sky.magnitude(2, p, now));
}
BENCHMARK(BM_OneMagnitude);

}  // namespace
}  // namespace skywright::sky
