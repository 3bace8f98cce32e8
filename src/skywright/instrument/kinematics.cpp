#include "skywright/instrument/kinematics.h"

#include <fmt/format.h>

#include "skywright/base/error.h"

namespace skywright::instrument {
namespace {

constexpr Range kPositive{.above = 0.0};
constexpr Range kNotNegative{.low = 0.0};

void check_order(const char* low_key, double low, const char* high_key, double high) {
  if (low < high) return;
  throw ConfigError(fmt::format("kinematics.{} = {}", low_key, low),
                    fmt::format("must be below {} = {}", high_key, high), "correct the limits");
}

}  // namespace

void describe(Fields& f, Axis& a) {
  f.number("speed", a.speed, "highest speed [degree/s]", kPositive);
  f.number("acceleration", a.acceleration, "highest acceleration [degree/s2]", kPositive);
  f.number("jerk", a.jerk, "highest jerk [degree/s3]; 0: acceleration sets in at once",
           kNotNegative);
}

void describe(Fields& f, DomeMotion& d) {
  describe_choice(f, "kind", d.kind, {"none", "creeping", "following"},
                  "none: never delays; creeping: moves at full speed all the while, a slit wide "
                  "enough; following: starts, stops and settles");
  describe_nested(f, "altitude", d.altitude, "the opening's altitude");
  describe_nested(f, "azimuth", d.azimuth, "the dome's azimuth");
  f.number("settle_s", d.settle_s, "settling after an azimuth move, following [s]", kNotNegative);
  f.number("reach_deg", d.reach_deg, "closer pointings need no move, creeping [degree]",
           kNotNegative);
  f.number("margin_deg", d.margin_deg,
           "more than the pointings' distance on one axis, creeping [degree]", kNotNegative);
}

void describe(Fields& f, Rotator& r) {
  describe(f, r.axis);
  f.number("min_deg", r.min_deg, "lowest angle, rotTelPos [degree]", {.low = -360.0, .high = 0.0});
  f.number("max_deg", r.max_deg, "highest angle [degree]", {.low = 0.0, .high = 360.0});
}

void describe(Fields& f, OpticsCorrection& o) {
  f.number("open_loop_s_per_deg", o.open_loop_s_per_deg,
           "correction by table, per change of altitude, while settling [s/degree]", kNotNegative);
  f.number("closed_loop_s", o.closed_loop_s, "correction by measurement [s]", kNotNegative);
  f.number("closed_loop_above_deg", o.closed_loop_above_deg,
           "change of altitude from which it is needed [degree]", kNotNegative);
}

void describe(Fields& f, FilterExchange& x) {
  f.number("change_s", x.change_s, "a filter change in all [s]", kNotNegative);
  f.number("exchange_s", x.exchange_s, "the exchange alone, for time = \"with-rotator\" [s]",
           kNotNegative);
  describe_choice(f, "when", x.when, {"after-slew", "while-slewing"},
                  "whether the telescope stands still meanwhile");
  describe_choice(f, "time", x.time, {"constant", "with-rotator"},
                  "constant: change_s; with-rotator: rotator to 0, exchange_s, rotator to its "
                  "new angle");
  f.whole("mounted", x.mounted, "filters that the changer holds; 0: all", kNotNegative);
}

void describe(Fields& f, Kinematics& k) {
  describe_nested(f, "altitude", k.altitude, "mount, altitude");
  describe_nested(f, "azimuth", k.azimuth, "mount, azimuth");
  f.number("settle_s", k.settle_s, "settling of the mount after any move [s]", kNotNegative);
  const Range altitude{.low = 0.0, .high = 90.0};
  f.number("altitude_min_deg", k.altitude_min_deg, "lowest altitude [degree]", altitude);
  f.number("altitude_max_deg", k.altitude_max_deg, "highest altitude [degree]", altitude);
  const Range wrap{.low = -720.0, .high = 720.0};
  f.number("azimuth_min_deg", k.azimuth_min_deg, "cable wrap: lowest azimuth [degree]", wrap);
  f.number("azimuth_max_deg", k.azimuth_max_deg, "cable wrap: highest azimuth [degree]", wrap);
  f.number("park_altitude_deg", k.park_altitude_deg, "altitude when parked [degree]", altitude);
  f.number("park_azimuth_deg", k.park_azimuth_deg, "azimuth when parked [degree]", wrap);
  describe_nested(f, "dome", k.dome, "dome");
  describe_nested(f, "rotator", k.rotator, "camera rotator");
  describe_nested(f, "optics", k.optics, "corrections of the optics");
  describe_nested(f, "filters", k.filters, "filter changer");
  f.number("shutter_s", k.shutter_s, "shutter from closed to fully open [s]", kNotNegative);
  f.number("shutter_cycle_s", k.shutter_cycle_s,
           "shortest time between two openings of the shutter [s]", kNotNegative);
}

void validate(const Kinematics& k) {
  check_order("altitude_min_deg", k.altitude_min_deg, "altitude_max_deg", k.altitude_max_deg);
  check_order("azimuth_min_deg", k.azimuth_min_deg, "azimuth_max_deg", k.azimuth_max_deg);
  check_order("rotator.min_deg", k.rotator.min_deg, "rotator.max_deg", k.rotator.max_deg);
  if (k.park_azimuth_deg < k.azimuth_min_deg || k.park_azimuth_deg > k.azimuth_max_deg)
    throw ConfigError(
        fmt::format("kinematics.park_azimuth_deg = {}", k.park_azimuth_deg),
        fmt::format("lies outside the wrap, {} to {}", k.azimuth_min_deg, k.azimuth_max_deg),
        "park within it");
}

}  // namespace skywright::instrument
