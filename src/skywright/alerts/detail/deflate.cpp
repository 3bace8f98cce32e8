#include "skywright/alerts/detail/deflate.h"

#include <algorithm>

#include <zlib.h>

#include "skywright/base/error.h"

namespace skywright::alerts::detail {
namespace {

constexpr std::size_t kLargest = std::size_t{1} << 30;
constexpr int kRaw = -15;       ///< zlib's way to ask for deflate without a header
constexpr int kGzip = 15 + 16;  ///< and for gzip's

Bytef* input_of(std::string_view content) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));  // zlib only reads it
}

std::string packed(std::string_view content, int form) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, form, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  std::string out(deflateBound(&stream, static_cast<uLong>(content.size())), '\0');
  stream.next_in = input_of(content);
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

std::string deflated(std::string_view content) { return packed(content, kRaw); }
std::string gzipped(std::string_view content) { return packed(content, kGzip); }

std::string inflated(std::string_view content) {
  z_stream stream{};
  if (inflateInit2(&stream, kRaw) != Z_OK) throw std::bad_alloc();
  stream.next_in = input_of(content);
  stream.avail_in = static_cast<uInt>(content.size());
  std::string out;
  int code = Z_OK;
  while (code == Z_OK && out.size() < kLargest) {
    const std::size_t before = out.size();
    out.resize(before + std::max<std::size_t>(content.size() * 2, 1 << 16));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(out.size() - before);
    code = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (code != Z_STREAM_END)
    throw InputError("Avro data", "a compressed block is damaged",
                     "the file is damaged or cut short; fetch it again");
  return out;
}

}  // namespace skywright::alerts::detail
