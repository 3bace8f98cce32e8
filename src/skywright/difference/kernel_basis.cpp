#include "skywright/difference/kernel_basis.h"

#include <algorithm>
#include <cmath>

#include "skywright/base/vector_clones.h"

namespace skywright::difference {
namespace {

/// out(x) = sum_i k(i) in(x + 2 half - i), along rows.
SKYWRIGHT_VECTOR_CLONES
void convolve_rows(const float* in, int in_width, const float* k, int taps, float* out,
                   int out_width, int rows) {
  for (int y = 0; y < rows; ++y) {
    const float* line = in + static_cast<std::ptrdiff_t>(y) * in_width;
    float* o = out + static_cast<std::ptrdiff_t>(y) * out_width;
    for (int x = 0; x < out_width; ++x) o[x] = 0.0F;
    for (int i = 0; i < taps; ++i)
      for (int x = 0; x < out_width; ++x) o[x] += k[i] * line[x + taps - 1 - i];
  }
}

SKYWRIGHT_VECTOR_CLONES
void convolve_columns(const float* in, int width, const float* k, int taps, float* out, int rows) {
  for (int y = 0; y < rows; ++y) {
    float* o = out + static_cast<std::ptrdiff_t>(y) * width;
    for (int x = 0; x < width; ++x) o[x] = 0.0F;
    for (int i = 0; i < taps; ++i) {
      const float* line = in + static_cast<std::ptrdiff_t>(y + taps - 1 - i) * width;
      for (int x = 0; x < width; ++x) o[x] += k[i] * line[x];
    }
  }
}

double total(const std::vector<float>& profile) {
  double sum = 0.0;
  for (const float v : profile) sum += static_cast<double>(v);
  return sum;
}

}  // namespace

KernelBasis::KernelBasis(std::vector<GaussianFamily> families, int half) : half_(half) {
  const int side = 2 * half + 1;
  for (const GaussianFamily& family : families) {
    const std::size_t first_profile = profiles_.size();
    for (int power = 0; power <= family.degree; ++power) {
      std::vector<float> profile;
      for (int i = -half; i <= half; ++i) {
        const double u = i / family.sigma;
        profile.push_back(static_cast<float>(std::exp(-0.5 * u * u) * std::pow(u, power)));
      }
      profiles_.push_back(std::move(profile));
    }
    for (int i = 0; i <= family.degree; ++i)
      for (int j = 0; i + j <= family.degree; ++j)
        terms_.push_back({first_profile + static_cast<std::size_t>(i),
                          first_profile + static_cast<std::size_t>(j), 1.0, 0.0});
  }
  for (Term& term : terms_) {
    const std::vector<float>& px = profiles_[term.along_x];
    const std::vector<float>& py = profiles_[term.along_y];
    const double sum = total(px) * total(py);
    Image<float> image(side, side);
    const bool first = images_.empty();
    if (first) term.scale = 1.0 / sum;
    double norm = 0.0;
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) {
        double v = term.scale * static_cast<double>(px[static_cast<std::size_t>(x)]) *
                   static_cast<double>(py[static_cast<std::size_t>(y)]);
        if (!first) v -= sum * static_cast<double>(images_[0](x, y));
        image(x, y) = static_cast<float>(v);
        norm += v * v;
      }
    }
    if (!first) {
      term.scale = 1.0 / std::sqrt(norm);
      term.of_first = sum * term.scale;
      for (float& v : image.pixels()) v *= static_cast<float>(term.scale);
    }
    images_.push_back(std::move(image));
  }
}

std::vector<Image<float>> KernelBasis::convolved(ImageView<const float> patch) const {
  const Image<float> input(patch);
  const int taps = 2 * half_ + 1;
  const int width = patch.width() - 2 * half_;
  const int height = patch.height() - 2 * half_;
  std::vector<Image<float>> by_x;
  for (const std::vector<float>& profile : profiles_) {
    by_x.push_back(Image<float>::uninitialised(width, patch.height()));
    convolve_rows(input.data(), input.width(), profile.data(), taps, by_x.back().data(), width,
                  patch.height());
  }
  std::vector<Image<float>> out;
  for (const Term& term : terms_) {
    Image<float> image = Image<float>::uninitialised(width, height);
    convolve_columns(by_x[term.along_x].data(), width, profiles_[term.along_y].data(), taps,
                     image.data(), height);
    const auto scale = static_cast<float>(term.scale);
    const auto of_first = static_cast<float>(term.of_first);
    const float* first = out.empty() ? image.data() : out[0].data();
    for (std::size_t i = 0; i < image.size(); ++i)
      image.data()[i] = scale * image.data()[i] - of_first * first[i];
    out.push_back(std::move(image));
  }
  return out;
}

std::vector<GaussianFamily> families_for(double sigma) {
  // Three widths in steps of two about what is needed, as Alard & Lupton and their followers take;
  // none so narrow that the pixels no longer sample it.
  const double narrow = std::max(0.7, 0.6 * sigma);
  return {{narrow, 4}, {2.0 * narrow, 3}, {4.0 * narrow, 2}};
}

}  // namespace skywright::difference
