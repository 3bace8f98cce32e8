#include "skywright/pipelines/associate_visit.h"

#include <algorithm>
#include <limits>
#include <set>
#include <unordered_map>

#include "skywright/base/error.h"

namespace skywright::pipelines {
namespace {

using associate::Detection;
using associate::DiaObject;
using database::PromptDatabase;
using table::Table;

double number_in(const Table& rows, std::string_view column) {
  const std::vector<double> values = rows.numbers(column);
  if (values.empty())
    throw InputError("column " + std::string(column), "has no row", "give the visit's row");
  return values[0];
}

std::vector<double> numbers_or_nan(const Table& rows, std::string_view column) {
  if (rows.contains(column)) return rows.numbers(column);
  return std::vector<double>(rows.rows(), std::numeric_limits<double>::quiet_NaN());
}

std::vector<Detection> detections_of(const Table& rows) {
  const auto ids = rows.wholes("diaSourceId");
  const auto ra = rows.numbers("ra");
  const auto dec = rows.numbers("dec");
  const auto ra_err = numbers_or_nan(rows, "raErr");
  const auto dec_err = numbers_or_nan(rows, "decErr");
  const auto flux = numbers_or_nan(rows, "psfFlux");
  const auto flux_err = numbers_or_nan(rows, "psfFluxErr");
  std::vector<Detection> out(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i)
    out[i] = {ids[i], ra[i], dec[i], ra_err[i], dec_err[i], flux[i], flux_err[i]};
  return out;
}

/// Objects made anew from all their stored detections, in order of time and id.
std::vector<DiaObject> remade(const PromptDatabase& database,
                              const std::vector<std::int64_t>& objects, double floor) {
  const Table rows = database.sources_of(objects);
  if (rows.rows() == 0) return {};
  const std::vector<Detection> detections = detections_of(rows);
  const auto owner = rows.wholes("diaObjectId");
  const auto times = rows.numbers("midpointMjdTai");
  const auto bands = rows.column<std::string>("band");
  std::vector<DiaObject> out;
  for (std::size_t i = 0; i < detections.size(); ++i) {
    if (out.empty() || out.back().id != owner[i]) {
      out.push_back(associate::object_from(detections[i], bands[i], times[i], floor));
      out.back().id = owner[i];
    } else {
      associate::update(out.back(), detections[i], bands[i], times[i], floor);
    }
  }
  return out;
}

/// Within a change of the database that the caller commits.
void forget(PromptDatabase& database, const std::vector<std::pair<std::int64_t, int>>& detectors,
            double floor) {
  std::set<std::int64_t> changed;
  for (const auto& [visit, detector] : detectors) {
    if (!database.contains(visit, detector)) continue;
    for (const std::int64_t id : database.forget(visit, detector)) changed.insert(id);
  }
  if (changed.empty()) return;
  database.store_objects(
      associate::to_table(remade(database, {changed.begin(), changed.end()}, floor)));
}

/// Take out what this visit's detectors left in the database before.
void forget_earlier_run(PromptDatabase& database, const Table& detectors, double floor) {
  const auto visits = detectors.wholes("visitId");
  const auto ids = detectors.wholes("detector");
  std::vector<std::pair<std::int64_t, int>> pairs;
  for (std::size_t row = 0; row < ids.size(); ++row)
    pairs.emplace_back(visits[row], static_cast<int>(ids[row]));
  forget(database, pairs, floor);
}

/// A cone around all sources; empty where there are none.
std::optional<sphere::Cone> cone_of(const std::vector<Detection>& detections) {
  if (detections.empty()) return {};
  sphere::UnitVector sum{0.0, 0.0, 0.0};
  std::vector<sphere::UnitVector> places;
  for (const Detection& d : detections) {
    places.push_back(sphere::unit_vector(sphere::SkyPosition::from_degrees(d.ra, d.dec)));
    sum = {sum.x + places.back().x, sum.y + places.back().y, sum.z + places.back().z};
  }
  const double length = std::sqrt(sphere::dot(sum, sum));
  if (!(length > 0.0)) return sphere::Cone{{1, 0, 0}, sphere::Angle::from_degrees(180.0)};
  const sphere::UnitVector centre{sum.x / length, sum.y / length, sum.z / length};
  sphere::Angle radius;
  for (const auto& place : places) radius = std::max(radius, sphere::separation(centre, place));
  return sphere::Cone{centre, radius};
}

Table selected_objects(const std::vector<DiaObject>& objects,
                       const std::vector<std::size_t>& rows) {
  std::vector<DiaObject> picked;
  for (const std::size_t row : rows) picked.push_back(objects[row]);
  return associate::to_table(picked);
}

/// The result's object ids as the table's column.
void fill_object_ids(Table& sources, const std::vector<std::int64_t>& ids) {
  if (!sources.contains("diaObjectId")) {
    sources.add("diaObjectId", "", "object that it belongs to", ids);
    return;
  }
  std::ranges::copy(ids, sources.column<std::int64_t>("diaObjectId").begin());
}

}  // namespace

void forget_visits(PromptDatabase& database,
                   const std::vector<std::pair<std::int64_t, int>>& detectors,
                   const associate::AssociateConfig& config) {
  if (detectors.empty()) return;
  auto change = database.change();
  forget(database, detectors, config.position_floor_arcsec / 3600.0);
  change->commit();
}

AssociatedVisit associate_visit(PromptDatabase& database, VisitSources visit,
                                const AssociateVisitConfig& config) {
  const double time = number_in(visit.visit, "expMidptMJD");
  const double floor = config.associate.position_floor_arcsec / 3600.0;
  const std::vector<Detection> all = detections_of(visit.sources);
  const std::vector<std::int64_t> known_movers = visit.sources.contains("ssObjectId")
                                                     ? visit.sources.wholes("ssObjectId")
                                                     : std::vector<std::int64_t>(all.size(), 0);
  associate::VisitDetections seen{
      .band = visit.visit.column<std::string>("band")[0], .midpoint = time, .detections = {}};
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (known_movers[i] != 0) continue;
    seen.detections.push_back(all[i]);
    rows.push_back(i);
  }

