// Points a second beside wcslib's, in bulk, on one core:
//     ninja -C build/release skywright_wcs_bench && build/release/skywright_wcs_bench
#include <cmath>

#include <benchmark/benchmark.h>

#include "skywright/base/random_stream.h"
#include "skywright/wcs/detail/wcslib_oracle.h"
#include "skywright/wcs/wcs.h"

namespace skywright::wcs {
namespace {

constexpr std::size_t kPoints = 100000;

enum class Kind { tan, sip, tpv };

struct Setting {
  Linear linear{
      {2047.5, 2001.5}, SkyPosition::from_degrees(53.0, -28.1), {-5.5e-5, 3e-6, 3e-6, 5.5e-5}};
  Sip sip;
  Tpv tpv;
  std::vector<double> x, y, ra, dec, out1, out2;

  explicit Setting(Kind kind) {
    sip.order = 3;
    sip.a.assign(16, 0.0);
    sip.b.assign(16, 0.0);
    sip.a[8] = 2e-7;
    sip.b[2] = 3e-7;
    sip.a[12] = 1e-10;
    sip.b[9] = -2e-10;
    tpv.pv1[4] = 1e-3;
    tpv.pv1[7] = 2e-3;
    tpv.pv1[9] = 2e-3;
    tpv.pv2[4] = 1e-3;
    tpv.pv2[7] = 2e-3;
    tpv.pv2[9] = 2e-3;
    auto random = RandomStream::for_unit(1, {1}, "bench");
    for (std::size_t i = 0; i < kPoints; ++i) {
      x.push_back(random.uniform(0.0, 4096.0));
      y.push_back(random.uniform(0.0, 4004.0));
    }
    for (auto* v : {&ra, &dec, &out1, &out2}) v->resize(kPoints);
    ours(kind).pixels_to_sky(x, y, ra, dec);
  }
  [[nodiscard]] Wcs ours(Kind kind) const {
    return kind == Kind::tan   ? Wcs(linear)
           : kind == Kind::sip ? Wcs(linear, sip)
                               : Wcs(linear, tpv);
  }
};

template <class Mapping>
void measure(benchmark::State& state, Mapping& mapping, Setting& s, bool to_sky) {
  for (auto _ : state) {
    if (to_sky) {
      mapping.pixels_to_sky(s.x, s.y, s.out1, s.out2);
    } else {
      mapping.sky_to_pixels(s.ra, s.dec, s.out1, s.out2);
    }
    benchmark::DoNotOptimize(s.out1.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kPoints));
}

void ours(benchmark::State& state, Kind kind, bool to_sky) {
  Setting s(kind);
  const Wcs wcs = s.ours(kind);
  measure(state, wcs, s, to_sky);
}

void wcslib(benchmark::State& state, Kind kind, bool to_sky) {
  Setting s(kind);
  detail::Oracle oracle(s.linear, kind == Kind::sip ? &s.sip : nullptr,
                        kind == Kind::tpv ? &s.tpv : nullptr);
  measure(state, oracle, s, to_sky);
}

BENCHMARK_CAPTURE(ours, tan_to_sky, Kind::tan, true);
BENCHMARK_CAPTURE(wcslib, tan_to_sky, Kind::tan, true);
BENCHMARK_CAPTURE(ours, tan_to_pixels, Kind::tan, false);
BENCHMARK_CAPTURE(wcslib, tan_to_pixels, Kind::tan, false);
BENCHMARK_CAPTURE(ours, sip_to_sky, Kind::sip, true);
BENCHMARK_CAPTURE(wcslib, sip_to_sky, Kind::sip, true);
BENCHMARK_CAPTURE(ours, sip_to_pixels, Kind::sip, false);
BENCHMARK_CAPTURE(wcslib, sip_to_pixels, Kind::sip, false);
BENCHMARK_CAPTURE(ours, tpv_to_sky, Kind::tpv, true);
BENCHMARK_CAPTURE(wcslib, tpv_to_sky, Kind::tpv, true);
BENCHMARK_CAPTURE(ours, tpv_to_pixels, Kind::tpv, false);
BENCHMARK_CAPTURE(wcslib, tpv_to_pixels, Kind::tpv, false);

}  // namespace
}  // namespace skywright::wcs
