/// A simulated field with truth: Moffat stars on a sky with photon noise, drawn here and nowhere
/// shared with the code under test.
#include "skywright/measure/detect_and_measure.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include <gmock/gmock.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"
#include "skywright/math/point_index.h"
#include "skywright/math/statistics.h"

namespace skywright::measure {
namespace {

constexpr double kSky = 400.0;  // [e / pixel]
constexpr double kFwhm = 3.5;   // [pixel]
constexpr double kBeta = 3.0;

struct Star {
  double x = 0.0;
  double y = 0.0;
  double flux = 0.0;
};

struct Field {
  image::MaskedImage image;
  std::vector<Star> stars;
};

double moffat(double r2) {
  const double a2 = 0.25 * kFwhm * kFwhm / (std::pow(2.0, 1.0 / kBeta) - 1.0);
  return (kBeta - 1.0) / (3.14159265358979 * a2) * std::pow(1.0 + r2 / a2, -kBeta);
}

// Integrated over pixels by 5 x 5 points near the core, 1 beyond.
double pixel_share(double dx, double dy) {
  const double r2 = dx * dx + dy * dy;
  const int n = r2 < 64.0 ? 5 : 1;
  double sum = 0.0;
  for (int j = 0; j < n; ++j)
    for (int i = 0; i < n; ++i) {
      const double x = dx + (i + 0.5) / n - 0.5;
      const double y = dy + (j + 0.5) / n - 0.5;
      sum += moffat(x * x + y * y);
    }
  return sum / (n * n);
}

// Cramer-Rao bounds of flux and position for a star of known PSF on this sky.
struct Bound {
  double flux = 0.0;
  double position = 0.0;
};
Bound bound(double flux) {
  double ff = 0.0;
  double xx = 0.0;
  for (int y = -20; y <= 20; ++y)
    for (int x = -20; x <= 20; ++x) {
      const double p = pixel_share(x, y);
      const double slope = (pixel_share(x + 0.05, y) - pixel_share(x - 0.05, y)) / 0.1;
      const double v = kSky + flux * p;
      ff += p * p / v;
      xx += flux * flux * slope * slope / v;
    }
  return {1.0 / std::sqrt(ff), 1.0 / std::sqrt(xx)};
}

// Stars on a jittered grid, so that all are isolated; SNR log-uniform over [low, high].
Field make_field(int side, int spacing, double low, double high, std::int64_t unit) {
  Field out;
  image::Image<double> light(side, side, kSky);
  RandomStream random = RandomStream::for_unit(20, {unit}, "field");
  const double sky_only = bound(0.0).flux;
  for (int gy = spacing / 2; gy + spacing / 2 <= side; gy += spacing)
    for (int gx = spacing / 2; gx + spacing / 2 <= side; gx += spacing) {
      Star s;
      s.x = gx + random.uniform(-4.0, 4.0);
      s.y = gy + random.uniform(-4.0, 4.0);
      const double snr = low * std::pow(high / low, random.uniform());
      // Of the flux whose own noise is counted: F^2 = snr^2 (sky + F).
      s.flux = 0.5 * snr * (snr + std::sqrt(snr * snr + 4.0 * sky_only * sky_only));
      out.stars.push_back(s);
      const int half = s.flux > 5e4 ? 60 : 30;
      for (int y = std::max(0, gy - half); y <= std::min(side - 1, gy + half); ++y)
        for (int x = std::max(0, gx - half); x <= std::min(side - 1, gx + half); ++x)
          light(x, y) += s.flux * pixel_share(x - s.x, y - s.y);
    }
  out.image = image::MaskedImage(side, side);
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      const auto counts = static_cast<double>(random.poisson(light(x, y)));
      out.image.pixels(x, y) = static_cast<float>(counts);
      // As a detrended frame has it: from the counts themselves.
      out.image.variance(x, y) = static_cast<float>(std::max(1.0, counts));
    }
  return out;
}

struct Match {
  std::size_t star = 0;
  std::size_t source = 0;
};
std::vector<Match> matched(const Field& field, const SourceCatalog& sources, double radius) {
  std::vector<std::array<double, 2>> places;
  for (std::size_t i = 0; i < sources.size(); ++i) places.push_back({sources.x[i], sources.y[i]});
  const math::PointIndex<2> index(std::move(places));
  std::vector<Match> out;
  for (std::size_t i = 0; i < field.stars.size(); ++i) {
    const auto near = index.nearest({field.stars[i].x, field.stars[i].y}, 1);
    if (!near.empty() && near.front().distance < radius) out.push_back({i, near.front().index});
  }
  return out;
}

double rms(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double v : values) sum += v * v;
  return std::sqrt(sum / static_cast<double>(values.size()));
}