  auto change = database.change();
  forget_earlier_run(database, visit.detectors, floor);
  AssociatedVisit out;
  std::optional<sphere::Cone> cone = visit.footprint ? visit.footprint : cone_of(all);
  std::vector<DiaObject> known;
  if (cone) {
    // Objects just outside may be the match of a source just inside.
    cone->radius = cone->radius + sphere::Angle::from_arcsec(2.0 * config.associate.radius_arcsec);
    database::PromptRegion region = database.load(*cone, time, config.history_days);
    known = associate::objects_from(region.objects);
    out.history = std::move(region.sources);
    out.forced = std::move(region.forced);
  }
  std::vector<std::int64_t> later;  // objects that were seen after this visit already
  for (const DiaObject& object : known)
    if (object.last_time > time) later.push_back(object.id);
  associate::Association result = associate::associate(seen, std::move(known), config.associate);

  std::vector<std::int64_t> ids(all.size(), 0);
  for (std::size_t i = 0; i < rows.size(); ++i) ids[rows[i]] = result.object_ids[i];
  fill_object_ids(visit.sources, ids);
  out.objects = selected_objects(result.objects, result.changed);
  database.store({.visit = visit.visit,
                  .detectors = visit.detectors,
                  .sources = visit.sources,
                  .objects = out.objects});
  database.store_known_bodies(visit.known_sources, visit.known_bodies);
  if (!later.empty()) {
    // A visit out of its turn: objects are what their detections make them in order of time.
    const std::set<std::int64_t> changed(ids.begin(), ids.end());
    std::erase_if(later, [&](std::int64_t id) { return !changed.contains(id); });
    std::unordered_map<std::int64_t, DiaObject> anew;
    for (DiaObject& object : remade(database, later, floor)) anew.emplace(object.id, object);
    for (DiaObject& object : result.objects)
      if (const auto it = anew.find(object.id); it != anew.end()) object = it->second;
    out.objects = selected_objects(result.objects, result.changed);
    database.store_objects(out.objects);
  }
  change->commit();
  out.targets = selected_objects(
      result.objects, associate::forced_targets(result.objects, time, config.forced_days));
  out.created = result.created;
  out.matched = result.changed.size() - result.created;
  out.sources = std::move(visit.sources);
  return out;
}

}  // namespace skywright::pipelines
