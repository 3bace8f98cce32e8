#include "skywright/calibrate/astrometric_fit.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/math/least_squares.h"
#include "skywright/math/point_index.h"
#include "skywright/math/polynomial.h"
#include "skywright/math/statistics.h"

namespace skywright::calibrate {
namespace {

constexpr std::size_t kLeastPairs = 4;
constexpr int kGrid = 17;  // places a side at which the composite is sampled

/// The map from measured pixels to those of the initial WCS.
class Correction {
 public:
  Correction(const image::Box& field, int degree)
      : degree_(degree),
        x_{static_cast<double>(field.x0), static_cast<double>(field.x_end())},
        y_{static_cast<double>(field.y0), static_cast<double>(field.y_end())} {}

  void set_degree(int degree) { degree_ = degree; }
  /// Degree 0 is a similarity (or its mirror image), degree n a polynomial in both coordinates.
  void fit(std::span<const PixelPosition> from, std::span<const PixelPosition> to,
           std::span<const double> weight) {
    if (degree_ == 0) {
      fit_similarity(from, to, weight);
      return;
    }
    std::vector<double> x;
    std::vector<double> y;
    std::vector<double> tx;
    std::vector<double> ty;
    for (std::size_t i = 0; i < from.size(); ++i) {
      x.push_back(from[i].x);
      y.push_back(from[i].y);
      tx.push_back(to[i].x);
      ty.push_back(to[i].y);
    }
    to_x_ = math::fit_chebyshev(x, y, tx, weight, x_, y_, degree_);
    to_y_ = math::fit_chebyshev(x, y, ty, weight, x_, y_, degree_);
  }
  /// The inverse of an affine map.
  void set(const AffineMap& map) {
    const double d = map.xx * map.yy - map.xy * map.yx;
    const auto inverse = [&](double x, double y) {
      const double u = x - map.centre.x - map.dx;
      const double v = y - map.centre.y - map.dy;
      return PixelPosition{map.centre.x + (map.yy * u - map.xy * v) / d,
                           map.centre.y + (map.xx * v - map.yx * u) / d};
    };
    set_affine(inverse);
  }
  [[nodiscard]] PixelPosition operator()(const PixelPosition& p) const {
    return {to_x_.at(p.x, p.y), to_y_.at(p.x, p.y)};
  }

 private:
  template <class Map>
  void set_affine(const Map& map) {
    const double cx = 0.5 * (x_.low + x_.high);
    const double cy = 0.5 * (y_.low + y_.high);
    const double hx = 0.5 * (x_.high - x_.low);
    const double hy = 0.5 * (y_.high - y_.low);
    const PixelPosition o = map(cx, cy);
    const PixelPosition a = map(cx + hx, cy);
    const PixelPosition b = map(cx, cy + hy);
    to_x_ = math::ChebyshevSurface(x_, y_, 1, {o.x, a.x - o.x, b.x - o.x});
    to_y_ = math::ChebyshevSurface(x_, y_, 1, {o.y, a.y - o.y, b.y - o.y});
  }
  void fit_similarity(std::span<const PixelPosition> from, std::span<const PixelPosition> to,
                      std::span<const double> weight) {
    // The sign of the present map's determinant tells whether the image is mirrored.
    const double det = to_x_.coefficients()[1] * to_y_.coefficients()[2] -
                       to_x_.coefficients()[2] * to_y_.coefficients()[1];
    const double flip = det < 0.0 ? -1.0 : 1.0;
    const double cx = 0.5 * (x_.low + x_.high);
    const double cy = 0.5 * (y_.low + y_.high);
    std::vector<double> design;
    std::vector<double> values;
    std::vector<double> weights;
    for (std::size_t i = 0; i < from.size(); ++i) {
      const double u = from[i].x - cx;
      const double v = from[i].y - cy;
      design.insert(design.end(), {flip * u, -v, 1.0, 0.0, v, flip * u, 0.0, 1.0});
      values.insert(values.end(), {to[i].x, to[i].y});
      weights.insert(weights.end(), {weight[i], weight[i]});
    }
    const auto p = math::fit_linear(design, values, weights, 4).parameters;
    set_affine([&](double x, double y) {
      const double u = x - cx;
      const double v = y - cy;
      return PixelPosition{flip * p[0] * u - p[1] * v + p[2], p[0] * v + flip * p[1] * u + p[3]};
    });
  }

