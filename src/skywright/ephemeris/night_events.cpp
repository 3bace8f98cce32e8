#include "skywright/ephemeris/night_events.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "skywright/base/error.h"

namespace skywright::ephemeris {
namespace {

constexpr double kDay = 86400.0;
constexpr double kStep = 600.0;      ///< [s]; two crossings within it are found by their extremum
constexpr double kPrecision = 1e-3;  ///< [s]
constexpr double kGolden = std::numbers::phi - 1.0;

double height_of(double degrees) { return std::sin(degrees * std::numbers::pi / 180.0); }

enum class Direction { sinking, rising };

struct Crossing {
  double at = 0.0;  ///< [s] after the noon
  Direction direction = Direction::sinking;
};

/// Root of `f` between `low` and `high`, where its sign differs: false position with the Illinois
/// rule (Dowell & Jarratt 1971, BIT 11, 168), bounded by bisection.
template <class F>
double root(const F& f, double low, double high) {
  double at_low = f(low), at_high = f(high);
  for (int i = 0; i < 60 && high - low > kPrecision; ++i) {
    double middle = high - at_high * (high - low) / (at_high - at_low);
    if (i % 3 == 2 || !(middle > low && middle < high)) middle = 0.5 * (low + high);
    const double here = f(middle);
    if (here == 0.0) return middle;
    if ((here < 0.0) == (at_low < 0.0)) {
      low = middle;
      at_low = here;
    } else {
      high = middle;
      at_high = here;
    }
  }
  return at_high == at_low ? low : high - at_high * (high - low) / (at_high - at_low);
}

/// Where `f` is least between two times, to a second.
template <class F>
double least(const F& f, double low, double high) {
  double a = high - kGolden * (high - low), b = low + kGolden * (high - low);
  double at_a = f(a), at_b = f(b);
  while (high - low > 1.0) {
    if (at_a < at_b) {
      high = b;
      b = a;
      at_b = at_a;
      a = high - kGolden * (high - low);
      at_a = f(a);
    } else {
      low = a;
      a = b;
      at_a = at_b;
      b = low + kGolden * (high - low);
      at_b = f(b);
    }
  }
  return 0.5 * (low + high);
}

/// A height over one night, sampled once; its crossings of any level.
template <class Height>
class Curve {
 public:
  Curve(Height height, double length) : height_(height) {
    const auto steps = static_cast<std::size_t>(std::ceil(length / kStep));
    for (std::size_t i = 0; i <= steps; ++i) {
      add(length * static_cast<double>(i) / static_cast<double>(steps));
    }
    add_extrema();
  }

  [[nodiscard]] std::vector<Crossing> crossings(double level) const {
    std::vector<Crossing> out;
    const auto above = [&](double t) { return height_(t) - level; };
    for (std::size_t i = 1; i < time_.size(); ++i) {
      const bool before = value_[i - 1] >= level, after = value_[i] >= level;
      if (before == after) continue;
      out.push_back(
          {root(above, time_[i - 1], time_[i]), before ? Direction::sinking : Direction::rising});
    }
    return out;
  }
  [[nodiscard]] std::pair<double, double> lowest() const {
    const auto found = std::min_element(value_.begin(), value_.end());
    return {time_[static_cast<std::size_t>(found - value_.begin())], *found};
  }

 private:
  void add(double t) {
    time_.push_back(t);
    value_.push_back(height_(t));
  }
  /// The extrema become samples too, so that no grazing crossing is lost.
  void add_extrema() {
    const std::vector<double> t = time_, v = value_;
    time_.clear();
    value_.clear();
    for (std::size_t i = 0; i < t.size(); ++i) {
      const bool inner = i > 0 && i + 1 < t.size();
      const bool low = inner && v[i] <= v[i - 1] && v[i] < v[i + 1];
      const bool high = inner && v[i] >= v[i - 1] && v[i] > v[i + 1];
      if (low || high) {
        const double sign = low ? 1.0 : -1.0;
        add(least([&](double s) { return sign * height_(s); }, t[i - 1], t[i + 1]));
      } else {
        time_.push_back(t[i]);
        value_.push_back(v[i]);
      }
    }
  }

