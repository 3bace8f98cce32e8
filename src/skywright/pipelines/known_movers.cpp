#include "skywright/pipelines/known_movers.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "skywright/archive/dataset.h"
#include "skywright/base/error.h"
#include "skywright/ephemeris/designation.h"
#include "skywright/io/text_parts.h"

namespace skywright::pipelines {
namespace fs = std::filesystem;
namespace {

/// minorplanetcenter.net/iau/info/UValue.html: upper limits of the runoff [arcsec a decade].
constexpr std::array<double, 10> kRunoff = {1.0,    4.4,    19.6,    86.5,     382.0,
                                            1692.0, 7488.0, 33121.0, 146502.0, 650000.0};

}  // namespace

std::optional<fs::path> orbit_file_of(const fs::path& survey) {
  std::vector<fs::path> found;
  for (const char* ending : {".dat", ".txt", ".csv", ".dat.gz", ".txt.gz", ".csv.gz"}) {
    const fs::path file = survey / "reference" / (std::string("orbits") + ending);
    if (fs::is_regular_file(file)) found.push_back(file);
  }
  if (found.empty()) return {};
  if (found.size() > 1)
    throw InputError(
        (survey / "reference").string(),
        "it holds " + found[0].filename().string() + " and " + found[1].filename().string(),
        "keep one catalog of orbits");
  return found[0];
}

ephemeris::OrbitReading read_orbit_file(const fs::path& file, const Execution& execution) {
  ephemeris::OrbitReader reader(ephemeris::BadLines::skip);
  io::for_text_parts(file, [&](std::string_view part) {
    execution.check_stop();
    reader.take(part, execution);
  });
  ephemeris::OrbitReading reading = reader.finish(execution);
  if (reading.orbits.size() == 0) {
    const std::string reason = reading.skipped == 0
                                   ? "it holds no orbit"
                                   : "none of its lines is an orbit; line " +
                                         std::to_string(reading.first_skipped[0].line) + ": " +
                                         reading.first_skipped[0].reason;
    throw InputError(file.string(), reason,
                     "give MPCORB lines, or a table with a line of column names");
  }
  return reading;
}

KnownMovers::KnownMovers(const fs::path& file, const ephemeris::Observatory& site,
                         const Execution& execution)
    : checksum_(archive::file_checksum(file)),
      reading_(read_orbit_file(file, execution)),
      site_(site) {}

double KnownMovers::noon_before(time::Tai t) const {
  const double behind = site_.longitude.wrapped_around_zero().degrees() / 360.0;  // [day]
  return std::floor(t.mjd() + behind - 0.5) + 0.5 - behind;
}

const ephemeris::CatalogMotion& KnownMovers::night_of(time::Tai t, const Execution& execution) {
  const double noon = noon_before(t);
  if (noon_ != noon) {
    const auto tdb = [](double mjd) { return time::to_tdb(time::to_tt(time::Tai::from_mjd(mjd))); };
    noon_.reset();
    motion_.reset();
    motion_ = std::make_unique<ephemeris::CatalogMotion>(
        reading_.orbits, tdb(noon), tdb(noon + 1.0), ephemeris::PlanetaryEphemeris::built_in(),
        execution);
    noon_ = noon;
  }
  return *motion_;
}

sphere::Cone cone_around(const wcs::Wcs& wcs, const image::Box& box) {
  const sphere::UnitVector centre =
      sphere::unit_vector(wcs.sky_at({(box.width - 1) / 2.0, (box.height - 1) / 2.0}));
  sphere::Cone cone{centre, {}};
  for (const double x : {-0.5, box.width - 0.5})
    for (const double y : {-0.5, box.height - 0.5})
      cone.radius = std::max(cone.radius,
                             sphere::separation(centre, sphere::unit_vector(wcs.sky_at({x, y}))));
  return cone;
}

double orbit_error(const ephemeris::OrbitFacts& facts, const ephemeris::SeenBody& seen,
                   time::Tdb t) {
  if (facts.uncertainty < 0 || facts.uncertainty > 9 || !std::isfinite(facts.epoch)) return 0.0;
  const double decades = std::abs(t.mjd() - facts.epoch) / 3652.5;
  return kRunoff[static_cast<std::size_t>(facts.uncertainty)] * decades *
         seen.heliocentric_distance / seen.distance;
}

std::string primary_designation(const ephemeris::OrbitCatalog& orbits, std::size_t body) {
  const ephemeris::Designation d = ephemeris::unpacked(orbits.facts[body].packed);
  if (!d.permanent.empty()) return d.permanent;
  return d.provisional.empty() ? orbits.name[body] : d.provisional;
}

}  // namespace skywright::pipelines
