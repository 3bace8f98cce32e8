// Pixels a second beside healpix_cxx's, order 17, on one core.
#include <cmath>
#include <numbers>
#include <vector>

#include <benchmark/benchmark.h>
#include <healpix_cxx/healpix_base.h>

#include "skywright/base/random_stream.h"
#include "skywright/sphere/healpix.h"

namespace skywright::sphere::healpix {
namespace {

constexpr std::size_t kPoints = 100000;
constexpr int kOrder = 17;

struct Places {
  std::vector<double> ra, dec;
  std::vector<std::int64_t> index;
  Places() : index(kPoints) {
    auto random = RandomStream::for_unit(1, {1}, "bench");
    for (std::size_t i = 0; i < kPoints; ++i) {
      ra.push_back(random.uniform(0.0, 360.0));
      dec.push_back(std::asin(random.uniform(-1.0, 1.0)) * 180.0 / std::numbers::pi);
    }
    pixels_at(ra, dec, kOrder, index);
  }
};

void ours_to_pixel(benchmark::State& state) {
  Places p;
  for (auto _ : state) pixels_at(p.ra, p.dec, kOrder, p.index);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kPoints));
}

void healpix_cxx_to_pixel(benchmark::State& state) {
  Places p;
  const T_Healpix_Base<std::int64_t> base(kOrder, NEST);
  constexpr double kDegree = std::numbers::pi / 180.0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kPoints; ++i) {
      p.index[i] =
          base.ang2pix(pointing(std::numbers::pi / 2.0 - p.dec[i] * kDegree, p.ra[i] * kDegree));
    }
    benchmark::DoNotOptimize(p.index.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kPoints));
}

void ours_to_place(benchmark::State& state) {
  Places p;
  for (auto _ : state) centres(p.index, kOrder, p.ra, p.dec);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kPoints));
}

void healpix_cxx_to_place(benchmark::State& state) {
  Places p;
  const T_Healpix_Base<std::int64_t> base(kOrder, NEST);
  for (auto _ : state) {
    for (std::size_t i = 0; i < kPoints; ++i) {
      const pointing at = base.pix2ang(p.index[i]);
      p.ra[i] = at.phi;
      p.dec[i] = at.theta;
    }
    benchmark::DoNotOptimize(p.ra.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kPoints));
}

BENCHMARK(ours_to_pixel);
BENCHMARK(healpix_cxx_to_pixel);
BENCHMARK(ours_to_place);
BENCHMARK(healpix_cxx_to_place);

}  // namespace
}  // namespace skywright::sphere::healpix
