#include "skywright/ephemeris/catalog_motion.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "skywright/ephemeris/detail/line_of_sight.h"
#include "skywright/ephemeris/gauss_radau.h"
#include "skywright/ephemeris/gravity.h"

namespace skywright::ephemeris {
namespace {

constexpr std::size_t kBatch = 64;  // bodies that are integrated together
/// Light of bodies near the Earth left within the margin; that of others may have left before the
/// span, where their first polynomial, of slow motion, still holds.
constexpr double kMargin = 0.05;  // [day]
/// Of the steps that become segments: at 0.06 radians the terms left out are below 1e-10 of the
/// distance from what pulls.
constexpr double kSegmentStride = 0.06;
constexpr int kPixelOrder = 5;
constexpr double kEarthRadius = 6378.137 / kAstronomicalUnit;

double days_between(time::Tdb from, time::Tdb to) {
  return (to.jd1 - from.jd1) + (to.jd2 - from.jd2);
}

time::Tdb plus_days(time::Tdb t, double days) { return {t.jd1, t.jd2 + days}; }

}  // namespace

/// Bodies of one epoch.
struct CatalogMotion::Batch {
  time::Tdb epoch;
  std::vector<std::uint32_t> bodies;
};

/// By epoch, then by perihelion, so that quick bodies do not force their steps on slow ones.
std::vector<CatalogMotion::Batch> CatalogMotion::batches() const {
  const double begin = begin_.mjd();
  std::vector<double> epoch(catalog_->size());
  for (std::size_t i = 0; i < epoch.size(); ++i) {
    const double known = catalog_->facts[i].epoch;
    const bool usable = std::isfinite(known) &&
                        ephemeris_->covers(Body::earth, time::Tdb::from_mjd(known)) &&
                        ephemeris_->covers(Body::neptune, time::Tdb::from_mjd(known));
    epoch[i] = usable ? known : begin;
  }
  std::vector<std::uint32_t> order(catalog_->size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (epoch[a] != epoch[b]) return epoch[a] < epoch[b];
    const double qa = catalog_->orbit[a].perihelion_distance;
    const double qb = catalog_->orbit[b].perihelion_distance;
    return qa != qb ? qa < qb : a < b;
  });
  std::vector<Batch> out;
  for (const std::uint32_t i : order) {
    const time::Tdb t = epoch[i] == begin ? begin_ : time::Tdb::from_mjd(epoch[i]);
    if (out.empty() || !(out.back().epoch == t) || out.back().bodies.size() == kBatch)
      out.push_back({t, {}});
    out.back().bodies.push_back(i);
  }
  return out;
}

/// Segments of the batch: all of its first body, then all of its second ...
std::vector<CatalogMotion::Segment> CatalogMotion::carry(Batch& batch) const {
  const std::size_t n = batch.bodies.size();
  const State sun = ephemeris_->barycentric(Body::sun, batch.epoch);
  Particles start{n, std::vector<double>(3 * n), std::vector<double>(3 * n)};
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t body = batch.bodies[i];
    double anomaly = std::numeric_limits<double>::quiet_NaN();
    const State s = state_after_perihelion(
        catalog_->frame[body], days_between(catalog_->orbit[body].perihelion_time, batch.epoch),
        anomaly);
    const Vector x = s.position + sun.position, v = s.velocity + sun.velocity;
    for (std::size_t k = 0; k < 3; ++k) {
      start.position[k * n + i] = k == 0 ? x.x : k == 1 ? x.y : x.z;
      start.velocity[k * n + i] = k == 0 ? v.x : k == 1 ? v.y : v.z;
    }
  }
  const Gravity gravity(*ephemeris_, begin_);
  GaussRadau journey(std::move(start), days_between(begin_, batch.epoch), gravity, {});
  while (journey.time() != -kMargin) journey.step_towards(-kMargin);

  GaussRadau night(journey.particles(), -kMargin, gravity, {.stride = kSegmentStride});
  std::vector<std::vector<Segment>> of_body(n);
  while (night.time() != length_) {
    night.step_towards(length_);
    const GaussRadau::LastStep& step = night.last_step();
    for (std::size_t i = 0; i < n; ++i) {
      Segment segment{step.begin, step.length};
      for (std::size_t k = 0; k < 3; ++k) {
        const std::size_t j = k * n + i;
        segment.x[k] = step.start.position[j];
        segment.v[k] = step.start.velocity[j];
        segment.a[k] = static_cast<float>(step.acceleration[j]);
        for (std::size_t term = 0; term < kTerms; ++term)
          segment.b[term][k] = static_cast<float>(step.terms[term][j]);
      }
      of_body[i].push_back(segment);
    }
  }
  std::vector<Segment> out;
  for (const auto& body : of_body) out.insert(out.end(), body.begin(), body.end());
  return out;
}

