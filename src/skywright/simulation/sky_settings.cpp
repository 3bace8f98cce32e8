#include "skywright/simulation/sky_settings.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "skywright/base/error.h"
#include "skywright/plugin/kernel.h"

namespace skywright::simulation {
namespace {

constexpr std::size_t kMostPopulations = 32;  // each has a space of ids

class KernelLightCurve final : public sky::LightCurve {
 public:
  explicit KernelLightCurve(std::shared_ptr<const plugin::Kernel> kernel)
      : kernel_(std::move(kernel)) {}
  [[nodiscard]] std::vector<double> magnitudes(const sky::LightCurvePoints& points) const override {
    return kernel_->light_curve({.count = static_cast<int>(points.size()),
                                 .time = points.time,
                                 .wavelength = points.wavelength,
                                 .redshift = points.redshift,
                                 .base = points.base,
                                 .lot = points.lots});
  }

 private:
  std::shared_ptr<const plugin::Kernel> kernel_;
};

}  // namespace

void describe(Fields& fields, PopulationSettings& settings) {
  describe(fields, static_cast<plugin::KernelConfig&>(settings));
  describe(fields, static_cast<sky::PopulationConfig&>(settings));
}

void describe(Fields& fields, SkySettings& settings) {
  describe(fields, static_cast<sky::SkyConfig&>(settings));
  describe_list(fields, "populations", settings.populations,
                "transients and variables whose light curves are user kernels");
}

std::vector<sky::Population> open_populations(const SkySettings& settings) {
  if (settings.populations.size() > kMostPopulations)
    throw ConfigError("sky.populations", "there are more than 32", "put some into one kernel");
  std::vector<sky::Population> out;
  for (const PopulationSettings& population : settings.populations)
    out.push_back({population, std::make_shared<const KernelLightCurve>(
                                   plugin::open_kernel(population, plugin::Kind::light_curve))});
  return out;
}

}  // namespace skywright::simulation
