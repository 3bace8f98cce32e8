#include "skywright/plugin/detail/library.h"

#include <array>
#include <cfenv>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <vector>

#include <dlfcn.h>
#include <elf.h>
#include <fmt/format.h>
#include <skywright_kernel.h>

#include "skywright/base/error.h"
#include "skywright/base/hash.h"

namespace skywright::plugin::detail {
namespace {

namespace fs = std::filesystem;

#if defined(__x86_64__)
constexpr std::uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t kMachine = EM_AARCH64;
#else
constexpr std::uint16_t kMachine = EM_NONE;  // not checked here: the loader will
#endif

/// Libraries made with -ffast-math switch denormal numbers off for the thread that loads or calls
/// them, and with that change the bytes that we compute.
class KeptFloatingPoint {
 public:
  KeptFloatingPoint() { std::fegetenv(&kept_); }
  ~KeptFloatingPoint() { std::fesetenv(&kept_); }
  KeptFloatingPoint(const KeptFloatingPoint&) = delete;
  KeptFloatingPoint& operator=(const KeptFloatingPoint&) = delete;

 private:
  std::fenv_t kept_{};
};

/// The loader takes a path that it has loaded for the library that it had then.
void check_not_replaced(const fs::path& path) {
  static std::mutex mutex;
  static std::map<fs::path, std::uint64_t> loaded;
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const std::uint64_t hash = text_hash(bytes);
  const std::scoped_lock lock(mutex);
  void* present = ::dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL | RTLD_NOLOAD);
  if (present != nullptr) {
    ::dlclose(present);
    const auto before = loaded.find(path);
    if (before != loaded.end() && before->second != hash)
      throw InputError(path.string(), "it changed while an earlier version is still loaded",
                       "start the program anew, or give the new one another name");
  }
  loaded[path] = hash;
}

std::string loader_message() {
  const char* why = ::dlerror();
  return why != nullptr ? why : "the loader gives no reason";
}

const char* function_name(Kind kind) {
  return kind == Kind::measure ? "skywright_measure"
                               : (kind == Kind::psf ? "skywright_psf" : "skywright_light_curve");
}

template <class T>
const T* as(const std::span<const std::byte>& bytes) {
  return reinterpret_cast<const T*>(bytes.data());
}

std::int32_t invoke(void* function, const Frame& f, double* results, char* message) {
  const auto& in = f.inputs;
  const auto parameters = static_cast<std::int32_t>(f.parameters.size());
  switch (f.kind) {
    case Kind::measure:
      return reinterpret_cast<decltype(&skywright_measure)>(function)(
          &f.side, &f.count, &parameters, &f.results, f.parameters.data(), as<double>(in[0]),
          as<double>(in[1]), as<float>(in[2]), as<float>(in[3]), as<std::int32_t>(in[4]),
          as<float>(in[5]), results, &kMessageRoom, message);
    case Kind::psf:
      return reinterpret_cast<decltype(&skywright_psf)>(function)(
          &f.side, &f.count, &parameters, f.parameters.data(), as<double>(in[0]), as<double>(in[1]),
          results, &kMessageRoom, message);
    case Kind::light_curve:
      break;
  }
  return reinterpret_cast<decltype(&skywright_light_curve)>(function)(
      &f.count, &parameters, f.parameters.data(), as<double>(in[0]), as<double>(in[1]),
      as<double>(in[2]), as<double>(in[3]), as<double>(in[4]), results, &kMessageRoom, message);
}

/// Text of a fixed room: up to a zero, without what pads it, in one printable line.
std::string line_of(const char* text, std::size_t room) {
  std::string out(text, ::strnlen(text, room));
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

}  // namespace

std::vector<double> unset_results(std::size_t size) {
  double unset = 0.0;
  std::memcpy(&unset, &kUnset, sizeof unset);
  return std::vector<double>(size + kGuard, unset);
}

void check_library_file(const fs::path& path) {
  const auto refuse = [&](const std::string& reason, const std::string& remedy) {
    throw InputError("kernel library " + path.string(), reason, remedy);
  };
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) refuse("there is no such file", "name a shared library (.so)");
  if (!fs::is_regular_file(status)) refuse("it is not a file", "name a shared library (.so)");
  std::array<char, sizeof(Elf64_Ehdr)> head{};
  std::ifstream in(path, std::ios::binary);
  if (!in) refuse("it cannot be opened", "look at its permissions");
  in.read(head.data(), head.size());
  const char* const remedy = "compile it with -shared -fPIC, as a library of this machine's";
  if (in.gcount() < EI_NIDENT || std::memcmp(head.data(), ELFMAG, SELFMAG) != 0)
    refuse("it is no shared library: it does not begin as one does", remedy);
  if (head[EI_CLASS] != ELFCLASS64)
    refuse("it is made for 32 bits, and this program has 64", "compile it without -m32");
  Elf64_Ehdr elf;
  std::memcpy(&elf, head.data(), sizeof elf);
  if (in.gcount() < static_cast<std::streamsize>(sizeof elf)) refuse("it is cut off", remedy);
  if (kMachine != EM_NONE && elf.e_machine != kMachine)
    refuse(fmt::format("it is made for another processor (ELF machine {}, this one is {})",
                       elf.e_machine, kMachine),
           remedy);
  if (elf.e_type != ET_DYN)
    refuse("it is an object file or a program, not a shared library", remedy);
  // The loader maps what its headers promise, and meets the end of the file as a crash.
  const std::uintmax_t size = fs::file_size(path, error);
  for (std::size_t i = 0; i < elf.e_phnum; ++i) {
    Elf64_Phdr part{};
    in.seekg(static_cast<std::streamoff>(elf.e_phoff + i * sizeof part));
    in.read(reinterpret_cast<char*>(&part), sizeof part);
    if (!in || part.p_offset > size || part.p_filesz > size - part.p_offset)
      refuse("it is cut off", remedy);
  }
}