CatalogMotion::CatalogMotion(const OrbitCatalog& catalog, time::Tdb begin, time::Tdb end,
                             const PlanetaryEphemeris& ephemeris, const Execution& execution)
    : catalog_(&catalog),
      ephemeris_(&ephemeris),
      begin_(begin),
      length_(days_between(begin, end)),
      first_segment_(catalog.size(), 0),
      segment_count_(catalog.size(), 0) {
  for (const time::Tdb t : {plus_days(begin_, -kMargin), end})
    (void)ephemeris_->barycentric(Body::earth, t);  // tells what is wrong
  counts_.bodies = catalog.size();
  std::vector<Batch> all = batches();
  std::vector<std::vector<Segment>> made(all.size());
  execution.for_each(all.size(), [&](std::size_t i) {
    execution.check_stop();
    made[i] = carry(all[i]);
  });
  std::size_t total = 0;
  for (const auto& m : made) total += m.size();
  segments_.reserve(total);
  for (std::size_t b = 0; b < all.size(); ++b) {
    const std::size_t each = made[b].size() / all[b].bodies.size();
    for (std::size_t i = 0; i < all[b].bodies.size(); ++i) {
      const std::uint32_t body = all[b].bodies[i];
      const Segment& last = made[b][(i + 1) * each - 1];
      const double sum = last.x[0] + last.x[1] + last.x[2] + last.v[0] + last.v[1] + last.v[2] +
                         last.b[kTerms - 1][0] + last.b[kTerms - 1][1] + last.b[kTerms - 1][2];
      first_segment_[body] = static_cast<std::uint32_t>(segments_.size() + i * each);
      segment_count_[body] = std::isfinite(sum) ? static_cast<std::uint32_t>(each) : 0U;
      if (!std::isfinite(sum)) ++counts_.lost;
      if (!(catalog.facts[body].epoch == all[b].epoch.mjd())) ++counts_.unperturbed;
    }
    segments_.insert(segments_.end(), made[b].begin(), made[b].end());
    made[b] = {};
  }
  sort_into_pixels(execution);
}

bool CatalogMotion::covers(time::Tdb t) const {
  const double days = days_between(begin_, t);
  return days >= 0.0 && days <= length_;
}

State CatalogMotion::at(const Segment& s, double days) {
  const double t = days - s.begin;
  const double u = t / s.length;
  double x[3], v[3];
  for (int k = 0; k < 3; ++k) {
    const double a = s.a[k], b0 = s.b[0][k], b1 = s.b[1][k], b2 = s.b[2][k], b3 = s.b[3][k];
    const double place = a / 2 + u * (b0 / 6 + u * (b1 / 12 + u * (b2 / 20 + u * (b3 / 30))));
    const double speed = a + u * (b0 / 2 + u * (b1 / 3 + u * (b2 / 4 + u * (b3 / 5))));
    x[k] = s.x[k] + t * (s.v[k] + t * place);
    v[k] = s.v[k] + t * speed;
  }
  return {{x[0], x[1], x[2]}, {v[0], v[1], v[2]}};
}

State CatalogMotion::barycentric(std::size_t body, time::Tdb t) const {
  const double days = days_between(begin_, t);
  const Segment* first = segments_.data() + first_segment_[body];
  const Segment* end = first + segment_count_[body];
  const Segment* after = std::upper_bound(first + 1, end, days,
                                          [](double d, const Segment& s) { return d < s.begin; });
  return at(after[-1], days);
}

SeenBody CatalogMotion::seen(std::size_t body, const Observer& observer) const {
  return detail::look_at(
      [&](double before) { return barycentric(body, plus_days(observer.time, -before)); },
      catalog_->absolute_magnitude[body], catalog_->slope[body], observer.state, observer.sun);
}

