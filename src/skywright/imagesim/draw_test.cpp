#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "skywright/base/random_stream.h"
#include "skywright/imagesim/detail/wide_layers.h"
#include "skywright/imagesim/draw_gaussian.h"
#include "skywright/imagesim/draw_objects.h"

namespace skywright::imagesim {
namespace {

double formula(const PixelGaussian& g, double flux, double dx, double dy) {
  const double det = g.xx * g.yy - g.xy * g.xy;
  const double m2 = (g.yy * dx * dx - 2.0 * g.xy * dx * dy + g.xx * dy * dy) / det;
  return g.weight * flux / (2.0 * std::numbers::pi * std::sqrt(det)) * std::exp(-0.5 * m2);
}

TEST(DrawGaussian, ThePlainTwinAgreesWithTheFormula) {
  image::Image<float> image(64, 48);
  const PixelGaussian g{0.7, 9.0, -3.0, 5.0};
  draw_gaussian_plain(image, 100, 200, 131.3, 223.8, 1e4, g, 1e-4);
  for (int y = 0; y < 48; ++y)
    for (int x = 0; x < 64; ++x) {
      const double expected = formula(g, 1e4, x + 100 - 131.3, y + 200 - 223.8);
      // Nothing above the floor is left out; what is drawn is right to the polynomial's error.
      EXPECT_NEAR(static_cast<double>(image(x, y)), expected, 2e-6 * expected + 1.01e-4);
    }
}

TEST(DrawGaussian, AgreesWithTheFormulaWhateverItsShapeAndPlace) {
  auto random = RandomStream::for_unit(7, {}, "draw_gaussian");
  const double floor = 1e-3;
  for (int trial = 0; trial < 2000; ++trial) {
    // Axes from 0.3 to 30 pixels, at any angle; centres inside and beside a view of any size.
    const double major = 0.3 * std::pow(100.0, random.uniform());
    const double minor = std::max(0.3, major * (0.05 + 0.95 * random.uniform()));
    const double angle = random.uniform() * std::numbers::pi;
    const double c = std::cos(angle);
    const double s = std::sin(angle);
    const PixelGaussian g{0.3 + random.uniform(), major * major * c * c + minor * minor * s * s,
                          (major * major - minor * minor) * c * s,
                          major * major * s * s + minor * minor * c * c};
    const int width = 1 + static_cast<int>(random.uniform() * 70.0);
    const int height = 1 + static_cast<int>(random.uniform() * 70.0);
    const double x = 1000.0 + (1.6 * random.uniform() - 0.3) * width;
    const double y = 500.0 + (1.6 * random.uniform() - 0.3) * height;
    const double flux = std::pow(10.0, 1.0 + 6.0 * random.uniform());
    image::Image<float> around(width + 4, height + 4);
    draw_gaussian(around.view().part({2, 2, width, height}), 1000, 500, x, y, flux, g, floor);
    // Where the exponent stands at six standard deviations, less than 2e-8 of the peak is left.
    const double peak = formula(g, flux, 0.0, 0.0);
    for (int row = 0; row < height + 4; ++row)
      for (int column = 0; column < width + 4; ++column) {
        const double drawn = static_cast<double>(around(column, row));
        const bool inside = column >= 2 && column < width + 2 && row >= 2 && row < height + 2;
        const double expected = inside ? formula(g, flux, column + 998 - x, row + 498 - y) : 0.0;
        ASSERT_NEAR(drawn, expected, 4e-5 * expected + std::max(1.01 * floor, 2e-8 * peak))
            << trial << ": " << major << " by " << minor << " at " << angle;
        if (!inside) {
          ASSERT_EQ(drawn, 0.0) << trial;
        }
      }
  }
}

TEST(WideLayers, AgreeWithTheFormula) {
  auto random = RandomStream::for_unit(7, {}, "wide_layers");
  int drawn = 0;
  for (int trial = 0; trial < 300; ++trial) {
    const double minor = 5.0 * std::pow(10.0, random.uniform());
    const double major = minor * random.uniform(1.0, 3.0);
    const double angle = random.uniform(0.0, std::numbers::pi);
    const double c = std::cos(angle);
    const double s = std::sin(angle);
    const PixelGaussian g{0.4, major * major * c * c + minor * minor * s * s,
                          (major * major - minor * minor) * c * s,
                          major * major * s * s + minor * minor * c * c};
    const int width = 1 + static_cast<int>(random.uniform(0.0, 200.0));
    const int height = 1 + static_cast<int>(random.uniform(0.0, 200.0));
    const double x = random.uniform(-0.3, 1.3) * width;
    const double y = 512.0 + random.uniform(-0.3, 1.3) * height;
    image::Image<float> strip(width, height);
    detail::WideLayers wide(strip, 512);
    const double peak = formula(g, 1e6, 0.0, 0.0);
    const double floor = 1e-5 * peak;
    if (!wide.draw(x, y, 1e6, g, floor)) {
      EXPECT_LT(minor, 6.0 + 1e-9);
      continue;
    }
    ++drawn;
    wide.add();
    for (int row = 0; row < height; ++row)
      for (int column = 0; column < width; ++column) {
        const double expected = formula(g, 1e6, column - x, row + 512 - y);
        // Six-point interpolation across and along, the drawn points' own error, and what a cut at
        // the floor becomes between points.
        ASSERT_NEAR(static_cast<double>(strip(column, row)), expected,
                    2.0 * 1.05e-4 * peak + 4e-5 * expected + 2.0 * floor)
            << trial << ": " << major << " by " << minor << " at " << angle << ", " << column
            << ", " << row << " of " << width << " x " << height;
      }
  }
  EXPECT_GT(drawn, 200);
}

TEST(Mixtures, HaveUnitFluxAndHalfOfItWithinTheHalfLightRadius) {
  for (const auto fidelity : {Fidelity::full, Fidelity::coarse})
    for (const auto mixture : {exponential_mixture(fidelity), de_vaucouleurs_mixture(fidelity)}) {
      double total = 0.0;
      double inside = 0.0;
      for (const RoundGaussian& g : mixture) {
        total += g.weight;
        inside += g.weight * (1.0 - std::exp(-0.5 / g.variance));
      }
      EXPECT_NEAR(total, 1.0, 1e-6);
      EXPECT_NEAR(inside, 0.5, fidelity == Fidelity::full ? 0.005 : 0.02);
    }
}

TEST(Mixtures, KolmogorovHasTheFwhmOfItsUnitAndFriedsTransferFunction) {
  const auto mixture = kolmogorov_mixture(Fidelity::full);
  const auto profile = [&](double r) {
    double sum = 0.0;
    for (const RoundGaussian& g : mixture)
      sum += g.weight / (2.0 * std::numbers::pi * g.variance) * std::exp(-0.5 * r * r / g.variance);
    return sum;
  };
  EXPECT_NEAR(profile(0.5) / profile(0.0), 0.5, 0.002);
  for (const double f : {0.1, 0.3, 0.6, 1.0, 1.5}) {  // cycles per FWHM
    double sum = 0.0;
    for (const RoundGaussian& g : mixture)
      sum += g.weight * std::exp(-2.0 * std::pow(std::numbers::pi * f, 2.0) * g.variance);
    EXPECT_NEAR(sum, std::exp(-3.4420 * std::pow(f / 0.9758, 5.0 / 3.0)), 1e-3) << f;
  }
}

instrument::Detector square_detector() {
  instrument::Detector d;
  d.width = d.height = 512;
  d.pixel_um = 10.0;
  return d;
}

TEST(PsfField, HasTheNoisePixelsOfTheSeeingAskedFor) {
  const auto lsst = instrument::load_instrument("lsst");
  const auto& detector = lsst.detector("R22_S11");
  for (const double seeing : {0.6, 0.8, 1.2}) {
    const PsfField psf({.fwhm_eff_arcsec = seeing}, lsst, detector);
    const double pixel = instrument::pixel_scale(lsst, detector).arcsec();
    const double wanted = 2.266 * std::pow(seeing / pixel, 2.0);
    // The pixel itself widens what the definition leaves out: 4 pi / 12 noise pixels for a
    // Gaussian.
    EXPECT_NEAR(psf.noise_pixels(2000, 2000), wanted + 4.0 * std::numbers::pi / 12.0,
                0.03 * wanted);
  }
}

TEST(DrawObjects, KeepsTheLightOfStarsAndGalaxies) {
  const auto lsst = instrument::load_instrument("lsst");
  const PsfField psf({.fwhm_eff_arcsec = 0.8}, lsst, square_detector());
  for (const double electrons : {3e3, 1e5, 1e6})
    for (const double radius : {0.0, 3.0, 10.0}) {
      image::Image<float> image(512, 512);
      std::vector<PlacedObject> objects(1);
      objects[0] = {.x = 255.3,
                    .y = 250.9,
                    .electrons = electrons,
                    .radius = radius,
                    .bulge_radius = 0.0,
                    .bulge_fraction = 0.0,
                    .axis_ratio = 0.5,
                    .angle = 0.6};
      draw_objects(image, objects, psf, 30.0, Execution());
      double sum = 0.0, mx = 0.0, my = 0.0;
      for (int y = 0; y < 512; ++y)
        for (int x = 0; x < 512; ++x) {
          const double v = static_cast<double>(image(x, y));
          sum += v;
          mx += v * x;
          my += v * y;
        }
      // Light fainter than 0.009 electrons a pixel is not drawn: less than 2 % of the faintest.
      EXPECT_NEAR(sum / electrons, 1.0, electrons < 1e4 ? 0.02 : 0.003)
          << electrons << " " << radius;
      EXPECT_NEAR(mx / sum, 255.3, 0.005);
      EXPECT_NEAR(my / sum, 250.9, 0.005);
    }
}

// Values of GalSim 2.8.5 at (dx, dy) = (0,0) (2,0) (0,3) (4,4) (10,0) (-6,6) pixels from the
// centre:
//   psf = Convolve(Kolmogorov(fwhm=2.8804503272), Gaussian(sigma=0.7209222810**0.5))
//   galaxy = Profile(half_light_radius=3*0.5**0.5).shear(q=0.5, beta=0.6*radians)
//   Convolve(psf, galaxy).drawImage(nx=65, ny=65, scale=1), with GSParams(folding_threshold=1e-4,
//   maxk_threshold=1e-5, kvalue_accuracy=1e-7, maximum_fft_size=32768)
struct GalSimCase {
  const char* name;
  double radius, bulge_radius, bulge_fraction;
  std::array<double, 6> value;
};
constexpr GalSimCase kGalSim[] = {{"star",
                                   0.0,
                                   0.0,
                                   0.0,
                                   {5.863511935e-2, 2.586452849e-2, 1.003934070e-2, 5.170542863e-4,
                                    3.748090239e-5, 7.473237929e-5}},
                                  {"exponential",
                                   3.0,
                                   0.0,
                                   0.0,
                                   {2.414902300e-2, 1.683455892e-2, 9.379633702e-3, 3.912490793e-3,
                                    1.617215166e-4, 1.219339902e-4}},
                                  {"de Vaucouleurs",
                                   0.0,
                                   3.0,
                                   1.0,
                                   {2.543143742e-2, 1.508719847e-2, 7.656552363e-3, 2.617542166e-3,
                                    3.513194388e-4, 2.588976058e-4}}};

TEST(DrawObjects, AgreesWithGalSim) {
  const auto lsst = instrument::load_instrument("lsst");
  instrument::Detector detector;
  detector.width = detector.height = 65;
  detector.pixel_um = 10.0;
  const PsfField psf({.fwhm_eff_arcsec = 0.8}, lsst, detector);
  ASSERT_NEAR(psf.kolmogorov_fwhm_pixel(), 2.8804503272, 1e-6);
  constexpr int kOffset[6][2] = {{0, 0}, {2, 0}, {0, 3}, {4, 4}, {10, 0}, {-6, 6}};
  for (const GalSimCase& c : kGalSim) {
    image::Image<float> image(65, 65);
    std::vector<PlacedObject> objects(1);
    objects[0] = {.x = 32.0,
                  .y = 32.0,
                  .electrons = 1e6,
                  .radius = c.radius,
                  .bulge_radius = c.bulge_radius,
                  .bulge_fraction = c.bulge_fraction,
                  .axis_ratio = 0.5,
                  .angle = 0.6};
    draw_objects(image, objects, psf, 30.0, Execution());
    // The mixtures err by 6e-4 of a profile's norm at most; the square pixel taken as a Gaussian by
    // less. Faint wings may be off by some percent of themselves.
    for (std::size_t k = 0; k < 6; ++k)
      EXPECT_NEAR(static_cast<double>(image(32 + kOffset[k][0], 32 + kOffset[k][1])) / 1e6,
                  c.value[k], 0.002 * c.value[0] + 0.03 * c.value[k] * (k >= 3 ? 1.0 : 0.1))
          << c.name << " " << k;
  }
}

TEST(DrawObjects, GivesTheSameBytesForAnyNumberOfThreads) {
  const auto lsst = instrument::load_instrument("lsst");
  const PsfField psf({.fwhm_eff_arcsec = 0.8}, lsst, square_detector());
  std::vector<PlacedObject> objects;
  for (int i = 0; i < 3000; ++i)
    objects.push_back({.x = (i * 137) % 512 + 0.3,
                       .y = (i * 311) % 512 + 0.7,
                       .electrons = 50.0 * (i % 97 + 1),
                       .radius = (i % 5) * 0.9,
                       .bulge_radius = 0.0,
                       .bulge_fraction = 0.0,
                       .axis_ratio = 0.6,
                       .angle = 1.0});
  image::Image<float> one(512, 512);
  image::Image<float> five(512, 512);
  draw_objects(one, objects, psf, 30.0, Execution(1));
  draw_objects(five, objects, psf, 30.0, Execution(5));
  EXPECT_TRUE(std::equal(one.pixels().begin(), one.pixels().end(), five.pixels().begin()));
}

}  // namespace
}  // namespace skywright::imagesim
