#include "skywright/base/execution.h"

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "skywright/base/error.h"

namespace skywright {
namespace {

TEST(Execution, VisitsEachIndexOnceForAnyNumberOfThreads) {
  for (const int jobs : {1, 2, 5}) {
    const Execution execution(jobs);
    std::vector<std::atomic<int>> seen(1000);
    execution.for_each(seen.size(), [&](std::size_t i) { ++seen[i]; });
    for (const auto& s : seen) EXPECT_EQ(s, 1);
  }
}

TEST(Execution, ChunksDoNotDependOnThreads) {
  std::set<std::pair<std::size_t, std::size_t>> expected;
  for (const int jobs : {1, 2, 5}) {
    std::set<std::pair<std::size_t, std::size_t>> chunks;
    std::mutex lock;
    Execution(jobs).for_chunks(1003, 100, [&](std::size_t begin, std::size_t end) {
      const std::scoped_lock hold(lock);
      chunks.emplace(begin, end);
    });
    if (expected.empty()) expected = chunks;
    EXPECT_EQ(chunks, expected);
    EXPECT_EQ(chunks.size(), 11u);
  }
}

TEST(Execution, ThrowsWhatTheBodyThrows) {
  for (const int jobs : {1, 3}) {
    const Execution execution(jobs);
    EXPECT_THROW(execution.for_each(100,
                                    [](std::size_t i) {
                                      if (i == 50) throw std::domain_error("no");
                                    }),
                 std::domain_error);
  }
}

TEST(Execution, StopsWhenAsked) {
  std::stop_source source;
  const Execution execution(2, source.get_token());
  std::atomic<int> calls = 0;
  EXPECT_THROW(execution.for_each(100000,
                                  [&](std::size_t) {
                                    if (++calls == 10) source.request_stop();
                                  }),
               Stopped);
  EXPECT_LT(calls, 100000);
}

TEST(Execution, LoopsMayBeNested) {
  const Execution execution(2);
  std::atomic<int> calls = 0;
  execution.for_each(10,
                     [&](std::size_t) { execution.for_each(10, [&](std::size_t) { ++calls; }); });
  EXPECT_EQ(calls, 100);
}

}  // namespace
}  // namespace skywright
