#include "skywright/sky/bright_stars.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "skywright/sky/detail/embedded_files.h"

namespace skywright::sky {
namespace {

constexpr std::size_t kHeaderBytes = 16;
constexpr std::size_t kRecordBytes = 16;
constexpr double kTurn = 360.0 / 4294967296.0;

struct Record {
  std::uint32_t ra;
  std::int32_t dec;
  std::int16_t pm_ra, pm_dec, magnitude, colour;
};
static_assert(sizeof(Record) == kRecordBytes);

std::string_view table_bytes() {
  return find_embedded(detail::embedded_files(), "bright_stars.bin")->content;
}

Record record(std::string_view bytes, std::size_t i) {
  Record r;
  std::memcpy(&r, bytes.data() + kHeaderBytes + i * kRecordBytes, sizeof r);
  return r;
}

/// The main sequence: g-r, and the other colours there. After Covey et al. (2007, AJ 134, 2398,
/// table 3), rounded; z-y from the same stars' z-J slope.
struct LocusPoint {
  double gr, ug, ri, iz, zy;
};
constexpr LocusPoint kLocus[] = {
    {-0.25, 1.05, -0.20, -0.15, -0.06}, {0.10, 1.12, -0.02, -0.06, -0.03},
    {0.25, 1.00, 0.07, -0.01, 0.00},    {0.45, 1.22, 0.14, 0.04, 0.01},
    {0.65, 1.65, 0.22, 0.09, 0.03},     {0.90, 2.08, 0.33, 0.16, 0.06},
    {1.10, 2.32, 0.44, 0.23, 0.10},     {1.30, 2.50, 0.62, 0.33, 0.16},
    {1.40, 2.58, 0.95, 0.52, 0.26},     {1.44, 2.62, 1.25, 0.68, 0.34},
    {1.50, 2.70, 1.60, 0.87, 0.44},     {1.60, 2.85, 2.00, 1.10, 0.58}};

}  // namespace

std::array<double, kBands - 1> locus_colours(double gr) {
  const double x = std::clamp(gr, kLocus[0].gr, std::end(kLocus)[-1].gr);
  std::size_t k = 1;
  while (k + 1 < std::size(kLocus) && kLocus[k].gr < x) ++k;
  const LocusPoint& a = kLocus[k - 1];
  const LocusPoint& b = kLocus[k];
  const double t = (x - a.gr) / (b.gr - a.gr);
  const auto mix = [t](double p, double q) { return p + t * (q - p); };
  return {mix(a.ug, b.ug), x, mix(a.ri, b.ri), mix(a.iz, b.iz), mix(a.zy, b.zy)};
}

Magnitudes magnitudes_from_johnson(double v, double bv) {
  const double g = v + 0.60 * bv - 0.12;
  const double r = v - 0.42 * bv + 0.11;
  const auto colour = locus_colours(g - r);
  return {g + colour[0],
          g,
          r,
          r - colour[2],
          r - colour[2] - colour[3],
          r - colour[2] - colour[3] - colour[4]};
}

std::size_t bright_star_count() { return (table_bytes().size() - kHeaderBytes) / kRecordBytes; }

std::vector<Star> bright_stars(const sphere::SkyPosition& centre, sphere::Angle radius) {
  const std::string_view bytes = table_bytes();
  const std::size_t count = bright_star_count();
  // Rows are in order of declination. A star that has moved since J2000 is at most some arcminutes
  // away from its row: Barnard's star goes 10.3 arcsec a year.
  const double reach = radius.degrees() + 0.15;
  const double low = (centre.dec.degrees() - reach) / kTurn;
  const double high = (centre.dec.degrees() + reach) / kTurn;
  std::size_t first = 0;
  for (std::size_t step = count; step > 0; step /= 2)
    while (first + step <= count && record(bytes, first + step - 1).dec < low) first += step;
  std::vector<Star> stars;
  for (std::size_t i = first; i < count; ++i) {
    const Record r = record(bytes, i);
    if (r.dec > high) break;
    const double ra = r.ra * kTurn;
    const double dec = r.dec * kTurn;
    if (sphere::separation(centre, sphere::SkyPosition::from_degrees(ra, dec)).degrees() > reach)
      continue;
    const double bv = r.colour == -32768 ? 0.6 : r.colour / 1000.0;
    stars.push_back({static_cast<std::int64_t>(i), ra, dec, static_cast<double>(r.pm_ra),
                     static_cast<double>(r.pm_dec),
                     magnitudes_from_johnson(r.magnitude / 1000.0, bv)});
  }
  return stars;
}

}  // namespace skywright::sky