Library::Library(fs::path path) : path_(fs::absolute(std::move(path)).lexically_normal()) {
  check_library_file(path_);
  const KeptFloatingPoint kept;
  check_not_replaced(path_);
  handle_ = ::dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_ == nullptr)
    throw InputError("kernel library " + path_.string() + " does not load", loader_message(),
                     "link it with all that it uses; `ldd` tells what is missing");
  try {
    const auto describe =
        reinterpret_cast<decltype(&skywright_describe)>(symbol("skywright_describe"));
    // As much again behind it, so that a little too much is told and not a crash.
    std::vector<char> text(2 * static_cast<std::size_t>(kDescriptionRoom), '\0');
    const std::int32_t length = describe(&kDescriptionRoom, text.data());
    if (length <= 0 || length > kDescriptionRoom)
      throw InputError(
          path_.string() + ", its description",
          fmt::format("skywright_describe returned {}", length),
          fmt::format("return the number of characters written, 1 to {}", kDescriptionRoom));
    text_.assign(text.data(), static_cast<std::size_t>(length));
    description_ = parse_description(text_, path_.filename().string());
    function_ = symbol(function_name(description_.kind));
  } catch (...) {
    ::dlclose(handle_);
    throw;
  }
}

Library::~Library() { ::dlclose(handle_); }

void* Library::symbol(const char* name) const {
  void* found = ::dlsym(handle_, name);
  if (found == nullptr)
    throw InputError("kernel library " + path_.string(), fmt::format("it has no function {}", name),
                     fmt::format("in C write it with skywright_kernel.h (C++: extern \"C\"), in "
                                 "Fortran with bind(c, name='{}')",
                                 name));
  return found;
}

Answer Library::call(const Frame& frame, double* results) const {
  Answer answer;
  std::array<char, 2 * static_cast<std::size_t>(kMessageRoom)> message{};
  const KeptFloatingPoint kept;
  const auto start = std::chrono::steady_clock::now();
  try {
    answer.status = invoke(function_, frame, results, message.data());
  } catch (...) {
    answer.status = -1;
    std::strncpy(message.data(), "it threw an exception", kMessageRoom);
  }
  answer.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (answer.status != 0) answer.message = line_of(message.data(), kMessageRoom);
  return answer;
}

}  // namespace skywright::plugin::detail
