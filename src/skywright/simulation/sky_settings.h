/// Settings of the simulated sky with populations whose light curves are user kernels.
#pragma once

#include <vector>

#include "skywright/plugin/kernel_config.h"
#include "skywright/sky/sky_config.h"
#include "skywright/sky/sky_model.h"

namespace skywright::simulation {

/// A population and the kernel that is its light curve.
struct PopulationSettings : plugin::KernelConfig, sky::PopulationConfig {};
void describe(Fields& fields, PopulationSettings& settings);

struct SkySettings : sky::SkyConfig {
  std::vector<PopulationSettings> populations;
};
void describe(Fields& fields, SkySettings& settings);

/// Load the kernels; relative paths begin at the working directory.
/// @throws InputError for a library that cannot be used; ConfigError for parameters
std::vector<sky::Population> open_populations(const SkySettings& settings);

}  // namespace skywright::simulation
