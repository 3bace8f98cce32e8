#include "skywright/image/pixel_memory.h"

#include <cstdlib>
#include <mutex>
#include <new>
#include <vector>

#include <malloc.h>
#include <sys/mman.h>

namespace skywright::image::detail {
namespace {

constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kLarge = 4 * kHugePage;        ///< from here on in huge pages
constexpr std::size_t kKept = std::size_t{1} << 20;  ///< smaller blocks malloc keeps by itself
// Sanitizers see a use after the end of an image only where its memory is really given back.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kMostKept = 0;
#else
constexpr std::size_t kMostKept = std::size_t{1024} << 20;
#endif

constexpr std::size_t rounded_up(std::size_t bytes, std::size_t unit) {
  return (bytes + unit - 1) / unit * unit;
}

/// Large blocks that no image holds now.
class Reserve {
 public:
  Reserve() { blocks_.reserve(kMostKept / kKept); }  // so that `keep` cannot throw

  /// The block that fits best and wastes at most a quarter; null where there is none.
  void* take(std::size_t size) {
    const std::scoped_lock hold(mutex_);
    Block* best = nullptr;
    for (Block& block : blocks_)
      if (block.size >= size && block.size - size <= size / 4 &&
          (best == nullptr || block.size < best->size))
        best = &block;
    if (best == nullptr) return nullptr;
    void* const memory = best->memory;
    kept_ -= best->size;
    *best = blocks_.back();
    blocks_.pop_back();
    return memory;
  }

  /// @return false where the reserve is full
  bool keep(void* memory) noexcept {
    // Not what was asked for last: the block may have served a larger image before.
    const std::size_t size = malloc_usable_size(memory);
    const std::scoped_lock hold(mutex_);
    if (kept_ + size > kMostKept) return false;
    blocks_.push_back({memory, size});
    kept_ += size;
    return true;
  }

 private:
  struct Block {
    void* memory;
    std::size_t size;
  };
  std::mutex mutex_;
  std::vector<Block> blocks_;
  std::size_t kept_ = 0;
};

Reserve& reserve() {
  static auto* const only = new Reserve;  // outlives every image, static ones too
  return *only;
}

}  // namespace

void* allocate_pixels(std::size_t bytes) {
  const std::size_t unit = bytes >= kLarge ? kHugePage : kCacheLine;
  const std::size_t size = rounded_up(bytes, unit);
  if (size < bytes) throw std::bad_alloc();
  if (size >= kKept)
    if (void* const kept = reserve().take(size)) return kept;
  void* const memory = std::aligned_alloc(unit, size);
  if (memory == nullptr) throw std::bad_alloc();
  // Only advice: where a system knows no huge pages, ordinary ones serve.
  if (unit == kHugePage) madvise(memory, size, MADV_HUGEPAGE);
  return memory;
}

void release_pixels(void* pixels, std::size_t bytes) noexcept {
  if (rounded_up(bytes, kCacheLine) >= kKept && reserve().keep(pixels)) return;
  std::free(pixels);
}

}  // namespace skywright::image::detail
