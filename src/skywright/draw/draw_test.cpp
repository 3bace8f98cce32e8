#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"
#include "skywright/draw/html.h"
#include "skywright/draw/plot.h"
#include "skywright/draw/png.h"
#include "skywright/draw/stretch.h"

namespace skywright::draw {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// How much ink a black drawing on white holds [pixel].
double ink(const Canvas& canvas) {
  double sum = 0.0;
  for (const std::uint8_t level : canvas.rgb()) sum += 255.0 - level;
  return sum / (3.0 * 255.0);
}

TEST(Canvas, FillsPartsOfPixelsByTheirArea) {
  Canvas canvas(10, 10);
  canvas.fill_rectangle({2.25, 3.5}, {6.75, 5.0}, kBlack);
  EXPECT_NEAR(ink(canvas), 4.5 * 1.5, 0.02);
  EXPECT_EQ(canvas.at(4, 4), kBlack);
  EXPECT_EQ(canvas.at(0, 0), kWhite);
}

TEST(Canvas, DrawsLinesDiscsAndCirclesWithTheirArea) {
  Canvas line(100, 100);
  line.line({10.0, 15.0}, {90.0, 70.0}, 3.0, kBlack);
  EXPECT_NEAR(ink(line), 3.0 * std::hypot(80.0, 55.0), 12.0);  // with its round ends
  Canvas disc(100, 100);
  disc.disc({50.3, 49.8}, 30.0, kBlack);
  EXPECT_NEAR(ink(disc) / (M_PI * 900.0), 1.0, 0.005);
  Canvas circle(100, 100);
  circle.circle({50.0, 50.0}, 30.0, 2.0, kBlack);
  EXPECT_NEAR(ink(circle) / (2.0 * M_PI * 30.0 * 2.0), 1.0, 0.01);
  Canvas triangle(100, 100);
  const Point corners[] = {{10, 10}, {90, 20}, {30, 80}};
  triangle.fill_polygon(corners, kBlack);
  EXPECT_NEAR(ink(triangle), 0.5 * (80.0 * 70.0 - 20.0 * 10.0), 10.0);
}

TEST(Canvas, IgnoresWhatLiesOutside) {
  Canvas canvas(4, 4);
  canvas.disc({-100.0, -100.0}, 5.0, kBlack);
  canvas.line({-10.0, 2.0}, {20.0, 2.0}, 1.0, kBlack);
  canvas.paste(Canvas(3, 3, kBlack), 2, 2);
  canvas.paste(Canvas(3, 3, kBlack), -10, 0);
  EXPECT_EQ(canvas.at(3, 3), kBlack);
  EXPECT_EQ(canvas.at(0, 0), kWhite);
}

TEST(Canvas, HasAGlyphOfInkForEveryPrintableCharacter) {
  for (char c = '!'; c <= '~'; ++c) {
    Canvas canvas(40, 40);
    canvas.text({10.0, 28.0}, std::string(1, c), {.height = 18.0});
    EXPECT_GT(ink(canvas), 2.0) << c;
  }
  EXPECT_GT(Canvas::text_width("R22_S11", 10.0), Canvas::text_width("R22", 10.0));
}

TEST(Canvas, AnchorsTextAtStartMiddleAndEnd) {
  const auto columns = [](Anchor anchor) {
    Canvas canvas(200, 30);
    canvas.text({100.0, 20.0}, "HHH", {.height = 10.0, .anchor = anchor});
    int first = 200;
    int last = 0;
    for (int x = 0; x < 200; ++x)
      for (int y = 0; y < 30; ++y)
        if (canvas.at(x, y) != kWhite) {
          first = std::min(first, x);
          last = std::max(last, x);
        }
    return std::pair(first, last);
  };
  EXPECT_GE(columns(Anchor::start).first, 98);
  EXPECT_LE(columns(Anchor::end).second, 101);
  const auto [left, right] = columns(Anchor::middle);
  EXPECT_NEAR(left + right, 199, 2);
}

TEST(EncodePng, GivesTheSameBytesAndRefusesNoPixels) {
  Canvas canvas(30, 20);
  canvas.disc({15.0, 10.0}, 6.0, palette(1));
  EXPECT_EQ(encode_png(canvas), encode_png(canvas));
  EXPECT_THAT(encode_png(canvas), testing::StartsWith("\x89PNG\r\n\x1a\n"));
  EXPECT_LT(encode_png(Canvas(500, 500)).size(), 2000U);
  EXPECT_THROW(encode_png(Canvas(0, 5)), InputError);
}

image::Image<float> noise_with_star() {
  image::Image<float> image(200, 150);
  RandomStream random = RandomStream::for_unit(1, {2, 3}, "sky");
  for (float& v : image.pixels()) v = static_cast<float>(1000.0 + 10.0 * random.normal());
  for (int y = 70; y < 80; ++y)
    for (int x = 90; x < 100; ++x) image(x, y) = 50000.0F;
  image(3, 3) = kNan;
  return image;
}

TEST(ZscaleLimits, FrameTheSkyAndIgnoreStarsAndNan) {
  const Limits limits = zscale_limits(noise_with_star());
  EXPECT_GT(limits.low, 900.0);
  EXPECT_LT(limits.low, 985.0);
  EXPECT_GT(limits.high, 1015.0);
  EXPECT_LT(limits.high, 1200.0);
}

TEST(SigmaLimits, TakeTheScatterFromTheQuartiles) {
  const Limits limits = sigma_limits(noise_with_star(), 2.0, 5.0);
  EXPECT_NEAR(limits.low, 980.0, 1.5);
  EXPECT_NEAR(limits.high, 1050.0, 2.5);
}

TEST(Limits, OfNoValuesOrOneValueStillHaveWidth) {
  EXPECT_LT(zscale_limits(image::Image<float>(5, 5, kNan)).low, 1.0);
  const Limits flat = zscale_limits(image::Image<float>(5, 5, 7.0F));
  EXPECT_LT(flat.low, flat.high);
  const Limits quantiles = quantile_limits(image::Image<float>(5, 5, 7.0F), 0.01, 0.99);
  EXPECT_LT(quantiles.low, quantiles.high);
}

TEST(GrayPicture, PutsRowZeroAtTheBottom) {
  image::Image<float> image(3, 2);
  image(0, 0) = 1.0F;
  image(2, 1) = kNan;
  const Canvas picture = gray_picture(image, {0.0, 1.0}, Stretch::linear, {9, 9, 9});
  EXPECT_EQ(picture.at(0, 1), kWhite);
  EXPECT_EQ(picture.at(0, 0), kBlack);
  EXPECT_EQ(picture.at(2, 0), (Colour{9, 9, 9}));
  EXPECT_EQ(gray_picture(image, {0.0, 1.0}, Stretch::asinh).at(0, 1), kWhite);
}

TEST(DivergingPicture, IsBlueBelowAndRedAboveZero) {
  image::Image<float> image(3, 1);
  image(0, 0) = -2.0F;
  image(2, 0) = 2.0F;
  const Canvas picture = diverging_picture(image, 1.0);
  EXPECT_GT(picture.at(0, 0).blue, picture.at(0, 0).red);
  EXPECT_EQ(picture.at(1, 0), kWhite);
  EXPECT_GT(picture.at(2, 0).red, picture.at(2, 0).blue);
}

TEST(OverlayMask, TintsOnlyTheAskedBits) {
  Canvas picture(2, 2, kBlack);
  image::Image<image::MaskBits> mask(2, 2);
  mask(0, 0) = 4;
  mask(1, 1) = 8;
  overlay_mask(picture, mask, 4, {255, 0, 0}, 1.0);
  EXPECT_EQ(picture.at(0, 1), (Colour{255, 0, 0}));
  EXPECT_EQ(picture.at(1, 0), kBlack);
}

TEST(BlockMean, AveragesFinitePixelsAndKeepsTheRest) {
  image::Image<float> image(5, 4, 2.0F);
  image(0, 0) = kNan;
  image(1, 1) = 5.0F;
  image(4, 0) = image(4, 1) = kNan;
  const image::Image<float> small = block_mean(image, 2);
  EXPECT_EQ(small.width(), 3);
  EXPECT_EQ(small.height(), 2);
  EXPECT_FLOAT_EQ(small(0, 0), 3.0F);
  EXPECT_TRUE(std::isnan(small(2, 0)));
  EXPECT_FLOAT_EQ(small(2, 1), 2.0F);
}

TEST(LinearTicks, AreRoundAndCoverTheRange) {
  EXPECT_THAT(linear_ticks(0.0, 1.0, 5),
              ElementsAre(0.0, 0.2, 0.4, testing::DoubleEq(0.6), 0.8, 1.0));
  EXPECT_THAT(linear_ticks(-3.0, 17.0, 4), ElementsAre(0.0, 5.0, 10.0, 15.0));
}

TEST(LogTicks, ArePowersOfTenWhereTheRangeHasSome) {
  EXPECT_THAT(log_ticks(1.0, 1000.0),
              ElementsAre(1.0, 10.0, 100.0, testing::DoubleNear(1000.0, 1e-9)));
  EXPECT_THAT(log_ticks(3.0, 30.0), ElementsAre(5.0, 10.0, 20.0));
}

TEST(Histogram, CountsEachValueOnce) {
  const std::vector<double> values = {0.0, 0.1, 0.5, 0.99, 1.0, -1.0, 2.0, std::nan("")};
  const Series s = histogram(values, 0.0, 1.0, 4);
  EXPECT_THAT(s.y, ElementsAre(2.0, 0.0, 1.0, 2.0));
  EXPECT_EQ(s.x.size(), 5U);
}

TEST(ToSvg, LeavesOutWhatAnAxisCannotShow) {
  Plot plot;
  plot.title = "a < b & c";
  plot.x.scale = AxisScale::log;
  plot.series.push_back({.kind = SeriesKind::points,
                         .x = {0.0, 1.0, 10.0, -5.0, std::nan("")},
                         .y = {1.0, 2.0, 3.0, 4.0, 5.0},
                         .y_error = {0.1, 0.1, 0.1, 0.1, 0.1},
                         .label = "x"});
  const std::string svg = to_svg(plot);
  std::size_t count = 0;
  for (std::size_t at = svg.find("<circle"); at != std::string::npos;
       at = svg.find("<circle", at + 1))
    ++count;
  EXPECT_EQ(count, 3U);  // two points and the legend's
  EXPECT_THAT(svg, HasSubstr("a &lt; b &amp; c"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(ToSvg, DrawsAnEmptyPlotAndASinglePoint) {
  Plot plot;
  EXPECT_THAT(to_svg(plot), Not(HasSubstr("nan")));
  plot.series.push_back({.kind = SeriesKind::points, .x = {5.0}, .y = {0.0}});
  EXPECT_THAT(to_svg(plot), Not(HasSubstr("nan")));
}

// RFC 4648, section 10.
TEST(Base64, MatchesTheStandardsVectors) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64(std::string("\x00\xff\x10", 3)), "AP8Q");
}

TEST(Report, EscapesTextAndNeedsNothingFromOutside) {
  Report report("Night <1>");
  report.section("A & B");
  report.paragraph("x < y");
  report.table({.head = {"name", "value"}, .rows = {{"<script>", "12"}, {"b", "-3.5"}}});
  report.figure({.content = inline_png(encode_png(Canvas(2, 2))), .caption = "p"});
  report.key_figures({{.value = "98 %", .name = "recovered", .state = KeyFigure::State::good}});
  const std::string html = report.html();
  EXPECT_THAT(html, HasSubstr("<h2 id=\"s1\">A &amp; B</h2>"));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(html, HasSubstr("<td class=\"n\">-3.5</td>"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("src=\"http")));
  EXPECT_THAT(html, Not(HasSubstr("@import")));
}

}  // namespace
}  // namespace skywright::draw
