#include "skywright/draw/sky_map.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "skywright/draw/picture_axes.h"
#include "skywright/draw/png.h"

namespace skywright::draw {
namespace {

// Snyder (1987), p. 367: central meridian 90 W, latitude 50 S, longitude 75 W: x 0.1788845, y
// -0.9208758 on a sphere of radius 1, whose ellipse has half axes 2 sqrt(2) and sqrt(2). Our x
// grows towards smaller longitudes.
TEST(Mollweide, GivesSnydersNumericalExample) {
  const Point at = mollweide({-75.0, -50.0}, -90.0);
  EXPECT_NEAR(at.x, -0.1788845 / std::sqrt(2.0), 1e-7);
  EXPECT_NEAR(at.y, -0.9208758 / std::sqrt(2.0), 1e-7);
}

TEST(Mollweide, ComesBackFromEveryPlace) {
  for (double latitude = -89.5; latitude < 90.0; latitude += 7.1)
    for (double longitude = 0.5; longitude < 360.0; longitude += 13.3) {
      const auto back = mollweide_inverse(mollweide({longitude, latitude}, 40.0), 40.0);
      ASSERT_TRUE(back);
      EXPECT_NEAR(back->latitude, latitude, 1e-6);
      EXPECT_NEAR(back->longitude, longitude, 1e-5);
    }
  EXPECT_FALSE(mollweide_inverse({1.9, 0.5}, 0.0));
  EXPECT_NEAR(mollweide({10.0, 90.0}).y, 1.0, 1e-12);
}

TEST(Mollweide, KeepsAreas) {
  // Equal steps of sin(latitude) hold equal areas: the part of the ellipse below a parallel.
  const auto below = [](double y) {
    return 0.5 + (std::asin(y) + y * std::sqrt(1.0 - y * y)) / 3.14159265358979;
  };
  for (const double sine : {-0.8, -0.25, 0.0, 0.5, 0.9}) {
    const double latitude = std::asin(sine) * 180.0 / 3.14159265358979;
    EXPECT_NEAR(below(mollweide({0.0, latitude}).y), 0.5 * (1.0 + sine), 1e-9);
  }
}

TEST(SkyMap, ShowsEachPlaceInItsColourAndTheUnknownInGray) {
  const SkyMapStyle style{.title = "test", .unit = "", .width = 600};
  const Canvas map = sky_map(
      [](double, double latitude) {
        return latitude > 10.0 ? std::numeric_limits<double>::quiet_NaN()
                               : (latitude < -10.0 ? 1.0 : 0.0);
      },
      style);
  int unknown = 0;
  int high = 0;
  const Colour top = mapped_colour(ColourMap::viridis, 1.0);
  for (int y = 0; y < map.height() - 40; ++y)
    for (int x = 0; x < map.width(); ++x) {
      unknown += map.at(x, y) == style.missing;
      high += map.at(x, y) == top;
    }
  // The sky beyond 10 degrees of either side is the same; labels and lines take some of each.
  EXPECT_NEAR(static_cast<double>(unknown) / high, 1.0, 0.03);
}

TEST(MappedColour, RunsFromDarkToBrightWithoutTurning) {
  double last = -1.0;
  for (int i = 0; i <= 100; ++i) {
    const Colour c = mapped_colour(ColourMap::viridis, i / 100.0);
    const double bright = 0.2126 * c.red + 0.7152 * c.green + 0.0722 * c.blue;
    EXPECT_GT(bright, last);
    last = bright;
  }
  EXPECT_EQ(mapped_colour(ColourMap::diverging, 0.5), kWhite);
  EXPECT_EQ(mapped_colour(ColourMap::viridis, -3.0), mapped_colour(ColourMap::viridis, 0.0));
}

TEST(ToPicture, FillsAHistogramsBarsToTheirHeight) {
  Plot plot{.title = "t", .x = {.label = "x", .low = 0, .high = 4}, .y = {.low = 0, .high = 10}};
  plot.series.push_back({.kind = SeriesKind::bars, .x = {1, 2, 3}, .y = {5, 10}});
  const Canvas picture = to_picture(plot, 500, 400);
  PictureAxes axes(plot, 500, 400);
  const auto tinted = [&](double x, double y) {
    const Point p = axes.at(x, y);
    const Colour c = picture.at(static_cast<int>(p.x), static_cast<int>(p.y));
    return c.red < c.blue;
  };
  EXPECT_TRUE(tinted(1.5, 4.7));
  EXPECT_FALSE(tinted(1.5, 5.5));
  EXPECT_TRUE(tinted(2.5, 9.5));
  EXPECT_FALSE(tinted(0.5, 1.0));
  EXPECT_EQ(encode_png(picture), encode_png(to_picture(plot, 500, 400)));
}

TEST(ToPicture, DrawsLinesPointsAndRulesOnLogarithmicAxes) {
  Plot plot{.title = "", .x = {.scale = AxisScale::log}, .y = {.scale = AxisScale::log}};
  plot.series.push_back({.kind = SeriesKind::line_points,
                         .x = {1, 10, 100},
                         .y = {1, 100, 10000},
                         .label = "square"});
  plot.rules = {{Rule::Along::x, 10.0, "ten"}, {Rule::Along::y, 30.0, "thirty"}};
  const Canvas picture = to_picture(plot);
  const PictureAxes axes(plot, picture.width(), picture.height());
  const Point middle = axes.at(10.0, 100.0);
  EXPECT_EQ(picture.at(static_cast<int>(middle.x), static_cast<int>(middle.y)), palette(0));
}

}  // namespace
}  // namespace skywright::draw