  int degree_;
  math::Interval x_;
  math::Interval y_;
  math::ChebyshevSurface to_x_;
  math::ChebyshevSurface to_y_;
};

int degree_for(std::size_t pairs, int wanted) {
  for (int degree = wanted; degree >= 1; --degree)
    if (pairs >= static_cast<std::size_t>(degree == 1 ? 6 : 3 * math::term_count(degree)))
      return degree;
  return 0;
}

/// One pass: pair up within `radius` under the correction, nearest both ways.
std::vector<StarPair> pair_up(const MeasuredPlaces& sources,
                              std::span<const PixelPosition> predicted,
                              const math::PointIndex<2>& index, const Correction& correction,
                              double radius) {
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::vector<std::size_t> owner(predicted.size(), kNone);
  std::vector<double> distance(predicted.size(), radius);
  for (std::size_t i = 0; i < sources.place.size(); ++i) {
    const PixelPosition p = correction(sources.place[i]);
    const auto near = index.nearest({p.x, p.y}, 1);
    if (near.empty() || near[0].distance > radius) continue;
    const std::size_t k = near[0].index;
    if (owner[k] != kNone && near[0].distance >= distance[k]) continue;
    owner[k] = i;
    distance[k] = near[0].distance;
  }
  std::vector<StarPair> pairs;
  for (std::size_t k = 0; k < predicted.size(); ++k)
    if (owner[k] != kNone) pairs.push_back({owner[k], k, 0.0, 0.0, 0.0});
  std::sort(pairs.begin(), pairs.end(),
            [](const StarPair& a, const StarPair& b) { return a.source < b.source; });
  return pairs;
}

/// The composite of correction and initial WCS, as TAN-SIP.
wcs::Wcs composite(const Correction& correction, const wcs::Wcs& initial, const image::Box& field,
                   int degree) {
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> px;
  std::vector<double> py;
  for (int j = 0; j < kGrid; ++j)
    for (int i = 0; i < kGrid; ++i) {
      x.push_back(field.x0 + static_cast<double>(i) * field.width / (kGrid - 1));
      y.push_back(field.y0 + static_cast<double>(j) * field.height / (kGrid - 1));
      const PixelPosition p = correction({x.back(), y.back()});
      px.push_back(p.x);
      py.push_back(p.y);
    }
  std::vector<double> ra(x.size());
  std::vector<double> dec(x.size());
  initial.pixels_to_sky(px, py, ra, dec);
  const int own = initial.sip() != nullptr   ? initial.sip()->order
                  : initial.tpv() != nullptr ? 4
                                             : 1;
  const PixelPosition centre{field.x0 + 0.5 * field.width, field.y0 + 0.5 * field.height};
  wcs::TanSipConfig config;
  // A tangent point that moves bends the grid a little: order 3 holds it to 1e-6 pixel.
  config.order = std::max({3, degree, own});
  config.inverse_order = config.order + 1;
  return wcs::fit_tan_sip(x, y, ra, dec, {}, centre, field, config).wcs;
}

struct Scatter {
  double rms = 0.0;
  double expected = 0.0;
  double chi2_reduced = 0.0;
};

Scatter scatter_of(std::span<const StarPair> pairs, int degree) {
  Scatter s;
  double chi2 = 0.0;
  for (const StarPair& p : pairs) {
    const double r2 = p.dx * p.dx + p.dy * p.dy;
    s.rms += r2;
    s.expected += 2.0 * p.sigma * p.sigma;
    chi2 += r2 / (p.sigma * p.sigma);
  }
  const double values = 2.0 * static_cast<double>(pairs.size());
  const double parameters = degree == 0 ? 4.0 : 2.0 * math::term_count(degree);
  s.rms = std::sqrt(s.rms / values);
  s.expected = std::sqrt(s.expected / values);
  s.chi2_reduced = values > parameters ? chi2 / (values - parameters) : 0.0;
  return s;
}

/// Leaves out pairs beyond `clip` of their expected scatter, widened by what all show beyond it.
std::vector<StarPair> clipped(const std::vector<StarPair>& pairs, double clip) {
  std::vector<double> pulls;
  for (const StarPair& p : pairs)
    pulls.push_back((p.dx * p.dx + p.dy * p.dy) / (p.sigma * p.sigma));
  // Median of chi2 with two degrees of freedom: 2 ln 2.
  const double widen = std::max(1.0, math::median(std::span<const double>(pulls)) / 1.3862943611);
  std::vector<StarPair> kept;
  for (std::size_t i = 0; i < pairs.size(); ++i)
    if (pulls[i] <= clip * clip * widen) kept.push_back(pairs[i]);
  return kept;
}

class Fitter {
 public:
  Fitter(const MeasuredPlaces& sources, const ReferenceCatalog& reference, const wcs::Wcs& initial,
         const AffineMap& start, const image::Box& field, const AstrometricFitConfig& config)
      : sources_(sources),
        reference_(reference),
        initial_(initial),
        config_(config),
        field_(field),
        scale_mas_(
            initial.pixel_scale({field.x0 + 0.5 * field.width, field.y0 + 0.5 * field.height})
                .mas()),
        correction_(field, 1) {
    correction_.set(start);
    find_predictions();
  }

