#include "skywright/instrument/depth.h"

#include <array>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace skywright::instrument {
namespace {

TEST(FiveSigmaDepth, IsRubinSchedulersForAnyNumberOfExposures) {
  // tests/reference/make_depths.py. Both have the same coefficients, ours rounded to 0.001 mag
  // (dark sky to 0.01): Cm, k (X - 1) and dCm, of which u has the most, may add up to 0.003 mag.
  std::ifstream file(SKYWRIGHT_SOURCE_DIR "/tests/reference/depths.csv");
  const Instrument lsst = load_instrument("lsst");
  int compared = 0;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::stringstream words(line);
    std::array<std::string, 7> w;
    for (auto& word : w) std::getline(words, word, ',');
    const double ours = five_sigma_depth(lsst.band(w[0]), {.sky = std::stod(w[1]),
                                                           .fwhm_eff = std::stod(w[2]),
                                                           .exposure_s = std::stod(w[3]),
                                                           .airmass = std::stod(w[5]),
                                                           .exposures = std::stoi(w[4])});
    EXPECT_NEAR(ours, std::stod(w[6]), 0.003) << line;
    ++compared;
  }
  EXPECT_EQ(compared, 240);
}

TEST(DepthCoefficients, OfLsstAreThosePublishedFromItsThroughputs) {
  // SMTN-002 and rubin_scheduler's sys_eng_vals compute Cm and dCm_inf with a read noise of 8.8
  // electron and a dark current of 0.2 electron/s; zero points and dark sky are rounded to 0.01.
  for (const Band& band : load_instrument("lsst").bands) {
    const DepthCoefficients ours =
        depth_coefficients(band, {.scale_arcsec = 0.2, .read_noise = 8.8, .dark_current = 0.2});
    EXPECT_NEAR(ours.cm, band.depth_cm, 0.04) << band.name;
    EXPECT_NEAR(ours.dcm_infinity, band.depth_dcm_infinity, 0.03) << band.name;
  }
}

TEST(DepthCoefficients, CompleteAnInstrumentThatStatesNone) {
  for (const Band& band : load_instrument("gmt").bands) {
    // Sky-limited depth grows with the square root of the collecting area and of the throughput
    // (0.40 beside LSST's); LSST has 32.4 m2, GMT 368 m2.
    const Band lsst = load_instrument("lsst").band(band.name);
    const double gain = 0.5 * (band.zero_point - lsst.zero_point);
    const double sky_limited = band.depth_cm + band.depth_dcm_infinity;
    EXPECT_NEAR(sky_limited - lsst.depth_cm - lsst.depth_dcm_infinity, gain, 0.1) << band.name;
    // Its pixels of 15 mas, read one by one, cost more than those of LSST.
    EXPECT_GT(band.depth_dcm_infinity, lsst.depth_dcm_infinity) << band.name;
  }
}

TEST(DepthCoefficients, LeaveABandAloneOfWhichTooLittleIsKnown) {
  const Instrument camera = parse_instrument(R"(
name = "c"
[telescope]
aperture_m = 0.4
focal_length_m = 2.8
[[camera.sensor]]
name = "ccd"
width = 100
height = 100
[[band]]
name = "r"
)",
                                             "c.toml");
  EXPECT_EQ(camera.bands.front().depth_cm, 0.0);
}

}  // namespace
}  // namespace skywright::instrument
