#include "skywright/metrics/pixel_visits.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <numeric>

#include "skywright/sphere/healpix.h"

namespace skywright::metrics {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;
constexpr double kRadian = std::numbers::pi / 180.0;
constexpr std::size_t kChunk = 1 << 15;  // visits

/// Pixels of one parallel, evenly spaced in right ascension.
struct Ring {
  double z = 0.0;           ///< sine of declination
  double cosine = 0.0;      ///< of declination
  double first = 0.0;       ///< right ascension of the first pixel's centre [rad]
  std::uint32_t begin = 0;  ///< in Rings::pixel
  std::uint32_t count = 0;
};

/// HEALPix pixels by parallel, from south to north, so that a disc is a short run in each of few.
struct Rings {
  std::vector<Ring> ring;
  std::vector<std::uint32_t> pixel;

  explicit Rings(int order);
  /// Append the pixels whose centres lie within the disc.
  void append_disc(double ra, double dec, double radius, std::vector<std::uint32_t>& out) const;
};

Rings::Rings(int order) {
  const auto count = static_cast<std::size_t>(sphere::healpix::pixel_count(order));
  std::vector<std::int64_t> index(count);
  std::iota(index.begin(), index.end(), std::int64_t{0});
  std::vector<double> ra(count);
  std::vector<double> dec(count);
  sphere::healpix::centres(index, order, ra, dec);
  pixel.resize(count);
  std::iota(pixel.begin(), pixel.end(), 0U);
  // Parallels lie at least 0.05 deg apart at order 9: a millionth of a degree tells them apart.
  const auto parallel = [&](std::uint32_t p) { return std::llround(dec[p] * 1e6); };
  std::sort(pixel.begin(), pixel.end(), [&](std::uint32_t a, std::uint32_t b) {
    const auto pa = parallel(a);
    const auto pb = parallel(b);
    return pa != pb ? pa < pb : ra[a] < ra[b];
  });
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i == 0 || parallel(pixel[i]) != parallel(pixel[i - 1]))
      ring.push_back({.z = std::sin(dec[pixel[i]] * kRadian),
                      .cosine = std::cos(dec[pixel[i]] * kRadian),
                      .first = ra[pixel[i]] * kRadian,
                      .begin = i});
    ++ring.back().count;
  }
}

void Rings::append_disc(double ra, double dec, double radius,
                        std::vector<std::uint32_t>& out) const {
  const double low = dec - radius <= -0.5 * std::numbers::pi ? -1.0 : std::sin(dec - radius);
  const double high = dec + radius >= 0.5 * std::numbers::pi ? 1.0 : std::sin(dec + radius);
  const double sine = std::sin(dec);
  const double cosine = std::cos(dec);
  const double cos_radius = std::cos(radius);
  auto at = std::lower_bound(ring.begin(), ring.end(), low,
                             [](const Ring& r, double z) { return r.z < z; });
  for (; at != ring.end() && at->z <= high; ++at) {
    // The spherical law of cosines, solved for the half width in right ascension.
    const double rest = cos_radius - at->z * sine;
    const double scale = at->cosine * cosine;
    if (rest > scale) continue;
    const double half = rest <= -scale ? std::numbers::pi : std::acos(rest / scale);
    const double per_radian = at->count / kTurn;
    const double middle = (ra - at->first) * per_radian;
    auto from = static_cast<std::int64_t>(std::ceil(middle - half * per_radian));
    auto to = static_cast<std::int64_t>(std::floor(middle + half * per_radian));
    const auto count = static_cast<std::int64_t>(at->count);
    if (to - from >= count) to = from + count - 1;
    for (std::int64_t k = from; k <= to; ++k) {
      std::int64_t place = k % count;
      if (place < 0) place += count;
      out.push_back(pixel[at->begin + static_cast<std::size_t>(place)]);
    }
  }
}

/// Put pairs in the order of pixels; those of a pixel keep the order of visits.
class Sorter {
 public:
  Sorter(int order, std::size_t pixels) {
    out_.order = order;
    out_.begin.assign(pixels + 1, 0);
  }
  void count(std::span<const std::uint32_t> pixels) {
    for (const std::uint32_t p : pixels) ++out_.begin[p + 1];
  }
  void start() {
    std::partial_sum(out_.begin.begin(), out_.begin.end(), out_.begin.begin());
    out_.visit.resize(out_.begin.back());
    next_.assign(out_.begin.begin(), out_.begin.end() - 1);
  }
  void place(std::uint32_t visit, std::span<const std::uint32_t> pixels) {
    for (const std::uint32_t p : pixels) out_.visit[next_[p]++] = visit;
  }
  PixelVisits take() { return std::move(out_); }

 private:
  PixelVisits out_;
  std::vector<std::uint64_t> next_;
};

}  // namespace

PixelVisits visits_by_pixel(std::span<const double> ra, std::span<const double> dec,
                            sphere::Angle radius, int order, const Execution& execution) {
  assert(ra.size() == dec.size() && radius.degrees() > 0.0 && radius.degrees() < 90.0);
  const Rings rings(order);
  struct Part {
    std::vector<std::uint32_t> pixel;
    std::vector<std::uint32_t> end;  ///< of each visit in `pixel`
  };
  std::vector<Part> parts((ra.size() + kChunk - 1) / kChunk);
  execution.for_chunks(ra.size(), kChunk, [&](std::size_t begin, std::size_t end) {
    Part& part = parts[begin / kChunk];
    for (std::size_t i = begin; i < end; ++i) {
      rings.append_disc(ra[i] * kRadian, dec[i] * kRadian, radius.radians(), part.pixel);
      part.end.push_back(static_cast<std::uint32_t>(part.pixel.size()));
    }
  });
  execution.check_stop();
  Sorter sorter(order, rings.pixel.size());
  for (const Part& part : parts) sorter.count(part.pixel);
  sorter.start();
  std::uint32_t visit = 0;
  for (Part& part : parts) {
    std::uint32_t from = 0;
    for (const std::uint32_t to : part.end) {
      sorter.place(visit++, std::span(part.pixel).subspan(from, to - from));
      from = to;
    }
    part = {};
  }
  return sorter.take();
}

PixelVisits visits_by_pixel_reference(std::span<const double> ra, std::span<const double> dec,
                                      sphere::Angle radius, int order) {
  const auto pixels = static_cast<std::size_t>(sphere::healpix::pixel_count(order));
  PixelVisits out;
  out.order = order;
  out.begin.push_back(0);
  for (std::size_t p = 0; p < pixels; ++p) {
    const sphere::UnitVector centre = sphere::healpix::centre(static_cast<std::int64_t>(p), order);
    for (std::size_t i = 0; i < ra.size(); ++i) {
      const auto field = sphere::unit_vector(sphere::SkyPosition::from_degrees(ra[i], dec[i]));
      if (sphere::separation(centre, field) <= radius)
        out.visit.push_back(static_cast<std::uint32_t>(i));
    }
    out.begin.push_back(out.visit.size());
  }
  return out;
}

}  // namespace skywright::metrics