  AstrometricFit fit() {
    std::vector<std::array<double, 2>> points;
    for (const PixelPosition& p : predicted_) points.push_back({p.x, p.y});
    const math::PointIndex<2> index(std::move(points));
    std::vector<StarPair> pairs;
    double radius = config_.match_radius;
    int degree = 0;
    std::size_t matched = 0;
    for (int i = 0; i < config_.iterations; ++i) {
      pairs = pair_up(sources_, predicted_, index, correction_, radius);
      matched = pairs.size();
      measure(pairs);
      // Until the map is good, only the distance tells wrong pairs.
      if (i > 1) pairs = clipped(pairs, config_.clip);
      if (pairs.size() < kLeastPairs) too_few(pairs.size());
      degree = degree_for(pairs.size(), i == 0 ? 1 : config_.degree);
      refit(pairs, degree);
      measure(pairs);
      const Scatter s = scatter_of(pairs, degree);
      radius = std::clamp(6.0 * s.rms, std::min(1.0, config_.match_radius), config_.match_radius);
    }
    const Scatter s = scatter_of(pairs, degree);
    AstrometricFit out{composite(correction_, initial_, field_, degree),
                       {},
                       degree,
                       static_cast<int>(matched - pairs.size()),
                       s.rms * scale_mas_,
                       s.expected * scale_mas_,
                       s.chi2_reduced};
    for (StarPair& p : pairs) p.reference = row_[p.reference];
    out.pairs = std::move(pairs);
    return out;
  }

 private:
  void find_predictions() {
    std::vector<double> x(reference_.size());
    std::vector<double> y(reference_.size());
    initial_.sky_to_pixels(reference_.ra, reference_.dec, x, y);
    const double margin = field_.width + field_.height;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (x[i] > field_.x0 - margin && x[i] < field_.x_end() + margin &&
          y[i] > field_.y0 - margin && y[i] < field_.y_end() + margin) {
        predicted_.push_back({x[i], y[i]});
        row_.push_back(i);
      }
  }

  void measure(std::vector<StarPair>& pairs) const {
    for (StarPair& p : pairs) {
      const PixelPosition at = correction_(sources_.place[p.source]);
      p.dx = at.x - predicted_[p.reference].x;
      p.dy = at.y - predicted_[p.reference].y;
      double mas = static_cast<double>(reference_.position_err[row_[p.reference]]);
      if (!(mas >= 0.0)) mas = config_.unknown_reference_err;
      p.sigma = std::hypot(std::hypot(sources_.error[p.source], mas / scale_mas_),
                           config_.centroid_floor);
    }
  }

  void refit(const std::vector<StarPair>& pairs, int degree) {
    std::vector<PixelPosition> from;
    std::vector<PixelPosition> to;
    std::vector<double> weight;
    for (const StarPair& p : pairs) {
      from.push_back(sources_.place[p.source]);
      to.push_back(predicted_[p.reference]);
      weight.push_back(1.0 / (p.sigma * p.sigma));
    }
    correction_.set_degree(degree);
    correction_.fit(from, to, weight);
  }

  [[noreturn]] static void too_few(std::size_t pairs) {
    throw InputError("astrometric solution",
                     fmt::format("only {} sources agree with reference stars", pairs),
                     "give a deeper reference catalog or lower the detection threshold");
  }

  const MeasuredPlaces& sources_;
  const ReferenceCatalog& reference_;
  const wcs::Wcs& initial_;
  const AstrometricFitConfig& config_;
  image::Box field_;
  double scale_mas_;
  Correction correction_;
  std::vector<PixelPosition> predicted_;
  std::vector<std::size_t> row_;  ///< of the reference catalog
};

}  // namespace

AstrometricFit fit_astrometry(const MeasuredPlaces& sources, const ReferenceCatalog& reference,
                              const wcs::Wcs& initial, const AffineMap& start,
                              const image::Box& field, const AstrometricFitConfig& config) {
  return Fitter(sources, reference, initial, start, field, config).fit();
}

}  // namespace skywright::calibrate
