#include "guard.h"

#include <cstring>
#include <new>

#include "skywright/base/error.h"

namespace skywright::c {
namespace {

thread_local std::string last_message;

/// Never throws: a message that does not fit into memory is left out.
void keep(const char* message) noexcept {
  try {
    last_message = message;
  } catch (...) {
    last_message.clear();
  }
}

}  // namespace

sw_status guarded(const std::function<sw_status()>& body) noexcept {
  try {
    return body();
  } catch (const Error& error) {
    keep(error.what());
    return static_cast<sw_status>(error.code());
  } catch (const std::bad_alloc&) {
    keep("out of memory: the machine has no more to give; use fewer jobs");
  } catch (const std::exception& error) {
    keep(error.what());
  } catch (...) {
    keep("internal error: an exception of no known kind; please report it");
  }
  return SW_INTERNAL;
}

sw_status failed(sw_status status, const std::string& message) {
  keep(message.c_str());
  return status;
}

void require(const void* pointer, const char* name) {
  if (pointer == nullptr) throw ConfigError(name, "it is NULL", "see skywright.h");
}

template <class Struct>
Struct known(const Struct* given, const char* name) {
  Struct out{};
  require(given, name);
  // Sizes smaller than that of the first version have never been; larger ones are of later
  // versions.
  if (given->size < sizeof(Struct))
    throw ConfigError(std::string(name) + ".size", "it is smaller than the struct has ever been",
                      "set it to sizeof of the struct");
  std::memcpy(&out, given, sizeof(Struct));
  return out;
}
template sw_image known(const sw_image*, const char*);
template sw_options known(const sw_options*, const char*);
template sw_site known(const sw_site*, const char*);

image::MaskedImageView view_of(const sw_image* given, const char* name) {
  const sw_image image = known(given, name);
  constexpr std::int64_t kLongest = 1 << 20;
  require(image.pixels, name);
  if (image.width < 1 || image.height < 1 || image.width > kLongest || image.height > kLongest ||
      image.stride < image.width)
    throw InputError(name, "its width, height or stride is out of range",
                     "give 1 to 1048576 pixels a side and a stride not below the width");
  const int width = static_cast<int>(image.width);
  const int height = static_cast<int>(image.height);
  image::MaskedImageView view;
  view.pixels = {image.pixels, width, height, image.stride};
  if (image.variance != nullptr) view.variance = {image.variance, width, height, image.stride};
  if (image.mask != nullptr) view.mask = {image.mask, width, height, image.stride};
  return view;
}

Call::Call(const sw_options* options) {
  if (options != nullptr) options_ = known(options, "options");
  if (options_.jobs < 0 || options_.jobs > 4096)
    throw ConfigError("jobs=" + std::to_string(options_.jobs), "must be in [0, 4096]",
                      "0 takes all that the machine has");
  if (options_.settings != nullptr) settings_ = options_.settings;
  execution_ = std::make_unique<Execution>(options_.jobs, stop_.get_token(), this);
}

void Call::report(std::string_view activity, std::size_t done, std::size_t total) {
  if (options_.progress == nullptr) return;
  const std::scoped_lock one_at_a_time(lock_);
  const std::string text(activity);
  if (options_.progress(options_.user, text.c_str(), done, total) != 0) stop_.request_stop();
}

}  // namespace skywright::c

extern "C" {
const char* sw_message(void) { return skywright::c::last_message.c_str(); }
int32_t sw_abi_version(void) { return SW_ABI_VERSION; }
const char* sw_version(void) { return SKYWRIGHT_VERSION; }
}
