#include "skywright/calibrate/pattern_match.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "skywright/math/least_squares.h"
#include "skywright/math/point_index.h"

namespace skywright::calibrate {
namespace {

constexpr std::size_t kVotingDetected = 120;
constexpr std::size_t kVotingPredicted = 250;
constexpr std::size_t kCheckedPredicted = 500;
constexpr std::size_t kCheckedDetected = 600;
constexpr std::size_t kCandidates = 16;
constexpr double kMostBins = 8192.0;  // a side of the grid of votes: 134 MB
constexpr double kLogOdds = 20.0;     // of a chance match: the search makes some e^13 trials

/// Side of a cell of votes [pixel].
double bin_of(const image::Box& field) {
  return std::max(6.0, 0.001 * std::hypot(field.width, field.height));
}

/// A cell of the search that many pairs voted for.
struct Candidate {
  int votes = 0;
  AffineMap map;
  bool mirrored = false;
};

AffineMap similarity(const PixelPosition& centre, double angle, double scale, bool mirrored) {
  AffineMap map;
  map.centre = centre;
  const double c = scale * std::cos(angle);
  const double s = scale * std::sin(angle);
  const double flip = mirrored ? -1.0 : 1.0;
  map.xx = flip * c;
  map.xy = -s;
  map.yx = flip * s;
  map.yy = c;
  return map;
}

/// Offsets counted on a square grid of bins about zero.
class VoteGrid {
 public:
  VoteGrid(double reach, double bin)
      : reach_(reach),
        inverse_bin_(1.0 / bin),
        bin_(bin),
        side_(static_cast<int>(std::ceil(2.0 * reach / bin)) + 1),
        votes_(static_cast<std::size_t>(side_) * static_cast<std::size_t>(side_)) {}

  void count(std::span<const PixelPosition> detected, std::span<const PixelPosition> moved) {
    std::fill(votes_.begin(), votes_.end(), std::uint16_t{0});
    for (const PixelPosition& m : moved)
      for (const PixelPosition& d : detected) {
        const double dx = d.x - m.x + reach_;
        const double dy = d.y - m.y + reach_;
        if (!(dx >= 0.0 && dy >= 0.0 && dx < 2.0 * reach_ && dy < 2.0 * reach_)) continue;
        ++votes_[static_cast<std::size_t>(static_cast<int>(dy * inverse_bin_)) *
                     static_cast<std::size_t>(side_) +
                 static_cast<std::size_t>(static_cast<int>(dx * inverse_bin_))];
      }
  }
  struct Peak {
    int votes = 0;
    double dx = 0.0;
    double dy = 0.0;
  };
  /// Sums over 2x2 bins, so that a peak on a border counts whole.
  [[nodiscard]] Peak highest() const {
    Peak peak;
    const auto side = static_cast<std::size_t>(side_);
    for (std::size_t y = 0; y + 1 < side; ++y)
      for (std::size_t x = 0; x + 1 < side; ++x) {
        const int sum = votes_[y * side + x] + votes_[y * side + x + 1] +
                        votes_[(y + 1) * side + x] + votes_[(y + 1) * side + x + 1];
        if (sum > peak.votes)
          peak = {sum, static_cast<double>(x + 1) * bin_ - reach_,
                  static_cast<double>(y + 1) * bin_ - reach_};
      }
    return peak;
  }

