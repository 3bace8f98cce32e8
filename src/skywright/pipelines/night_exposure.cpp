#include "skywright/pipelines/night_exposure.h"

#include "skywright/base/error.h"
#include "skywright/config/toml_config.h"
#include "skywright/io/table_files.h"
#include "skywright/pipelines/process_exposure.h"
#include "skywright/pipelines/stamps.h"
#include "skywright/run/task_graph.h"

namespace skywright::pipelines {
namespace {

// Raised when the bytes that a raw frame turns into change: of detrend, measure, solve, warp and
// subtract together.
constexpr int kVersion = 1;

using archive::DatasetKey;
using archive::Provenance;

/// Keys of all that one exposure makes.
struct Plan {
  Provenance provenance;
  std::optional<SurveyInputs::Template> coadd;
  DatasetKey image, sources, difference, dia_sources, stamps;
};

Plan plan_for(const RawFile& raw, const instrument::Instrument& instrument,
              const SurveyInputs& inputs, const NightConfig& config) {
  const instrument::Detector& detector = instrument.detector(raw.info.detector);
  const wcs::Wcs predicted =
      instrument::predicted_wcs(instrument, detector, raw.info.boresight, raw.info.rotation);
  Plan plan;
  plan.coadd = inputs.best_template(raw.info.band, predicted, detector.width, detector.height);
  plan.provenance = {"process", kVersion, config::to_toml(config), {raw.checksum}};
  auto& names = plan.provenance.inputs;
  for (const std::string& sum : inputs.master_checksums(detector, raw.info.band))
    names.push_back(sum);
  for (const std::string& sum : inputs.reference_checksums()) names.push_back(sum);
  if (plan.coadd) names.push_back(plan.coadd->checksum);
  const auto key = [&](const char* kind) {
    return archive::dataset_key({.kind = kind,
                                 .visit = raw.info.visit,
                                 .detector = raw.info.detector,
                                 .band = raw.info.band},
                                plan.provenance);
  };
  plan.image = key("image");
  plan.sources = key("sources");
  plan.dia_sources = key("diasources");
  plan.stamps = key("stamps");
  if (plan.coadd) plan.difference = key("difference");
  return plan;
}

bool is_done(const Plan& plan, const archive::Archive& archive) {
  return archive.contains(plan.image) && archive.contains(plan.sources) &&
         archive.contains(plan.dia_sources) && archive.contains(plan.stamps) &&
         (!plan.coadd || archive.contains(plan.difference));
}

void publish(const ProcessedExposure& done, const Plan& plan, const NightConfig& config,
             archive::Archive& archive, const Execution& execution) {
  const auto put = [&](const DatasetKey& key, const auto& write) {
    execution.check_stop();
    archive.publish(key, plan.provenance, write);
  };
  using Path = std::filesystem::path;
  put(plan.image, [&](const Path& file) { write_exposure(file, done.exposure, config.storage); });
  put(plan.sources, [&](const Path& file) { io::write_parquet(file, done.sources); });
  if (done.difference) {
    put(plan.difference, [&](const Path& file) {
      write_exposure(file, done.difference->difference, config.storage);
    });
  }
  put(plan.dia_sources, [&](const Path& file) { io::write_parquet(file, done.dia_sources); });
  put(plan.stamps, [&](const Path& file) {
    write_stamps(file, cut_stamps(done, config.stamp_side, execution));
  });
}

/// Distance from the middle of a detector to its corners, and as far as a pointing may be wrong.
sphere::Angle search_radius(const wcs::Wcs& wcs, const instrument::Detector& detector,
                            const calibrate::SolveConfig& config) {
  const auto middle = wcs.sky_at({0.5 * detector.width, 0.5 * detector.height});
  const auto corner = wcs.sky_at({0.0, 0.0});
  return sphere::separation(middle, corner) * 1.05 +
         sphere::Angle::from_arcsec(2.0 * config.max_offset_arcsec);
}

}  // namespace

NightExposure process_night_exposure(const RawFile& raw, const instrument::Instrument& instrument,
                                     const SurveyInputs& inputs, const NightConfig& config,
                                     archive::Archive& archive, const Execution& execution) {
  execution.check_stop();
  const Plan plan = plan_for(raw, instrument, inputs, config);
  NightExposure out;
  out.products = {raw.info, plan.image, plan.difference, plan.dia_sources, plan.stamps};
  if (is_done(plan, archive)) {
    out.was_done = true;
    out.quality =
        quality_from(io::read_header(archive.path_of(plan.image), {.index = {}, .name = "IMAGE"}));
    return out;
  }
  const auto clock = run::steady_clock();
  const double begun = clock();
  if (archive::file_checksum(raw.path) != raw.checksum) {
    throw InputError(raw.path.string(), "differs from what was ingested (checksum)",
                     "restore it from the telescope's copy");
  }
  RawFrame frame = read_raw(raw.path, instrument);
  frame.exposure.info.visit = raw.info.visit;
  const detrend::Masters masters = inputs.masters(frame.detector, raw.info.band);
  std::optional<Exposure> coadd;
  if (plan.coadd) coadd = read_exposure(plan.coadd->path);
  const wcs::Wcs predicted =
      instrument::predicted_wcs(instrument, frame.detector, raw.info.boresight, raw.info.rotation);
  const calibrate::ReferenceCatalog reference =
      inputs.reference(raw.info.band, raw.info.middle(),
                       predicted.sky_at({0.5 * frame.detector.width, 0.5 * frame.detector.height}),
                       search_radius(predicted, frame.detector, config.solve));
  const double read = clock();
  ProcessedExposure done = process_exposure({.raw = frame.exposure,
                                             .instrument = instrument,
                                             .detector = frame.detector,
                                             .masters = masters,
                                             .reference = reference,
                                             .coadd = coadd ? &*coadd : nullptr},
                                            config, clock, execution);
  const double processed = clock();
  publish(done, plan, config, archive, execution);
  out.quality = done.quality;
  out.times.push_back({"read", read - begun});
  out.times.insert(out.times.end(), done.times.begin(), done.times.end());
  out.times.push_back({"write", clock() - processed});
  return out;
}

}  // namespace skywright::pipelines
