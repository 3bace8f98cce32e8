#include "skywright/run/supervise.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "skywright/base/error.h"
#include "skywright/run/detail/launcher_tree.h"
#include "skywright/run/task_graph.h"

namespace skywright::run {
namespace {

constexpr const char* kMark = "SKYWRIGHT_SUPERVISED";
constexpr double kKillAfter = 15.0;  ///< [s] that a launch has to end after SIGTERM

/// A process of its own group, so that a signal reaches the launcher with all that it started here.
class Child {
 public:
  explicit Child(const std::vector<std::string>& words) {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    int failure[2];  // tells why exec failed; closed by it where it did not
    if (::pipe2(failure, O_CLOEXEC) != 0) refuse(words.front(), errno);
    id_ = ::fork();
    if (id_ < 0) refuse(words.front(), errno);
    if (id_ == 0) {
      ::setpgid(0, 0);
      std::signal(SIGPIPE, SIG_DFL);
      std::signal(SIGXFSZ, SIG_DFL);
      ::execvp(arguments[0], arguments.data());
      const int error = errno;
      [[maybe_unused]] const auto told = ::write(failure[1], &error, sizeof error);
      ::_exit(127);
    }
    ::setpgid(id_, id_);  // whichever of the two comes first
    ::close(failure[1]);
    int error = 0;
    const bool failed = ::read(failure[0], &error, sizeof error) == sizeof error;
    ::close(failure[0]);
    if (failed) {
      ::waitpid(id_, nullptr, 0);
      refuse(words.front(), error);
    }
  }

  [[nodiscard]] pid_t id() const { return id_; }
  void signal(int number) const { ::kill(-id_, number); }

  /// Whether it has ended; its code then, 128 and the number for a signal.
  bool has_ended(int& code) const {
    int status = 0;
    if (::waitpid(id_, &status, WNOHANG) != id_) return false;
    code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
  }

 private:
  [[noreturn]] static void refuse(const std::string& launcher, int error) {
    throw ConfigError("--launch " + launcher,
                      std::string("cannot be started: ") + std::strerror(error),
                      "name a launcher that is installed, as in --launch \"mpirun -n 4\"");
  }
  pid_t id_ = -1;
};

/// The ranks' command with the program's settings before it: a launcher that starts ranks on other
/// machines hands them its environment only as far as it is told to.
std::vector<std::string> with_settings(const std::vector<std::string>& command) {
  std::vector<std::string> words = {"env", std::string(kMark) + "=1"};
  for (char** each = environ; *each != nullptr; ++each)
    if (std::string_view(*each).starts_with("SKYWRIGHT_")) words.emplace_back(*each);
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

enum class Ended { by_itself, stopped, late };

/// Tells a launcher that hangs although all that it started has ended.
class HangWatch {
 public:
  HangWatch(pid_t launcher, double patience_s, const Clock& clock)
      : launcher_(launcher), patience_s_(patience_s), clock_(clock), looked_(clock()) {}

  bool has_hung() {
    const double now = clock_();
    if (now - looked_ < 0.1 * patience_s_) return false;
    looked_ = now;
    if (!detail::has_nothing_but_dead(launcher_)) {
      since_ = now;
      return false;
    }
    return now - since_ >= patience_s_;
  }

 private:
  pid_t launcher_;
  double patience_s_;
  const Clock& clock_;
  double looked_;
  double since_ = looked_;  ///< something was alive
};

/// Wait for a launch, or end it when it must.
Ended watch(const Child& child, double deadline, const SuperviseRequest& request,
            const Execution& execution, const Clock& clock, int& code) {
  Ended ended = Ended::by_itself;
  double kill_at = 0.0;
  HangWatch launcher(child.id(), request.hang_s, clock);
  while (!child.has_ended(code)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (ended == Ended::by_itself && (execution.stop_requested() || clock() > deadline)) {
      ended = execution.stop_requested() ? Ended::stopped : Ended::late;
      kill_at = clock() + kKillAfter;
      child.signal(SIGTERM);
      child.signal(SIGCONT);  // one that was stopped hears of it, too
    }
    const bool late = ended != Ended::by_itself && clock() > kill_at;
    if (late || launcher.has_hung()) child.signal(SIGKILL);
  }
  return ended;
}

bool is_final(int code) { return code == 0 || (code >= 2 && code <= 6); }

}  // namespace

Supervision supervise(const SuperviseRequest& request, const Execution& execution) {
  std::vector<std::string> words = request.launcher;
  if (words.empty())
    throw ConfigError("--launch", "names no launcher", "as in --launch \"mpirun -n 4\"");
  const std::vector<std::string> command = with_settings(request.command);
  words.insert(words.end(), command.begin(), command.end());
  const Clock clock = steady_clock();
  const double deadline = clock() + request.deadline_s;
  Supervision supervision;
  for (int fruitless = 0;;) {
    const std::size_t before = request.made();
    const Child child(words);
    ++supervision.launches;
    const Ended ended = watch(child, deadline, request, execution, clock, supervision.code);
    if (ended != Ended::by_itself) {
      supervision.end = ended == Ended::late ? "the deadline has passed" : "stopped";
      if (supervision.code != 0) supervision.code = static_cast<int>(ExitCode::partial);
      return supervision;
    }
    if (is_final(supervision.code)) return supervision;
    fruitless = request.made() > before ? 0 : fruitless + 1;
    if (fruitless >= request.fruitless) {
      supervision.end = "launches in a row ended without having made anything";
      supervision.code = static_cast<int>(ExitCode::service);
      return supervision;
    }
    std::fprintf(stderr, "skywright: launch %d ended with code %d before its work did; again\n",
                 supervision.launches, supervision.code);
    std::fflush(stderr);
  }
}

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  char quote = '\0';
  bool open = false;
  for (const char c : line) {
    if (quote != '\0') {
      if (c == quote)
        quote = '\0';
      else
        words.back() += c;
    } else if (c == ' ' || c == '\t') {
      open = false;
    } else {
      if (!std::exchange(open, true)) words.emplace_back();
      if (c == '\'' || c == '"')
        quote = c;
      else
        words.back() += c;
    }
  }
  if (quote != '\0')
    throw ConfigError("--launch " + line, "a quotation mark is not closed", "close it");
  return words;
}

bool is_supervised() { return std::getenv(kMark) != nullptr; }

}  // namespace skywright::run
