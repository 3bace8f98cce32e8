/// What a survey directory offers to each exposure: masters, templates and reference stars.
///
/// These are plain files that their users put there: calib/ (as `skywright calib` writes), coadd/
/// (as `skywright stack` writes), reference/ (tables of stars). Their checksums go into the keys of
/// what is made with them, so that another master or template makes new datasets.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/calibrate/reference_catalog.h"
#include "skywright/detrend/detrend.h"
#include "skywright/instrument/visit_info.h"
#include "skywright/pipelines/exposure_file.h"
#include "skywright/pipelines/known_movers.h"
#include "skywright/pipelines/user_kernels.h"
#include "skywright/table/table.h"

namespace skywright::pipelines {

/// Read once, asked from many threads.
class SurveyInputs {
 public:
  /// @throws InputError for a template, catalog or user kernel that cannot be used
  explicit SurveyInputs(std::filesystem::path survey);

  /// Bias, dark, flat and defects of a detector, as far as calib/ has them.
  [[nodiscard]] detrend::Masters masters(const instrument::Detector& detector,
                                         const std::string& band) const;
  /// Of "bias", "dark" and "flat", those that calib/ lacks for a detector and band.
  [[nodiscard]] std::vector<std::string> missing_masters(const instrument::Detector& detector,
                                                         const std::string& band) const;
  [[nodiscard]] std::vector<std::string> master_checksums(const instrument::Detector& detector,
                                                          const std::string& band) const;

  /// The template of the band that covers most of a field.
  struct Template {
    std::filesystem::path path;
    std::string checksum;
  };
  [[nodiscard]] std::optional<Template> best_template(const std::string& band,
                                                      const wcs::Wcs& field, int width,
                                                      int height) const;

  /// Reference stars near a field. @throws InputError where reference/ holds no catalog
  [[nodiscard]] calibrate::ReferenceCatalog reference(const std::string& band, time::Tai epoch,
                                                      const sphere::SkyPosition& centre,
                                                      sphere::Angle radius) const;
  /// The catalog of orbits in reference/, read when it is first asked for; none where there is no
  /// such file. From one thread at a time. @throws InputError where it cannot be used
  [[nodiscard]] KnownMovers* movers(const Execution& execution) const;
  /// Read every master once, in parallel, so that the first frames find their checksums known and
  /// the files in memory.
  void preload(const Execution& execution) const;
  /// Of the survey's own instrument file; empty for a built-in instrument.
  [[nodiscard]] const std::string& instrument_checksum() const { return instrument_checksum_; }
  /// Those of survey.toml's measure settings; relative paths begin at the survey directory.
  [[nodiscard]] const UserKernels& kernels() const { return kernels_; }
  [[nodiscard]] const std::vector<std::string>& reference_checksums() const {
    return reference_checksums_;
  }

 private:
  struct Coadd {
    Template file;
    std::string band;
    wcs::Wcs wcs;
    int width = 0;
    int height = 0;
  };

  [[nodiscard]] std::string checksum(const std::filesystem::path& file) const;

  std::filesystem::path survey_;
  std::vector<Coadd> coadds_;
  table::Table reference_;
  std::vector<std::string> reference_checksums_;
  std::string instrument_checksum_;
  UserKernels kernels_;
  mutable std::unique_ptr<KnownMovers> movers_;
  mutable std::mutex mutex_;
  mutable std::map<std::filesystem::path, std::string> checksums_;
};

}  // namespace skywright::pipelines
