/// When a visit has all the frames that it will have, so that it can be ended.
///
/// It is complete once as many detectors have come as are expected, or none has come for a while.
/// Where nobody says how many to expect, they are as many as any visit had that was closed before.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>

namespace skywright::pipelines {

class VisitGate {
 public:
  /// @param detectors  of each visit; 0: to be learnt
  /// @param wait_s     for a detector that may still come, since the last one of its visit
  VisitGate(int detectors, double wait_s)
      : stated_(static_cast<std::size_t>(detectors)), wait_s_(wait_s) {}

  /// @param now  [s], of any clock that only grows; the same below
  void landed(std::int64_t visit, double now) {
    Visit& v = visits_[visit];
    ++v.frames;
    v.last = now;
    if (v.closed) learnt_ = std::max(learnt_, v.frames);  // a late one: so many there are
    v.closed = false;
  }
  [[nodiscard]] bool is_complete(std::int64_t visit, double now) const {
    const auto found = visits_.find(visit);
    if (found == visits_.end()) return true;
    const std::size_t expected = stated_ > 0 ? stated_ : learnt_;
    return (expected > 0 && found->second.frames >= expected) ||
           now - found->second.last >= wait_s_;
  }
  void close(std::int64_t visit) {
    Visit& v = visits_[visit];
    v.closed = true;
    learnt_ = std::max(learnt_, v.frames);
  }
  /// A visit of earlier.
  void learn(std::size_t frames) { learnt_ = std::max(learnt_, frames); }
  [[nodiscard]] bool is_closed(std::int64_t visit) const {
    const auto found = visits_.find(visit);
    return found == visits_.end() || found->second.closed;
  }

 private:
  struct Visit {
    std::size_t frames = 0;
    double last = 0.0;
    bool closed = false;
  };
  std::size_t stated_;
  std::size_t learnt_ = 0;
  double wait_s_;
  std::map<std::int64_t, Visit> visits_;
};

}  // namespace skywright::pipelines
