#include "skywright/plugin/detail/kernel_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "skywright/base/error.h"

namespace skywright::plugin::detail {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHostName = "skywright-kernel-host";
constexpr double kStartDeadline = 10.0;  // [s], loading at least

/// A descriptor out of the way of those that the process begins with, closed in other children.
int moved_up(int descriptor) {
  const int high = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 10);
  const int why = errno;
  ::close(descriptor);
  if (high < 0) throw std::system_error(why, std::generic_category(), "a kernel's process");
  return high;
}

[[noreturn]] void no_process(int why) {
  throw ServiceError("no process for an isolated kernel", std::strerror(why),
                     "free memory, processes or open files, or call it without isolated=true");
}

/// In its own group, so that Ctrl-C reaches the program alone, which ends it in good order.
pid_t spawned(const fs::path& program, const fs::path& library, double deadline_s, int socket,
              int memory) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&actions, socket, kHostSocket);
  ::posix_spawn_file_actions_adddup2(&actions, memory, kHostMemory);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  sigset_t all;
  ::sigfillset(&all);
  ::sigdelset(&all, SIGKILL);
  ::sigdelset(&all, SIGSTOP);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  std::string path = program.string();
  std::string name = library.string();
  std::string deadline = fmt::format("{}", deadline_s);
  std::array<char*, 4> words = {path.data(), name.data(), deadline.data(), nullptr};
  pid_t pid = -1;
  const int failed =
      ::posix_spawn(&pid, path.c_str(), &actions, &attributes, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (failed != 0) no_process(failed);
  return pid;
}

}  // namespace

fs::path kernel_host_program() {
  const char* named = std::getenv("SKYWRIGHT_KERNEL_HOST");
  std::vector<fs::path> places;
  if (named != nullptr && *named != '\0') {
    places.emplace_back(named);
  } else {
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
    // Within Python or another program it lies beside the library that holds this very function.
    Dl_info info{};
    fs::path library;
    if (::dladdr(reinterpret_cast<const void*>(&kernel_host_program), &info) != 0 &&
        info.dli_fname != nullptr)
      library = fs::absolute(info.dli_fname, error).parent_path();
    for (const fs::path& folder : {program, library})
      for (const fs::path& place :
           {folder / kHostName, folder.parent_path() / "libexec" / kHostName})
        places.push_back(place);
  }
  for (const fs::path& place : places)
    if (::access(place.c_str(), X_OK) == 0) return place;
  throw ServiceError(fmt::format("isolated kernels need the program {}", kHostName),
                     fmt::format("it is not at {}", places.front().string()),
                     "put it beside the program, or name it by SKYWRIGHT_KERNEL_HOST");
}

KernelProcess::KernelProcess(const fs::path& library, double deadline_s)
    : library_(fs::absolute(library)), deadline_s_(deadline_s) {
  const fs::path program = kernel_host_program();
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0) no_process(errno);
  socket_ = moved_up(pair[0]);
  const int other = moved_up(pair[1]);
  const int memory = ::memfd_create("skywright-kernel", MFD_CLOEXEC);
  if (memory < 0) {
    const int why = errno;
    ::close(socket_);
    ::close(other);
    no_process(why);
  }
  file_ = moved_up(memory);
  memory_ = std::make_unique<SharedMemory>(file_);
  try {
    pid_ = spawned(program, library_, deadline_s_, other, file_);
    ::close(other);
    std::string hello(static_cast<std::size_t>(kDescriptionRoom) + 1, '\0');
    hello.resize(wait_for(hello.data(), hello.size(), "loading"));
    if (hello.empty() || hello.front() != '+')
      throw InputError("isolated " + hello.substr(std::min<std::size_t>(1, hello.size())), "", "");
    text_ = hello.substr(1);
  } catch (...) {
    if (pid_ < 0) ::close(other);
    (void)ended();
    ::close(socket_);
    ::close(file_);
    throw;
  }
}

KernelProcess::~KernelProcess() {
  // One that waits for a call ends by itself when the socket closes; one that is in a call does
  // not.
  (void)ended();
  ::close(socket_);
  ::close(file_);
}

std::string KernelProcess::ended() {
  if (pid_ < 0) return "it is gone";
  // How it ended by itself, where it did; it may take a moment to.
  for (int i = 0; i < 50; ++i) {
    siginfo_t seen{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &seen, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        seen.si_pid != 0)
      break;
    pollfd gone{socket_, POLLIN, 0};
    if (::poll(&gone, 1, 0) <= 0 || (gone.revents & POLLHUP) == 0) break;  // it lives
    ::usleep(2000);
  }
  ::kill(-pid_, SIGKILL);  // its group: what it started ends with it
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  if (WIFSIGNALED(status))
    return fmt::format("signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
  return fmt::format("exit code {}", WEXITSTATUS(status));
}

std::size_t KernelProcess::wait_for(void* bytes, std::size_t room, const char* activity) {
  using Clock = std::chrono::steady_clock;
  const double limit =
      pid_ > 0 && text_.empty() ? std::max(deadline_s_, kStartDeadline) : deadline_s_;
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(limit));
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd asked{socket_, POLLIN, 0};
    const int ready =
        ::poll(&asked, 1, static_cast<int>(std::clamp<std::int64_t>(left + 1, 0, 3600000)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0 && Clock::now() < end) continue;
    if (ready == 0) {
      (void)ended();
      throw InputError(
          fmt::format("isolated kernel {}", library_.string()),
          fmt::format("{} took longer than {} s, and its process was ended", activity, limit),
          "mend an endless loop, or raise deadline_s");
    }
    const ssize_t got = ::recv(socket_, bytes, room, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got > 0) return static_cast<std::size_t>(got);
    const std::string how = ended();
    throw InputError(fmt::format("isolated kernel {}", library_.string()),
                     fmt::format("its process ended during {}: {}", activity, how),
                     "mend the kernel; `skywright kernel check` tries it apart");
  }
}

Answer KernelProcess::call(const Frame& frame, std::span<double> results) {
  const CallOrder order(frame);
  const CallPlaces places = places_of(order);
  std::byte* memory = memory_->mapped(places.end);
  const auto put = [&](std::size_t place, std::span<const std::byte> bytes) {
    std::copy(bytes.begin(), bytes.end(), memory + place);
  };
  put(places.parameters, std::as_bytes(frame.parameters));
  for (std::size_t k = 0; k < frame.inputs.size(); ++k) put(places.inputs.at(k), frame.inputs[k]);
  put(places.results, std::as_bytes(std::span<const double>(results)));
  if (::send(socket_, &order, sizeof order, MSG_NOSIGNAL) != static_cast<ssize_t>(sizeof order))
    throw InputError(fmt::format("isolated kernel {}", library_.string()),
                     "its process ended between calls: " + ended(), "mend the kernel");
  CallReply reply;
  if (wait_for(&reply, sizeof reply, "a call") != sizeof reply)
    throw InputError(fmt::format("isolated kernel {}", library_.string()),
                     "its process answers what it was not asked", "mend the kernel");
  std::memcpy(results.data(), memory + places.results, results.size_bytes());
  reply.message.back() = '\0';
  return {reply.status, reply.seconds, reply.message.data()};
}

}  // namespace skywright::plugin::detail
