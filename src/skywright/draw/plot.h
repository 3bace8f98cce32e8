/// Plots as SVG: lines, points with error bars, steps, histograms, on linear or logarithmic axes.
///
///     Plot plot;
///     plot.title = "Completeness";
///     plot.x = {.label = "SNR", .scale = AxisScale::log};
///     plot.y = {.label = "recovered", .low = 0, .high = 1.05};
///     plot.series.push_back({.kind = SeriesKind::points, .x = snr, .y = part, .y_error = error,
///                            .label = "isolated"});
///     std::string svg = to_svg(plot);
///
/// Series differ by colour and by the shape of their markers. Text and axes take the colour of the
/// page around them (currentColor), so that one SVG serves light and dark pages. Values that are
/// not finite, or not positive on a logarithmic axis, are left out.
#pragma once

#include <limits>
#include <span>
#include <string>
#include <vector>

namespace skywright::draw {

enum class AxisScale { linear, log };

constexpr double kAutomatic = std::numeric_limits<double>::quiet_NaN();

struct Axis {
  std::string label = {};
  AxisScale scale = AxisScale::linear;
  double low = kAutomatic;
  double high = kAutomatic;
  bool reversed = false;  ///< as magnitudes are drawn
};

enum class SeriesKind {
  line,
  points,
  line_points,
  steps,  ///< x holds one edge more than y: a histogram's outline
  bars    ///< as steps, filled
};

struct Series {
  SeriesKind kind = SeriesKind::line;
  std::vector<double> x = {};
  std::vector<double> y = {};
  std::vector<double> y_error = {};  ///< one a point, or empty
  std::string label = {};            ///< in the legend; empty for none
  int colour = -1;                   ///< of the palette; -1: by its order
  double size = 3.0;                 ///< of markers [pixel]
  bool dashed = false;
};

/// A line across the plot.
struct Rule {
  enum class Along { x, y };
  Along along = Along::x;  ///< x: horizontal, at a y value
  double at = 0.0;
  std::string label = {};
};

enum class LegendPlace { upper_right, upper_left, lower_right, lower_left, none };

struct Plot {
  std::string title = {};
  Axis x = {};
  Axis y = {};
  std::vector<Series> series = {};
  std::vector<Rule> rules = {};
  LegendPlace legend = LegendPlace::upper_right;
  int width = 560;
  int height = 360;
};

std::string to_svg(const Plot& plot);

/// Counts of values in `bins` equal steps from `low` to `high`; what lies outside is left out.
/// @pre bins > 0, low < high
Series histogram(std::span<const double> values, double low, double high, int bins,
                 SeriesKind kind = SeriesKind::bars);

/// Round numbers that cover [low, high] in about `wanted` steps. @pre low < high
std::vector<double> linear_ticks(double low, double high, int wanted = 6);
/// Powers of ten within [low, high], or 1, 2, 5 times them where fewer than two are.
/// @pre 0 < low < high
std::vector<double> log_ticks(double low, double high);

}  // namespace skywright::draw
