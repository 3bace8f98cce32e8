#include "skywright/pipelines/user_kernels.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "skywright/archive/dataset.h"
#include "skywright/base/error.h"
#include "skywright/config/toml_config.h"
#include "skywright/plugin/kernel.h"
#include "skywright/psf/psf_function.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;
using plugin::Kernel;

constexpr int kTrialSide = 31;

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

/// What columns are called already; FITS and databases take Flux and flux for one name.
std::set<std::string> taken_names(const measure::MeasureConfig& config) {
  measure::SourceCatalog empty;
  empty.aperture_radii = config.photometry.aperture_radii;
  empty.ap_flux.resize(empty.aperture_radii.size());
  empty.ap_flux_err.resize(empty.aperture_radii.size());
  std::set<std::string> names = {"id",     "parent", "ra",         "dec",  "raerr",
                                 "decerr", "visit",  "ra_dec_cov", "band", "detector"};
  const table::Table table = measure::to_table(empty);
  for (const table::Column& column : table.columns()) names.insert(lower(column.name));
  return names;
}

class KernelMeasurement final : public measure::SourceKernel {
 public:
  KernelMeasurement(std::shared_ptr<const Kernel> kernel, const MeasureKernelConfig& config)
      : kernel_(std::move(kernel)),
        side_(config.side),
        flag_(config.prefix + kernel_->description().name + "_flag") {
    for (const plugin::Result& result : kernel_->description().results) {
      const bool flux = result.unit == "flux";
      columns_.push_back({.name = config.prefix + result.name,
                          .unit = flux ? "" : result.unit,
                          .description = result.meaning.empty()
                                             ? "of the user kernel " + kernel_->description().name
                                             : result.meaning,
                          .is_flux = flux,
                          .values = {}});
    }
  }

  [[nodiscard]] const std::vector<measure::OwnColumn>& columns() const override { return columns_; }
  [[nodiscard]] const std::string& flag_column() const override { return flag_; }
  [[nodiscard]] int side() const override { return side_; }
  [[nodiscard]] std::vector<double> measure(const measure::SourceStamps& s) const override {
    return kernel_->measure({.side = s.side,
                             .count = s.count,
                             .position = s.position,
                             .centre = s.centre,
                             .pixels = s.pixels,
                             .variance = s.variance,
                             .mask = s.unusable,
                             .psf = s.psf});
  }

 private:
  std::shared_ptr<const Kernel> kernel_;
  int side_;
  std::string flag_;
  std::vector<measure::OwnColumn> columns_;
};

void claim(std::set<std::string>& taken, const std::string& name, const Kernel& kernel) {
  if (!taken.insert(lower(name)).second)
    throw ConfigError(fmt::format("column {} of the {}", name, kernel.title()),
                      "the catalog has one of that name (capitals make no difference)",
                      "give the kernel a prefix, or its result another name");
}

/// The part of a kernel's settings that its results depend on: where it lies and how it is called
/// makes no difference.
template <class Config>
std::string identity_of(Config config, const fs::path& file) {
  config.library = fmt::format("{} {}", file.filename().string(), archive::file_checksum(file));
  config.serial = config.isolated = false;
  config.deadline_s = plugin::KernelConfig{}.deadline_s;
  return config::to_toml(config);
}

}  // namespace

UserKernels::UserKernels(const MeasureSettings& settings, const fs::path& folder)
    : psf_config_(settings.psf_kernel) {
  std::set<std::string> taken = taken_names(settings);
  for (const MeasureKernelConfig& config : settings.kernels) {
    auto kernel = plugin::open_kernel(config, plugin::Kind::measure, folder,
                                      config.side > 0 ? config.side : kTrialSide);
    auto measurement = std::make_unique<const KernelMeasurement>(kernel, config);
    for (const measure::OwnColumn& column : measurement->columns())
      claim(taken, column.name, *kernel);
    claim(taken, measurement->flag_column(), *kernel);
    identity_ += "[measurement]\n" + identity_of(config, folder / config.library);
    borrowed_.push_back(measurement.get());
    owned_.push_back(std::move(measurement));
    kernels_.push_back(std::move(kernel));
  }
  if (psf_config_.library.empty()) return;
  psf_ = plugin::open_kernel(psf_config_, plugin::Kind::psf, folder, psf_config_.side);
  kernels_.push_back(psf_);
  identity_ += "[psf]\n" + identity_of(psf_config_, folder / psf_config_.library);
}

std::optional<psf::PsfModel> UserKernels::psf_model(int width, int height) const {
  if (!psf_) return {};
  const int side = psf_config_.side;
  const auto images = [&](std::span<const image::PixelPosition> places) {
    std::vector<double> position;
    for (const image::PixelPosition& at : places) position.insert(position.end(), {at.x, at.y});
    const std::vector<double> light = psf_->psf({.side = side,
                                                 .count = static_cast<int>(places.size()),
                                                 .width = static_cast<double>(width),
                                                 .height = static_cast<double>(height),
                                                 .position = position});
    std::vector<image::Image<double>> out;
    auto from = light.begin();
    for (std::size_t i = 0; i < places.size(); ++i) {
      image::Image<double> stamp(side, side);
      std::copy_n(from, stamp.size(), stamp.data());
      from += static_cast<std::ptrdiff_t>(stamp.size());
      out.push_back(std::move(stamp));
    }
    return out;
  };
  psf::ApproximatedPsf found = psf::approximate_psf(images, {0, 0, width, height},
                                                    psf_config_.degree, psf_config_.tolerance);
  if (found.error > psf_config_.tolerance)
    throw InputError(fmt::format("PSF of the {}", psf_->title()),
                     fmt::format("a polynomial of degree {} in position puts {:.2g} of its light "
                                 "elsewhere, and tolerance is {:.2g}",
                                 psf_config_.degree, found.error, psf_config_.tolerance),
                     "raise psf_kernel.degree (to 9) or psf_kernel.tolerance");
  return std::move(found.model);
}

std::vector<KernelReport> UserKernels::reports() const {
  std::vector<KernelReport> out;
  for (const auto& kernel : kernels_)
    out.push_back({kernel->description().name, kernel->config().library, kernel->use()});
  return out;
}

}  // namespace skywright::pipelines
