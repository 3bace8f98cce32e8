#include "skywright/psf/psf_model.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "skywright/base/error.h"
#include "skywright/math/polynomial.h"
#include "skywright/psf/adaptive_moments.h"
#include "skywright/psf/sinc_shift.h"

namespace skywright::psf {
namespace {

void normalise(Image<float>& image) {
  double sum = 0.0;
  for (const float p : image.pixels()) sum += static_cast<double>(p);
  const auto scale = static_cast<float>(1.0 / sum);
  for (float& p : image.pixels()) p *= scale;
}

// A round profile integrated over each pixel by 11 x 11 points (21 x 21 near the centre).
template <class Profile>
PsfModel round_psf(int side, const Profile& profile) {
  if (side < 1 || side % 2 == 0)
    throw InputError("PSF stamp of side " + std::to_string(side), "a side is odd and positive",
                     "add one");
  Image<float> stamp(side, side);
  const int half = side / 2;
  for (int y = -half; y <= half; ++y)
    for (int x = -half; x <= half; ++x) {
      const int points = std::max(std::abs(x), std::abs(y)) <= 3 ? 21 : 11;
      double sum = 0.0;
      for (int j = 0; j < points; ++j)
        for (int i = 0; i < points; ++i) {
          const double dx = x + (i + 0.5) / points - 0.5;
          const double dy = y + (j + 0.5) / points - 0.5;
          sum += profile(dx * dx + dy * dy);
        }
      stamp(x + half, y + half) = static_cast<float>(sum / (points * points));
    }
  return constant_psf(stamp);
}

}  // namespace

PsfModel::PsfModel(const Box& domain, int degree, std::vector<Image<float>> coefficients)
    : domain_(domain), degree_(degree), coefficients_(std::move(coefficients)) {
  const auto expected = static_cast<std::size_t>(math::term_count(std::max(0, degree)));
  if (degree < 0 || coefficients_.size() != expected)
    throw InputError("PSF model of degree " + std::to_string(degree),
                     std::to_string(coefficients_.size()) + " coefficient images, not " +
                         std::to_string(expected),
                     "give one a term");
  const int side = coefficients_.front().width();
  for (const Image<float>& c : coefficients_)
    if (c.width() != side || c.height() != side || side % 2 == 0)
      throw InputError("PSF model", "its images are not squares of one odd side",
                       "pad them with zeros");
}

Image<float> PsfModel::centred_image(PixelPosition at) const {
  Image<float> out = coefficients_.front();
  if (degree_ > 0) {
    const math::Interval u{static_cast<double>(domain_.x0), domain_.x_end() - 1.0};
    const math::Interval v{static_cast<double>(domain_.y0), domain_.y_end() - 1.0};
    std::vector<double> terms(coefficients_.size());
    // Beyond the domain a polynomial runs away: the border's value holds there.
    math::chebyshev_terms(std::clamp(u.scaled(at.x), -1.0, 1.0),
                          std::clamp(v.scaled(at.y), -1.0, 1.0), degree_, terms);
    for (std::size_t k = 1; k < coefficients_.size(); ++k) {
      const auto t = static_cast<float>(terms[k]);
      const float* from = coefficients_[k].data();
      float* to = out.data();
      for (std::size_t i = 0; i < out.size(); ++i) to[i] += t * from[i];
    }
  }
  normalise(out);
  return out;
}

Image<float> PsfModel::image_at(PixelPosition at) const {
  const Image<float> centred = centred_image(at);
  Image<float> out = shifted(centred.view(), at.x - std::round(at.x), at.y - std::round(at.y));
  normalise(out);
  return out;
}

double PsfModel::fwhm(PixelPosition at) const {
  const Image<float> stamp = centred_image(at);
  const int half = side() / 2;
  // The azimuthal mean at radius r from samples at 16 angles of the first half turn and,
  // by point symmetry of the mean, the same shifts give the opposite side.
  const auto profile = [&](double r) {
    double sum = 0.0;
    constexpr int kAngles = 32;
    for (int k = 0; k < kAngles; ++k) {
      const double angle = 2.0 * std::numbers::pi * (k + 0.5) / kAngles;
      const double x = half + r * std::cos(angle);
      const double y = half + r * std::sin(angle);
      const int ix = static_cast<int>(std::lround(x));
      const int iy = static_cast<int>(std::lround(y));
      const auto wx = sinc_weights(ix - x);
      const auto wy = sinc_weights(iy - y);
      for (int j = 0; j < static_cast<int>(wy.size()); ++j)
        for (int i = 0; i < static_cast<int>(wx.size()); ++i) {
          const int px = ix + i - kSincReach;
          const int py = iy + j - kSincReach;
          if (!stamp.box().contains(px, py)) continue;
          sum += static_cast<double>(wx[static_cast<std::size_t>(i)]) *
                 static_cast<double>(wy[static_cast<std::size_t>(j)]) *
                 static_cast<double>(stamp(px, py));
        }
    }
    return sum / kAngles;
  };
  const double top = profile(0.0);
  double inner = 0.0;
  double value = top;
  for (double r = 0.1; r < half; r += 0.1) {
    const double next = profile(r);
    if (next <= 0.5 * top) {
      const double f = value > next ? (value - 0.5 * top) / (value - next) : 0.0;
      return 2.0 * (inner + 0.1 * f);
    }
    inner = r;
    value = next;
  }
  return 2.0 * half;
}

double PsfModel::effective_area(PixelPosition at) const {
  const Image<float> stamp = centred_image(at);
  double sum = 0.0;
  for (const float p : stamp.pixels()) sum += static_cast<double>(p) * static_cast<double>(p);
  return 1.0 / sum;
}

Moments PsfModel::moments(PixelPosition at) const {
  const Image<float> stamp = centred_image(at);
  const double middle = side() / 2;
  const double sigma = 0.28 * std::sqrt(effective_area(at));  // sqrt(A / 4 pi) of a Gaussian
  return adaptive_moments(stamp.view(), {}, {middle, middle}, std::max(0.5, sigma), Centre::free)
      .moments;
}

PsfModel gaussian_psf(double fwhm, int side) {
  const double sigma2 = fwhm * fwhm / (8.0 * std::numbers::ln2);
  return round_psf(side, [&](double r2) { return std::exp(-0.5 * r2 / sigma2); });
}

PsfModel moffat_psf(double fwhm, double beta, int side) {
  const double alpha2 = 0.25 * fwhm * fwhm / (std::pow(2.0, 1.0 / beta) - 1.0);
  return round_psf(side, [&](double r2) { return std::pow(1.0 + r2 / alpha2, -beta); });
}

PsfModel constant_psf(const Image<float>& image) {
  Image<float> stamp = image;
  normalise(stamp);
  std::vector<Image<float>> coefficients;
  coefficients.push_back(std::move(stamp));
  return {{0, 0, 1, 1}, 0, std::move(coefficients)};
}

}  // namespace skywright::psf
