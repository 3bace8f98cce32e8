#include "skywright/imagesim/sensor.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "skywright/imagesim/cosmic_rays.h"
#include "skywright/imagesim/readout.h"

namespace skywright::imagesim {
namespace {

/// 64 x 32 pixels, two amplifiers side by side, the right one read from the right.
instrument::Detector small_detector() {
  instrument::Detector d;
  d.id = 3;
  d.width = 64;
  d.height = 32;
  d.full_well = 1000.0;
  for (int a = 0; a < 2; ++a) {
    instrument::Amplifier amp;
    amp.extension = a == 0 ? "A" : "B";
    amp.raw = {0, 0, 40, 36};
    amp.data = {2, 0, 32, 32};
    amp.serial_overscan = {34, 0, 6, 32};
    amp.detector_box = {32 * a, 0, 32, 32};
    amp.flip_x = a == 1;
    amp.gain = 2.0;
    amp.read_noise = 0.0;
    amp.saturation = 60000;
    d.amplifiers.push_back(amp);
  }
  return d;
}

TEST(Bleed, KeepsTheChargeOfItsColumnAndFillsNoPixelBeyondTheWell) {
  const auto detector = small_detector();
  image::Image<float> electrons(64, 32, 100.0F);
  image::Image<image::MaskBits> mask(64, 32);
  electrons(10, 15) = 6100.0F;
  bleed(electrons, mask, detector);
  double sum = 0.0;
  for (int y = 0; y < 32; ++y) {
    sum += static_cast<double>(electrons(10, y));
    EXPECT_LE(electrons(10, y), 1000.0F);
    EXPECT_EQ(electrons(11, y), 100.0F);
  }
  EXPECT_NEAR(sum, 31 * 100.0 + 6100.0, 0.01);
  EXPECT_NE(mask(10, 15), 0U);
  EXPECT_NE(mask(10, 16), 0U);
  EXPECT_NE(mask(10, 14), 0U);
  EXPECT_EQ(mask(10, 2), 0U);
}

TEST(Bleed, GoesByTheWellOfTheAmplifierWhereItHasItsOwn) {
  auto detector = small_detector();
  detector.amplifiers[1].full_well = 400.0;
  image::Image<float> electrons(64, 32, 100.0F);
  image::Image<image::MaskBits> mask(64, 32);
  electrons(10, 15) = electrons(50, 15) = 900.0F;
  bleed(electrons, mask, detector);
  EXPECT_EQ(electrons(10, 15), 900.0F);
  EXPECT_EQ(mask(10, 15), 0U);
  EXPECT_EQ(electrons(50, 15), 400.0F);
  EXPECT_EQ(electrons(50, 16), 350.0F);
  EXPECT_EQ(electrons(50, 14), 350.0F);
  EXPECT_NE(mask(50, 15), 0U);
}

TEST(ReadOut, PutsEachPixelWhereItsAmplifierReadsIt) {
  auto detector = small_detector();
  detector.crosstalk = {0.0, 0.001, 0.0, 0.0};  // of the right in the left
  image::Image<float> electrons(64, 32);
  electrons(5, 7) = 800.0F;
  electrons(60, 9) = 900.0F;
  const ReadoutConfig config{
      .bias_level = 500.0, .bias_drift = 0.0, .row_drift = 0.0, .column_structure = 0.0};
  const auto empty =
      read_out(image::Image<float>(64, 32), detector, config, {1, 2, 3}, Execution());
  const auto frames = read_out(electrons, detector, config, {1, 2, 3}, Execution());
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].pixels.width(), 40);
  EXPECT_EQ(frames[0].pixels.height(), 36);
  EXPECT_EQ(frames[0].pixels(2 + 5, 7) - empty[0].pixels(2 + 5, 7), 400);
  EXPECT_EQ(frames[1].pixels(2 + 3, 9) - empty[1].pixels(2 + 3, 9), 450);
  // 0.001 of 450 ADU is half a count at the same place of the other's raw frame.
  EXPECT_LE(std::abs(frames[0].pixels(2 + 3, 9) - empty[0].pixels(2 + 3, 9)), 1);
  EXPECT_EQ(frames[1].pixels(2 + 5, 7), empty[1].pixels(2 + 5, 7));
}

TEST(CosmicRays, ComeAtTheirRateAndLeaveTheirCharge) {
  CosmicRayConfig config;
  config.worm_fraction = 0.0;
  double sum = 0.0;
  constexpr int kFrames = 40;
  for (int i = 0; i < kFrames; ++i)
    for (const Charge& c :
         cosmic_rays(config, 1000, 1000, 10.0, 100.0, RandomStream::for_unit(1, {i}, "test")))
      sum += static_cast<double>(c.electrons);
  // 5 tracks a frame; a muon leaves 7,200 electrons or more in 100 um, and the mean path through a
  // slab of a cos^3 sin flux is 4/3 of its thickness; Landau's tail adds some tenths.
  const double each = sum / (5.0 * kFrames);
  EXPECT_GT(each, 7200.0);
  EXPECT_LT(each, 16000.0);
}

TEST(Sensor, IsTheSameInEveryExposureAndDarkensToTheEdgeOfTheField) {
  const auto lsst = instrument::load_instrument("lsst");
  const auto& centre = lsst.detector("R22_S11");
  const auto& edge = lsst.detector("R01_S00");
  std::vector<float> a(4096);
  std::vector<float> b(4096);
  Sensor(lsst, centre, {}, 20).response_row(1234, a);
  Sensor(lsst, centre, {}, 20).response_row(1234, b);
  EXPECT_EQ(a, b);
  const auto mean = [](const std::vector<float>& v) {
    return std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
  };
  b.resize(static_cast<std::size_t>(edge.width));
  Sensor(lsst, edge, {}, 20).response_row(100, b);
  EXPECT_NEAR(mean(a), 1.0, 0.02);
  EXPECT_LT(mean(b), 0.93);
}

}  // namespace
}  // namespace skywright::imagesim
