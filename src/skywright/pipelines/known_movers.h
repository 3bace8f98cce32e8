/// Known bodies of the Solar System in a survey's exposures: where they are, and which sources they
/// made.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "skywright/associate/known_bodies.h"
#include "skywright/base/execution.h"
#include "skywright/ephemeris/catalog_motion.h"
#include "skywright/ephemeris/observer.h"
#include "skywright/ephemeris/orbit_reader.h"
#include "skywright/image/box.h"
#include "skywright/instrument/visit_info.h"
#include "skywright/table/table.h"
#include "skywright/wcs/wcs.h"

namespace skywright::pipelines {

/// reference/orbits.*: .dat, .txt, .csv, each also with .gz; none where there is no such file.
/// @throws InputError where there are several
std::optional<std::filesystem::path> orbit_file_of(const std::filesystem::path& survey);

/// The orbits of a file (MPCORB lines or a table), lines that are none skipped and counted.
/// @throws InputError where it cannot be read or holds no orbit
ephemeris::OrbitReading read_orbit_file(const std::filesystem::path& file,
                                        const Execution& execution);

/// A survey's catalog of orbits, carried to the night that is asked for.
class KnownMovers {
 public:
  KnownMovers(const std::filesystem::path& file, const ephemeris::Observatory& site,
              const Execution& execution);

  [[nodiscard]] const std::string& checksum() const { return checksum_; }
  [[nodiscard]] const ephemeris::OrbitReading& reading() const { return reading_; }
  [[nodiscard]] const ephemeris::Observatory& site() const { return site_; }
  /// From local mean noon to noon about `t`: what is carried depends on nothing else. The first
  /// call for a night takes some seconds a million orbits. From one thread at a time.
  const ephemeris::CatalogMotion& night_of(time::Tai t, const Execution& execution);
  /// Local mean noon before `t` [MJD TAI].
  [[nodiscard]] double noon_before(time::Tai t) const;

 private:
  std::string checksum_;
  ephemeris::OrbitReading reading_;
  ephemeris::Observatory site_;
  std::optional<double> noon_;  ///< MJD TAI at which `motion_` begins
  std::unique_ptr<ephemeris::CatalogMotion> motion_;
};

/// One detector of a visit, whose sources are `count` rows from `first` on.
struct MoverField {
  const instrument::VisitInfo& info;
  const wcs::Wcs& wcs;
  image::Box box;
  std::size_t first = 0, count = 0;
};

struct AttributedMovers {
  table::Table sources;  ///< SSSource: one row an attributed source, in their order
  table::Table objects;  ///< SSObject: ssObjectId, designation, tisserand_J; by id
  table::Table orbits;   ///< mpc_orbits of these objects, with ssObjectId
};

/// Finds the sources of a visit that are known bodies and fills their column ssObjectId.
AttributedMovers attribute_movers(KnownMovers& movers, const std::vector<MoverField>& detectors,
                                  table::Table& dia_sources,
                                  const associate::KnownBodyConfig& config,
                                  const Execution& execution);

/// A cone that holds an image.
sphere::Cone cone_around(const wcs::Wcs& wcs, const image::Box& box);

/// What the orbit of a body is wrong by at `t`, one sigma [arcsec], by the Minor Planet Center's
/// uncertainty parameter: the runoff in longitude along the orbit since the epoch, seen from here.
/// 0 where it is not known.
double orbit_error(const ephemeris::OrbitFacts& facts, const ephemeris::SeenBody& seen,
                   time::Tdb t);

/// The primary designation: "433", "2024 AB12", or the catalog's name where it is neither.
std::string primary_designation(const ephemeris::OrbitCatalog& orbits, std::size_t body);

}  // namespace skywright::pipelines
