/// Nearest neighbours of points in two or three dimensions, by kd-tree (nanoflann).
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace skywright::math {

struct Neighbour {
  std::size_t index = 0;  ///< into the points that the index was built from
  double distance = 0.0;
};

template <std::size_t Dimensions>
class PointIndex {
 public:
  explicit PointIndex(std::vector<std::array<double, Dimensions>> points);
  ~PointIndex();
  PointIndex(PointIndex&&) noexcept;
  PointIndex& operator=(PointIndex&&) noexcept;

  [[nodiscard]] std::size_t size() const;
  /// All points within `radius`, nearest first; ties by index.
  [[nodiscard]] std::vector<Neighbour> within(const std::array<double, Dimensions>& at,
                                              double radius) const;
  /// The `count` nearest points, nearest first; ties by index.
  [[nodiscard]] std::vector<Neighbour> nearest(const std::array<double, Dimensions>& at,
                                               std::size_t count) const;

 private:
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

extern template class PointIndex<2>;
extern template class PointIndex<3>;

}  // namespace skywright::math
