#include "skywright/pipelines/forced_photometry.h"

#include "skywright/base/error.h"
#include "skywright/base/source_id.h"
#include "skywright/measure/psf_photometry.h"
#include "skywright/pipelines/exposure_file.h"

namespace skywright::pipelines {
namespace {

struct Fluxes {
  std::vector<float> flux;  ///< [nJy]
  std::vector<float> error;
};

Fluxes fluxes_at(const std::filesystem::path& path, const std::vector<image::PixelPosition>& places,
                 const Execution& execution) {
  const Exposure exposure = read_exposure(path);
  if (!exposure.psf || !exposure.zero_point) {
    throw InputError(path.string(), "holds no PSF or no zero point",
                     "remove it with its sidecar and run the night again");
  }
  const double scale = nanojanskys_per_unit(*exposure.zero_point);
  Fluxes out;
  for (const measure::PsfFlux& f :
       measure::forced_psf_flux(exposure.image, *exposure.psf, places, {}, execution)) {
    out.flux.push_back(static_cast<float>(f.flux * scale));
    out.error.push_back(static_cast<float>(f.flux_err * scale));
  }
  return out;
}

}  // namespace

table::Table forced_source_rows(const ForcedInputs& inputs, const table::Table& targets,
                                double processed_mjd, const Execution& execution) {
  const auto object = targets.wholes("diaObjectId");
  const auto ra = targets.numbers("ra");
  const auto dec = targets.numbers("dec");
  std::vector<image::PixelPosition> places;
  std::vector<std::int64_t> ids, objects;
  std::vector<double> ras, decs;
  for (std::size_t i = 0; i < object.size(); ++i) {
    const auto at = inputs.wcs.pixel_at(sphere::SkyPosition::from_degrees(ra[i], dec[i]));
    const bool inside = at.x > -0.5 && at.x < inputs.box.width - 0.5 && at.y > -0.5 &&
                        at.y < inputs.box.height - 0.5;
    if (!inside) continue;  // so too a place that has no pixel (NaN)
    places.push_back(at);
    ids.push_back(packed_source_id(VisitId{inputs.info.visit}, DetectorId{inputs.info.detector},
                                   static_cast<std::int64_t>(places.size())));
    objects.push_back(object[i]);
    ras.push_back(ra[i]);
    decs.push_back(dec[i]);
  }
  const std::size_t n = places.size();
  Fluxes difference, science;
  if (n > 0) {
    difference = fluxes_at(inputs.difference, places, execution);
    science = fluxes_at(inputs.science, places, execution);
  }
  table::Table t;
  t.add("diaForcedSourceId", "", "visit, detector and a counter, packed", ids);
  t.add("diaObjectId", "", "object whose place was measured", objects);
  t.add("ra", "deg", "right ascension, ICRS", ras);
  t.add("dec", "deg", "declination, ICRS", decs);
  t.add("visit", "", "visit", std::vector<std::int64_t>(n, inputs.info.visit));
  t.add("detector", "", "detector", std::vector<std::int32_t>(n, inputs.info.detector));
  t.add("psfFlux", "nJy", "PSF flux on the difference", difference.flux);
  t.add("psfFluxErr", "nJy", "error of psfFlux", difference.error);
  t.add("midpointMjdTai", "d", "middle of the exposure, MJD TAI",
        std::vector<double>(n, inputs.info.middle().mjd()));
  t.add("scienceFlux", "nJy", "PSF flux on the clean image", science.flux);
  t.add("scienceFluxErr", "nJy", "error of scienceFlux", science.error);
  t.add("band", "", "band", std::vector<std::string>(n, inputs.info.band));
  t.add("timeProcessedMjdTai", "d", "when this was made, MJD TAI",
        std::vector<double>(n, processed_mjd));
  return t;
}

}  // namespace skywright::pipelines
