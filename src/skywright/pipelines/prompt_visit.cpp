#include "skywright/pipelines/prompt_visit.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/config/toml_config.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/table_files.h"
#include "skywright/io/wcs_cards.h"
#include "skywright/pipelines/associate_visit.h"
#include "skywright/pipelines/exposure_quality.h"
#include "skywright/pipelines/forced_photometry.h"
#include "skywright/pipelines/stamps.h"
#include "skywright/sphere/region.h"

namespace skywright::pipelines {
namespace {

constexpr int kVersion = 1;        // of association, forced photometry and alerts together
constexpr int kMotionVersion = 2;  // of where known bodies are

using archive::Archive;
using archive::DatasetKey;
using archive::Provenance;

/// One detector with what its files hold.
struct Loaded {
  const DetectorProducts* products = nullptr;
  header::Header header;
  wcs::Wcs wcs;
  image::Box box;
  table::Table sources;
};

Loaded load(const DetectorProducts& products, const Archive& archive) {
  const auto path = archive.path_of(products.image);
  io::HduSelector image{.index = {}, .name = "IMAGE"};
  header::Header header = io::read_header(path, image);
  const auto wcs = io::wcs_from_header(header);
  if (!wcs) {
    throw InputError(path.string(), "its header has no WCS",
                     "remove it with its sidecar and run the night again");
  }
  image::Box box;
  for (const io::HduSummary& hdu : io::list_hdus(path)) {
    if (hdu.name == "IMAGE")
      box = {0, 0, static_cast<int>(hdu.axes[0]), static_cast<int>(hdu.axes[1])};
  }
  return {&products, std::move(header), *wcs, box,
          io::read_table(archive.path_of(products.dia_sources))};
}

/// A cone that holds all detectors.
sphere::Cone cone_of(const std::vector<Loaded>& detectors) {
  std::vector<sphere::UnitVector> corners;
  for (const Loaded& d : detectors) {
    for (const double x : {-0.5, d.box.width - 0.5})
      for (const double y : {-0.5, d.box.height - 0.5})
        corners.push_back(sphere::unit_vector(d.wcs.sky_at({x, y})));
  }
  sphere::UnitVector sum{0.0, 0.0, 0.0};
  for (const auto& c : corners) sum = {sum.x + c.x, sum.y + c.y, sum.z + c.z};
  const double norm = std::sqrt(sphere::dot(sum, sum));
  sphere::Cone cone{{sum.x / norm, sum.y / norm, sum.z / norm}, {}};
  for (const auto& c : corners)
    cone.radius = std::max(cone.radius, sphere::separation(cone.centre, c));
  // Objects just over the edge may own detections just inside it.
  cone.radius = cone.radius + sphere::Angle::from_arcsec(10.0);
  return cone;
}

table::Table visit_row(const Loaded& first) {
  const instrument::VisitInfo& info = first.products->info;
  table::Table t;
  t.add("visit", "", "", std::vector<std::int64_t>{info.visit});
  t.add("band", "", "", std::vector<std::string>{info.band});
  t.add("physical_filter", "", "",
        std::vector<std::string>{first.header.text("FILTER").value_or(info.band)});
  t.add("ra", "deg", "", std::vector<double>{info.boresight.ra.wrapped().degrees()});
  t.add("dec", "deg", "", std::vector<double>{info.boresight.dec.degrees()});
  t.add("skyRotation", "deg", "", std::vector<double>{info.rotation.degrees()});
  t.add("airmass", "", "", std::vector<double>{info.airmass});
  t.add("expTime", "s", "", std::vector<double>{info.exposure_s});
  t.add("expMidptMJD", "d", "", std::vector<double>{info.middle().mjd()});
  t.add("obsStartMJD", "d", "", std::vector<double>{info.start.mjd()});
  return t;
}

table::Table detector_rows(const std::vector<Loaded>& detectors) {
  std::vector<std::int64_t> visit, stars;
  std::vector<std::int32_t> number;
  std::vector<double> scale, zero, sigma, sky, noise, seeing, rms, depth;
  for (const Loaded& d : detectors) {
    const ExposureQuality q = quality_from(d.header);
    const double nanojansky = nanojanskys_per_unit(q.zero_point);
    visit.push_back(d.products->info.visit);
    number.push_back(d.products->info.detector);
    scale.push_back(q.pixel_scale);
    zero.push_back(q.zero_point);
    sigma.push_back(q.psf_sigma);
    sky.push_back(q.sky * nanojansky);
    noise.push_back(q.sky_noise * nanojansky);
    seeing.push_back(q.seeing_arcsec);
    rms.push_back(q.astrometry_rms_mas / 1000.0);
    stars.push_back(q.psf_stars);
    depth.push_back(q.depth);
  }
  table::Table t;
  t.add("visitId", "", "", visit);
  t.add("detector", "", "", number);
  t.add("pixelScale", "arcsec/pixel", "", scale);
  t.add("zeroPoint", "mag", "", zero);
  t.add("psfSigma", "pixel", "", sigma);
  t.add("skyBg", "nJy", "", sky);
  t.add("skyNoise", "nJy", "", noise);
  t.add("seeing", "arcsec", "", seeing);
  t.add("astromOffsetStd", "arcsec", "", rms);
  t.add("nPsfStar", "", "", stars);
  t.add("magLim", "mag", "", depth);
  return t;
}

/// Settings and inputs of what a visit's end makes, beside its datasets.
struct EndInputs {
  const NightConfig& config;
  const KnownMovers* movers = nullptr;
};

Provenance alert_provenance(const DetectorProducts& products, const EndInputs& inputs) {
  const NightConfig& config = inputs.config;
  Provenance out{"alert",
                 kVersion,
                 fmt::format("[associate]\n{}\n[alerts]\n{}\nforced_days = {}\n",
                             config::to_toml(config.associate), config::to_toml(config.alerts),
                             config.forced_days),
                 {products.dia_sources.hash, products.stamps.hash, products.difference.hash}};
  if (inputs.movers != nullptr) {
    out.config += fmt::format("[movers.match]\n{}\nmotion = {}\n",
                              config::to_toml(config.movers.match), kMotionVersion);
    out.inputs.push_back(inputs.movers->checksum());
  }
  return out;
}

DatasetKey alert_key(const DetectorProducts& products, const EndInputs& config) {
  return archive::dataset_key({.kind = "alerts",
                               .visit = products.info.visit,
                               .detector = products.info.detector,
                               .band = products.info.band},
                              alert_provenance(products, config));
}

std::size_t store_forced(const std::vector<Loaded>& detectors, const table::Table& targets,
                         const Archive& archive, database::PromptDatabase& database,
                         double processed_mjd, const Execution& execution) {
  table::Table rows;
  for (const Loaded& d : detectors) {
    if (d.products->difference.hash.empty()) continue;
    rows.append(forced_source_rows({.info = d.products->info,
                                    .wcs = d.wcs,
                                    .box = d.box,
                                    .difference = archive.path_of(d.products->difference),
                                    .science = archive.path_of(d.products->image)},
                                   targets, processed_mjd, execution));
  }
  if (rows.rows() == 0) return 0;
  auto change = database.change();
  database.store_forced(rows);
  change->commit();
  return rows.rows();
}

archive::DatasetRecord publish_alerts(const Loaded& d, const table::Table& sources,
                                      const AssociatedVisit& found, const AttributedMovers& known,
                                      Archive& archive, const EndInputs& inputs,
                                      const Execution& execution) {
  const DatasetKey key = alert_key(*d.products, inputs);
  const auto write = [&](const std::filesystem::path& file) {
    const Stamps stamps = read_stamps(archive.path_of(d.products->stamps));
    const double scale = nanojanskys_per_unit(d.header.required_number("MAGZERO"));
    const auto cutouts =
        alert_cutouts(stamps, d.wcs, scale, sources.numbers("x"), sources.numbers("y"), execution);
    const alerts::VisitAlerts visit{.sources = sources,
                                    .history = found.history,
                                    .forced = found.forced,
                                    .objects = found.objects,
                                    .cutouts = cutouts,
                                    .ss_sources = &known.sources,
                                    .orbits = &known.orbits};
    io::write_whole_file(file, [&](const io::TakePart& take) {
      alerts::write_alerts(visit, key.hash, inputs.config.alerts, take, execution);
    });
  };
  return archive.publish(key, alert_provenance(*d.products, inputs), write);
}

}  // namespace

void forget_stale(const std::vector<DetectorProducts>& detectors, const Archive& archive,
                  database::PromptDatabase& database, const NightConfig& config,
                  const KnownMovers* movers) {
  const EndInputs inputs{config, movers};
  std::vector<std::pair<std::int64_t, int>> stale;
  for (const DetectorProducts& d : detectors) {
    if (!archive.contains(alert_key(d, inputs)) && database.contains(d.info.visit, d.info.detector))
      stale.emplace_back(d.info.visit, d.info.detector);
  }
  forget_visits(database, stale, config.associate);
}

bool is_alerted(const DetectorProducts& products, const Archive& archive,
                const database::PromptDatabase& database, const NightConfig& config,
                const KnownMovers* movers) {
  return archive.contains(alert_key(products, {config, movers})) &&
         database.contains(products.info.visit, products.info.detector);
}

VisitEnd end_visit(const std::vector<DetectorProducts>& detectors, Archive& archive,
                   database::PromptDatabase& database, const NightConfig& config,
                   double processed_mjd, const Execution& execution, KnownMovers* movers) {
  VisitEnd end;
  const EndInputs inputs{config, movers};
  if (detectors.empty()) return end;
  end.was_done = std::all_of(detectors.begin(), detectors.end(), [&](const DetectorProducts& d) {
    return is_alerted(d, archive, database, config, movers);
  });
  if (end.was_done) return end;

  std::vector<Loaded> loaded;
  for (const DetectorProducts& d : detectors) loaded.push_back(load(d, archive));
  VisitSources visit{.visit = visit_row(loaded.front()),
                     .detectors = detector_rows(loaded),
                     .sources = {},
                     .footprint = cone_of(loaded),
                     .known_sources = {},
                     .known_bodies = {}};
  for (const Loaded& d : loaded) visit.sources.append(d.sources);
  visit.sources.add("timeProcessedMjdTai", "d", "when this was made, MJD TAI",
                    std::vector<double>(visit.sources.rows(), processed_mjd));
  AttributedMovers known;
  if (movers != nullptr) {
    std::vector<MoverField> fields;
    std::size_t first = 0;
    for (const Loaded& d : loaded) {
      fields.push_back({d.products->info, d.wcs, d.box, first, d.sources.rows()});
      first += d.sources.rows();
    }
    known = attribute_movers(*movers, fields, visit.sources, config.movers.match, execution);
    visit.known_sources = known.sources;
    visit.known_bodies = known.objects;
    end.known_movers = known.sources.rows();
  }
  const AssociatedVisit found = associate_visit(database, std::move(visit),
                                                {.associate = config.associate,
                                                 .history_days = config.alerts.history_days,
                                                 .forced_days = config.forced_days});
  end.dia_sources = found.sources.rows();
  end.new_objects = found.created;
  end.forced_sources =
      store_forced(loaded, found.targets, archive, database, processed_mjd, execution);
  // Alerts last: that they are there says that all of the visit is.
  std::size_t row = 0;
  for (const Loaded& d : loaded) {
    std::vector<std::size_t> rows(d.sources.rows());
    std::iota(rows.begin(), rows.end(), row);
    row += rows.size();
    end.alerts.push_back(
        publish_alerts(d, found.sources.selected(rows), found, known, archive, inputs, execution));
  }
  return end;
}

}  // namespace skywright::pipelines