class MoffatField : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    field_ = new Field(make_field(1800, 45, 4.0, 600.0, 1));
    result_ = new MeasureResult(detect_and_measure(field_->image, MeasureConfig{}));
  }
  static void TearDownTestSuite() {
    delete field_;
    delete result_;
  }
  static Field* field_;
  static MeasureResult* result_;
};
Field* MoffatField::field_ = nullptr;
MeasureResult* MoffatField::result_ = nullptr;

TEST_F(MoffatField, FindsNearlyAllThatCanBeFound) {
  int above = 0;
  std::vector<bool> seen(field_->stars.size(), false);
  for (const Match& m : matched(*field_, result_->sources, 2.0)) seen[m.star] = true;
  int found = 0;
  for (std::size_t i = 0; i < field_->stars.size(); ++i) {
    if (field_->stars[i].flux < 10.0 * bound(field_->stars[i].flux).flux) continue;
    ++above;
    found += seen[i] ? 1 : 0;
  }
  ASSERT_GT(above, 500);
  EXPECT_GE(found, 0.97 * above);
}

TEST_F(MoffatField, FindsHardlyAnythingElse) {
  const auto matches = matched(*field_, result_->sources, 2.0);
  const auto false_ones = result_->sources.size() - matches.size();
  // 1800^2 / 33 independent places, 3e-7 each, a few times that for a maximum: 0.1 expected.
  EXPECT_LE(false_ones, 5U);
}

TEST_F(MoffatField, PsfFluxesAreUnbiasedAndReachTheBound) {
  struct Bin {
    double low, high;
  };
  for (const Bin bin : {Bin{20, 40}, {50, 100}, {200, 600}}) {
    std::vector<double> pulls;
    std::vector<double> relative;
    std::vector<double> quoted;
    for (const Match& m : matched(*field_, result_->sources, 2.0)) {
      const Star& star = field_->stars[m.star];
      const Bound b = bound(star.flux);
      const double snr = star.flux / b.flux;
      if (snr < bin.low || snr > bin.high) continue;
      const double error = static_cast<double>(result_->sources.psf_flux[m.source]) - star.flux;
      pulls.push_back(error / b.flux);
      relative.push_back(error / star.flux);
      quoted.push_back(error / static_cast<double>(result_->sources.psf_flux_err[m.source]));
    }
    ASSERT_GT(pulls.size(), 100U);
    const double n = static_cast<double>(pulls.size());
    const double mean = math::median(std::span<const double>(pulls));
    RecordProperty("snr_" + std::to_string(static_cast<int>(bin.low)), std::to_string(rms(pulls)));
    std::printf(
        "SNR %3.0f-%3.0f: n %4.0f flux rms/CRB %.3f, mad %.3f, median pull %+.3f, quoted %.3f, rel "
        "%.5f\n",
        bin.low, bin.high, n, rms(pulls), math::mad_sigma(std::span<const double>(pulls)), mean,
        rms(quoted), math::median(std::span<const double>(relative)));
    // 4 sigma of an rms over n values above 1.0, and 10 % for the PSF's own noise.
    EXPECT_LT(rms(pulls), 1.10 + 4.0 / std::sqrt(2.0 * n));
    EXPECT_NEAR(rms(quoted), 1.0, 0.10 + 4.0 / std::sqrt(2.0 * n));
    EXPECT_LT(std::abs(math::median(std::span<const double>(relative))), 0.01);
  }
}

