#include "skywright/io/text_parts.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <zlib.h>

#include "skywright/base/error.h"

namespace skywright::io {
namespace {

constexpr std::size_t kPart = std::size_t{8} << 20U;

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& reason) {
  throw InputError(file.string(), reason, "check that it is there, readable and whole");
}

}  // namespace

void for_text_parts(const std::filesystem::path& file,
                    const std::function<void(std::string_view)>& take) {
  if (std::filesystem::is_directory(file)) fail(file, "it is a folder");
  // Plain files pass through zlib unchanged.
  errno = 0;
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> handle(gzopen(file.c_str(), "rb"), gzclose);
  if (!handle) fail(file, errno != 0 ? std::strerror(errno) : "it cannot be opened");
  gzbuffer(handle.get(), 1U << 18U);
  std::vector<char> part(kPart);
  for (;;) {
    const int got = gzread(handle.get(), part.data(), static_cast<unsigned>(part.size()));
    if (got < 0) {
      int code = 0;
      fail(file, gzerror(handle.get(), &code));
    }
    if (got == 0) break;
    take({part.data(), static_cast<std::size_t>(got)});
  }
  // A compressed file that ends early is an error only here.
  int code = Z_OK;
  const std::string reason = gzerror(handle.get(), &code);
  if (code != Z_OK && code != Z_STREAM_END) fail(file, reason);
}

}  // namespace skywright::io
