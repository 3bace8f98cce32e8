// Slew times: one by one, and to a map of nside 32.
#include <numbers>
#include <vector>

#include <benchmark/benchmark.h>

#include "skywright/base/random_stream.h"
#include "skywright/instrument/instrument.h"
#include "skywright/schedule/slew.h"

namespace skywright::schedule {
namespace {

constexpr std::size_t kPixels = 12288;

struct Map {
  SlewModel model{instrument::load_instrument("lsst").kinematics};
  MountState from{.altitude = 1.0, .azimuth = 2.0, .busy = 3.07};
  std::vector<float> altitude, azimuth, seconds;
  Map() : seconds(kPixels) {
    auto random = RandomStream::for_unit(1, {1}, "bench");
    for (std::size_t i = 0; i < kPixels; ++i) {
      altitude.push_back(static_cast<float>(random.uniform(0.0, 1.57)));
      azimuth.push_back(static_cast<float>(random.uniform(0.0, 2.0 * std::numbers::pi)));
    }
  }
};

void slew_one_by_one(benchmark::State& state) {
  Map map;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kPixels; ++i)
      map.seconds[i] = static_cast<float>(
          map.model.slew(map.from, {.altitude = map.altitude[i], .azimuth = map.azimuth[i]})
              .seconds);
    benchmark::DoNotOptimize(map.seconds.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kPixels));
}
BENCHMARK(slew_one_by_one);

void slew_map(benchmark::State& state) {
  Map map;
  for (auto _ : state) {
    map.model.slew_seconds(map.from, map.altitude, map.azimuth, map.seconds);
    benchmark::DoNotOptimize(map.seconds.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kPixels));
}
BENCHMARK(slew_map);

}  // namespace
}  // namespace skywright::schedule
