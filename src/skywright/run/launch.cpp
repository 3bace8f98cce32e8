#include "skywright/run/launch.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include <dlfcn.h>
#include <sched.h>
#include <unistd.h>

#include "skywright/base/error.h"
#include "skywright/run/mpi/adapter.h"

namespace skywright::run {
namespace {

namespace fs = std::filesystem;

const char* environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

int number_of(const char* name) {
  const char* text = environment(name);
  return text != nullptr ? std::atoi(text) : 0;
}

class MpiTransport final : public Transport {
 public:
  explicit MpiTransport(const skywright_mpi& mpi) : mpi_(mpi) {
    char why[512] = "";
    if (mpi_.join(&rank_, &size_, &neighbours_, why, sizeof why) != 0)
      throw ServiceError("MPI does not start", why, "try the launcher with another program first");
  }
  MpiTransport(const skywright_mpi& mpi, int communicator) : mpi_(mpi) {
    char why[512] = "";
    if (mpi_.join_on(communicator, &rank_, &size_, &neighbours_, why, sizeof why) != 0)
      throw ServiceError("the communicator cannot be shared", why,
                         "build the MPI adapter with the MPI that the caller uses, and begin MPI "
                         "with MPI_THREAD_MULTIPLE (mpi4py does)");
  }
  [[nodiscard]] int rank() const noexcept override { return rank_; }
  [[nodiscard]] int size() const noexcept override { return size_; }
  [[nodiscard]] int neighbours() const noexcept override { return neighbours_; }
  // A letter that cannot be sent is that of a rank that is lost: its silence tells.
  void send(int to, const std::string& bytes) noexcept override {
    mpi_.send(to, bytes.data(), static_cast<long>(bytes.size()));
  }
  [[nodiscard]] std::size_t unsent(int to) const noexcept override {
    return static_cast<std::size_t>(mpi_.unsent(to));
  }
  std::optional<Letter> receive() noexcept override {
    Letter letter;
    const long size = mpi_.probe(&letter.from);
    if (size < 0) return {};
    letter.bytes.resize(static_cast<std::size_t>(size));
    if (mpi_.receive(letter.from, letter.bytes.data(), size) != 0) return {};
    return letter;
  }
  void leave() noexcept override { mpi_.leave(); }
  void abandon(int code) noexcept override { mpi_.abandon(code); }

 private:
  const skywright_mpi& mpi_;
  int rank_ = 0, size_ = 1, neighbours_ = 1;
};

/// The folder of the program, or of the shared library that this code was linked into.
fs::path home_of_this_code() {
  Dl_info here{};
  if (::dladdr(reinterpret_cast<const void*>(&environment), &here) != 0 &&
      std::string_view(here.dli_fname).find(".so") != std::string_view::npos)
    return fs::path(here.dli_fname).parent_path();
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

fs::path adapter_file() {
  if (const char* named = environment("SKYWRIGHT_MPI_LIBRARY")) return named;
  constexpr const char* kName = "libskywright_mpi.so";
  std::error_code error;
  const fs::path home = home_of_this_code();
  if (fs::exists(home / kName, error)) return home / kName;
  return home.parent_path() / "lib" / kName;
}

/// @param who  wants it: "started by mpirun"  @param otherwise  what else the reader can do
const skywright_mpi& loaded_adapter(const std::string& who, const std::string& otherwise) {
  const fs::path file = adapter_file();
  const auto refuse = [&](const std::string& why) {
    throw ServiceError(who + ", but the MPI adapter cannot be used", why,
                       "build the program where MPI is installed, name the adapter by "
                       "SKYWRIGHT_MPI_LIBRARY, or " +
                           otherwise);
  };
  // Global, because an MPI library finds its own plugins' symbols that way. Never closed.
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) {
    const char* why = ::dlerror();
    refuse(why != nullptr ? why : file.string());
  }
  using Entry = const skywright_mpi* (*)();
  const auto entry = reinterpret_cast<Entry>(::dlsym(library, "skywright_mpi_adapter"));
  if (entry == nullptr) refuse(file.string() + " is no MPI adapter");
  if (entry()->version != SKYWRIGHT_MPI_VERSION)
    refuse(file.string() + " is of another version of the program");
  return *entry();
}

double silence_s(double otherwise) {
  const char* text = environment("SKYWRIGHT_SILENCE_S");
  if (text == nullptr) return otherwise;
  char* end = nullptr;
  const double value = std::strtod(text, &end);
  if (*end != '\0' || !(value >= 0.1 && value <= 86400.0))
    throw ConfigError(std::string("SKYWRIGHT_SILENCE_S=") + text,
                      "must be a number of seconds in [0.1, 86400]", "60 is the default");
  return value;
}

}  // namespace

Launch launch_of_this_process() {
  const char* off = environment("SKYWRIGHT_MPI");
  if (off != nullptr && std::string_view(off) == "off") return {};
  if (environment("OMPI_COMM_WORLD_SIZE") != nullptr)
    return {"Open MPI", number_of("OMPI_COMM_WORLD_RANK"), number_of("OMPI_COMM_WORLD_SIZE")};
  // Slurm's own variables are there in batch scripts, too, where nothing was launched.
  if (environment("PMIX_RANK") != nullptr)
    return {"PMIx", number_of("PMIX_RANK"), number_of("SLURM_STEP_NUM_TASKS")};
  if (environment("PMI_RANK") != nullptr)
    return {"PMI", number_of("PMI_RANK"), number_of("PMI_SIZE")};
  return {};
}

std::unique_ptr<Crew> join_launch() {
  const Launch launch = launch_of_this_process();
  if (launch.launcher.empty()) return nullptr;
  CrewTimes times;
  times.silence_s = silence_s(times.silence_s);
  const skywright_mpi& adapter = loaded_adapter(
      "started by " + launch.launcher, "set SKYWRIGHT_MPI=off to let each process work alone");
  return std::make_unique<Crew>([&] { return std::make_unique<MpiTransport>(adapter); }, times);
}

std::unique_ptr<Crew> join_communicator(int fortran_handle) {
  CrewTimes times;
  times.silence_s = silence_s(times.silence_s);
  const skywright_mpi& adapter = loaded_adapter("a communicator was given", "give none");
  return std::make_unique<Crew>(
      [&] { return std::make_unique<MpiTransport>(adapter, fortran_handle); }, times);
}

int fair_jobs(const Crew& crew) {
  const int all = std::max(1, static_cast<int>(::sysconf(_SC_NPROCESSORS_CONF)));
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  const int usable =
      ::sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : all;
  if (usable < all) return std::max(1, usable);
  return std::max(1, all / std::max(1, crew.neighbours()));
}

}  // namespace skywright::run
