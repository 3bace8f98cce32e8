#include "skywright/difference/subtract.h"

#include <cmath>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"
#include "skywright/math/statistics.h"

namespace skywright::difference {
namespace {

using image::MaskedImage;

/// A field of stars under a Moffat-like PSF of two Gaussians whose width varies over the field.
struct Field {
  int side = 1024;
  double sky = 400.0;  ///< [electron], gain 1
  std::vector<double> x, y, flux;
};

struct Seeing {
  double sigma = 1.5;     ///< of the core in the middle [pixel]
  double gradient = 0.0;  ///< relative change from the middle to the right edge
  double ellipticity = 0.0;
};

double width_at(const Seeing& s, const Field& f, double x) {
  return s.sigma * (1.0 + s.gradient * (2.0 * x / f.side - 1.0));
}

/// 80 % in a Gaussian core, 20 % in one twice as wide, sampled at pixel centres.
void add_star(Image<float>& image, const Seeing& s, double sigma, double x, double y, double flux) {
  const int reach = static_cast<int>(std::ceil(10.0 * sigma));
  const int cx = static_cast<int>(std::lround(x));
  const int cy = static_cast<int>(std::lround(y));
  const Box box = image::square_around(cx, cy, reach).intersection(image.box());
  const double a = sigma * (1.0 + s.ellipticity);
  const double b = sigma * (1.0 - s.ellipticity);
  for (int j = box.y0; j < box.y_end(); ++j) {
    for (int i = box.x0; i < box.x_end(); ++i) {
      const double r2 = std::pow((i - x) / a, 2) + std::pow((j - y) / b, 2);
      const double p = (0.8 * std::exp(-0.5 * r2) + 0.2 / 4.0 * std::exp(-0.125 * r2)) /
                       (2.0 * std::numbers::pi * a * b);
      image(i, j) += static_cast<float>(flux * p);
    }
  }
}

psf::PsfModel psf_of(const Seeing& s, const Field& f) {
  // Three nodes along x fix the quadratic of Chebyshev terms exactly enough.
  constexpr int kSide = 41;
  const auto node = [&](double x) {
    Image<float> p(kSide, kSide);
    add_star(p, s, width_at(s, f, x), 20.0, 20.0, 1.0);
    return p;
  };
  const Image<float> left = node(0.0);
  const Image<float> middle = node(0.5 * (f.side - 1.0));
  const Image<float> right = node(f.side - 1.0);
  std::vector<Image<float>> c(6, Image<float>(kSide, kSide));
  for (std::size_t i = 0; i < left.size(); ++i) {
    const float l = left.data()[i];
    const float m = middle.data()[i];
    const float r = right.data()[i];
    // f(u) = m + (r - l)/2 u + ((l + r)/2 - m) u^2, u^2 = (T2 + 1) / 2
    const float q = 0.5F * (l + r) - m;
    c[0].data()[i] = m + 0.5F * q;
    c[1].data()[i] = 0.5F * (r - l);
    c[3].data()[i] = 0.5F * q;
  }
  return psf::PsfModel({0, 0, f.side, f.side}, 2, std::move(c));
}

/// @param scale of the image's unit: electrons times it
MaskedImage expose(const Field& f, const Seeing& s, double scale, double level, std::int64_t visit,
                   const Field& extra = {}) {
  MaskedImage out(f.side, f.side);
  for (std::size_t i = 0; i < f.x.size(); ++i)
    add_star(out.pixels, s, width_at(s, f, f.x[i]), f.x[i], f.y[i], f.flux[i]);
  for (std::size_t i = 0; i < extra.x.size(); ++i)
    add_star(out.pixels, s, width_at(s, f, extra.x[i]), extra.x[i], extra.y[i], extra.flux[i]);
  auto random = RandomStream::for_unit(11, {visit}, "noise");
  Image<float> noise(f.side, f.side);
  random.fill_normal(noise.pixels());
  for (std::size_t i = 0; i < noise.size(); ++i) {
    const double variance = f.sky + std::max(0.0F, out.pixels.data()[i]);
    out.pixels.data()[i] =
        static_cast<float>(scale * (static_cast<double>(out.pixels.data()[i]) +
                                    std::sqrt(variance) * static_cast<double>(noise.data()[i])) +
                           level);
    out.variance.data()[i] = static_cast<float>(scale * scale * variance);
  }
  return out;
}

Field star_field(int stars) {
  Field f;
  auto random = RandomStream::for_unit(5, {stars}, "stars");
  for (int i = 0; i < stars; ++i) {
    f.x.push_back(random.uniform(0.0, f.side));
    f.y.push_back(random.uniform(0.0, f.side));
    f.flux.push_back(300.0 * std::pow(random.uniform(), -0.9));  // to 1e5 and beyond
    if (f.flux.back() > 3e5) f.flux.back() = 3e5;
  }
  return f;
}

/// Transients of a given signal-to-noise ratio in the difference, on a jittered grid.
Field transients(const Field& f, const Seeing& science, double reference_scale_noise, double snr,
                 int per_side) {
  Field out;
  auto random = RandomStream::for_unit(6, {per_side}, "transients");
  const double sigma = science.sigma;
  const double area = 4.0 * std::numbers::pi * sigma * sigma / (0.64 + 2 * 0.16 / 2.5 + 0.04 / 4);
  const double noise = std::sqrt(area * f.sky * (1.0 + reference_scale_noise));
  for (int j = 0; j < per_side; ++j) {
    for (int i = 0; i < per_side; ++i) {
      out.x.push_back((i + random.uniform(0.2, 0.8)) * f.side / per_side);
      out.y.push_back((j + random.uniform(0.2, 0.8)) * f.side / per_side);
      out.flux.push_back(snr * noise);
    }
  }
  return out;
}

struct Recovery {
  int found = 0;
  int expected = 0;
  int spurious = 0;
  std::vector<double> flux_ratio;
};

/// Sources against injected ones, matched within 2 pixels; those under bright stars do not count.
Recovery recover(const DiaSources& sources, const Field& injected, const Field& stars) {
  Recovery out;
  std::vector<char> used(sources.size(), 0);
  for (std::size_t t = 0; t < injected.x.size(); ++t) {
    bool crowded =
        injected.x[t] < 20 || injected.y[t] < 20 || injected.x[t] > 1003 || injected.y[t] > 1003;
    for (std::size_t s = 0; s < stars.x.size(); ++s)
      crowded = crowded || (stars.flux[s] > 2e4 && std::hypot(stars.x[s] - injected.x[t],
                                                              stars.y[s] - injected.y[t]) < 6.0);
    bool found = false;
    for (std::size_t k = 0; k < sources.size(); ++k) {
      if (std::hypot(sources.x[k] - injected.x[t], sources.y[k] - injected.y[t]) > 2.0) continue;
      used[k] = 1;
      if (sources.is_negative[k] != 0) continue;
      found = true;
      if (!crowded)
        out.flux_ratio.push_back(static_cast<double>(sources.psf_flux[k]) / injected.flux[t]);
    }
    if (crowded) continue;
    ++out.expected;
    out.found += found ? 1 : 0;
  }
  for (std::size_t k = 0; k < sources.size(); ++k)
    if (used[k] == 0 && sources.snr[k] > 6.0F && sources.reliability[k] > 0.5F) ++out.spurious;
  return out;
}

TEST(Subtract, RecoversTransientsWithTheReferenceConvolved) {
  const Field f = star_field(2500);
  const Seeing science{.sigma = 2.0, .gradient = 0.05};
  const Seeing reference{.sigma = 1.5, .gradient = -0.03, .ellipticity = 0.03};
  // As deep as the science, in another unit and with another background.
  const double snr = 8.0;
  const Field injected = transients(f, science, 1.0, snr, 16);
  const MaskedImage s = expose(f, science, 1.0, 10.0, 1, injected);
  const MaskedImage r = expose(f, reference, 0.8, -3.0, 2);
  const psf::PsfModel sp = psf_of(science, f);
  const psf::PsfModel rp = psf_of(reference, f);
  const Difference d = subtract(s, &sp, r, &rp, {}, {}, {}, Execution());
  EXPECT_EQ(d.report.convolved, Convolve::reference);
  EXPECT_NEAR(d.report.kernel_sum, 1.25, 0.0125);
  // One million pixels of a matched filter, some 30 to an independent value: 0.5 %; the rest is
  // the residual of faint stars.
  EXPECT_NEAR(d.report.score_scatter, 1.0, 0.03);
  const Recovery got = recover(d.sources, injected, f);
  std::printf("found %d of %d, spurious %d, flux %.4f, scatter %.4f, chi2 %.3f\n", got.found,
              got.expected, got.spurious, math::median(got.flux_ratio), d.report.score_scatter,
              d.report.stamp_chi2);
  EXPECT_GE(got.found, 0.97 * got.expected);
  EXPECT_LE(got.spurious, 3);
  // 200 transients at SNR 8: 1.1 % of standard error on the median.
  EXPECT_NEAR(math::median(got.flux_ratio), 1.0, 0.03);
}

TEST(Subtract, ConvolvesTheScienceWhereItIsSharper) {
  const Field f = star_field(2500);
  const Seeing science{.sigma = 1.5, .gradient = 0.03};
  const Seeing reference{.sigma = 2.0, .gradient = -0.04};
  const Field injected = transients(f, science, 1.0, 9.0, 12);
  const MaskedImage s = expose(f, science, 1.0, 0.0, 3, injected);
  const MaskedImage r = expose(f, reference, 1.0, 0.0, 4);
  const psf::PsfModel sp = psf_of(science, f);
  const psf::PsfModel rp = psf_of(reference, f);
  const Difference d = subtract(s, &sp, r, &rp, {}, {}, {}, Execution());
  EXPECT_EQ(d.report.convolved, Convolve::science);
  EXPECT_NEAR(d.report.score_scatter, 1.0, 0.03);
  const Recovery got = recover(d.sources, injected, f);
  std::printf("found %d of %d, spurious %d, flux %.4f, scatter %.4f\n", got.found, got.expected,
              got.spurious, math::median(got.flux_ratio), d.report.score_scatter);
  EXPECT_GE(got.found, 0.9 * got.expected);
  EXPECT_LE(got.spurious, 3);
  EXPECT_NEAR(math::median(got.flux_ratio), 1.0, 0.03);
}

TEST(Subtract, GivesTheSameBytesForAnyNumberOfThreads) {
  const Field f = star_field(1500);
  const Seeing science{.sigma = 1.9};
  const Seeing reference{.sigma = 1.5};
  const MaskedImage s = expose(f, science, 1.0, 0.0, 5);
  const MaskedImage r = expose(f, reference, 1.0, 0.0, 6);
  const psf::PsfModel sp = psf_of(science, f);
  const psf::PsfModel rp = psf_of(reference, f);
  const Difference one = subtract(s, &sp, r, &rp, {}, {}, {}, Execution(1));
  const Difference three = subtract(s, &sp, r, &rp, {}, {}, {}, Execution(3));
  EXPECT_TRUE(std::equal(one.difference.pixels.pixels().begin(),
                         one.difference.pixels.pixels().end(),
                         three.difference.pixels.pixels().begin()));
  EXPECT_TRUE(std::equal(one.score.pixels().begin(), one.score.pixels().end(),
                         three.score.pixels().begin()));
  EXPECT_EQ(one.sources.x, three.sources.x);
}

TEST(Subtract, MakesNoSourceOfMaskedPixels) {
  const Field f = star_field(1500);
  const Seeing seeing{.sigma = 1.8};
  MaskedImage s = expose(f, seeing, 1.0, 0.0, 7);
  const MaskedImage r = expose(f, {.sigma = 1.5}, 1.0, 0.0, 8);
  for (int y = 500; y < 520; ++y) {
    for (int x = 300; x < 310; ++x) {
      s.pixels(x, y) = 60000.0F;
      s.mask(x, y) |= image::bit(image::MaskPlane::saturated);
    }
  }
  s.pixels(700, 700) = NAN;
  s.pixels(701, 700) = INFINITY;
  const psf::PsfModel sp = psf_of(seeing, f);
  const psf::PsfModel rp = psf_of({.sigma = 1.5}, f);
  const Difference d = subtract(s, &sp, r, &rp, {}, {}, {}, Execution());
  EXPECT_GE(d.report.unusable_pixels, 202U);
  for (std::size_t i = 0; i < d.sources.size(); ++i) {
    EXPECT_FALSE(d.sources.x[i] > 295 && d.sources.x[i] < 315 && d.sources.y[i] > 495 &&
                 d.sources.y[i] < 525)
        << d.sources.x[i] << ' ' << d.sources.y[i];
    EXPECT_GT(std::hypot(d.sources.x[i] - 700.5, d.sources.y[i] - 700.0), 3.0);
  }
  for (const float v : d.difference.pixels.pixels()) ASSERT_TRUE(std::isfinite(v));
}

TEST(Subtract, FindsNothingBesideAHole) {
  Field f = star_field(1500);
  // A star that is saturated: a hole of zeros in the reference.
  f.x.push_back(512.3);
  f.y.push_back(500.7);
  f.flux.push_back(4e6);
  const Seeing seeing{.sigma = 1.8};
  MaskedImage s = expose(f, seeing, 1.0, 0.0, 17);
  MaskedImage r = expose(f, {.sigma = 1.5}, 1.0, 0.0, 18);
  for (int y = 494; y < 508; ++y) {
    for (int x = 505; x < 520; ++x) {
      r.pixels(x, y) = 0.0F;
      r.mask(x, y) |= image::bit(image::MaskPlane::no_data);
    }
  }
  const psf::PsfModel sp = psf_of(seeing, f);
  const psf::PsfModel rp = psf_of({.sigma = 1.5}, f);
  const Difference d = subtract(s, &sp, r, &rp, {}, {}, {}, Execution());
  const int half = d.report.kernel_side / 2;
  int near = 0;
  for (std::size_t i = 0; i < d.sources.size(); ++i) {
    const double x = d.sources.x[i];
    const double y = d.sources.y[i];
    if (std::hypot(x - 512.0, y - 501.0) < 40.0) ++near;
  }
  // 5000 pixels of noise: 0.003 expected beyond 5 sigma.
  EXPECT_EQ(near, 0);
  EXPECT_NE(d.difference.mask(half - 1, 300) & image::bit(image::MaskPlane::edge), 0U);
  EXPECT_EQ(d.difference.variance(half - 1, 300), 0.0F);
  EXPECT_GT(d.difference.variance(half, 300), 0.0F);
  EXPECT_EQ(d.difference.variance(505 - half, 500), 0.0F);
}

/// A reference made of the science by a computer has no noise of its own, though its variance says
/// so: what is left of a fit to 1e-5 is rounding, and no source.
TEST(Subtract, FindsNothingInAnImageLessItself) {
  Field f = star_field(600);
  const Seeing seeing{.sigma = 1.8};
  MaskedImage s(f.side, f.side);
  for (std::size_t i = 0; i < f.x.size(); ++i)
    add_star(s.pixels, seeing, seeing.sigma, f.x[i], f.y[i], f.flux[i]);
  for (std::size_t i = 0; i < s.pixels.size(); ++i)
    s.variance.data()[i] = static_cast<float>(f.sky) + s.pixels.data()[i];
  const psf::PsfModel psf = psf_of(seeing, f);
  for (const Convolve which : {Convolve::automatic, Convolve::both, Convolve::science}) {
    SubtractConfig config;
    config.kernel.convolve = which;
    const Difference d = subtract(s, &psf, s, &psf, {}, {}, config, Execution());
    EXPECT_EQ(d.sources.size(), 0U)
        << static_cast<int>(which) << " scatter " << d.report.score_scatter;
  }
}

TEST(Subtract, RefusesImagesThatDiffer) {
  const MaskedImage a(100, 100);
  const MaskedImage b(100, 90);
  EXPECT_THROW((void)subtract(a, nullptr, b, nullptr, {}, {}, {}, Execution()), InputError);
}

}  // namespace
}  // namespace skywright::difference