  Height height_;
  std::vector<double> time_, value_;
};

std::optional<time::Tai> first(const std::vector<Crossing>& crossings, Direction direction,
                               time::Tai noon) {
  for (const Crossing& c : crossings) {
    if (c.direction == direction) return noon.plus_seconds(c.at);
  }
  return std::nullopt;
}

std::optional<time::Tai> last(const std::vector<Crossing>& crossings, Direction direction,
                              time::Tai noon) {
  std::optional<time::Tai> out;
  for (const Crossing& c : crossings) {
    if (c.direction == direction) out = noon.plus_seconds(c.at);
  }
  return out;
}

/// The Sun's passage of the meridian nearest to `near`.
time::Tai noon_near(const HorizonFrame& frame, time::Tai near) {
  time::Tai t = near;
  for (int i = 0; i < 4; ++i) t = t.plus_seconds(-frame.sun_hour_angle(t).degrees() * kDay / 360.0);
  return t;
}

std::optional<Interval> between(const std::optional<time::Tai>& dusk,
                                const std::optional<time::Tai>& dawn, const Night& night,
                                double degrees) {
  if (!(night.lowest_sun.degrees() < degrees)) return std::nullopt;
  return Interval{dusk.value_or(night.noon), dawn.value_or(night.next_noon)};
}

Night night_after(const HorizonFrame& frame, time::Tai noon, int number) {
  Night night;
  night.number = number;
  night.noon = noon;
  night.next_noon = noon_near(frame, noon.plus_seconds(kDay));
  const double length = seconds_between(noon, night.next_noon);
  const Curve sun([&](double s) { return frame.sun_height(noon.plus_seconds(s)); }, length);
  const Curve moon([&](double s) { return frame.moon_height(noon.plus_seconds(s)); }, length);
  const auto [lowest_at, lowest] = sun.lowest();
  night.midnight = noon.plus_seconds(lowest_at);
  night.lowest_sun = Angle::from_radians(std::asin(lowest));
  night.sun_at_noon = Angle::from_radians(std::asin(frame.sun_height(noon)));
  const auto set = [&](double degrees, auto& dusk, auto& dawn) {
    const auto crossings = sun.crossings(height_of(degrees));
    dusk = first(crossings, Direction::sinking, noon);
    dawn = last(crossings, Direction::rising, noon);
  };
  set(0.0, night.sunset, night.sunrise);
  set(-12.0, night.dusk12, night.dawn12);
  set(-18.0, night.dusk18, night.dawn18);
  const auto moon_crossings = moon.crossings(0.0);
  night.moonrise = first(moon_crossings, Direction::rising, noon);
  night.moonset = first(moon_crossings, Direction::sinking, noon);
  night.second_moonrise = last(moon_crossings, Direction::rising, noon);
  night.second_moonset = last(moon_crossings, Direction::sinking, noon);
  if (night.second_moonrise == night.moonrise) night.second_moonrise.reset();
  if (night.second_moonset == night.moonset) night.second_moonset.reset();
  night.moon_illumination = frame.at(night.midnight).moon_illumination;
  return night;
}

}  // namespace

std::optional<Interval> Night::below0() const { return between(sunset, sunrise, *this, 0.0); }
std::optional<Interval> Night::below12() const { return between(dusk12, dawn12, *this, -12.0); }
std::optional<Interval> Night::below18() const { return between(dusk18, dawn18, *this, -18.0); }

std::vector<Night> nights(const Observatory& observatory, time::Tai start, int count,
                          const EarthOrientation& orientation, const PlanetaryEphemeris& ephemeris,
                          const Execution& execution) {
  if (count < 0) {
    throw InputError("no such number of nights", std::to_string(count) + " is negative",
                     "give 0 or more");
  }
  std::vector<Night> out;
  out.reserve(static_cast<std::size_t>(count));
  time::Tai noon;
  {
    const HorizonFrame about(observatory, start.plus_seconds(-kDay), start.plus_seconds(kDay),
                             orientation, ephemeris);
    noon = noon_near(about, start);
    if (noon > start) noon = noon_near(about, noon.plus_seconds(-kDay));
  }
  for (int n = 0; n < count; ++n) {
    execution.check_stop();
    const HorizonFrame frame(observatory, noon, noon.plus_seconds(kDay), orientation, ephemeris);
    out.push_back(night_after(frame, noon, n + 1));
    noon = out.back().next_noon;
  }
  return out;
}

}  // namespace skywright::ephemeris