 private:
  double reach_;
  double inverse_bin_;
  double bin_;
  int side_;
  std::vector<std::uint16_t> votes_;
};

struct Pair {
  PixelPosition from;
  PixelPosition to;
};

/// Nearest detected place to each mapped one, when that is also nearest the other way.
std::vector<Pair> pair_up(std::span<const PixelPosition> predicted,
                          std::span<const PixelPosition> detected, const math::PointIndex<2>& index,
                          const AffineMap& map, double radius) {
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::vector<std::size_t> owner(detected.size(), kNone);
  std::vector<double> distance(detected.size(), radius);
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    const PixelPosition p = map(predicted[i]);
    const auto near = index.nearest({p.x, p.y}, 1);
    if (near.empty() || near[0].distance > radius) continue;
    const std::size_t k = near[0].index;
    if (owner[k] != kNone && near[0].distance >= distance[k]) continue;
    owner[k] = i;
    distance[k] = near[0].distance;
  }
  std::vector<Pair> pairs;
  for (std::size_t k = 0; k < detected.size(); ++k)
    if (owner[k] != kNone) pairs.push_back({predicted[owner[k]], detected[k]});
  return pairs;
}

/// Least squares; a similarity where pairs are few, so that three chance pairs cannot shear it.
AffineMap fit_map(std::span<const Pair> pairs, const AffineMap& start, bool mirrored) {
  const bool full = pairs.size() >= 8;
  const double flip = mirrored ? -1.0 : 1.0;
  const std::size_t columns = full ? 6 : 4;
  std::vector<double> design;
  std::vector<double> values;
  for (const Pair& p : pairs) {
    const double u = p.from.x - start.centre.x;
    const double v = p.from.y - start.centre.y;
    if (full) {
      design.insert(design.end(), {u, v, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, u, v, 1.0});
    } else {
      design.insert(design.end(), {flip * u, -v, 1.0, 0.0, v, flip * u, 0.0, 1.0});
    }
    values.push_back(p.to.x - start.centre.x);
    values.push_back(p.to.y - start.centre.y);
  }
  if (values.size() < columns) return start;
  const auto fit = math::fit_linear(design, values, {}, columns);
  if (fit.singular) return start;
  const std::vector<double>& c = fit.parameters;
  AffineMap map = start;
  if (full) {
    map.xx = c[0];
    map.xy = c[1];
    map.dx = c[2];
    map.yx = c[3];
    map.yy = c[4];
    map.dy = c[5];
  } else {
    map.xx = flip * c[0];
    map.xy = -c[1];
    map.yx = flip * c[1];
    map.yy = c[0];
    map.dx = c[2];
    map.dy = c[3];
  }
  return map;
}

double log_odds(int pairs, double expected) {
  const double n = pairs;
  return n > expected ? n * std::log(n / expected) - (n - expected) : 0.0;
}

std::vector<PixelPosition> within(std::span<const PixelPosition> places, const image::Box& field,
                                  double margin) {
  std::vector<PixelPosition> out;
  for (const PixelPosition& p : places)
    if (p.x > field.x0 - margin && p.x < field.x_end() + margin && p.y > field.y0 - margin &&
        p.y < field.y_end() + margin)
      out.push_back(p);
  return out;
}

template <class T>
std::span<const T> first(const std::vector<T>& values, std::size_t count) {
  return {values.data(), std::min(count, values.size())};
}

std::vector<Candidate> vote(std::span<const PixelPosition> detected,
                            std::span<const PixelPosition> predicted, const image::Box& field,
                            const PatternSearch& search) {
  const PixelPosition centre{field.x0 + 0.5 * field.width, field.y0 + 0.5 * field.height};
  const double radius = 0.5 * std::hypot(field.width, field.height);
  const double bin = bin_of(field);
  const double step = bin / radius;
  VoteGrid grid(search.max_offset + bin, bin);
  const int turns = static_cast<int>(std::ceil(search.max_rotation / step));
  const int stretches = static_cast<int>(std::ceil(search.max_stretch / step));
  std::vector<Candidate> found;
  std::vector<PixelPosition> moved(predicted.size());
  for (int mirror = 0; mirror <= (search.try_mirrored ? 1 : 0); ++mirror)
    for (int t = -turns; t <= turns; ++t)
      for (int s = -stretches; s <= stretches; ++s) {
        AffineMap map = similarity(centre, t * step, 1.0 + s * step, mirror == 1);
        std::transform(predicted.begin(), predicted.end(), moved.begin(), map);
        grid.count(detected, moved);
        const VoteGrid::Peak peak = grid.highest();
        if (peak.votes < 2) continue;
        map.dx = peak.dx;
        map.dy = peak.dy;
        found.push_back({peak.votes, map, mirror == 1});
      }
  std::stable_sort(found.begin(), found.end(),
                   [](const Candidate& a, const Candidate& b) { return a.votes > b.votes; });
  if (found.size() > kCandidates) found.resize(kCandidates);
  return found;
}

}  // namespace

double farthest_offset(const image::Box& field) { return (0.5 * kMostBins - 2.0) * bin_of(field); }

std::optional<PatternMatch> match_patterns(std::span<const PixelPosition> detected,
                                           std::span<const PixelPosition> predicted,
                                           const image::Box& field, const PatternSearch& search) {
  const double reach = 0.5 * std::hypot(field.width, field.height);
  const double turned = reach * std::min(2.0, search.max_rotation + search.max_stretch);
  const std::vector<PixelPosition> nearby = within(predicted, field, search.max_offset + turned);
  if (detected.size() < 2 || nearby.size() < 2) return {};
  const std::vector<PixelPosition> checked_detected(
      detected.begin(),
      detected.begin() + static_cast<std::ptrdiff_t>(std::min(detected.size(), kCheckedDetected)));
  const auto checked = first(nearby, kCheckedPredicted);
  const auto candidates = vote(first(checked_detected, kVotingDetected),
                               first(nearby, kVotingPredicted), field, search);
  std::vector<std::array<double, 2>> points;
  for (const PixelPosition& d : checked_detected) points.push_back({d.x, d.y});
  const math::PointIndex<2> index(std::move(points));
  const double area = static_cast<double>(field.width) * field.height;

  std::optional<PatternMatch> best;
  double best_odds = kLogOdds;
  for (const Candidate& candidate : candidates) {
    AffineMap map = candidate.map;
    std::vector<Pair> pairs;
    for (const double widen : {6.0, 4.0, 2.5, 1.5, 1.0, 1.0}) {
      pairs = pair_up(checked, checked_detected, index, map, widen * search.tolerance);
      if (pairs.size() < 2) break;
      map = fit_map(pairs, map, candidate.mirrored);
    }
    pairs = pair_up(checked, checked_detected, index, map, search.tolerance);
    const int count = static_cast<int>(pairs.size());
    if (count < search.min_pairs) continue;
    int inside = 0;
    for (const PixelPosition& p : checked) {
      const PixelPosition q = map(p);
      inside += q.x > field.x0 && q.x < field.x_end() && q.y > field.y0 && q.y < field.y_end();
    }
    const double expected =
        std::max(1e-3, inside * static_cast<double>(checked_detected.size()) * std::numbers::pi *
                           search.tolerance * search.tolerance / area);
    // A similarity's four parameters lay two pairs onto each other for nothing.
    const double odds = log_odds(count - 2, expected);
    if (odds <= best_odds) continue;
    best_odds = odds;
    best = PatternMatch{map, count, expected, candidate.mirrored};
  }
  return best;
}

}  // namespace skywright::calibrate
