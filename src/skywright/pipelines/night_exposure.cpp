#include "skywright/pipelines/night_exposure.h"

#include "skywright/base/error.h"
#include "skywright/config/toml_config.h"
#include "skywright/io/table_files.h"
#include "skywright/pipelines/process_exposure.h"
#include "skywright/pipelines/read_again.h"
#include "skywright/pipelines/stamps.h"
#include "skywright/run/task_graph.h"

namespace skywright::pipelines {
namespace {

// Raised when the bytes that a raw frame turns into change: of detrend, measure, solve, warp and
// subtract together.
constexpr int kVersion = 10;

using archive::DatasetKey;
using archive::Provenance;

/// What one exposure makes, and of what. Keys hold no settings that the product does not depend on,
/// so that a change of those leaves it standing.
struct Plan {
  Provenance clean;      ///< of the sources, to which the template is nothing
  Provenance processed;  ///< of the difference and, because its header tells of it, of the image
  Provenance cut;        ///< of the stamps
  std::optional<SurveyInputs::Template> coadd;
  DetectorProducts products;
};

enum class Until { solve, subtract, stamps };

/// @param kernels identity of the user kernels; nothing in keys of surveys without any
std::string settings_of(NightConfig config, Until until, const std::string& kernels) {
  config::TomlWriter writer(config::TomlWriter::Comments::none);
  describe_nested(writer, "detrend", config.detrend, "");
  describe_nested(writer, "measure", static_cast<measure::MeasureConfig&>(config.measure), "");
  describe_nested(writer, "solve", config.solve, "");
  if (std::string identity = kernels; !identity.empty()) writer.text("kernels", identity, "");
  if (until == Until::solve) return writer.text();
  describe_nested(writer, "warp", config.warp, "");
  describe_nested(writer, "subtract", config.subtract, "");
  describe_choice(writer, "storage", config.storage, {"lossless", "quantized"}, "");
  if (until == Until::stamps) writer.whole("stamp_side", config.stamp_side, "", {});
  return writer.text();
}

Plan plan_for(const RawFile& raw, const instrument::Instrument& instrument,
              const SurveyInputs& inputs, const NightConfig& config) {
  const instrument::Detector& detector = instrument.detector(raw.info.detector);
  const wcs::Wcs predicted =
      instrument::predicted_wcs(instrument, detector, raw.info.boresight, raw.info.rotation);
  Plan plan;
  plan.coadd = inputs.best_template(raw.info.band, predicted, detector.width, detector.height);
  plan.clean = {"process",
                kVersion,
                settings_of(config, Until::solve, inputs.kernels().identity()),
                {raw.checksum}};
  auto& names = plan.clean.inputs;
  if (!inputs.instrument_checksum().empty()) names.push_back(inputs.instrument_checksum());
  for (const std::string& sum : inputs.master_checksums(detector, raw.info.band))
    names.push_back(sum);
  for (const std::string& sum : inputs.reference_checksums()) names.push_back(sum);
  plan.processed = plan.clean;
  plan.processed.config = settings_of(config, Until::subtract, inputs.kernels().identity());
  if (plan.coadd) plan.processed.inputs.push_back(plan.coadd->checksum);
  plan.cut = plan.processed;
  plan.cut.config = settings_of(config, Until::stamps, inputs.kernels().identity());
  const auto key = [&](const char* kind, const Provenance& provenance) {
    return archive::dataset_key({.kind = kind,
                                 .visit = raw.info.visit,
                                 .detector = raw.info.detector,
                                 .band = raw.info.band},
                                provenance);
  };
  plan.products.info = raw.info;
  plan.products.image = key("image", plan.processed);
  plan.products.sources = key("sources", plan.clean);
  plan.products.dia_sources = key("diasources", plan.processed);
  plan.products.stamps = key("stamps", plan.cut);
  if (plan.coadd) plan.products.difference = key("difference", plan.processed);
  return plan;
}

bool is_done(const Plan& plan, const archive::Archive& archive) {
  const DetectorProducts& p = plan.products;
  return archive.contains(p.image) && archive.contains(p.sources) &&
         archive.contains(p.dia_sources) && archive.contains(p.stamps) &&
         (!plan.coadd || archive.contains(p.difference));
}

std::optional<NightExposure> finished(const Plan& plan, const archive::Archive& archive) {
  if (!is_done(plan, archive)) return {};
  return NightExposure{.products = plan.products,
                       .quality = quality_from(io::read_header(archive.path_of(plan.products.image),
                                                               {.index = {}, .name = "IMAGE"})),
                       .times = {},
                       .was_done = true};
}

void publish(const ProcessedExposure& done, const Plan& plan, const NightConfig& config,
             archive::Archive& archive, const Execution& execution) {
  const auto put = [&](const DatasetKey& key, const Provenance& provenance, const auto& write) {
    execution.check_stop();
    archive.publish(key, provenance, write);
  };
  using Path = std::filesystem::path;
  const DetectorProducts& p = plan.products;
  put(p.image, plan.processed,
      [&](const Path& file) { write_exposure(file, done.exposure, config.storage); });
  put(p.sources, plan.clean, [&](const Path& file) { io::write_parquet(file, done.sources); });
  if (done.difference) {
    put(p.difference, plan.processed, [&](const Path& file) {
      write_exposure(file, done.difference->difference, config.storage);
    });
  }
  put(p.dia_sources, plan.processed,
      [&](const Path& file) { io::write_parquet(file, done.dia_sources); });
  put(p.stamps, plan.cut, [&](const Path& file) {
    write_stamps(file, cut_stamps(done, config.stamp_side, execution));
  });
}

RawFrame sound_frame(const RawFile& raw, const instrument::Instrument& instrument) {
  if (archive::file_checksum(raw.path) != raw.checksum) {
    throw InputError(raw.path.string(), "differs from what was ingested (checksum)",
                     "restore it from the telescope's copy");
  }
  return read_raw(raw.path, instrument);
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

StepClocks step_clocks(const Execution& execution) {
  StepClocks clocks{.wall = run::steady_clock()};
  if (execution.jobs() == 1) clocks.cpu = run::thread_clock();
  return clocks;
}

DetectorProducts night_exposure_products(const RawFile& raw,
                                         const instrument::Instrument& instrument,
                                         const SurveyInputs& inputs, const NightConfig& config) {
  return plan_for(raw, instrument, inputs, config).products;
}

std::optional<NightExposure> finished_night_exposure(const RawFile& raw,
                                                     const instrument::Instrument& instrument,
                                                     const SurveyInputs& inputs,
                                                     const NightConfig& config,
                                                     const archive::Archive& archive) {
  return finished(plan_for(raw, instrument, inputs, config), archive);
}

NightExposure process_night_exposure(const RawFile& raw, const instrument::Instrument& instrument,
                                     const SurveyInputs& inputs, const NightConfig& config,
                                     archive::Archive& archive, const Execution& execution) {
  execution.check_stop();
  const Plan plan = plan_for(raw, instrument, inputs, config);
  if (auto done = finished(plan, archive)) return std::move(*done);
  NightExposure out;
  out.products = plan.products;
  const StepClocks clocks = step_clocks(execution);
  StepTimer timer(clocks);
  RawFrame frame = read_again(raw.path, [&] { return sound_frame(raw, instrument); });
  frame.exposure.info.visit = raw.info.visit;
  detrend::Masters masters = inputs.masters(frame.detector, raw.info.band);
  std::function<Exposure()> coadd;
  if (plan.coadd) coadd = [&] { return read_exposure(plan.coadd->path); };
  const wcs::Wcs predicted =
      instrument::predicted_wcs(instrument, frame.detector, raw.info.boresight, raw.info.rotation);
  const calibrate::ReferenceCatalog reference =
      inputs.reference(raw.info.band, raw.info.middle(),
                       predicted.sky_at({0.5 * frame.detector.width, 0.5 * frame.detector.height}),
                       search_radius(predicted, frame.detector, config.solve));
  timer.mark("read");
  ProcessedExposure done = process_exposure({.raw = std::move(frame.exposure),
                                             .instrument = instrument,
                                             .detector = frame.detector,
                                             .masters = std::move(masters),
                                             .reference = reference,
                                             .coadd = std::move(coadd),
                                             .kernels = inputs.kernels()},
                                            config, clocks, execution);
  timer.add(done.times);
  publish(done, plan, config, archive, execution);
  out.quality = done.quality;
  timer.mark("write");
  out.times = timer.take();
  return out;
}

}  // namespace skywright::pipelines
