/// Where images keep their pixels: aligned to cache lines; large ones on huge pages, and kept for
/// the next image when they are given back.
///
/// The first touch of fresh memory costs more than most passes over an image: with pages of 4 KiB
/// and nothing kept it was over half of the processor time of a night (record 0091).
#pragma once

#include <cstddef>

namespace skywright::image::detail {

/// At least `bytes` of memory with any content, aligned to 64 bytes or more. @throws std::bad_alloc
void* allocate_pixels(std::size_t bytes);
/// @param bytes as they were asked for
void release_pixels(void* pixels, std::size_t bytes) noexcept;

}  // namespace skywright::image::detail
