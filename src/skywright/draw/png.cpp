#include "skywright/draw/png.h"

#include <cstdlib>
#include <new>
#include <vector>

#include <zlib.h>

#include "skywright/base/error.h"

namespace skywright::draw {
namespace {

void append_number(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>((value >> shift) & 0xFFU));
}

void append_chunk(std::string& out, const char* kind, const std::string& data) {
  append_number(out, static_cast<std::uint32_t>(data.size()));
  const std::size_t begin = out.size();
  out.append(kind, 4).append(data);
  const uLong crc = crc32(0, reinterpret_cast<const Bytef*>(out.data() + begin),
                          static_cast<uInt>(out.size() - begin));
  append_number(out, static_cast<std::uint32_t>(crc));
}

std::uint8_t paeth(int left, int up, int corner) {
  const int p = left + up - corner;
  const int a = std::abs(p - left);
  const int b = std::abs(p - up);
  const int c = std::abs(p - corner);
  if (a <= b && a <= c) return static_cast<std::uint8_t>(left);
  return static_cast<std::uint8_t>(b <= c ? up : corner);
}

/// One row after filter `kind` (0 none, 1 sub, 2 up, 3 average, 4 Paeth), the kind in front.
void filter_row(const std::uint8_t* row, const std::uint8_t* above, std::size_t bytes,
                std::size_t step, int kind, std::vector<std::uint8_t>& out) {
  out[0] = static_cast<std::uint8_t>(kind);
  for (std::size_t i = 0; i < bytes; ++i) {
    const int left = i >= step ? row[i - step] : 0;
    const int up = above[i];
    const int corner = i >= step ? above[i - step] : 0;
    const int predicted = kind == 0   ? 0
                          : kind == 1 ? left
                          : kind == 2 ? up
                          : kind == 3 ? (left + up) / 2
                                      : paeth(left, up, corner);
    out[i + 1] = static_cast<std::uint8_t>(row[i] - predicted);
  }
}

/// Rows, each under the filter with the least sum of absolute differences (PNG, section 12.8).
std::string filtered(const std::vector<std::uint8_t>& pixels, std::size_t row_bytes,
                     std::size_t step) {
  std::string out;
  out.reserve(pixels.size() + pixels.size() / row_bytes);
  const std::vector<std::uint8_t> zeros(row_bytes, 0);
  std::vector<std::uint8_t> tried(row_bytes + 1);
  std::vector<std::uint8_t> best(row_bytes + 1);
  for (std::size_t at = 0; at < pixels.size(); at += row_bytes) {
    const std::uint8_t* above = at == 0 ? zeros.data() : pixels.data() + at - row_bytes;
    long long least = -1;
    for (int kind = 0; kind < 5; ++kind) {
      filter_row(pixels.data() + at, above, row_bytes, step, kind, tried);
      long long sum = 0;
      for (std::size_t i = 1; i < tried.size(); ++i)
        sum += std::abs(static_cast<int>(static_cast<std::int8_t>(tried[i])));
      if (least >= 0 && sum >= least) continue;
      least = sum;
      best.swap(tried);
    }
    out.append(reinterpret_cast<const char*>(best.data()), best.size());
  }
  return out;
}

std::string deflated(const std::string& data) {
  uLongf size = compressBound(static_cast<uLong>(data.size()));
  std::string out(size, '\0');
  // Only memory can be short here: the buffer has the size that zlib asks for.
  if (compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                reinterpret_cast<const Bytef*>(data.data()), static_cast<uLong>(data.size()),
                6) != Z_OK)
    throw std::bad_alloc();
  out.resize(size);
  return out;
}

}  // namespace

std::string encode_png(const Canvas& picture) {
  if (picture.width() <= 0 || picture.height() <= 0)
    throw InputError("picture", "has no pixels", "draw at least one");
  const auto rgb = picture.rgb();
  bool all_gray = true;
  for (std::size_t i = 0; i < rgb.size() && all_gray; i += 3)
    all_gray = rgb[i] == rgb[i + 1] && rgb[i] == rgb[i + 2];
  std::vector<std::uint8_t> pixels;
  const std::size_t step = all_gray ? 1 : 3;
  if (all_gray) {
    pixels.reserve(rgb.size() / 3);
    for (std::size_t i = 0; i < rgb.size(); i += 3) pixels.push_back(rgb[i]);
  } else {
    pixels.assign(rgb.begin(), rgb.end());
  }
  std::string header;
  append_number(header, static_cast<std::uint32_t>(picture.width()));
  append_number(header, static_cast<std::uint32_t>(picture.height()));
  header.append({8, static_cast<char>(all_gray ? 0 : 2), 0, 0, 0});
  std::string out("\x89PNG\r\n\x1a\n", 8);
  append_chunk(out, "IHDR", header);
  append_chunk(out, "IDAT",
               deflated(filtered(pixels, step * static_cast<std::size_t>(picture.width()), step)));
  append_chunk(out, "IEND", {});
  return out;
}

}  // namespace skywright::draw