TEST_F(MoffatField, CentroidsReachTheBound) {
  for (const auto& [low, high] :
       {std::pair{10.0, 20.0}, {20.0, 40.0}, {50.0, 100.0}, {200.0, 600.0}}) {
    std::vector<double> pulls;
    std::vector<double> quoted;
    for (const Match& m : matched(*field_, result_->sources, 2.0)) {
      const Star& star = field_->stars[m.star];
      const Bound b = bound(star.flux);
      if (star.flux / b.flux < low || star.flux / b.flux > high) continue;
      const double dx = result_->sources.x[m.source] - star.x;
      const double dy = result_->sources.y[m.source] - star.y;
      pulls.push_back(dx / b.position);
      pulls.push_back(dy / b.position);
      quoted.push_back(dx / static_cast<double>(result_->sources.x_err[m.source]));
    }
    const double n = static_cast<double>(pulls.size());
    std::printf("SNR %3.0f-%3.0f: n %4.0f centroid rms/CRB %.3f quoted %.3f\n", low, high, n,
                rms(pulls), rms(quoted));
    EXPECT_LT(rms(pulls), 1.10 + 4.0 / std::sqrt(2.0 * n));
    EXPECT_NEAR(rms(quoted), 1.0, 0.10 + 4.0 / std::sqrt(n));
  }
}

TEST_F(MoffatField, KronFluxesAreWithinTwoPercent) {
  for (const auto& [low, high] :
       {std::pair{8.0, 12.0}, {20.0, 40.0}, {50.0, 100.0}, {200.0, 600.0}}) {
    std::vector<double> relative;
    for (const Match& m : matched(*field_, result_->sources, 2.0)) {
      const Star& star = field_->stars[m.star];
      const double snr = star.flux / bound(star.flux).flux;
      if (snr < low || snr > high) continue;
      relative.push_back(static_cast<double>(result_->sources.kron_flux[m.source]) / star.flux -
                         1.0);
    }
    const double error = math::mad_sigma(std::span<const double>(relative)) * 1.25 /
                         std::sqrt(static_cast<double>(relative.size()));
    const double bias = math::median(std::span<const double>(relative));
    std::printf("SNR %3.0f-%3.0f: Kron bias %+.4f +- %.4f\n", low, high, bias, error);
    EXPECT_LT(std::abs(bias), 0.02 + 4.0 * error);
  }
}

// Of stars, the Gaussian flux is the total flux as the PSF flux is; noisier, since a Gaussian is
// not a Moffat profile, and as noisy as it says.
TEST_F(MoffatField, GaussianFluxesOfStarsAreTheirTotalFluxes) {
  for (const auto& [low, high] : {std::pair{20.0, 40.0}, {50.0, 100.0}, {200.0, 600.0}}) {
    std::vector<double> relative;
    std::vector<double> quoted;
    for (const Match& m : matched(*field_, result_->sources, 2.0)) {
      const Star& star = field_->stars[m.star];
      const double snr = star.flux / bound(star.flux).flux;
      const SourceCatalog& c = result_->sources;
      if (snr < low || snr > high || c.has(m.source, SourceFlag::gaussian_failed)) continue;
      if (c.extendedness[m.source] > 0.0F) continue;
      const double error = static_cast<double>(c.gaussian_flux[m.source]) - star.flux;
      relative.push_back(error / star.flux);
      quoted.push_back(error / static_cast<double>(c.gaussian_flux_err[m.source]));
    }
    ASSERT_GT(quoted.size(), 100U);
    const double n = static_cast<double>(quoted.size());
    const double bias = math::median(std::span<const double>(relative));
    std::printf("SNR %3.0f-%3.0f: Gaussian flux bias %+.4f, quoted %.3f\n", low, high, bias,
                rms(quoted));
    EXPECT_LT(std::abs(bias), 0.002 + 4.0 * 1.25 / low / std::sqrt(n));
    EXPECT_NEAR(rms(quoted), 1.0, 0.10 + 4.0 / std::sqrt(2.0 * n));
  }
}

TEST_F(MoffatField, StarsAreNotExtended) {
  int stars = 0;
  int extended = 0;
  for (const Match& m : matched(*field_, result_->sources, 2.0)) {
    ++stars;
    extended += result_->sources.extendedness[m.source] > 0.5F ? 1 : 0;
  }
  EXPECT_LT(extended, 0.02 * stars);
}

