#include "skywright/associate/assignment.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace skywright::associate {
namespace {

/// Disjoint sets, the smallest member standing for each.
class Groups {
 public:
  explicit Groups(std::size_t size) : parent_(size) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t of(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void join(std::size_t a, std::size_t b) {
    a = of(a);
    b = of(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> parent_;
};

/// Least-cost assignment of each row to a column of its own. @pre columns >= rows; cost row-major
std::vector<std::size_t> least_cost(std::size_t rows, std::size_t columns,
                                    const std::vector<double>& cost) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  // Rows and columns count from 1 here; column 0 is the start of each augmenting path.
  std::vector<double> row_price(rows + 1, 0.0), column_price(columns + 1, 0.0);
  std::vector<std::size_t> row_at(columns + 1, 0), came_from(columns + 1, 0);
  for (std::size_t row = 1; row <= rows; ++row) {
    row_at[0] = row;
    std::size_t at = 0;
    std::vector<double> distance(columns + 1, kInfinity);
    std::vector<bool> done(columns + 1, false);
    do {
      done[at] = true;
      const std::size_t r = row_at[at];
      std::size_t next = 0;
      double step = kInfinity;
      for (std::size_t c = 1; c <= columns; ++c) {
        if (done[c]) continue;
        const double reduced = cost[(r - 1) * columns + (c - 1)] - row_price[r] - column_price[c];
        if (reduced < distance[c]) {
          distance[c] = reduced;
          came_from[c] = at;
        }
        if (distance[c] < step) {
          step = distance[c];
          next = c;
        }
      }
      for (std::size_t c = 0; c <= columns; ++c) {
        if (done[c]) {
          row_price[row_at[c]] += step;
          column_price[c] -= step;
        } else {
          distance[c] -= step;
        }
      }
      at = next;
    } while (row_at[at] != 0);
    for (; at != 0; at = came_from[at]) row_at[at] = row_at[came_from[at]];
  }
  std::vector<std::size_t> column_of(rows);
  for (std::size_t c = 1; c <= columns; ++c)
    if (row_at[c] != 0) column_of[row_at[c] - 1] = c - 1;
  return column_of;
}

void solve_group(std::span<const Candidate> group, std::vector<std::size_t>& match) {
  if (group.size() == 1) {
    match[group[0].left] = group[0].right;
    return;
  }
  std::vector<std::size_t> lefts, rights;
  for (const Candidate& c : group) {
    lefts.push_back(c.left);
    rights.push_back(c.right);
  }
  for (auto* ids : {&lefts, &rights}) {
    std::sort(ids->begin(), ids->end());
    ids->erase(std::unique(ids->begin(), ids->end()), ids->end());
  }
  const auto place = [](const std::vector<std::size_t>& ids, std::size_t id) {
    return static_cast<std::size_t>(std::lower_bound(ids.begin(), ids.end(), id) - ids.begin());
  };
  // To stay alone costs nothing and takes a column of one's own.
  const std::size_t columns = rights.size() + lefts.size();
  std::vector<double> cost(lefts.size() * columns, 0.0);
  for (const Candidate& c : group)
    cost[place(lefts, c.left) * columns + place(rights, c.right)] = -c.gain;
  const std::vector<std::size_t> column_of = least_cost(lefts.size(), columns, cost);
  for (std::size_t l = 0; l < lefts.size(); ++l)
    // A pair that is no candidate costs nothing either, and is no match.
    if (column_of[l] < rights.size() && cost[l * columns + column_of[l]] < 0.0)
      match[lefts[l]] = rights[column_of[l]];
}

}  // namespace

std::vector<std::size_t> best_assignment(std::size_t lefts, std::size_t rights,
                                         std::span<const Candidate> candidates) {
  std::vector<std::size_t> match(lefts, kUnmatched);
  Groups groups(lefts + rights);
  for (const Candidate& c : candidates) groups.join(c.left, lefts + c.right);
  struct Grouped {
    std::size_t group;
    Candidate candidate;
  };
  std::vector<Grouped> sorted;
  sorted.reserve(candidates.size());
  for (const Candidate& c : candidates) sorted.push_back({groups.of(c.left), c});
  std::sort(sorted.begin(), sorted.end(), [](const Grouped& a, const Grouped& b) {
    if (a.group != b.group) return a.group < b.group;
    if (a.candidate.left != b.candidate.left) return a.candidate.left < b.candidate.left;
    return a.candidate.right < b.candidate.right;
  });
  std::vector<Candidate> group;
  for (std::size_t i = 0; i < sorted.size();) {
    group.clear();
    const std::size_t id = sorted[i].group;
    for (; i < sorted.size() && sorted[i].group == id; ++i) group.push_back(sorted[i].candidate);
    solve_group(group, match);
  }
  return match;
}

}  // namespace skywright::associate
