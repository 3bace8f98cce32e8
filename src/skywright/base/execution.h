/// What a computation may use of the machine: threads, a stop signal, a place to report progress.
///
/// A reduction step takes `const Execution&` and reaches for nothing else: no global pool, no
/// clock. Loops split into chunks that depend on the data alone, so that a result never depends on
/// `jobs`.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>

namespace skywright {

/// Receives progress; implementations must be thread-safe.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  /// `done` of `total` units of `activity` are finished.
  virtual void report(std::string_view activity, std::size_t done, std::size_t total) = 0;
};

class Execution {
 public:
  /// One thread, never stopped, silent: what tests and small work use.
  Execution();
  /// @param jobs threads, >= 1; 0 means all that the machine has
  explicit Execution(int jobs, std::stop_token stop = {}, ProgressSink* progress = nullptr);
  ~Execution();
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;

  [[nodiscard]] int jobs() const noexcept { return jobs_; }
  [[nodiscard]] bool stop_requested() const noexcept { return stop_.stop_requested(); }
  [[nodiscard]] std::stop_token stop_token() const noexcept { return stop_; }
  /// @throws Stopped if a stop was asked for
  void check_stop() const;
  void report(std::string_view activity, std::size_t done, std::size_t total) const;

  /// Call body(i) for each i in [0, count), in any order, on up to `jobs` threads.
  /// The first exception ends the loop and is thrown here. May be nested.
  void for_each(std::size_t count, const std::function<void(std::size_t)>& body) const;

  /// Call body(begin, end) for consecutive chunks of at most `chunk` indices. Chunks are the same
  /// for any number of threads: combine their partial results in order of `begin` / chunk.
  void for_chunks(std::size_t count, std::size_t chunk,
                  const std::function<void(std::size_t begin, std::size_t end)>& body) const;

 private:
  struct Arena;
  int jobs_ = 1;
  std::stop_token stop_;
  ProgressSink* progress_ = nullptr;
  std::unique_ptr<Arena> arena_;
};

}  // namespace skywright
