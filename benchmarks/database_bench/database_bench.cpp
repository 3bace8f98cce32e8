// skywright_prompt_bench PLACE VISITS: fills a prompt database with visits of 10,000 detections of
// as many new objects each, as nights do, then visits some fields again. Prints one JSON object:
// objects, sources, fill_s, and the medians and largest of store_ms (a visit) and load_ms (the
// region of one LSST CCD with its history of a year).

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"
#include "skywright/base/source_id.h"
#include "skywright/database/prompt_database.h"

namespace {

using namespace skywright;
using table::Table;
using Clock = std::chrono::steady_clock;

constexpr int kSources = 10000;
constexpr double kField = 3.1;       // side of a field [deg]: 9.6 square degrees
constexpr double kCcdRadius = 0.16;  // of the circle around an LSST CCD [deg]
constexpr int kAgain = 20;

struct Field {
  double ra, dec;
};

/// Fields side by side, in rows of declination from -60 degrees on.
Field field_of(int number) {
  const int across = 30;
  const double dec = -60.0 + kField * (number / across);
  return {10.0 + kField / std::cos(dec * M_PI / 180.0) * (number % across) / 2.0, dec};
}

void store_visit(database::PromptDatabase& db, std::int64_t visit, int field, double time) {
  // The same objects at each visit of a field.
  auto random = RandomStream::for_unit(1, {field}, "field");
  const Field centre = field_of(field);
  std::vector<std::int64_t> ids, objects;
  std::vector<double> ra, dec, flux;
  for (int i = 0; i < kSources; ++i) {
    ids.push_back(packed_source_id(VisitId{visit}, DetectorId{0}, i + 1));
    objects.push_back(packed_source_id(VisitId{field + 1}, DetectorId{0}, i + 1));
    dec.push_back(centre.dec + random.uniform(-0.5, 0.5) * kField);
    ra.push_back(centre.ra +
                 random.uniform(-0.5, 0.5) * kField / std::cos(dec.back() * M_PI / 180.0));
    flux.push_back(random.uniform(500.0, 50000.0));
  }
  const std::vector<double> times(kSources, time);
  Table row;
  row.add("visit", "", "", std::vector<std::int64_t>{visit});
  row.add("expMidptMJD", "d", "", std::vector<double>{time});
  Table detector;
  detector.add("visitId", "", "", std::vector<std::int64_t>{visit});
  detector.add("detector", "", "", std::vector<std::int64_t>{0});
  Table sources;
  sources.add("diaSourceId", "", "", ids);
  sources.add("visit", "", "", std::vector<std::int64_t>(kSources, visit));
  sources.add("detector", "", "", std::vector<std::int64_t>(kSources, 0));
  sources.add("diaObjectId", "", "", objects);
  sources.add("midpointMjdTai", "d", "", times);
  sources.add("band", "", "", std::vector<std::string>(kSources, "r"));
  Table object_rows;
  object_rows.add("diaObjectId", "", "", objects);
  for (Table* t : {&sources, &object_rows}) {
    t->add("ra", "deg", "", ra);
    t->add("dec", "deg", "", dec);
  }
  for (const char* name : {"psfFlux", "psfFluxErr", "apFlux", "scienceFlux", "snr", "x", "y"})
    sources.add(name, "", "", flux);
  object_rows.add("nDiaSources", "", "", std::vector<std::int64_t>(kSources, 1));
  auto change = db.change();
  (void)db.forget(visit, 0);
  db.store({.visit = row, .detectors = detector, .sources = sources, .objects = object_rows});
  change->commit();
}

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: skywright_prompt_bench PLACE VISITS\n");
    return 2;
  }
  try {
    const auto db = database::open_prompt_database(argv[1], sql::Access::create);
    const int visits = std::atoi(argv[2]);
    const auto begin = Clock::now();
    for (int v = 0; v < visits; ++v) {
      store_visit(*db, v + 1, v, 60000.0 + 0.3 * v);
      if (v % 50 == 49)
        std::fprintf(stderr, "%d of %d visits, %.0f s\n", v + 1, visits, ms_since(begin) / 1e3);
    }
    const double fill_s = ms_since(begin) / 1e3;
    auto random = RandomStream::for_unit(2, {visits}, "again");
    const double now = 60001.0 + 0.3 * visits;
    std::vector<double> store, load;
    std::size_t loaded = 0;
    for (int k = 0; k < kAgain; ++k) {
      const int field = static_cast<int>(random.below(visits));
      const Field centre = field_of(field);
      const sphere::Cone ccd{sphere::unit_vector(sphere::SkyPosition::from_degrees(
                                 centre.ra, centre.dec + random.uniform(-0.4, 0.4) * kField)),
                             sphere::Angle::from_degrees(kCcdRadius)};
      auto from = Clock::now();
      loaded += db->load(ccd, now).objects.rows();
      load.push_back(ms_since(from));
      from = Clock::now();
      store_visit(*db, visits + k + 1, field, now + 0.001 * k);
      store.push_back(ms_since(from));
    }
    std::printf(
        "{\"objects\": %lld, \"sources\": %lld, \"fill_s\": %.1f, \"loaded\": %zu, "
        "\"store_ms\": %.1f, \"store_most_ms\": %.1f, \"load_ms\": %.2f, \"load_most_ms\": %.2f}\n",
        static_cast<long long>(db->count("DiaObject")),
        static_cast<long long>(db->count("DiaSource")), fill_s, loaded, median(store),
        *std::max_element(store.begin(), store.end()), median(load),
        *std::max_element(load.begin(), load.end()));
  } catch (const Error& error) {
    std::fprintf(stderr, "skywright_prompt_bench: %s\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
