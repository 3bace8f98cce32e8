/// User kernels that take part in detection and measurement, loaded and joined to its steps.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "skywright/measure/source_kernel.h"
#include "skywright/pipelines/measure_settings.h"
#include "skywright/plugin/kernel_use.h"
#include "skywright/psf/psf_model.h"

namespace skywright::plugin {
class Kernel;
}

namespace skywright::pipelines {

/// What a kernel did and what its calls took.
struct KernelReport {
  std::string name;
  std::string library;
  plugin::KernelUse use;
};

/// Loaded once, called from many threads.
class UserKernels {
 public:
  UserKernels() = default;
  /// @param folder that relative paths of libraries begin at
  /// @throws InputError for a library that cannot be used; ConfigError for its parameters, and for
  /// columns whose names are taken
  UserKernels(const MeasureSettings& settings, const std::filesystem::path& folder);

  [[nodiscard]] measure::SourceKernels measurements() const { return borrowed_; }
  /// The PSF on an image of this size, where a kernel is to say it.
  /// @throws InputError where no polynomial follows it closely enough
  [[nodiscard]] std::optional<psf::PsfModel> psf_model(int width, int height) const;
  /// Libraries' names, checksums and settings, as far as a result depends on them; empty without
  /// kernels.
  [[nodiscard]] const std::string& identity() const { return identity_; }
  [[nodiscard]] std::vector<KernelReport> reports() const;

 private:
  std::vector<std::unique_ptr<const measure::SourceKernel>> owned_;
  std::vector<const measure::SourceKernel*> borrowed_;
  std::vector<std::shared_ptr<const plugin::Kernel>> kernels_;
  PsfKernelConfig psf_config_;
  std::shared_ptr<const plugin::Kernel> psf_;
  std::string identity_;
};

}  // namespace skywright::pipelines
