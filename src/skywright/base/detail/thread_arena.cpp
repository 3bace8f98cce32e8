#include "skywright/base/detail/thread_arena.h"

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#ifdef SKYWRIGHT_TELLS_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace skywright::detail {
namespace {

/// A loop's two orderings, told to the thread sanitizer. oneTBB hands work over by atomics inside
/// its library, which is not instrumented: the sanitizer would take every result for a race. This
/// file is not instrumented either (module.cmake), and promises what the header says and no more,
/// so that a race between two calls of a body is still seen.
class LoopOrder {
 public:
  void before_all() { release(begun_); }
  void before_call() { acquire(begun_); }
  void after_call() { release(ended_); }
  void after_all() { acquire(ended_); }

 private:
#ifdef SKYWRIGHT_TELLS_TSAN
  static void release(char& place) { __tsan_release(&place); }
  static void acquire(char& place) { __tsan_acquire(&place); }
#else
  static void release(char&) {}
  static void acquire(char&) {}
#endif
  char begun_ = 0;
  char ended_ = 0;
};

/// One call of the body, its end told however it ends.
class Call {
 public:
  explicit Call(LoopOrder& order) : order_(order) { order_.before_call(); }
  ~Call() { order_.after_call(); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

 private:
  LoopOrder& order_;
};

/// Tells the loop's end to the caller, by an exception too.
class Loop {
 public:
  explicit Loop(LoopOrder& order) : order_(order) { order_.before_all(); }
  ~Loop() { order_.after_all(); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

 private:
  LoopOrder& order_;
};

}  // namespace

struct ThreadArena::Tbb {
  explicit Tbb(int jobs)
      : limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(jobs)),
        arena(jobs) {}
  tbb::global_control limit;  // lets `jobs` exceed the machine's cores, as the tests of bytes need
  tbb::task_arena arena;
};

ThreadArena::ThreadArena(int jobs) : tbb_(std::make_unique<Tbb>(jobs)) {}

ThreadArena::~ThreadArena() = default;

void ThreadArena::for_each(std::size_t count, const std::function<void(std::size_t)>& body) {
  LoopOrder order;
  const Loop loop(order);
  tbb_->arena.execute([&] {
    tbb::parallel_for(
        std::size_t{0}, count,
        [&](std::size_t i) {
          const Call call(order);
          body(i);
        },
        tbb::simple_partitioner());
  });
}

}  // namespace skywright::detail