TEST_F(MoffatField, ThePsfIsTheOneThatWasDrawn) {
  EXPECT_GT(result_->counts.psf_stars, 50);
  for (const image::PixelPosition at : {image::PixelPosition{200, 200}, {900, 900}, {1600, 300}}) {
    const image::Image<float> psf = result_->psf.centred_image(at);
    const int half = psf.width() / 2;
    double worst = 0.0;
    for (int y = -5; y <= 5; ++y)
      for (int x = -5; x <= 5; ++x)
        worst = std::max(
            worst, std::abs(static_cast<double>(psf(x + half, y + half)) - pixel_share(x, y)));
    std::printf("PSF worst pixel error %.5f of the peak, fwhm %.3f\n", worst / pixel_share(0, 0),
                result_->psf.fwhm(at));
    EXPECT_LT(worst, 0.015 * pixel_share(0, 0));
  }
}

TEST_F(MoffatField, BackgroundIsThatOfTheSky) {
  // The median of photon noise lies a sixth of an electron below its mean; the level's own noise is
  // a fiftieth.
  EXPECT_NEAR(result_->background.global_level, kSky, 0.25);
  EXPECT_NEAR(result_->background.global_rms, std::sqrt(kSky), 0.3);
}

TEST(DetectAndMeasure, GivesTheSameBytesForAnyNumberOfThreads) {
  const Field field = make_field(500, 33, 5.0, 300.0, 2);
  const MeasureResult one = detect_and_measure(field.image, MeasureConfig{}, Execution(1));
  for (const int jobs : {2, 5}) {
    const MeasureResult many = detect_and_measure(field.image, MeasureConfig{}, Execution(jobs));
    ASSERT_EQ(many.sources.size(), one.sources.size());
    EXPECT_EQ(many.sources.x, one.sources.x);
    EXPECT_EQ(many.sources.y, one.sources.y);
    EXPECT_EQ(many.sources.psf_flux, one.sources.psf_flux);
    EXPECT_EQ(many.sources.ap_flux, one.sources.ap_flux);
    EXPECT_EQ(many.sources.kron_flux, one.sources.kron_flux);
    EXPECT_EQ(many.sources.flags, one.sources.flags);
  }
}

TEST(DetectAndMeasure, MaskedPixelsNeverCount) {
  Field field = make_field(500, 33, 30.0, 300.0, 3);
  const MeasureResult clean = detect_and_measure(field.image, MeasureConfig{});
  RandomStream random = RandomStream::for_unit(3, {1}, "defects");
  for (int k = 0; k < 1500; ++k) {
    const int x = static_cast<int>(random.below(500));
    const int y = static_cast<int>(random.below(500));
    field.image.pixels(x, y) = k % 2 == 0 ? std::numeric_limits<float>::quiet_NaN() : 5e4F;
    if (k % 2 == 1) field.image.mask(x, y) |= bit(image::MaskPlane::cosmic_ray);
  }
  const MeasureResult holed = detect_and_measure(field.image, MeasureConfig{});
  const auto before = matched(field, clean.sources, 1.0).size();
  const auto matches = matched(field, holed.sources, 1.0);
  EXPECT_GE(matches.size() + 3, before);
  EXPECT_LE(holed.sources.size(), field.stars.size() + 3);
  std::vector<double> pulls;
  for (const Match& m : matches)
    pulls.push_back(
        (static_cast<double>(holed.sources.psf_flux[m.source]) - field.stars[m.star].flux) /
        static_cast<double>(holed.sources.psf_flux_err[m.source]));
  EXPECT_NEAR(math::median(std::span<const double>(pulls)), 0.0, 0.5);
}

