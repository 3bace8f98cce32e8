#include "skywright/math/fft.h"

#include <cassert>
#include <map>
#include <mutex>
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
    // UNALIGNED keeps one plan good for all buffers; ESTIMATE makes the same plan on every run.
    plans->forward = fftwf_plan_dft_r2c_2d(height, width, real, spectrum,
                                           FFTW_ESTIMATE | FFTW_UNALIGNED | FFTW_PRESERVE_INPUT);
    plans->inverse =
        fftwf_plan_dft_c2r_2d(height, width, spectrum, real, FFTW_ESTIMATE | FFTW_UNALIGNED);
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
  fftwf_execute_dft_r2c(plans_->forward, const_cast<float*>(real.data()),
                        reinterpret_cast<fftwf_complex*>(spectrum.data()));
}

void RealFft2d::inverse(std::span<std::complex<float>> spectrum, std::span<float> real) const {
  assert(real.size() == real_size() && spectrum.size() == spectrum_size());
  fftwf_execute_dft_c2r(plans_->inverse, reinterpret_cast<fftwf_complex*>(spectrum.data()),
                        real.data());
  const float scale = 1.0F / static_cast<float>(real_size());
  for (float& v : real) v *= scale;
}

int fast_fft_size(int n) {
  for (int size = n < 1 ? 1 : n;; ++size) {
    int rest = size;
    for (const int factor : {2, 3, 5, 7}) {
      while (rest % factor == 0) rest /= factor;
    }
    if (rest == 1) return size;
  }
}

}  // namespace skywright::math
