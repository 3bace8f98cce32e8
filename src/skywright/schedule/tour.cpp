#include "skywright/schedule/tour.h"

#include <algorithm>
#include <cmath>

namespace skywright::schedule {
namespace {

double distance(const TourStop& a, const TourStop& b) { return std::hypot(a.x - b.x, a.y - b.y); }

std::vector<std::size_t> nearest_neighbours(std::span<const TourStop> stops, const TourStop& from) {
  std::vector<std::size_t> order;
  std::vector<bool> seen(stops.size(), false);
  TourStop at = from;
  while (order.size() < stops.size()) {
    std::size_t best = stops.size();
    for (std::size_t i = 0; i < stops.size(); ++i) {
      if (seen[i]) continue;
      if (best == stops.size() || distance(at, stops[i]) < distance(at, stops[best])) best = i;
    }
    seen[best] = true;
    order.push_back(best);
    at = stops[best];
  }
  return order;
}

/// One pass over all pairs of legs; whether any exchange shortened the way.
bool improve(std::span<const TourStop> stops, std::vector<std::size_t>& order) {
  const std::size_t n = order.size();
  bool shorter = false;
  const auto leg = [&](std::size_t i, std::size_t j) {
    return distance(stops[order[i]], stops[order[j]]);
  };
  for (std::size_t i = 0; i + 2 < n; ++i) {
    for (std::size_t j = i + 2; j < n; ++j) {
      const std::size_t after = j + 1 == n ? 0 : j + 1;
      if (after == i) continue;
      const double gain = leg(i, i + 1) + leg(j, after) - leg(i, j) - leg(i + 1, after);
      if (gain < 1e-12) continue;
      std::reverse(order.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                   order.begin() + static_cast<std::ptrdiff_t>(j) + 1);
      shorter = true;
    }
  }
  return shorter;
}

}  // namespace

double tour_length(std::span<const TourStop> stops, std::span<const std::size_t> order) {
  double length = 0.0;
  for (std::size_t i = 0; i < order.size(); ++i)
    length += distance(stops[order[i]], stops[order[(i + 1) % order.size()]]);
  return length;
}

std::vector<std::size_t> short_tour(std::span<const TourStop> stops, const TourStop& from) {
  std::vector<std::size_t> order = nearest_neighbours(stops, from);
  if (stops.size() < 4) return order;
  while (improve(stops, order)) {
  }
  std::size_t first = 0;
  for (std::size_t i = 1; i < order.size(); ++i)
    if (distance(stops[order[i]], from) < distance(stops[order[first]], from)) first = i;
  std::rotate(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(first), order.end());
  return order;
}

}  // namespace skywright::schedule
