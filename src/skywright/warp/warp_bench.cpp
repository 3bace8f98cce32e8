#include <cmath>
#include <numbers>

#include <benchmark/benchmark.h>

#include "skywright/base/random_stream.h"
#include "skywright/warp/warp.h"

namespace skywright::warp {
namespace {

wcs::Wcs turned(int side, double degrees) {
  const double s = 0.2 / 3600.0;
  const double c = s * std::cos(degrees * std::numbers::pi / 180.0);
  const double t = s * std::sin(degrees * std::numbers::pi / 180.0);
  wcs::Linear linear;
  linear.reference_pixel = {0.5 * side, 0.5 * side};
  linear.reference_sky = wcs::SkyPosition::from_degrees(150.0, -30.0);
  linear.cd = {-c, t, t, c};
  return wcs::Wcs(linear);
}

/// 4096 x 4096 pixels with variance and mask, on one thread, grids turned by the argument [deg].
void warp_4k(benchmark::State& state) {
  constexpr int kSide = 4096;
  image::MaskedImage in(kSide, kSide);
  auto random = RandomStream::for_unit(1, {}, "warp_bench");
  random.fill_normal(in.pixels.pixels());
  for (float& v : in.variance.pixels()) v = 1.0F;
  for (int i = 0; i < 2000; ++i)
    in.mask(static_cast<int>(random.uniform(0.0, kSide)),
            static_cast<int>(random.uniform(0.0, kSide))) =
        image::bit(image::MaskPlane::cosmic_ray);
  const wcs::Wcs from = turned(kSide, static_cast<double>(state.range(0)));
  const wcs::Wcs to = turned(kSide, 0.0);
  for (auto _ : state)
    benchmark::DoNotOptimize(warp(in.view(), from, to, kSide, kSide, {}, Execution()));
  state.counters["pixels"] = benchmark::Counter(static_cast<double>(kSide) * kSide,
                                                benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(warp_4k)->Arg(0)->Arg(3)->Arg(45)->Arg(90)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace skywright::warp
