#include "skywright/pipelines/measure_settings.h"

#include "skywright/base/error.h"

namespace skywright::pipelines {
namespace {

void check_side(const char* field, int side) {
  if (side % 2 == 0 && side != 0)
    throw ConfigError(std::string(field) + "=" + std::to_string(side), "must be odd",
                      "a stamp has a middle pixel: add one");
}

}  // namespace

void describe(Fields& fields, MeasureKernelConfig& config) {
  describe(fields, static_cast<plugin::KernelConfig&>(config));
  fields.whole("side", config.side,
               "side of the stamps that the kernel is given, odd [pixel]; 0: of the PSF model's",
               {.low = 0, .high = 255});
  fields.text("prefix", config.prefix, "put before the names of the kernel's columns");
}

void describe(Fields& fields, PsfKernelConfig& config) {
  describe(fields, static_cast<plugin::KernelConfig&>(config));
  fields.whole("side", config.side, "side of the PSF's stamp, odd [pixel]",
               {.low = 5, .high = 255});
  fields.whole("degree", config.degree,
               "highest degree of the polynomial in position that stands for the kernel",
               {.low = 0, .high = 9});
  fields.number("tolerance", config.tolerance,
                "share of a PSF's light that the polynomial may put elsewhere than the kernel",
                {.high = 1.0, .above = 0.0});
}

void describe(Fields& fields, MeasureSettings& settings) {
  describe(fields, static_cast<measure::MeasureConfig&>(settings));
  describe_list(fields, "kernels", settings.kernels, "user kernels that measure every source");
  describe_nested(fields, "psf_kernel", settings.psf_kernel,
                  "a user kernel that is the PSF, instead of one found on the image; none without "
                  "a library");
}

void validate(const MeasureSettings& settings) {
  measure::validate(settings);
  check_fields(settings);
  for (const MeasureKernelConfig& kernel : settings.kernels)
    check_side("kernels.side", kernel.side);
  check_side("psf_kernel.side", settings.psf_kernel.side);
}

}  // namespace skywright::pipelines
