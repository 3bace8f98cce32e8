/// Carries bytes between the ranks of a launch. One thread calls it; nothing is thrown.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace skywright::run {

struct Letter {
  int from = 0;
  std::string bytes;
};

class Transport {
 public:
  virtual ~Transport() = default;
  [[nodiscard]] virtual int rank() const noexcept = 0;
  [[nodiscard]] virtual int size() const noexcept = 0;
  /// Ranks on this machine, this one among them.
  [[nodiscard]] virtual int neighbours() const noexcept = 0;

  /// Send off, without waiting for the other side. Letters from one rank to another keep their
  /// order.
  virtual void send(int to, const std::string& bytes) noexcept = 0;
  /// Letters to `to` that it has not begun to take.
  [[nodiscard]] virtual std::size_t unsent(int to) const noexcept = 0;
  /// The next letter that has come.
  virtual std::optional<Letter> receive() noexcept = 0;

  /// End this rank's part once everything is sent; every rank must, and waits for the others.
  virtual void leave() noexcept = 0;
  /// End the processes of all ranks, now, with an exit code for the launcher.
  virtual void abandon(int code) noexcept = 0;
};

}  // namespace skywright::run
