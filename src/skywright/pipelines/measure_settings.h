/// Settings of detection and measurement with the user kernels that take part in it.
#pragma once

#include <string>
#include <vector>

#include "skywright/measure/measure_config.h"
#include "skywright/plugin/kernel_config.h"

namespace skywright::pipelines {

/// A user kernel that measures every source.
struct MeasureKernelConfig : plugin::KernelConfig {
  int side = 0;        ///< of the stamps that it is given, odd [pixel]; 0: of the PSF model's
  std::string prefix;  ///< put before the names of its columns
};
void describe(Fields& fields, MeasureKernelConfig& config);

/// A user kernel whose PSF is used instead of finding one; none where `library` is empty.
struct PsfKernelConfig : plugin::KernelConfig {
  int side = 31;            ///< of the model's stamp, odd [pixel]
  int degree = 4;           ///< highest of the polynomial in position that stands for it
  double tolerance = 1e-3;  ///< share of the light that the polynomial may put elsewhere
};
void describe(Fields& fields, PsfKernelConfig& config);

struct MeasureSettings : measure::MeasureConfig {
  std::vector<MeasureKernelConfig> kernels;
  PsfKernelConfig psf_kernel;
};
void describe(Fields& fields, MeasureSettings& settings);
/// @throws ConfigError: field, value, range
void validate(const MeasureSettings& settings);

}  // namespace skywright::pipelines
