#include "skywright/image/pixel_memory.h"

#include <cstdlib>
#include <new>

#include <sys/mman.h>

namespace skywright::image::detail {
namespace {

constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kLarge = 4 * kHugePage;

constexpr std::size_t rounded_up(std::size_t bytes, std::size_t unit) {
  return (bytes + unit - 1) / unit * unit;
}

}  // namespace

void* allocate_pixels(std::size_t bytes) {
  const std::size_t unit = bytes >= kLarge ? kHugePage : kCacheLine;
  const std::size_t size = rounded_up(bytes, unit);
  if (size < bytes) throw std::bad_alloc();
  void* memory = std::aligned_alloc(unit, size);
  if (memory == nullptr) throw std::bad_alloc();
  // Only advice: where a system knows no huge pages, ordinary ones serve.
  if (unit == kHugePage) madvise(memory, size, MADV_HUGEPAGE);
  return memory;
}

void release_pixels(void* pixels) noexcept { std::free(pixels); }

}  // namespace skywright::image::detail
