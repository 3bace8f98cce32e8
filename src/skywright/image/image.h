/// Two-dimensional arrays of pixels: owners own, views borrow, const is deep.
///
///     Image<float> sky(4096, 4004);          // zeros, rows contiguous, 64-byte aligned
///     ImageView<float> corner = sky.view().part({0, 0, 512, 512});
///     ImageView<const float> frozen = corner; // and never back
///
/// Rows run along x and lie one after the other: pixel (x, y) of an image is data()[y * width + x],
/// of a view data()[y * stride + x]. An image has no origin: (0, 0) is its first pixel.
#pragma once

#include <cassert>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "skywright/image/box.h"
#include "skywright/image/pixel_memory.h"

namespace skywright::image {

template <class T>
class ImageView {
 public:
  ImageView() = default;
  ImageView(T* data, int width, int height, std::ptrdiff_t stride)
      : data_(data), width_(width), height_(height), stride_(stride) {}
  /// A mutable view serves as a const one.
  template <class U>
  requires(std::is_same_v<const U, T>)
      ImageView(const ImageView<U>& other)  // NOLINT(google-explicit-constructor)
      : data_(other.data()),
        width_(other.width()),
        height_(other.height()),
        stride_(other.stride()) {}

  [[nodiscard]] T* data() const { return data_; }
  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  [[nodiscard]] std::ptrdiff_t stride() const { return stride_; }
  [[nodiscard]] bool empty() const { return width_ == 0 || height_ == 0; }
  [[nodiscard]] bool contiguous() const { return stride_ == width_; }
  [[nodiscard]] std::size_t size() const {
    return static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_);
  }
  [[nodiscard]] Box box() const { return {0, 0, width_, height_}; }
  [[nodiscard]] T* row(int y) const {
    assert(y >= 0 && y < height_);
    return data_ + y * stride_;
  }
  [[nodiscard]] T& operator()(int x, int y) const {
    assert(x >= 0 && x < width_ && y >= 0 && y < height_);
    return data_[y * stride_ + x];
  }
  /// The pixels within `box`. @pre box lies within this view
  [[nodiscard]] ImageView part(const Box& box) const {
    assert(this->box().contains(box));
    return {data_ + box.y0 * stride_ + box.x0, box.width, box.height, stride_};
  }

 private:
  T* data_ = nullptr;
  int width_ = 0;
  int height_ = 0;
  std::ptrdiff_t stride_ = 0;
};

/// An owning image of plain values; a copy copies the pixels.
template <class T>
class Image {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Image() = default;
  Image(int width, int height, T fill = T{}) : Image(width, height, Uninitialised{}) {
    for (T& value : pixels()) value = fill;
  }
  /// Pixels with no value yet: the caller writes every one of them.
  static Image uninitialised(int width, int height) {
    return Image(width, height, Uninitialised{});
  }
  explicit Image(ImageView<const T> source)
      : Image(source.width(), source.height(), Uninitialised{}) {
    for (int y = 0; y < height_; ++y)
      for (int x = 0; x < width_; ++x) view()(x, y) = source(x, y);
  }
  Image(const Image& other) : Image(other.view()) {}
  Image(Image&& other) noexcept
      : data_(std::move(other.data_)),
        width_(std::exchange(other.width_, 0)),
        height_(std::exchange(other.height_, 0)) {}
  Image& operator=(Image other) noexcept {
    std::swap(data_, other.data_);
    std::swap(width_, other.width_);
    std::swap(height_, other.height_);
    return *this;
  }
  ~Image() = default;

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  [[nodiscard]] bool empty() const { return width_ == 0 || height_ == 0; }
  [[nodiscard]] Box box() const { return {0, 0, width_, height_}; }
  [[nodiscard]] std::size_t size() const {
    return static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_);
  }
  [[nodiscard]] T* data() { return data_.get(); }
  [[nodiscard]] const T* data() const { return data_.get(); }
  [[nodiscard]] T* row(int y) { return view().row(y); }
  [[nodiscard]] const T* row(int y) const { return view().row(y); }
  [[nodiscard]] std::span<T> pixels() { return {data_.get(), size()}; }
  [[nodiscard]] std::span<const T> pixels() const { return {data_.get(), size()}; }
  [[nodiscard]] T& operator()(int x, int y) { return view()(x, y); }
  [[nodiscard]] const T& operator()(int x, int y) const { return view()(x, y); }
  [[nodiscard]] ImageView<T> view() { return {data_.get(), width_, height_, width_}; }
  [[nodiscard]] ImageView<const T> view() const { return {data_.get(), width_, height_, width_}; }
  operator ImageView<T>() { return view(); }              // NOLINT(google-explicit-constructor)
  operator ImageView<const T>() const { return view(); }  // NOLINT(google-explicit-constructor)

 private:
  struct Uninitialised {};
  struct Free {
    std::size_t bytes = 0;
    void operator()(T* p) const { detail::release_pixels(p, bytes); }
  };
  Image(int width, int height, Uninitialised) : width_(width), height_(height) {
    assert(width >= 0 && height >= 0);
    const std::size_t bytes = size() * sizeof(T) + 64;
    data_ = {static_cast<T*>(detail::allocate_pixels(bytes)), Free{bytes}};
  }

  std::unique_ptr<T[], Free> data_;
  int width_ = 0;
  int height_ = 0;
};

}  // namespace skywright::image
