#include "skywright/schedule/footprint_config.h"

#include <fmt/format.h>

#include "skywright/base/error.h"

namespace skywright::schedule {
namespace {

constexpr Range kNotNegative{.low = 0.0};
constexpr Range kDeclination{.low = -90.0, .high = 90.0};
constexpr Range kLongitude{.low = 0.0, .high = 360.0};
constexpr Range kRadius{.high = 180.0, .above = 0.0};
constexpr const char* kWeightsDoc = "visits wanted, relative to those of the wide survey in r";

}  // namespace

void describe(Fields& f, BandWeights& w) {
  f.number("u", w.u, "visits wanted in u", kNotNegative);
  f.number("g", w.g, "visits wanted in g", kNotNegative);
  f.number("r", w.r, "visits wanted in r", kNotNegative);
  f.number("i", w.i, "visits wanted in i", kNotNegative);
  f.number("z", w.z, "visits wanted in z", kNotNegative);
  f.number("y", w.y, "visits wanted in y", kNotNegative);
}

void describe(Fields& f, CircleRegion& c) {
  f.text("name", c.name, "name of the region");
  f.number("ra_deg", c.ra_deg, "right ascension of the centre [degree]", kLongitude);
  f.number("dec_deg", c.dec_deg, "declination of the centre [degree]", kDeclination);
  f.number("radius_deg", c.radius_deg, "radius of the circle [degree]", kRadius);
  describe_nested(f, "weights", c.weights, kWeightsDoc);
}

void describe(Fields& f, MagellanicRegion& m) {
  f.number("lmc_ra_deg", m.lmc_ra_deg, "right ascension of the Large Cloud [degree]", kLongitude);
  f.number("lmc_dec_deg", m.lmc_dec_deg, "declination of the Large Cloud [degree]", kDeclination);
  f.number("lmc_radius_deg", m.lmc_radius_deg, "radius about the Large Cloud [degree]", kRadius);
  f.number("smc_ra_deg", m.smc_ra_deg, "right ascension of the Small Cloud [degree]", kLongitude);
  f.number("smc_dec_deg", m.smc_dec_deg, "declination of the Small Cloud [degree]", kDeclination);
  f.number("smc_radius_deg", m.smc_radius_deg, "radius about the Small Cloud [degree]", kRadius);
  describe_nested(f, "weights", m.weights, kWeightsDoc);
}

void describe(Fields& f, WideRegion& w) {
  f.number("reddening_limit", w.reddening_limit,
           "E(B-V) above which a place counts as dusty [mag]; large for no limit", {.above = 0.0});
  f.number("smoothing_deg", w.smoothing_deg, "FWHM over which clear places are averaged [degree]",
           {.high = 60.0, .above = 0.0});
  f.number("clear_share", w.clear_share, "averaged share of clear places from which it is wide",
           {.above = 0.0, .below = 1.0});
  f.number("dec_min_deg", w.dec_min_deg, "southern limit [degree]", kDeclination);
  f.number("dec_max_deg", w.dec_max_deg, "northern limit [degree]", kDeclination);
  f.number("south_cap_lower_deg", w.south_cap_lower_deg,
           "how much lower the northern limit is south of the galactic plane [degree]",
           {.low = 0.0, .high = 180.0});
  describe_nested(f, "weights", w.weights, kWeightsDoc);
}

void describe(Fields& f, BulgeRegion& b) {
  f.number("longitude_from_deg", b.longitude_from_deg,
           "galactic longitude from which it reaches eastwards [degree]", kLongitude);
  f.number("longitude_to_deg", b.longitude_to_deg,
           "galactic longitude to which it reaches [degree]", kLongitude);
  f.number("centre_half_width_deg", b.centre_half_width_deg,
           "galactic latitude reached half way between its ends [degree]", kRadius);
  f.number("end_half_width_deg", b.end_half_width_deg,
           "galactic latitude reached at both ends [degree]", kRadius);
  f.number("south_half_width_deg", b.south_half_width_deg,
           "latitude reached everywhere south of the plane [degree]", kRadius);
  describe_nested(f, "weights", b.weights, kWeightsDoc);
}

void describe(Fields& f, EclipticNorthRegion& e) {
  f.number("latitude_min_deg", e.latitude_min_deg, "lowest ecliptic latitude [degree]",
           kDeclination);
  f.number("latitude_max_deg", e.latitude_max_deg, "highest ecliptic latitude [degree]",
           kDeclination);
  f.number("dec_min_deg", e.dec_min_deg, "declination above which all belongs to it [degree]",
           kDeclination);
  f.number("galactic_longitude_from_deg", e.galactic_longitude_from_deg,
           "galactic longitude from which it reaches eastwards [degree]", kLongitude);
  f.number("galactic_longitude_to_deg", e.galactic_longitude_to_deg,
           "galactic longitude to which it reaches [degree]", kLongitude);
  describe_nested(f, "weights", e.weights, kWeightsDoc);
}

void describe(Fields& f, GalacticPlaneRegion& g) {
  f.number("dec_min_deg", g.dec_min_deg, "southern limit of the dusty sky [degree]", kDeclination);
  f.number("dec_max_deg", g.dec_max_deg, "northern limit [degree]", kDeclination);
  describe_nested(f, "weights", g.weights, kWeightsDoc);
}

void describe(Fields& f, SouthPoleRegion& s) {
  f.number("dec_max_deg", s.dec_max_deg, "northern limit [degree]", kDeclination);
  describe_nested(f, "weights", s.weights, kWeightsDoc);
}

void describe(Fields& f, FootprintConfig& c) {
  describe_list(f, "circle", c.circles, "discs, before all other regions");
  describe_nested(f, "magellanic", c.magellanic, "the Magellanic Clouds");
  describe_nested(f, "wide", c.wide, "the wide survey, where dust is thin");
  describe_nested(f, "virgo", c.virgo, "the Virgo cluster");
  describe_nested(f, "bulge", c.bulge, "bulge and inner plane");
  describe_nested(f, "ecliptic_north", c.ecliptic_north, "ecliptic north of the wide survey");
  describe_nested(f, "galactic_plane", c.galactic_plane, "the dusty rest of the plane");
  describe_nested(f, "south_pole", c.south_pole, "cap of the southern celestial pole");
}

void validate(const FootprintConfig& c) {
  check_fields(c);
  const auto in_order = [](const char* key, double low, double high) {
    if (low >= high)
      throw ConfigError(fmt::format("footprint.{} = {}", key, low),
                        fmt::format("is not below its upper limit {}", high), "correct the limits");
  };
  in_order("wide.dec_min_deg", c.wide.dec_min_deg, c.wide.dec_max_deg);
  in_order("galactic_plane.dec_min_deg", c.galactic_plane.dec_min_deg,
           c.galactic_plane.dec_max_deg);
  in_order("ecliptic_north.latitude_min_deg", c.ecliptic_north.latitude_min_deg,
           c.ecliptic_north.latitude_max_deg);
  bool any = c.magellanic.weights.any() || c.wide.weights.any() || c.virgo.weights.any() ||
             c.bulge.weights.any() || c.ecliptic_north.weights.any() ||
             c.galactic_plane.weights.any() || c.south_pole.weights.any();
  for (const CircleRegion& circle : c.circles) any = any || circle.weights.any();
  if (!any) throw ConfigError("footprint", "no region has a weight", "give one of them weights");
}

}  // namespace skywright::schedule
