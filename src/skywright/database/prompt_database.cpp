#include "skywright/database/prompt_database.h"

#include <algorithm>
#include <limits>

#include "skywright/database/postgres_prompt.h"
#include "skywright/database/sqlite_prompt.h"
#include "skywright/sql/postgres.h"

namespace skywright::database {
namespace {

/// The order whose pixels are a few times smaller than the cone: few ranges, little beyond it.
int covering_order(const sphere::Cone& cone) {
  int order = 0;
  while (order < 18 && sphere::healpix::max_pixel_radius(order) > cone.radius * 0.5) ++order;
  return order;
}

}  // namespace

PromptRegion PromptDatabase::load(const sphere::Cone& cone, double time,
                                  double history_days) const {
  const sphere::Moc covered = sphere::coverage(cone, covering_order(cone));
  const table::Table found = objects_in(covered.ranges());
  const std::vector<double> ra = found.numbers("ra");
  const std::vector<double> dec = found.numbers("dec");
  const std::vector<std::int64_t> ids = found.wholes("diaObjectId");
  std::vector<std::size_t> inside;
  for (std::size_t row = 0; row < ids.size(); ++row)
    if (cone.contains(sphere::unit_vector(sphere::SkyPosition::from_degrees(ra[row], dec[row]))))
      inside.push_back(row);
  std::sort(inside.begin(), inside.end(),
            [&](std::size_t a, std::size_t b) { return ids[a] < ids[b]; });
  PromptRegion region;
  region.objects = found.selected(inside);
  const std::vector<std::int64_t> objects = region.objects.wholes("diaObjectId");
  const double begin = time - history_days;
  region.sources = of_objects(prompt_table("DiaSource"), objects, begin, time);
  region.forced = of_objects(prompt_table("DiaForcedSource"), objects, begin, time);
  return region;
}

void PromptDatabase::store(const PromptVisit& rows) {
  write(prompt_table("Visit"), rows.visit);
  write(prompt_table("VisitDetector"), rows.detectors);
  write(prompt_table("DiaSource"), rows.sources);
  write(prompt_table("DiaObject"), rows.objects);
}

void PromptDatabase::store_forced(const table::Table& rows) {
  write(prompt_table("DiaForcedSource"), rows);
}

void PromptDatabase::store_objects(const table::Table& rows) {
  write(prompt_table("DiaObject"), rows);
}

void PromptDatabase::store_known_bodies(const table::Table& sources, const table::Table& bodies) {
  if (sources.rows() == 0) return;
  write(prompt_table("SSSource"), sources);
  write(prompt_table("SSObject"), bodies);
  count_sightings(bodies.wholes("ssObjectId"));
}

table::Table PromptDatabase::sources_of(std::span<const std::int64_t> objects) const {
  constexpr double kEver = std::numeric_limits<double>::infinity();
  return of_objects(prompt_table("DiaSource"), objects, -kEver, kEver);
}

std::unique_ptr<PromptDatabase> open_prompt_database(const std::string& place, sql::Access access) {
  if (sql::is_postgres_url(place)) return std::make_unique<PostgresPrompt>(place, access);
  return std::make_unique<SqlitePrompt>(place, access);
}

}  // namespace skywright::database
