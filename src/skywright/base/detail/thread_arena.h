/// The threads behind Execution: the one place that knows oneTBB.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace skywright::detail {

class ThreadArena {
 public:
  /// @param jobs threads, >= 2; more than the machine's cores are given, too
  explicit ThreadArena(int jobs);
  ~ThreadArena();
  ThreadArena(const ThreadArena&) = delete;
  ThreadArena& operator=(const ThreadArena&) = delete;

  /// Call body(i) for each i in [0, count), in any order, on the arena's threads. What the caller
  /// did before is seen by each call, and what the calls did by the caller afterwards; two calls
  /// promise each other nothing. The first exception ends the loop and is thrown here.
  void for_each(std::size_t count, const std::function<void(std::size_t)>& body);

 private:
  struct Tbb;
  std::unique_ptr<Tbb> tbb_;
};

}  // namespace skywright::detail