TEST(DetectAndMeasure, NeighboursAreBlendedAndShareTheirLight) {
  Field field = make_field(600, 60, 100.0, 300.0, 4);
  image::Image<float> extra(600, 600);
  RandomStream random = RandomStream::for_unit(5, {1}, "neighbours");
  const std::size_t first = field.stars.size();
  for (std::size_t i = 0; i < first; ++i) {
    const double angle = random.uniform(0.0, 6.283);
    Star s{field.stars[i].x + 8.0 * std::cos(angle), field.stars[i].y + 8.0 * std::sin(angle),
           0.5 * field.stars[i].flux};
    field.stars.push_back(s);
    for (int y = 0; y < 600; ++y)
      for (int x = 0; x < 600; ++x)
        if (std::hypot(x - s.x, y - s.y) < 25.0)
          field.image.pixels(x, y) += static_cast<float>(s.flux * pixel_share(x - s.x, y - s.y));
  }
  const MeasureResult result = detect_and_measure(field.image, MeasureConfig{});
  const auto matches = matched(field, result.sources, 1.0);
  EXPECT_GE(matches.size(), 0.97 * static_cast<double>(field.stars.size()));
  std::vector<double> relative;
  int blended = 0;
  for (const Match& m : matches) {
    blended += result.sources.has(m.source, SourceFlag::blended) ? 1 : 0;
    relative.push_back(
        static_cast<double>(result.sources.psf_flux[m.source]) / field.stars[m.star].flux - 1.0);
  }
  EXPECT_GE(blended, 0.95 * static_cast<double>(matches.size()));
  std::printf("blends: median %.4f, scatter %.4f\n",
              math::median(std::span<const double>(relative)),
              math::mad_sigma(std::span<const double>(relative)));
  EXPECT_NEAR(math::median(std::span<const double>(relative)), 0.0, 0.03);
  EXPECT_LT(math::mad_sigma(std::span<const double>(relative)), 0.08);
}

TEST(DetectAndMeasure, AnImageWithoutSourcesGivesAnEmptyCatalog) {
  const Field field = make_field(300, 1000, 10.0, 20.0, 6);
  MeasureConfig config;
  config.detection.threshold = 6.0;
  const MeasureResult result = detect_and_measure(field.image, config);
  EXPECT_EQ(result.sources.size(), 0U);
  EXPECT_EQ(to_table(result.sources).rows(), 0U);
}

TEST(DetectAndMeasure, AnImageOfNansIsRefused) {
  image::MaskedImage image(64, 64);
  for (float& p : image.pixels.pixels()) p = std::numeric_limits<float>::quiet_NaN();
  for (float& v : image.variance.pixels()) v = 1.0F;
  EXPECT_THROW(detect_and_measure(image, MeasureConfig{}), InputError);
}

// Through their own moments, which are as noisy as their fluxes: Gaussian galaxies of sigma 4
// pixels under a PSF of 1.3, of signal-to-noise ratio about 40.
TEST(GaussianFlux, OfResolvedSourcesIsUnbiasedAndItsErrorHolds) {
  constexpr int kSide = 900;
  constexpr double kVariance = 16.0;  // sigma^2 of what is seen [pixel^2]
  constexpr double kFlux = 12000.0;
  image::MaskedImage image(kSide, kSide);
  RandomStream random = RandomStream::for_unit(31, {}, "galaxies");
  std::vector<std::array<double, 2>> places;
  for (int gy = 30; gy + 30 <= kSide; gy += 60)
    for (int gx = 30; gx + 30 <= kSide; gx += 60)
      places.push_back({gx + random.uniform(-3.0, 3.0), gy + random.uniform(-3.0, 3.0)});
  for (int y = 0; y < kSide; ++y)
    for (int x = 0; x < kSide; ++x) {
      image.pixels(x, y) = static_cast<float>(20.0 * random.normal());
      image.variance(x, y) = 400.0F;
    }
  for (const auto& [px, py] : places)
    for (int y = std::max(0, static_cast<int>(py) - 24);
         y < std::min(kSide, static_cast<int>(py) + 25); ++y)
      for (int x = std::max(0, static_cast<int>(px) - 24);
           x < std::min(kSide, static_cast<int>(px) + 25); ++x) {
        const double r2 = (x - px) * (x - px) + (y - py) * (y - py);
        image.pixels(x, y) += static_cast<float>(kFlux / (2.0 * 3.14159265358979 * kVariance) *
                                                 std::exp(-0.5 * r2 / kVariance));
      }
  const SourceCatalog c =
      detect_and_measure(image, psf::gaussian_psf(3.06, 31), MeasureConfig{}).sources;
  std::vector<double> pulls;
  std::vector<double> relative;
  for (std::size_t i = 0; i < c.size(); ++i) {
    const bool placed = std::any_of(places.begin(), places.end(), [&](const auto& p) {
      return std::hypot(c.x[i] - p[0], c.y[i] - p[1]) < 2.0;
    });
    if (!placed || c.has(i, SourceFlag::blended) || !(c.extendedness[i] > 0.0F)) continue;
    const double error = static_cast<double>(c.gaussian_flux[i]) - kFlux;
    pulls.push_back(error / static_cast<double>(c.gaussian_flux_err[i]));
    relative.push_back(error / kFlux);
  }
  const double n = static_cast<double>(pulls.size());
  ASSERT_GT(n, 150.0);
  const double bias = math::median(std::span<const double>(relative));
  std::printf("resolved: n %.0f Gaussian flux bias %+.4f, quoted %.3f\n", n, bias, rms(pulls));
  // The expansion in noise holds to 1 / SNR: 2.5 % of the flux, of which some part may be a bias.
  EXPECT_LT(std::abs(bias), 0.01 + 4.0 * 1.25 / 28.0 / std::sqrt(n));
  EXPECT_NEAR(rms(pulls), 1.0, 0.10 + 4.0 / std::sqrt(2.0 * n));
}

