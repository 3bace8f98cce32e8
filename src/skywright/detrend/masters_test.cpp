#include "skywright/detrend/masters.h"

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/detrend/detail/camera_for_tests.h"
#include "skywright/detrend/photon_transfer.h"
#include "skywright/math/statistics.h"

namespace skywright::detrend {
namespace {

using for_tests::e2v;
using for_tests::read_out;
using image::Image;

/// Response and dark current that the test camera has.
struct Truth {
  Image<float> bias, dark, flat;
};

Truth truth_of(const instrument::Detector& d) {
  Truth t{Image<float>(d.width, d.height), Image<float>(d.width, d.height),
          Image<float>(d.width, d.height)};
  auto random = RandomStream::for_unit(11, {}, "truth");
  double sum = 0.0;
  for (int y = 0; y < d.height; ++y)
    for (int x = 0; x < d.width; ++x) {
      t.bias(x, y) = static_cast<float>(5.0 * std::sin(0.1 * x));
      t.dark(x, y) = 0.02F;
      const double fall = 1.0 - 0.1 * std::pow(static_cast<double>(x) / d.width, 2.0);
      t.flat(x, y) = static_cast<float>(fall * (1.0 + 0.01 * random.normal()));
      sum += static_cast<double>(t.flat(x, y));
    }
  for (float& v : t.flat.pixels())
    v *= static_cast<float>(static_cast<double>(t.flat.size()) / sum);
  return t;
}

/// Frames of level * flat + dark * seconds + bias, each with a few cosmic rays.
RawSource frames(const instrument::Detector& d, const Truth& t, double level, double seconds,
                 std::uint64_t seed) {
  return [&d, &t, level, seconds, seed](std::size_t i) {
    Image<float> light(d.width, d.height);
    for (std::size_t k = 0; k < light.size(); ++k)
      light.pixels()[k] = static_cast<float>(level) * t.flat.pixels()[k] +
                          static_cast<float>(seconds) * t.dark.pixels()[k];
    auto random = RandomStream::for_unit(seed, {static_cast<std::int64_t>(i)}, "hits");
    for (int k = 0; k < 30; ++k)
      light(static_cast<int>(random.below(d.width)), static_cast<int>(random.below(d.height))) +=
          3000.0F;
    return read_out(d, light, seconds, {.bias_electrons = &t.bias, .seed = seed + 1000 * i});
  };
}

math::ClippedStatistics pulls(const image::MaskedImage& image, const Image<float>& truth) {
  std::vector<float> p;
  for (std::size_t i = 0; i < truth.size(); ++i)
    p.push_back((image.pixels.pixels()[i] - truth.pixels()[i]) /
                std::sqrt(image.variance.pixels()[i]));
  return math::clipped_statistics(std::span<const float>(p), 7.0);
}

class MastersOfACcd : public ::testing::Test {
 protected:
  instrument::Detector detector = e2v(48, 80);
  Truth truth = truth_of(detector);
  Execution execution;
};

// 61,440 pixels: sigma to 0.3 %, mean to 0.4 %.
TEST_F(MastersOfACcd, BiasIsTheTruthWithinItsVariance) {
  const MasterFrame bias =
      build_bias(frames(detector, truth, 0.0, 0.0, 1), 9, detector, {}, execution);
  EXPECT_EQ(bias.frames, 9);
  // 270 hits fell; one on a pixel of NaN or an edge cannot be.
  EXPECT_GE(bias.rejected, 260);
  EXPECT_LE(bias.rejected, 275);
  EXPECT_NEAR(bias.noise_ratio, 1.0, 0.05);  // 1,000 sampled pixels: 2 %
  const auto s = pulls(bias.image, truth.bias);
  // Clipping at 5 sigma takes nothing; the level's own error (65 rows of 49 pixels in each of 9
  // frames) adds 1 %.
  EXPECT_NEAR(s.sigma, 1.0, 0.02);
  EXPECT_NEAR(s.mean, 0.0, 0.03);
}

TEST_F(MastersOfACcd, DarkIsTheTruthWithinItsVariance) {
  Masters masters;
  masters.bias = image::MaskedImage(detector.width, detector.height);
  masters.bias->pixels = truth.bias;
  const MasterFrame dark =
      build_dark(frames(detector, truth, 0.0, 300.0, 2), 7, detector, masters, {}, execution);
  const auto s = pulls(dark.image, truth.dark);
  // 6 electrons of shot noise in 36: the variance at the median of 5 is good to a few per cent.
  EXPECT_NEAR(s.sigma, 1.0, 0.03);
  EXPECT_NEAR(s.mean, 0.0, 0.05);
}

TEST_F(MastersOfACcd, FlatIsTheTruthWithinItsVarianceAndHasMeanOne) {
  Masters masters;
  masters.bias = image::MaskedImage(detector.width, detector.height);
  masters.bias->pixels = truth.bias;
  const MasterFrame flat =
      build_flat(frames(detector, truth, 20000.0, 5.0, 3), 7, detector, masters, {}, execution);
  double sum = 0.0;
  for (const float v : flat.image.pixels.pixels()) sum += static_cast<double>(v);
  EXPECT_NEAR(sum / static_cast<double>(flat.image.pixels.size()), 1.0, 1e-6);
  const auto s = pulls(flat.image, truth.flat);
  EXPECT_NEAR(s.sigma, 1.0, 0.03);
  EXPECT_NEAR(s.mean, 0.0, 0.05);
}

TEST_F(MastersOfACcd, AFlatDividedByTheMasterIsUniform) {
  Masters masters;
  masters.bias = build_bias(frames(detector, truth, 0.0, 0.0, 1), 9, detector, {}, execution).image;
  masters.dark =
      build_dark(frames(detector, truth, 0.0, 300.0, 2), 5, detector, masters, {}, execution).image;
  masters.flat =
      build_flat(frames(detector, truth, 30000.0, 5.0, 3), 9, detector, masters, {}, execution)
          .image;
  const RawExposure raw = frames(detector, truth, 5000.0, 30.0, 99)(0);
  const auto result = detrend(raw, detector, masters, {}, execution);
  const Image<float> level(detector.width, detector.height, 5000.0F);
  const auto s = pulls(result.image, level);
  EXPECT_NEAR(s.sigma, 1.0, 0.02);
  EXPECT_NEAR(s.mean, 0.0, 0.05);  // 0.05 sigma of 71 electrons is 0.07 % of the level
}

TEST_F(MastersOfACcd, DefectsAreThoseThatWerePlanted) {
  Masters masters;
  masters.flat = image::MaskedImage(detector.width, detector.height);
  masters.dark = masters.flat;
  for (float& v : masters.flat->pixels.pixels()) v = 1.0F;
  for (float& v : masters.flat->variance.pixels()) v = 1e-5F;
  for (float& v : masters.dark->variance.pixels()) v = 1e-4F;
  masters.flat->pixels(10, 20) = 0.3F;                               // dead
  masters.flat->pixels(11, 20) = 0.85F;                              // dim, still of use
  masters.dark->pixels(50, 60) = 40.0F;                              // hot
  for (int y = 0; y < 40; ++y) masters.flat->pixels(100, y) = 0.5F;  // half a bad column
  const DefectMap map = find_defects(masters, detector, {}, execution);
  EXPECT_EQ(map.dead, 41);
  EXPECT_EQ(map.hot, 1);
  EXPECT_EQ(map.columns, 1);
  int flagged = 0;
  for (const auto m : map.mask.pixels()) flagged += m != 0;
  EXPECT_EQ(flagged, 2 + 80);
  EXPECT_NE(map.mask(10, 20), 0U);
  EXPECT_NE(map.mask(100, 79), 0U);
}

TEST_F(MastersOfACcd, PhotonTransferFindsTheGain) {
  // The camera's true gain is 4 % above what the instrument says.
  instrument::Detector described = detector;
  for (auto& a : described.amplifiers) a.gain /= 1.04;
  const auto source = frames(detector, truth, 20000.0, 5.0, 5);
  const auto checks = check_gain(source(0), source(1), described, {}, {}, execution);
  ASSERT_EQ(checks.size(), 16U);
  for (std::size_t i = 0; i < checks.size(); ++i) {
    // 3,840 pixels: 2.3 %.
    EXPECT_NEAR(checks[i].gain / detector.amplifiers[i].gain, 1.0, 4.0 * 0.023);
    EXPECT_NEAR(checks[i].gain_err / checks[i].gain, 0.023, 0.002);
  }
  double mean = 0.0;
  for (std::size_t i = 0; i < 16; ++i) mean += checks[i].gain / detector.amplifiers[i].gain / 16.0;
  EXPECT_NEAR(mean, 1.0, 3.0 * 0.023 / 4.0);
}

TEST_F(MastersOfACcd, RefuseWhatTellsNothing) {
  EXPECT_THROW(build_bias({}, 0, detector, {}, execution), InputError);
  EXPECT_THROW(build_dark(frames(detector, truth, 0.0, 0.0, 2), 2, detector, {}, {}, execution),
               InputError);
  EXPECT_THROW(build_flat(frames(detector, truth, 0.0, 0.0, 2), 2, detector, {}, {}, execution),
               InputError);
}

}  // namespace
}  // namespace skywright::detrend
