#include "skywright/alerts/detail/kafka_library.h"

#include <cstdlib>
#include <filesystem>

#include <dlfcn.h>

#include "skywright/base/error.h"

namespace skywright::alerts::detail {
namespace {

namespace fs = std::filesystem;

fs::path adapter_file() {
  const char* named = std::getenv("SKYWRIGHT_KAFKA_LIBRARY");
  if (named != nullptr && *named != '\0') return named;
  constexpr const char* kName = "libskywright_kafka.so";
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path beside = program.parent_path() / kName;
  if (fs::exists(beside, error)) return beside;
  return program.parent_path().parent_path() / "lib" / kName;
}

}  // namespace

const skywright_kafka& kafka_library() {
  static const skywright_kafka& loaded = []() -> const skywright_kafka& {
    const fs::path file = adapter_file();
    const auto refuse = [&](const std::string& why) {
      throw ServiceError("Kafka cannot be reached", why,
                         "install librdkafka-dev and build again, or name the adapter by "
                         "SKYWRIGHT_KAFKA_LIBRARY; alerts are written to files in any case");
    };
    void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);  // never closed
    if (library == nullptr) {
      const char* why = ::dlerror();
      refuse(why != nullptr ? why : file.string());
    }
    using Entry = const skywright_kafka* (*)();
    const auto entry = reinterpret_cast<Entry>(::dlsym(library, "skywright_kafka_adapter"));
    if (entry == nullptr) refuse(file.string() + " is no Kafka adapter");
    if (entry()->version != SKYWRIGHT_KAFKA_VERSION)
      refuse(file.string() + " is of another version of the program");
    return *entry();
  }();
  return loaded;
}

}  // namespace skywright::alerts::detail
