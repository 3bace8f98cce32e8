#include "skywright/math/fft.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <type_traits>
#include <utility>

#include <fftw3.h>

namespace skywright::math {

struct RealFft2d::Plans {
  fftwf_plan forward = nullptr;
  fftwf_plan inverse = nullptr;
  Plans() = default;
  Plans(const Plans&) = delete;
  Plans& operator=(const Plans&) = delete;
  ~Plans() {
    fftwf_destroy_plan(forward);
    fftwf_destroy_plan(inverse);
  }
};

namespace {

// FFTW's planner is not thread-safe, and planning costs more than a small transform.
std::mutex planner_lock;

/// A buffer as the plans want it: the caller's where it is aligned, else one of FFTW's, so that the
/// same plan, and with it the same rounding, serves both.
template <class T>
class Aligned {
 public:
  explicit Aligned(std::span<T> data) : data_(data) {
    if (fftwf_alignment_of(floats(data.data())) == 0) return;
    own_.reset(static_cast<T*>(fftwf_malloc(data.size_bytes())));
    if (!own_) throw std::bad_alloc();
  }
  [[nodiscard]] T* data() const { return own_ ? own_.get() : data_.data(); }
  void load() const {
    if (own_) std::copy(data_.begin(), data_.end(), own_.get());
  }
  void store() const {
    if (own_) std::copy_n(own_.get(), data_.size(), data_.begin());
  }

 private:
  static float* floats(const T* data) {
    return reinterpret_cast<float*>(const_cast<std::remove_const_t<T>*>(data));
  }
  struct Free {
    void operator()(T* p) const { fftwf_free(p); }
  };
  std::span<T> data_;
  std::unique_ptr<T, Free> own_;
};

}  // namespace

RealFft2d::RealFft2d(int width, int height) : width_(width), height_(height) {
  assert(width > 0 && height > 0);
  static std::map<std::pair<int, int>, std::shared_ptr<const Plans>> cache;
  const std::scoped_lock hold(planner_lock);
  auto& cached = cache[{width, height}];
  if (!cached) {
    auto plans = std::make_shared<Plans>();
    float* real = fftwf_alloc_real(real_size());
    fftwf_complex* spectrum = fftwf_alloc_complex(spectrum_size());
    // ESTIMATE makes the same plan on every run. Plans for aligned buffers take half the time of
    // those for any.
    plans->forward =
        fftwf_plan_dft_r2c_2d(height, width, real, spectrum, FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
    plans->inverse = fftwf_plan_dft_c2r_2d(height, width, spectrum, real, FFTW_ESTIMATE);
    fftwf_free(real);
    fftwf_free(spectrum);
    cached = std::move(plans);
  }
  plans_ = cached;
}

RealFft2d::~RealFft2d() = default;

std::size_t RealFft2d::real_size() const {
  return static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_);
}

std::size_t RealFft2d::spectrum_size() const {
  return static_cast<std::size_t>(width_ / 2 + 1) * static_cast<std::size_t>(height_);
}

void RealFft2d::forward(std::span<const float> real,
                        std::span<std::complex<float>> spectrum) const {
  assert(real.size() == real_size() && spectrum.size() == spectrum_size());
  // FFTW takes a non-const pointer but preserves the input, as the plan asks.
  const Aligned<float> in({const_cast<float*>(real.data()), real.size()});
  const Aligned<std::complex<float>> out(spectrum);
  in.load();
  fftwf_execute_dft_r2c(plans_->forward, in.data(), reinterpret_cast<fftwf_complex*>(out.data()));
  out.store();
}

void RealFft2d::inverse(std::span<std::complex<float>> spectrum, std::span<float> real) const {
  assert(real.size() == real_size() && spectrum.size() == spectrum_size());
  const Aligned<std::complex<float>> in(spectrum);
  const Aligned<float> out(real);
  in.load();
  fftwf_execute_dft_c2r(plans_->inverse, reinterpret_cast<fftwf_complex*>(in.data()), out.data());
  out.store();
  const float scale = 1.0F / static_cast<float>(real_size());
  for (float& v : real) v *= scale;
}

int fast_fft_size(int n) {
  const int step = n > 64 ? 16 : (n > 8 ? 4 : 1);
  for (int size = (std::max(n, 1) + step - 1) / step * step;; size += step) {
    int rest = size;
    for (const int factor : {2, 3, 5}) {
      while (rest % factor == 0) rest /= factor;
    }
    if (rest == 1) return size;
  }
}

}  // namespace skywright::math
