#include "skywright/simulation/expose.h"

#include <fmt/format.h>

#include "command_config.h"
#include "commands/commands.h"
#include "skywright/config/json_text.h"
#include "skywright/io/atomic_file.h"
#include "skywright/simulation/visits.h"

namespace skywright::apps {
namespace {

instrument::ExposureKind exposure_kind(const std::string& name) {
  for (const auto kind : {instrument::ExposureKind::science, instrument::ExposureKind::bias,
                          instrument::ExposureKind::dark, instrument::ExposureKind::flat})
    if (instrument::exposure_kind_name(kind) == name) return kind;
  throw ConfigError("--kind " + name, "there is no such kind of exposure",
                    "use science, bias, dark or flat");
}

/// From --ra, --dec, --band, --mjd, --rot.
simulation::PlannedVisit asked_visit(const Arguments& args,
                                     const instrument::Instrument& instrument) {
  simulation::PlannedVisit planned;
  instrument::VisitInfo& v = planned.visit;
  v.kind = exposure_kind(args.text_or("--kind", "science"));
  v.visit = args.whole_or("--visit", 1);
  v.start = time::Tai::from_mjd(args.mjd_or("--mjd", 60796.0));
  v.exposure_s =
      args.number_or("--exposure", v.kind == instrument::ExposureKind::bias ? 0.0 : 30.0);
  v.rotation = sphere::Angle::from_degrees(args.number_or("--rot", 0.0));
  if (v.kind == instrument::ExposureKind::science) {
    v.boresight = sphere::SkyPosition::from_degrees(args.number("--ra"), args.declination("--dec"));
    v.band = args.text("--band");
    (void)instrument.band(v.band);
    v.airmass = simulation::visit_airmass(v, instrument.site);
  } else if (args.has("--band")) {
    v.band = args.text("--band");
  }
  return planned;
}

Outcome run_expose(const Arguments& args, const Session& session) {
  simulation::ExposeRequest request;
  const std::string name = args.text_or("--instrument", "lsst");
  request.instrument = name.ends_with(".toml")
                           ? instrument::parse_instrument(io::read_whole_file(name), name)
                           : instrument::load_instrument(name);
  const simulation::PlannedVisit planned =
      args.has("--visits")
          ? simulation::read_visit(args.text("--visits"), args.whole("--visit"), request.instrument)
          : asked_visit(args, request.instrument);
  request.visit = planned.visit;
  if (!session.config_text.empty())
    config::read_toml(request.config, session.config_text, session.config_origin);
  request.config.image.seeing_arcsec =
      planned.seeing_arcsec > 0.0 ? planned.seeing_arcsec : request.config.image.seeing_arcsec;
  if (planned.sky_magnitude > 0.0) request.config.image.sky_magnitude = planned.sky_magnitude;
  for (const std::string& setting : session.settings)
    config::apply_setting(request.config, setting);
  if (const auto seeing = args.maybe_number("--seeing")) {
    if (!(*seeing > 0.0 && *seeing <= 20.0))
      throw ConfigError(fmt::format("--seeing {}", *seeing), "must be in (0, 20] arcsec",
                        "0.8 is a good night");
    request.config.image.seeing_arcsec = *seeing;
  }
  if (args.has("--detectors") && args.text("--detectors") != "all")
    request.detectors = args.list("--detectors");
  request.seed = static_cast<std::uint64_t>(session.seed);
  if (args.has("--quiet-sky")) request.content = sky::SkyContent::quiet;
  if (args.has("--orbits")) request.orbits = io::read_whole_file(args.text("--orbits"));
  request.out = args.text("--out");

  const simulation::ExposeSummary summary =
      simulation::expose(request, session.execution, session.crew);
  Outcome outcome;
  outcome.code = summary.code;
  outcome.crew_lost = summary.crew_lost;
  std::string frames;
  for (const simulation::ExposedFrame& f : summary.frames) {
    const imagesim::TrueConditions& c = f.conditions;
    const instrument::ExposureKind kind = request.visit.kind;
    outcome.text += fmt::format("{}  ", f.raw.string());
    outcome.text +=
        kind == instrument::ExposureKind::science
            ? fmt::format("{} objects, FWHM {:.2f} arcsec, sky {:.0f} electrons, m5 {:.2f}\n",
                          f.objects, c.fwhm_eff_arcsec, c.sky_electrons, c.depth_5sigma)
            : fmt::format("{} of {:g} s\n", instrument::exposure_kind_name(kind),
                          request.visit.exposure_s);
    frames += fmt::format(
        R"({}{{"detector":{},"raw":{},"truth":{},"objects":{},"zero_point":{:.4f},"sky_electrons":{:.2f},"fwhm_eff":{:.4f},"noise_pixels":{:.3f},"m5":{:.4f}}})",
        frames.empty() ? "" : ",", config::json_string(f.detector),
        config::json_string(f.raw.string()), config::json_string(f.truth.string()), f.objects,
        c.zero_point, c.sky_electrons, c.fwhm_eff_arcsec, c.noise_pixels, c.depth_5sigma);
  }
  outcome.json = fmt::format(R"({{"visit":{},"frames":[{}]}})", request.visit.visit, frames);
  return outcome;
}

}  // namespace

Command expose_command() {
  return {
      .name = "expose",
      .summary = "simulate the raw frames of a visit, with the truth beside them",
      .details =
          "Writes DIR/<visit>_<detector>.fits.fz (raw amplifiers, overscan included), and in\n"
          "DIR/truth a catalog (.parquet) of what is on the detector and a .fits with the true "
          "WCS,\n"
          "zero point and mask (BAD, SAT, CR).\n\n"
          "  skywright expose --ra 150 --dec 2.2 --band r --mjd 60796.05 --detectors R22_S11 --out "
          "d\n"
          "  skywright expose --visits baseline.db --visit 12 --detectors all --out d\n"
          "  skywright expose --kind flat --band r --detectors R22_S11 --out d\n"
          "  mpirun -n 5 skywright expose --visits baseline.db --visit 12 --out d   (ranks share "
          "the "
          "detectors)",
      .options = {{"--instrument", "NAME",
                   "lsst, lsst-2022, gmt, small-survey, or a camera's .toml file (default lsst)"},
                  {"--visits", "FILE",
                   "pointing database: table `observations`, schema of rubin_sim"},
                  {"--visit", "N",
                   "observationId in it; without --visits, the number to write (default 1)"},
                  {"--ra", "DEG", "boresight, ICRS"},
                  {"--dec", "DEG", "boresight, ICRS"},
                  {"--band", "NAME", "filter of the instrument"},
                  {"--mjd", "T", "start, MJD TAI (default 60796.0 for calibration frames)"},
                  {"--rot", "DEG", "rotSkyPos: position angle of the camera's +y (default 0)"},
                  {"--detectors", "LIST", "names separated by commas, or all (the default)"},
                  {"--kind", "KIND", "science, bias, dark or flat (default science)"},
                  {"--exposure", "S", "seconds (default 30; 0 for a bias)"},
                  {"--seeing", "ARCSEC",
                   "FWHM_eff (default: Cerro Pachon's median, for band and airmass)"},
                  {"--orbits", "FILE", "orbits of moving objects to add: MPC or CSV"},
                  {"--quiet-sky", "", "nothing varies, moves or explodes", Need::optional,
                   Takes::nothing},
                  {"--out", "DIR", "folder for the frames", Need::required}},
      .run = run_expose,
      .runs = Command::Runs::spread,
      .settings = settings_of<simulation::SimulationConfig>};
}

}  // namespace skywright::apps
