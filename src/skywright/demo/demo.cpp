#include "skywright/demo/demo.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include "skywright/base/error.h"
#include "skywright/config/toml_config.h"
#include "skywright/demo/report.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/table_files.h"
#include "skywright/pipelines/alert_rows.h"
#include "skywright/pipelines/night_products.h"
#include "skywright/pipelines/survey.h"
#include "skywright/run/task_graph.h"
#include "skywright/simulation/sky_catalog.h"

namespace skywright::demo {
namespace fs = std::filesystem;
namespace {

constexpr const char* kMarker = ".skywright-demo";
constexpr double kReferenceRadius = 1.9;  // covers the field of view [deg]

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

void prepare_folder(const fs::path& out) {
  std::error_code error;
  if (fs::exists(out) && !fs::is_empty(out)) {
    if (!fs::exists(out / kMarker)) {
      throw ConfigError("--out " + out.string(), "the folder holds something that is no demo",
                        "name a new folder");
    }
    fs::remove_all(out, error);
  }
  fs::create_directories(out, error);
  if (error) throw StorageError(out.string(), error.message(), "name a folder that can be written");
  io::write_whole_file(out / kMarker, "made by skywright demo; removed when the demo runs again\n");
}

class Demo {
 public:
  Demo(const DemoRequest& request, const Execution& execution)
      : request_(request),
        reporting_(execution),
        execution_(execution.jobs(), execution.stop_token()),
        survey_(request.out / "survey"),
        instrument_(instrument::load_instrument(request.config.instrument)),
        visits_(demo_visits(request.config, request.seed)) {
    for (const DemoVisit& v : visits_) units_ += v.purpose == Purpose::night ? 3 : 1;
    units_ += 2 + 2 * request.config.bands.size() * request.config.detectors.size();
  }

  DemoSummary run() {
    const double begun = clock_();
    pipelines::SurveyConfig survey;
    survey.name = "Skywright demo";
    survey.instrument = request_.config.instrument;
    pipelines::init_survey(survey_, survey);
    calibrate();
    reference();
    templates();
    night();
    score();
    summary_.elapsed_s = clock_() - begun;
    summary_.peak_mib = peak_mib();
    summary_.report = request_.out / "report.html";
    const double drawing = clock_();
    io::write_whole_file(summary_.report, report_html(request_, summary_, inputs_));
    summary_.parts.push_back({"draw the report", clock_() - drawing, 1});
    summary_.elapsed_s = clock_() - begun;
    advance(0);
    return std::move(summary_);
  }

 private:
  void advance(std::size_t units) {
    done_ += units;
    reporting_.report("demo", std::min(done_, units_), units_);
    execution_.check_stop();
  }

  std::vector<fs::path> expose(const DemoVisit& visit, const fs::path& folder,
                               std::vector<simulation::ExposedFrame>* frames = nullptr) {
    const double begun = clock_();
    simulation::ExposeRequest request;
    request.instrument = instrument_;
    request.visit = visit.info;
    request.detectors = request_.config.detectors;
    request.config = request_.config.simulation;
    request.seed = request_.seed;
    request.content =
        visit.purpose == Purpose::coadd ? sky::SkyContent::quiet : sky::SkyContent::everything;
    request.out = folder;
    simulation::ExposeSummary made = simulation::expose(request, execution_);
    simulated_s_ += clock_() - begun;
    simulated_ += static_cast<int>(made.frames.size());
    std::vector<fs::path> raws;
    for (const auto& frame : made.frames) raws.push_back(frame.raw);
    if (frames != nullptr) *frames = std::move(made.frames);
    return raws;
  }

  std::vector<fs::path> expose_all(Purpose purpose, const fs::path& folder) {
    std::vector<fs::path> raws;
    for (const DemoVisit& visit : visits_) {
      if (visit.purpose != purpose) continue;
      for (fs::path& raw : expose(visit, folder)) raws.push_back(std::move(raw));
      advance(1);
    }
    return raws;
  }

  void calibrate() {
    pipelines::MakeMastersRequest request;
    request.raws = expose_all(Purpose::calibration, request_.out / "calibration");
    request.out = survey_ / "calib";
    const double begun = clock_();
    summary_.masters = pipelines::make_masters(request, instrument_, {}, execution_);
    note("make masters", begun, static_cast<int>(summary_.masters.masters.size()));
    advance(2);
  }

