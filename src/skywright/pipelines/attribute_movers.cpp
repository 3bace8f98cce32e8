#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "skywright/ephemeris/designation.h"
#include "skywright/ephemeris/sky_bodies.h"
#include "skywright/pipelines/known_movers.h"
#include "skywright/sphere/frames.h"

namespace skywright::pipelines {
namespace {

using associate::BodyDetection;
using associate::KnownBodyMatch;
using associate::PredictedBody;
using ephemeris::CatalogMotion;
using ephemeris::OrbitCatalog;
using ephemeris::SeenBody;
using ephemeris::Vector;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// A body that may have left its light on a detector.
struct NearBody {
  std::size_t body = 0;
  SeenBody seen;
};

std::int64_t id_of(const OrbitCatalog& orbits, std::size_t body) {
  const std::string& packed = orbits.facts[body].packed;
  return ephemeris::solar_system_id(packed.empty() ? orbits.name[body] : packed);
}

std::vector<NearBody> bodies_seen_near(const CatalogMotion& motion, const MoverField& field,
                                       const CatalogMotion::Observer& observer,
                                       double margin_arcsec) {
  sphere::Cone cone = cone_around(field.wcs, field.box);
  cone.radius = cone.radius + sphere::Angle::from_arcsec(margin_arcsec);
  std::vector<NearBody> out;
  for (const std::size_t body : motion.candidates(cone)) {
    NearBody near{body, motion.seen(body, observer)};
    if (cone.contains(sphere::unit_vector(near.seen.position))) out.push_back(near);
  }
  // By id, so that the order of the catalog's lines decides nothing.
  std::sort(out.begin(), out.end(), [&](const NearBody& a, const NearBody& b) {
    return std::pair(id_of(motion.catalog(), a.body), a.body) <
           std::pair(id_of(motion.catalog(), b.body), b.body);
  });
  return out;
}

PredictedBody prediction(const CatalogMotion& motion, const NearBody& near, time::Tdb t) {
  const double rate = std::hypot(near.seen.ra_rate, near.seen.dec_rate) / 24.0;  // [arcsec/s]
  return {.ra = near.seen.position.ra.wrapped().degrees(),
          .dec = near.seen.position.dec.degrees(),
          .rate = rate,
          .error = orbit_error(motion.catalog().facts[near.body], near.seen, t),
          .magnitude = near.seen.magnitude};
}

/// What rows of SSSource are made of, column by column.
class SourceRows {
 public:
  void add(const OrbitCatalog& orbits, const NearBody& near, const KnownBodyMatch& match,
           const MoverField& field, std::int64_t source, double ra, double dec,
           const CatalogMotion::Observer& observer) {
    wholes_["diaSourceId"].push_back(source);
    wholes_["ssObjectId"].push_back(id_of(orbits, near.body));
    designation_.push_back(primary_designation(orbits, near.body));
    wholes_["visit"].push_back(field.info.visit);
    wholes_["detector"].push_back(field.info.detector);
    wholes_["ambiguous"].push_back(match.ambiguous ? 1 : 0);
    reals_["midpointMjdTai"].push_back(field.info.middle().mjd());
    const auto ecliptic = sphere::icrs_to_ecliptic() *
                          sphere::Direction<sphere::Icrs>{
                              sphere::unit_vector(sphere::SkyPosition::from_degrees(ra, dec))};
    reals_["eclLambda"].push_back(ecliptic.longitude().wrapped().degrees());
    reals_["eclBeta"].push_back(ecliptic.latitude().degrees());
    const Vector sun = observer.sun.position - observer.state.position;
    reals_["elongation"].push_back(
        sphere::separation(sun.direction(), sphere::unit_vector(near.seen.position)).degrees());
    reals_["phaseAngle"].push_back(near.seen.phase.degrees());
    reals_["topoRange"].push_back(near.seen.distance);
    reals_["helioRange"].push_back(near.seen.heliocentric_distance);
    reals_["ephRa"].push_back(near.seen.position.ra.wrapped().degrees());
    reals_["ephDec"].push_back(near.seen.position.dec.degrees());
    reals_["ephVmag"].push_back(near.seen.magnitude);
    reals_["ephRate"].push_back(std::hypot(near.seen.ra_rate, near.seen.dec_rate));
    reals_["ephOffset"].push_back(match.offset);
    add_state("helio_", near.seen.heliocentric);
    add_state("topo_", near.seen.topocentric);
  }

  [[nodiscard]] table::Table table() const {
    table::Table t;
    if (designation_.empty()) return t;
    for (const auto& [name, values] : wholes_) t.add(name, "", "", values);
    for (const auto& [name, values] : reals_) t.add(name, "", "", values);
    t.add("designation", "", "", designation_);
    return t;
  }

 private:
  void add_state(const std::string& prefix, const ephemeris::State& s) {
    reals_[prefix + "x"].push_back(s.position.x);
    reals_[prefix + "y"].push_back(s.position.y);
    reals_[prefix + "z"].push_back(s.position.z);
    reals_[prefix + "vx"].push_back(s.velocity.x);
    reals_[prefix + "vy"].push_back(s.velocity.y);
    reals_[prefix + "vz"].push_back(s.velocity.z);
  }

