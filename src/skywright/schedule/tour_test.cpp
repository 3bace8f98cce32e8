#include "skywright/schedule/tour.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "skywright/base/random_stream.h"

namespace skywright::schedule {
namespace {

std::vector<TourStop> random_stops(std::size_t count, std::int64_t unit) {
  auto random = RandomStream::for_unit(1, {unit}, "tour");
  std::vector<TourStop> stops(count);
  for (TourStop& s : stops) s = {random.uniform(), random.uniform()};
  return stops;
}

double shortest_by_trying_all(const std::vector<TourStop>& stops) {
  std::vector<std::size_t> order(stops.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  double best = 1e9;
  do {
    best = std::min(best, tour_length(stops, order));
  } while (std::next_permutation(order.begin() + 1, order.end()));
  return best;
}

TEST(ShortTour, PassesEachStopOnceFromTheNearest) {
  const auto stops = random_stops(45, 1);
  const auto order = short_tour(stops, {0.3, 0.7});
  ASSERT_EQ(order.size(), stops.size());
  std::vector<std::size_t> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i) EXPECT_EQ(sorted[i], i);
  const auto squared = [&](std::size_t i) {
    return std::pow(stops[i].x - 0.3, 2) + std::pow(stops[i].y - 0.7, 2);
  };
  for (std::size_t i = 0; i < stops.size(); ++i) EXPECT_GE(squared(i), squared(order[0]));
}

TEST(ShortTour, IsWithinAFifthOfTheShortestOfAll) {
  // 2-opt from nearest neighbours is about 5 % long (Johnson & McGeoch 1997); eight stops can be
  // tried in full.
  for (std::int64_t unit = 0; unit < 50; ++unit) {
    const auto stops = random_stops(8, unit);
    const double length = tour_length(stops, short_tour(stops, stops[0]));
    EXPECT_LE(length, 1.2 * shortest_by_trying_all(stops)) << unit;
  }
}

TEST(ShortTour, TakesFewStopsAsTheyCome) {
  EXPECT_TRUE(short_tour({}, {}).empty());
  const std::vector<TourStop> one = {{1.0, 2.0}};
  EXPECT_EQ(short_tour(one, {}), (std::vector<std::size_t>{0}));
}

}  // namespace
}  // namespace skywright::schedule