void CatalogMotion::sort_into_pixels(const Execution& execution) {
  // Places from the Earth's centre at five times: the path between two of them leaves their
  // neighbourhood by less than a quarter of their distance, as long as the body is not near.
  constexpr int kTimes = 5;
  constexpr double kNear = 0.02;  // [au]: nearer ones are candidates always
  std::array<State, kTimes> earth;
  std::array<time::Tdb, kTimes> times;
  for (int k = 0; k < kTimes; ++k) {
    times[static_cast<std::size_t>(k)] = plus_days(begin_, length_ * k / (kTimes - 1));
    earth[static_cast<std::size_t>(k)] =
        ephemeris_->barycentric(Body::earth, times[static_cast<std::size_t>(k)]);
  }
  const std::size_t count = catalog_->size();
  for (auto* values : {&x_, &y_, &z_, &reach_}) values->assign(count, 0.0F);
  const double limit = 2.0 * std::sqrt(sphere::healpix::pixel_area(kPixelOrder));
  std::vector<std::int64_t> pixel(count, -1);
  constexpr std::size_t kChunk = 4096;
  execution.for_chunks(count, kChunk, [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      if (is_lost(i)) continue;
      std::array<sphere::UnitVector, kTimes> u;
      double nearest = 1e300;
      for (std::size_t k = 0; k < kTimes; ++k) {
        Vector line = barycentric(i, times[k]).position - earth[k].position;
        line = barycentric(i, plus_days(times[k], -line.length() / kLightSpeed)).position -
               earth[k].position;
        nearest = std::min(nearest, line.length());
        u[k] = line.direction();
      }
      const sphere::UnitVector& middle = u[kTimes / 2];
      double reach = 0.0, longest = 0.0;
      for (std::size_t k = 0; k < kTimes; ++k) {
        reach = std::max(reach, sphere::separation(middle, u[k]).radians());
        if (k > 0) longest = std::max(longest, sphere::separation(u[k - 1], u[k]).radians());
      }
      // Half an arcsecond for what floats lose of the direction.
      reach += 0.25 * longest + 1.01 * kEarthRadius / nearest + 2.5e-6;
      if (nearest < kNear) reach = 4.0;
      x_[i] = static_cast<float>(middle.x);
      y_[i] = static_cast<float>(middle.y);
      z_[i] = static_cast<float>(middle.z);
      reach_[i] = static_cast<float>(reach);
      if (reach < limit) pixel[i] = sphere::healpix::pixel_at(middle, kPixelOrder);
    }
  });
  const auto pixels = static_cast<std::size_t>(sphere::healpix::pixel_count(kPixelOrder));
  pixel_begin_.assign(pixels + 1, 0);
  for (std::size_t i = 0; i < count; ++i) {
    if (pixel[i] >= 0)
      ++pixel_begin_[static_cast<std::size_t>(pixel[i]) + 1];
    else if (!is_lost(i))
      quick_.push_back(static_cast<std::uint32_t>(i));
  }
  std::partial_sum(pixel_begin_.begin(), pixel_begin_.end(), pixel_begin_.begin());
  sorted_.resize(pixel_begin_.back());
  std::vector<std::uint32_t> next(pixel_begin_.begin(), pixel_begin_.end() - 1);
  for (std::size_t i = 0; i < count; ++i)
    if (pixel[i] >= 0)
      sorted_[next[static_cast<std::size_t>(pixel[i])]++] = static_cast<std::uint32_t>(i);
}

std::vector<std::size_t> CatalogMotion::candidates(const sphere::Cone& field) const {
  const double limit = 2.0 * std::sqrt(sphere::healpix::pixel_area(kPixelOrder));
  const double radius = field.radius.radians();
  std::vector<std::size_t> out;
  const auto try_body = [&](std::uint32_t i) {
    const double reach = radius + reach_[i];
    const double cosine = field.centre.x * x_[i] + field.centre.y * y_[i] + field.centre.z * z_[i];
    if (reach >= std::numbers::pi || cosine >= std::cos(reach) - 1e-7) out.push_back(i);
  };
  sphere::Cone wide = field;
  wide.radius = sphere::Angle::from_radians(std::min(radius + limit, std::numbers::pi));
  for (const std::int64_t pixel : sphere::coverage(wide, kPixelOrder).pixels(kPixelOrder)) {
    const auto p = static_cast<std::size_t>(pixel);
    for (std::uint32_t k = pixel_begin_[p]; k < pixel_begin_[p + 1]; ++k) try_body(sorted_[k]);
  }
  for (const std::uint32_t i : quick_) try_body(i);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace skywright::ephemeris