// Where photons no longer hide what interpolation of the PSF between pixels does to a place.
TEST(BrightStars, AreAsWellPlacedAndMeasuredAsQuoted) {
  const Field field = make_field(900, 45, 600.0, 2000.0, 5);
  const SourceCatalog c = detect_and_measure(field.image, MeasureConfig{}).sources;
  std::vector<double> place;
  std::vector<double> flux;
  for (const Match& m : matched(field, c, 1.0)) {
    if (c.has(m.source, SourceFlag::blended)) continue;
    const Star& star = field.stars[m.star];
    place.push_back((c.x[m.source] - star.x) / static_cast<double>(c.x_err[m.source]));
    place.push_back((c.y[m.source] - star.y) / static_cast<double>(c.y_err[m.source]));
    flux.push_back((static_cast<double>(c.psf_flux[m.source]) - star.flux) /
                   static_cast<double>(c.psf_flux_err[m.source]));
  }
  const double n = static_cast<double>(flux.size());
  ASSERT_GT(n, 200.0);
  const double places = math::mad_sigma(std::span<const double>(place));
  const double fluxes = math::mad_sigma(std::span<const double>(flux));
  std::printf("SNR 600-2000: n %.0f quoted place %.3f, flux %.3f\n", n, places, fluxes);
  // A robust sigma of n normal values scatters by 1.17 / sqrt(n); 10 % for the PSF's own noise.
  EXPECT_NEAR(places, 1.0, 0.10 + 4.0 * 1.17 / std::sqrt(2.0 * n));
  EXPECT_NEAR(fluxes, 1.0, 0.10 + 4.0 * 1.17 / std::sqrt(n));
}

TEST(MeasureFootprints, NegativeSourcesHaveNegativeFluxes) {
  const Field field = make_field(300, 60, 50.0, 100.0, 7);
  image::MaskedImage image = field.image;
  for (float& p : image.pixels.pixels()) p = static_cast<float>(kSky) - p;
  const psf::PsfModel psf = psf::moffat_psf(kFwhm, kBeta, 31);
  const image::Kernel kernel(psf.centred_image({150, 150}));
  const auto score = pixel_significance(image, image::kUnusable, kernel, 1.0);
  const Footprints found =
      find_footprints(score.view(), {.threshold = 6.0, .polarity = Polarity::both});
  const SourceCatalog sources =
      measure_footprints(image, found.found, score.view(), psf, MeasureConfig{});
  const auto matches = matched(field, sources, 1.0);
  ASSERT_EQ(matches.size(), field.stars.size());
  std::vector<double> relative;
  for (const Match& m : matches)
    relative.push_back(static_cast<double>(sources.psf_flux[m.source]) / -field.stars[m.star].flux);
  EXPECT_NEAR(math::median(std::span<const double>(relative)), 1.0, 0.02);
}

}  // namespace
}  // namespace skywright::measure
