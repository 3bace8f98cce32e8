/// Pixels across the border: NumPy arrays seen as views, our images seen as NumPy arrays. No pixel
/// is copied in either direction.
#pragma once

#include <optional>
#include <string>

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include "skywright/image/masked_image.h"

namespace skywright::python {

/// A two-dimensional array in memory, [y, x], of exactly this type; read-only ones will do.
template <class T>
using PixelArray = nanobind::ndarray<const T, nanobind::ndim<2>, nanobind::device::cpu>;
template <class T>
using MaybePixels = std::optional<PixelArray<T>>;

/// @throws InputError for rows that are not contiguous, no pixels, or more than 2^31 in one
[[noreturn]] void refuse_layout(const std::string& name);

template <class T>
image::ImageView<const T> view_of(const PixelArray<T>& array, const char* name) {
  constexpr std::size_t kLongest = 1U << 20U;
  const std::size_t height = array.shape(0);
  const std::size_t width = array.shape(1);
  const bool rows = array.stride(1) == 1 || width == 1;
  if (width == 0 || height == 0 || width > kLongest || height > kLongest || !rows ||
      array.stride(0) < static_cast<std::int64_t>(width))
    refuse_layout(name);
  return {array.data(), static_cast<int>(width), static_cast<int>(height), array.stride(0)};
}
template <class T>
image::ImageView<const T> view_of(const MaybePixels<T>& array, const char* name) {
  return array ? view_of(*array, name) : image::ImageView<const T>{};
}

/// Three planes as one image; those not given are empty. @throws InputError where sizes differ
image::MaskedImageView masked_view_of(const PixelArray<float>& pixels,
                                      const MaybePixels<float>& variance,
                                      const MaybePixels<image::MaskBits>& mask);

template <class T>
using NumpyPixels = nanobind::ndarray<nanobind::numpy, T, nanobind::ndim<2>>;

/// The image's memory as an array that owns it from now on.
template <class T>
NumpyPixels<T> handed_over(image::Image<T> image) {
  auto* kept = new image::Image<T>(std::move(image));
  const nanobind::capsule owner(kept,
                                [](void* p) noexcept { delete static_cast<image::Image<T>*>(p); });
  return NumpyPixels<T>(
      kept->data(),
      {static_cast<std::size_t>(kept->height()), static_cast<std::size_t>(kept->width())}, owner);
}

/// The memory of an image that is part of `owner`, which the array keeps alive.
template <class T>
NumpyPixels<T> lent(image::Image<T>& image, nanobind::handle owner) {
  return NumpyPixels<T>(
      image.data(),
      {static_cast<std::size_t>(image.height()), static_cast<std::size_t>(image.width())}, owner);
}

}  // namespace skywright::python