  std::map<std::string, std::vector<std::int64_t>> wholes_;
  std::map<std::string, std::vector<double>> reals_;
  std::vector<std::string> designation_;
};

/// Tisserand's parameter with respect to Jupiter, NaN for unbound orbits.
double tisserand(const ephemeris::Orbit& orbit) {
  constexpr double kJupiter = 5.2044;  // [au]
  const double e = orbit.eccentricity;
  if (e >= 1.0) return kNan;
  const double axis = orbit.perihelion_distance / (1.0 - e);
  return kJupiter / axis +
         2.0 * cos(orbit.inclination) * std::sqrt(axis / kJupiter * (1.0 - e * e));
}

void add_bodies(AttributedMovers& out, const OrbitCatalog& orbits,
                const std::map<std::int64_t, std::size_t>& bodies) {
  std::vector<std::int64_t> id;
  std::vector<std::string> designation;
  std::map<std::string, std::vector<double>> numbers;
  for (const auto& [key, body] : bodies) {
    const ephemeris::Orbit& orbit = orbits.orbit[body];
    id.push_back(key);
    designation.push_back(primary_designation(orbits, body));
    numbers["tisserand_J"].push_back(tisserand(orbit));
    numbers["q"].push_back(orbit.perihelion_distance);
    numbers["e"].push_back(orbit.eccentricity);
    numbers["i"].push_back(orbit.inclination.degrees());
    numbers["node"].push_back(orbit.node.wrapped().degrees());
    numbers["argperi"].push_back(orbit.argument_of_perihelion.wrapped().degrees());
    numbers["peri_time"].push_back(time::to_tt(orbit.perihelion_time).mjd());
    numbers["epoch_mjd"].push_back(orbits.facts[body].epoch);
    numbers["h"].push_back(orbits.absolute_magnitude[body]);
    numbers["g"].push_back(orbits.slope[body]);
  }
  for (table::Table* t : {&out.objects, &out.orbits}) {
    t->add("ssObjectId", "", "", id);
    t->add("designation", "", "", designation);
  }
  for (const auto& [name, values] : numbers)
    (name == "tisserand_J" ? out.objects : out.orbits).add(name, "", "", values);
}

}  // namespace

AttributedMovers attribute_movers(KnownMovers& movers, const std::vector<MoverField>& detectors,
                                  table::Table& dia_sources,
                                  const associate::KnownBodyConfig& config,
                                  const Execution& execution) {
  AttributedMovers out;
  if (detectors.empty() || dia_sources.rows() == 0) return out;
  const time::Tai middle = detectors.front().info.middle();
  const CatalogMotion& motion = movers.night_of(middle, execution);
  const ephemeris::ObservedSky sky(movers.site(), time::to_utc(middle));
  const CatalogMotion::Observer observer{sky.observer(), ephemeris::sun_at(sky.tdb()), sky.tdb()};
  const auto ids = dia_sources.wholes("diaSourceId");
  const auto ra = dia_sources.numbers("ra"), dec = dia_sources.numbers("dec");
  const auto ra_err = dia_sources.numbers("raErr"), dec_err = dia_sources.numbers("decErr");
  const auto flux = dia_sources.numbers("psfFlux");
  const auto negative = dia_sources.wholes("isNegative");
  const auto ss_ids = dia_sources.column<std::int64_t>("ssObjectId");
  SourceRows rows;
  std::map<std::int64_t, std::size_t> bodies;
  for (const MoverField& field : detectors) {
    const auto near = bodies_seen_near(motion, field, observer, config.largest_arcsec);
    std::vector<PredictedBody> predicted;
    for (const NearBody& body : near) predicted.push_back(prediction(motion, body, sky.tdb()));
    std::vector<BodyDetection> seen;
    std::vector<std::size_t> row_of;
    for (std::size_t row = field.first; row < field.first + field.count; ++row) {
      // A body adds light; what is fainter than the template is where one was.
      if (negative[row] != 0 || !std::isfinite(ra[row]) || !std::isfinite(dec[row])) continue;
      const double error =
          std::sqrt(0.5 * (ra_err[row] * ra_err[row] + dec_err[row] * dec_err[row]));
      seen.push_back({.ra = ra[row],
                      .dec = dec[row],
                      .error = error * 3600.0,
                      .magnitude = flux[row] > 0.0 ? 31.4 - 2.5 * std::log10(flux[row]) : kNan});
      row_of.push_back(row);
    }
    const auto matches =
        associate::match_known_bodies(seen, predicted, field.info.exposure_s, config);
    for (std::size_t i = 0; i < matches.size(); ++i) {
      if (matches[i].body == associate::kNoBody) continue;
      const std::size_t row = row_of[i];
      const NearBody& body = near[matches[i].body];
      const std::int64_t id = id_of(motion.catalog(), body.body);
      ss_ids[row] = id;
      bodies.emplace(id, body.body);
      rows.add(motion.catalog(), body, matches[i], field, ids[row], ra[row], dec[row], observer);
    }
  }
  out.sources = rows.table();
  add_bodies(out, motion.catalog(), bodies);
  return out;
}

}  // namespace skywright::pipelines
