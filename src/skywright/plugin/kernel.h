/// A user kernel that is loaded and can be called, in this process or in one of its own.
///
///     auto kernel = open_kernel({.library = "concentration.so"}, Kind::measure);
///     std::vector<double> columns = kernel->measure(stamps);
///
/// Who calls it from several threads need not care: calls wait for each other where the kernel is
/// not reentrant. Results are checked: none unset, none beyond the end, finite where they must be.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "skywright/plugin/description.h"
#include "skywright/plugin/kernel_config.h"
#include "skywright/plugin/kernel_use.h"

namespace skywright::plugin {

/// Stamps of sources: arrays as skywright_measure takes them.
struct StampBatch {
  int side = 0;
  int count = 0;
  std::span<const double> position;
  std::span<const double> centre;
  std::span<const float> pixels;
  std::span<const float> variance;
  std::span<const std::int32_t> mask;
  std::span<const float> psf;
};
struct PlaceBatch {
  int side = 0;
  int count = 0;
  double width = 0.0;   ///< of the detector's image [pixel]
  double height = 0.0;  ///< [pixel]
  std::span<const double> position;
};
struct EpochBatch {
  int count = 0;
  std::span<const double> time;
  std::span<const double> wavelength;
  std::span<const double> redshift;
  std::span<const double> base;
  std::span<const double> lot;
};

namespace detail {
class Runner;
struct Frame;
}  // namespace detail

class Kernel {
 public:
  Kernel(KernelConfig config, std::unique_ptr<detail::Runner> runner);
  ~Kernel();
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  [[nodiscard]] const Description& description() const;
  [[nodiscard]] const KernelConfig& config() const { return config_; }
  /// "concentration (concentration.so)", for messages.
  [[nodiscard]] std::string title() const;

  /// Results in the layout of the header. @pre of the kernel's kind, arrays of the batch's size
  /// @throws InputError where the kernel says that it failed, crashes or stays away too long
  /// (isolated), or leaves results that cannot be used
  [[nodiscard]] std::vector<double> measure(const StampBatch& batch) const;
  [[nodiscard]] std::vector<double> psf(const PlaceBatch& batch) const;
  [[nodiscard]] std::vector<double> light_curve(const EpochBatch& batch) const;

  /// Since it was opened, trial apart.
  [[nodiscard]] KernelUse use() const;
  void forget_use();

 private:
  struct State;
  [[nodiscard]] std::vector<double> call(const detail::Frame& frame) const;
  /// The same; where it fails, the message names the item that it fails at.
  [[nodiscard]] std::vector<double> call_or_name(
      const detail::Frame& frame, const std::function<std::string(std::size_t)>& item) const;

  KernelConfig config_;
  std::unique_ptr<detail::Runner> runner_;
  std::vector<double> parameters_;
  std::unique_ptr<State> state_;
};

/// Load a kernel, and try it on made input, so that one that cannot do what it says is refused here
/// and not in the middle of a night.
/// @param folder that a relative path of the library begins at
/// @param side of the stamps of the trial [pixel]
/// @throws InputError for a library that cannot be loaded or does not do what it says; ConfigError
/// for parameters that it has not
std::shared_ptr<const Kernel> open_kernel(const KernelConfig& config, std::optional<Kind> wanted,
                                          const std::filesystem::path& folder = {}, int side = 31);

}  // namespace skywright::plugin
