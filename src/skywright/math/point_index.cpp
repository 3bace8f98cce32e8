#include "skywright/math/point_index.h"

#include <algorithm>
#include <cmath>

#include <nanoflann.hpp>

namespace skywright::math {

template <std::size_t Dimensions>
struct PointIndex<Dimensions>::Tree {
  explicit Tree(std::vector<std::array<double, Dimensions>> p)
      : points(std::move(p)), index(static_cast<int>(Dimensions), *this) {}

  // What nanoflann asks of a point cloud.
  [[nodiscard]] std::size_t kdtree_get_point_count() const { return points.size(); }
  [[nodiscard]] double kdtree_get_pt(std::size_t i, std::size_t axis) const {
    return points[i][axis];
  }
  template <class Box>
  bool kdtree_get_bbox(Box&) const {
    return false;
  }

  std::vector<std::array<double, Dimensions>> points;
  nanoflann::KDTreeSingleIndexAdaptor<nanoflann::L2_Simple_Adaptor<double, Tree>, Tree,
                                      static_cast<int>(Dimensions), std::size_t>
      index;
};

namespace {

void sort_by_distance(std::vector<Neighbour>& found) {
  std::sort(found.begin(), found.end(), [](const Neighbour& a, const Neighbour& b) {
    return a.distance != b.distance ? a.distance < b.distance : a.index < b.index;
  });
}

}  // namespace

template <std::size_t Dimensions>
PointIndex<Dimensions>::PointIndex(std::vector<std::array<double, Dimensions>> points)
    : tree_(std::make_unique<Tree>(std::move(points))) {}

template <std::size_t Dimensions>
PointIndex<Dimensions>::~PointIndex() = default;
template <std::size_t Dimensions>
PointIndex<Dimensions>::PointIndex(PointIndex&&) noexcept = default;
template <std::size_t Dimensions>
PointIndex<Dimensions>& PointIndex<Dimensions>::operator=(PointIndex&&) noexcept = default;

template <std::size_t Dimensions>
std::size_t PointIndex<Dimensions>::size() const {
  return tree_->points.size();
}

template <std::size_t Dimensions>
std::vector<Neighbour> PointIndex<Dimensions>::within(const std::array<double, Dimensions>& at,
                                                      double radius) const {
  if (size() == 0) return {};
  std::vector<std::pair<std::size_t, double>> pairs;
  // nanoflann's radius is squared and exclusive: the next double makes it inclusive.
  const double squared = std::nextafter(radius * radius, HUGE_VAL);
  tree_->index.radiusSearch(at.data(), squared, pairs, nanoflann::SearchParams());
  std::vector<Neighbour> found;
  found.reserve(pairs.size());
  for (const auto& [index, distance2] : pairs) found.push_back({index, std::sqrt(distance2)});
  sort_by_distance(found);
  return found;
}

template <std::size_t Dimensions>
std::vector<Neighbour> PointIndex<Dimensions>::nearest(const std::array<double, Dimensions>& at,
                                                       std::size_t count) const {
  count = std::min(count, size());
  if (count == 0) return {};
  std::vector<std::size_t> indices(count);
  std::vector<double> distances(count);
  const std::size_t got =
      tree_->index.knnSearch(at.data(), count, indices.data(), distances.data());
  std::vector<Neighbour> found;
  found.reserve(got);
  for (std::size_t i = 0; i < got; ++i) found.push_back({indices[i], std::sqrt(distances[i])});
  sort_by_distance(found);
  return found;
}

template class PointIndex<2>;
template class PointIndex<3>;

}  // namespace skywright::math
