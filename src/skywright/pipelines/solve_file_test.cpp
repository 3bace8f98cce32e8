#include "skywright/pipelines/solve_file.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"
#include "skywright/base/test_data.h"
#include "skywright/io/fits.h"
#include "skywright/io/table_files.h"
#include "skywright/io/wcs_cards.h"
#include "skywright/measure/detect_and_measure.h"
#include "skywright/pipelines/any_image.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;

/// A real DECam image, its own sources by its own WCS as reference (1 mas of error added), and the
/// image again with its header's pointing moved and turned.
class SolveDecam : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::path(::testing::TempDir()) / ("skywright_solve_decam_" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    const std::filesystem::path path = SKYWRIGHT_TEST_DATA("images/dec04a.fits");
    image_ = read_any_image(path.string());
    ASSERT_TRUE(image_.exposure.wcs.has_value());
    const auto sources = measure::detect_and_measure(image_.view(), {}, Execution{}).sources;
    std::vector<double> ra(sources.size());
    std::vector<double> dec(sources.size());
    image_.exposure.wcs->pixels_to_sky(sources.x, sources.y, ra, dec);
    auto random = RandomStream::for_unit(5, {}, "reference");
    std::vector<double> flux;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      ra[i] += random.normal() / 3.6e6 / std::cos(dec[i] * M_PI / 180.0);
      dec[i] += random.normal() / 3.6e6;
      flux.push_back(2.0 * static_cast<double>(sources.psf_flux[i]));
    }
    count_ = sources.size();
    table::Table t;
    t.add("ra", "deg", "", ra);
    t.add("dec", "deg", "", dec);
    t.add("raErr", "mas", "", std::vector<double>(count_, 1.0));
    t.add("decErr", "mas", "", std::vector<double>(count_, 1.0));
    t.add("g_flux", "nJy", "", flux);
    t.add("g_fluxErr", "nJy", "", std::vector<double>(count_, 0.0));
    io::write_table(folder_ / "reference.fits", t);
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// The image with a plain TAN, moved and turned.
  fs::path pointed_off(double east_arcsec, double north_arcsec, double turn_deg) const {
    const auto& truth = *image_.exposure.wcs;
    const double cx = 0.5 * (image_.exposure.image.width() - 1);
    const double cy = 0.5 * (image_.exposure.image.height() - 1);
    wcs::Linear linear;
    linear.reference_pixel = {cx, cy};
    linear.reference_sky = truth.sky_at({cx, cy});
    linear.reference_sky.ra =
        linear.reference_sky.ra +
        sphere::Angle::from_arcsec(east_arcsec / sphere::cos(linear.reference_sky.dec));
    linear.reference_sky.dec = linear.reference_sky.dec + sphere::Angle::from_arcsec(north_arcsec);
    const auto j = truth.jacobian({cx, cy});
    const double c = std::cos(turn_deg * M_PI / 180.0);
    const double s = std::sin(turn_deg * M_PI / 180.0);
    linear.cd = {c * j[0] - s * j[2], c * j[1] - s * j[3], s * j[0] + c * j[2],
                 s * j[1] + c * j[3]};
    header::Header header = image_.exposure.header;
    io::set_wcs(header, wcs::Wcs(linear));
    const fs::path path = folder_ / "off.fits";
    io::write_image(path, image_.exposure.image.pixels.view(), header);
    return path;
  }

  /// Largest distance between two WCS over the image [mas].
  double worst_mas(const wcs::Wcs& solved) const {
    double worst = 0.0;
    for (double y = 0.0; y < 256.0; y += 51.0)
      for (double x = 0.0; x < 256.0; x += 51.0)
        worst = std::max(
            worst,
            sphere::separation(solved.sky_at({x, y}), image_.exposure.wcs->sky_at({x, y})).mas());
    return worst;
  }

  fs::path folder_;
  AnyImage image_;
  std::size_t count_ = 0;
};

TEST_F(SolveDecam, FindsItsOwnWcsFromAWrongPointing) {
  for (const auto& [east, north, turn] :
       {std::tuple{0.0, 0.0, 0.0}, {18.0, 22.0, 1.0}, {-21.0, 20.0, -1.0}, {5.0, -28.0, 0.4}}) {
    SolveFileRequest request;
    request.image = pointed_off(east, north, turn).string();
    request.reference = folder_ / "reference.fits";
    request.out = folder_ / "solved.fits";
    request.band = "g";
    const auto result = solve_file(request, {}, Execution{});
    // Those above SNR 10, unsaturated and off the edge.
    EXPECT_GE(result.solution.matched, 10);
    // The same centroids on both sides: the reference's 1 mas, and the bend of the TPV over the
    // image, which so few stars cannot measure: 0.05 pixel.
    EXPECT_LT(worst_mas(result.solution.wcs), 13.0);
    EXPECT_NEAR(result.solution.zero_point.nanojansky, 2.0, 0.001);
    const auto written = io::wcs_from_header(io::read_image(request.out).header);
    ASSERT_TRUE(written.has_value());
    EXPECT_LT(worst_mas(*written), 13.0);
    EXPECT_NEAR(*io::read_image(request.out).header.number("MAGZERO"),
                result.solution.zero_point.magnitude, 1e-9);
  }
}

TEST_F(SolveDecam, NeedsNoWcsWhereCentreAndScaleAreGiven) {
  header::Header bare;
  const fs::path path = folder_ / "bare.fits";
  io::write_image(path, image_.exposure.image.pixels.view(), bare);
  const auto centre = image_.exposure.wcs->sky_at({127.5, 127.5});
  SolveFileRequest request;
  request.image = path.string();
  request.reference = folder_ / "reference.fits";
  EXPECT_THROW(solve_file(request, {}, Execution{}), InputError);
  request.pointing = Pointing{centre.ra.degrees() + 0.003, centre.dec.degrees() - 0.002,
                              image_.exposure.wcs->pixel_scale({127.5, 127.5}).arcsec() * 1.005};
  const auto result = solve_file(request, {}, Execution{});
  EXPECT_LT(worst_mas(result.solution.wcs), 13.0);
}

TEST(CatalogSources, ComeFromSourceExtractorToo) {
  table::Table t;
  t.add("X_IMAGE", "pixel", "", std::vector<double>{1.0, 10.5});
  t.add("Y_IMAGE", "pixel", "", std::vector<double>{2.0, 20.5});
  t.add("FLUX_AUTO", "", "", std::vector<double>{100.0, 50.0});
  t.add("FLUXERR_AUTO", "", "", std::vector<double>{2.0, 5.0});
  t.add("FLAGS", "", "", std::vector<std::int32_t>{0, 4});
  const auto sources = source_catalog_from(t);
  EXPECT_DOUBLE_EQ(sources.x[0], 0.0);
  EXPECT_DOUBLE_EQ(sources.y[1], 19.5);
  EXPECT_FLOAT_EQ(sources.snr[0], 50.0F);
  EXPECT_TRUE(sources.has(1, measure::SourceFlag::saturated));
  EXPECT_THROW(source_catalog_from(table::Table{}), InputError);
}

}  // namespace
}  // namespace skywright::pipelines
