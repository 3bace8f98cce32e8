#include "skywright/pipelines/survey_inputs.h"

#include <algorithm>

#include <fmt/format.h>

#include "skywright/archive/dataset.h"
#include "skywright/base/error.h"
#include "skywright/io/table_files.h"
#include "skywright/io/wcs_cards.h"
#include "skywright/pipelines/master_files.h"
#include "skywright/pipelines/survey_config.h"

namespace skywright::pipelines {
namespace fs = std::filesystem;
namespace {

std::vector<fs::path> files_in(const fs::path& folder, const std::vector<std::string>& suffixes) {
  std::vector<fs::path> found;
  if (!fs::is_directory(folder)) return found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    const bool wanted = std::any_of(suffixes.begin(), suffixes.end(),
                                    [&](const std::string& s) { return name.ends_with(s); });
    std::error_code ignored;
    if (entry.is_regular_file(ignored) && wanted && !name.starts_with('.'))
      found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// Share of a field's grid of points that an image covers.
double covered_share(const wcs::Wcs& field, int width, int height, const wcs::Wcs& image,
                     int image_width, int image_height) {
  constexpr int kSide = 9;
  int inside = 0;
  for (int j = 0; j < kSide; ++j) {
    for (int i = 0; i < kSide; ++i) {
      const auto at = image.pixel_at(
          field.sky_at({(width - 1.0) * i / (kSide - 1.0), (height - 1.0) * j / (kSide - 1.0)}));
      const bool in =
          at.x >= -0.5 && at.x < image_width - 0.5 && at.y >= -0.5 && at.y < image_height - 0.5;
      inside += in ? 1 : 0;
    }
  }
  return static_cast<double>(inside) / (kSide * kSide);
}

}  // namespace

SurveyInputs::SurveyInputs(fs::path survey) : survey_(std::move(survey)) {
  const SurveyConfig config = read_survey_config(survey_);
  validate(config.night.measure);
  kernels_ = UserKernels(config.night.measure, survey_);
  const fs::path camera = survey_ / config.instrument;
  if (fs::is_regular_file(camera)) instrument_checksum_ = archive::file_checksum(camera);
  for (const fs::path& file : files_in(survey_ / "coadd", {".fits"})) {
    const io::HduSelector image{.index = {}, .name = "IMAGE"};
    const header::Header header = io::read_header(file, image);
    const auto wcs = io::wcs_from_header(header);
    const auto band = header.text("BAND");
    if (!wcs || !band) {
      throw InputError(file.string(), "a template needs a WCS and a card BAND",
                       "make it with `skywright stack`, or set BAND to the band's name");
    }
    for (const io::HduSummary& hdu : io::list_hdus(file)) {
      if (hdu.name == "IMAGE") {
        coadds_.push_back({{file, archive::file_checksum(file)},
                           *band,
                           *wcs,
                           static_cast<int>(hdu.axes.at(0)),
                           static_cast<int>(hdu.axes.at(1))});
      }
    }
  }
  for (const fs::path& file :
       files_in(survey_ / "reference", {".parquet", ".fits", ".csv", ".fits.gz"})) {
    if (file.filename().string().starts_with("orbits.")) continue;  // those are not of stars
    reference_.append(io::read_table(file));
    reference_checksums_.push_back(archive::file_checksum(file));
  }
}

KnownMovers* SurveyInputs::movers(const Execution& execution) const {
  if (movers_) return movers_.get();
  const auto file = orbit_file_of(survey_);
  if (!file) return nullptr;
  const instrument::Site site = survey_instrument(survey_, read_survey_config(survey_)).site;
  movers_ = std::make_unique<KnownMovers>(
      *file, ephemeris::Observatory{site.latitude, site.longitude, site.height_m}, execution);
  return movers_.get();
}

std::string SurveyInputs::checksum(const fs::path& file) const {
  {
    const std::scoped_lock hold(mutex_);
    if (const auto known = checksums_.find(file); known != checksums_.end()) return known->second;
  }
  std::string sum = archive::file_checksum(file);  // others need not wait for it
  const std::scoped_lock hold(mutex_);
  return checksums_.emplace(file, std::move(sum)).first->second;
}

void SurveyInputs::preload(const Execution& execution) const {
  const std::vector<fs::path> files = files_in(survey_ / "calib", {".fits"});
  execution.for_each(files.size(), [&](std::size_t i) {
    execution.check_stop();
    (void)checksum(files[i]);
  });
}

detrend::Masters SurveyInputs::masters(const instrument::Detector& detector,
                                       const std::string& band) const {
  return read_masters(survey_ / "calib", detector.name, band, MasterMasks::of_the_flat);
}

std::vector<std::string> SurveyInputs::missing_masters(const instrument::Detector& detector,
                                                       const std::string& band) const {
  const fs::path folder = survey_ / "calib";
  std::vector<std::string> missing;
  if (!fs::exists(bias_path(folder, detector.name))) missing.emplace_back("bias");
  if (!fs::exists(dark_path(folder, detector.name))) missing.emplace_back("dark");
  if (!fs::exists(flat_path(folder, detector.name, band))) missing.emplace_back("flat");
  return missing;
}

std::vector<std::string> SurveyInputs::master_checksums(const instrument::Detector& detector,
                                                        const std::string& band) const {
  const fs::path folder = survey_ / "calib";
  std::vector<std::string> sums;
  for (const fs::path& file :
       {bias_path(folder, detector.name), dark_path(folder, detector.name),
        flat_path(folder, detector.name, band), defects_path(folder, detector.name)}) {
    if (fs::exists(file)) sums.push_back(checksum(file));
  }
  return sums;
}

std::optional<SurveyInputs::Template> SurveyInputs::best_template(const std::string& band,
                                                                  const wcs::Wcs& field, int width,
                                                                  int height) const {
  const Coadd* best = nullptr;
  double share = 0.0;
  for (const Coadd& coadd : coadds_) {
    if (coadd.band != band) continue;
    const double here = covered_share(field, width, height, coadd.wcs, coadd.width, coadd.height);
    if (here > share) {
      best = &coadd;
      share = here;
    }
  }
  if (best == nullptr) return {};
  return best->file;
}

calibrate::ReferenceCatalog SurveyInputs::reference(const std::string& band, time::Tai epoch,
                                                    const sphere::SkyPosition& centre,
                                                    sphere::Angle radius) const {
  if (reference_.rows() == 0) {
    throw InputError((survey_ / "reference").string(), "holds no catalog of reference stars",
                     "put a table with ra, dec and fluxes there (.parquet, .fits, .csv)");
  }
  if (!reference_.contains(band + "_flux") && !reference_.contains(band + "_mag")) {
    throw InputError((survey_ / "reference").string(),
                     fmt::format("its stars have neither {0}_flux nor {0}_mag", band),
                     "add such a column, or name the camera's band as the catalog does");
  }
  const auto ra = reference_.numbers("ra");
  const auto dec = reference_.numbers("dec");
  std::vector<std::size_t> near;
  for (std::size_t i = 0; i < ra.size(); ++i) {
    if (sphere::separation(centre, sphere::SkyPosition::from_degrees(ra[i], dec[i])) <= radius)
      near.push_back(i);
  }
  return calibrate::reference_catalog(reference_.selected(near), band, epoch);
}

}  // namespace skywright::pipelines