  void reference() {
    simulation::SkyCatalogRequest request;
    request.config = request_.config.simulation.sky;
    request.cone = {sphere::SkyPosition::from_degrees(request_.config.ra, request_.config.dec),
                    sphere::Angle::from_degrees(kReferenceRadius)};
    request.time = time::Tai::from_mjd(request_.config.mjd);
    request.content = simulation::CatalogContent::reference;
    request.out = survey_ / "reference" / "stars.parquet";
    simulation::write_sky_catalog(request, execution_);
  }

  void templates() {
    const auto raws = expose_all(Purpose::coadd, request_.out / "templates");
    const double begun = clock_();
    summary_.templates = pipelines::make_templates(survey_, raws, execution_).made;
    note("make templates", begun, static_cast<int>(summary_.templates.size()));
    advance(2 * summary_.templates.size());
  }

  void night() {
    for (const DemoVisit& visit : visits_) {
      if (visit.purpose != Purpose::night) continue;
      std::vector<simulation::ExposedFrame> frames;
      expose(visit, request_.out / "arriving", &frames);
      advance(1);
      const double begun = clock_();
      for (const auto& frame : frames)
        fs::rename(frame.raw, survey_ / "incoming" / frame.raw.filename());
      const pipelines::NightSummary done =
          pipelines::night({.survey = survey_, .clock_mjd = request_.clock_mjd}, execution_);
      note("process the night", begun, 1);
      for (const auto& outcome : done.exposures) {
        if (outcome.visit == visit.info.visit) summary_.exposures.push_back(outcome);
      }
      if (done.code != ExitCode::complete) summary_.code = done.code;
      ++summary_.visits;
      collect(visit, frames);
      advance(2);
    }
    summary_.ccds = static_cast<int>(summary_.exposures.size());
  }

  /// Truth and products of a visit, for the score and the report.
  void collect(const DemoVisit& visit, const std::vector<simulation::ExposedFrame>& frames) {
    for (const auto& frame : frames) {
      const int detector = instrument_.detector(frame.detector).id;
      const auto products = pipelines::night_products(survey_, visit.info.visit, detector);
      if (!products) continue;  // the exposure failed; the summary's code says so
      ReportInput input;
      input.score = {visit.info.visit,
                     detector,
                     visit.info.band,
                     visit.info.middle().mjd(),
                     io::read_parquet(frame.truth),
                     products->difference};
      input.detector_name = frame.detector;
      input.raw = products->raw;
      input.image = products->image;
      inputs_.push_back(std::move(input));
      StarQuality stars =
          star_quality(inputs_.back().score.truth, io::read_parquet(products->sources));
      stars.visit = visit.info.visit;
      stars.detector = detector;
      stars.band = visit.info.band;
      summary_.stars.push_back(std::move(stars));
    }
  }

  void score() {
    const double begun = clock_();
    summary_.alert_files = pipelines::alert_files(survey_);
    summary_.alerts = pipelines::alert_rows(summary_.alert_files);
    std::vector<ScoreInput> inputs;
    for (const ReportInput& input : inputs_) inputs.push_back(input.score);
    summary_.score = score_night(inputs, summary_.alerts, request_.config.template_visits);
    summary_.quality = night_quality(summary_.stars);
    note("compare with the truth", begun, 1);
    summary_.parts.insert(summary_.parts.begin(), {"simulate frames", simulated_s_, simulated_});
  }

  void note(const std::string& part, double begun, int units) {
    for (PartTime& p : summary_.parts) {
      if (p.part != part) continue;
      p.seconds += clock_() - begun;
      p.units += units;
      return;
    }
    summary_.parts.push_back({part, clock_() - begun, units});
  }

  const DemoRequest& request_;
  const Execution& reporting_;  ///< progress of the whole, with time left
  Execution execution_;  ///< the same threads and stop, silent: one line of progress is enough
  fs::path survey_;
  instrument::Instrument instrument_;
  std::vector<DemoVisit> visits_;
  run::Clock clock_ = run::steady_clock();
  DemoSummary summary_;
  std::vector<ReportInput> inputs_;
  std::size_t units_ = 0;
  std::size_t done_ = 0;
  double simulated_s_ = 0.0;
  int simulated_ = 0;
};

}  // namespace

DemoSummary run_demo(const DemoRequest& request, const Execution& execution) {
  check_fields(request.config);
  prepare_folder(request.out);
  return Demo(request, execution).run();
}

}  // namespace skywright::demo
