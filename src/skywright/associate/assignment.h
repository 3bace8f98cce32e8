/// The one-to-one matching of greatest total gain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace skywright::associate {

/// A pair that may be matched.
struct Candidate {
  std::size_t left = 0;
  std::size_t right = 0;
  double gain = 0.0;  ///< > 0
};

/// In place of a partner.
constexpr std::size_t kUnmatched = SIZE_MAX;

/// For each left one, its right one or kUnmatched, so that the sum of gains is greatest.
///
/// Candidates fall into groups that share no one; each group is solved by shortest augmenting
/// paths (Kuhn 1955; Jonker & Volgenant 1987, Computing 38, 325) in O(n^3) of the group's size.
std::vector<std::size_t> best_assignment(std::size_t lefts, std::size_t rights,
                                         std::span<const Candidate> candidates);

}  // namespace skywright::associate
