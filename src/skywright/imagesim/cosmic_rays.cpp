#include "skywright/imagesim/cosmic_rays.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace skywright::imagesim {
namespace {

constexpr double kMostProbable = 72.0;  ///< [electron/um]
constexpr double kWidth = 4.9;          ///< Landau's xi [electron/um]
constexpr double kDiffusionPixel = 0.4;
constexpr int kPackets = 4;  ///< packets of charge a step, each diffusing by itself

/// Moyal's distribution, most probable value 0, width 1: minus the log of a squared normal.
double moyal(RandomStream& random) {
  const double z = random.normal();
  return -std::log(std::max(z * z, 1e-6));
}

struct Place {
  double x, y, z;  ///< x, y [pixel], z: depth still to drift [um]
};

class Track {
 public:
  Track(std::vector<Charge>& out, int width, int height, double thickness, RandomStream& random)
      : out_(out), width_(width), height_(height), thickness_(thickness), random_(random) {}

  void deposit(const Place& at, double electrons) {
    const double sigma = kDiffusionPixel * std::sqrt(std::clamp(at.z / thickness_, 0.0, 1.0));
    for (int k = 0; k < kPackets; ++k) {
      const int x = static_cast<int>(std::floor(at.x + sigma * random_.normal() + 0.5));
      const int y = static_cast<int>(std::floor(at.y + sigma * random_.normal() + 0.5));
      if (x >= 0 && x < width_ && y >= 0 && y < height_)
        out_.push_back({x, y, static_cast<float>(electrons / kPackets)});
    }
  }

 private:
  std::vector<Charge>& out_;
  int width_, height_;
  double thickness_;
  RandomStream& random_;
};

void straight(Track& track, Place at, double thickness, double pixel_um, RandomStream& random) {
  // Zenith angles of a flux I ~ cos^2 through a horizontal plane: density cos^3 sin.
  const double cosine = std::pow(random.uniform(), 0.25);
  const double tangent = std::min(std::sqrt(1.0 - cosine * cosine) / cosine, 60.0);
  const double direction = 2.0 * std::numbers::pi * random.uniform();
  const double length = thickness * std::sqrt(1.0 + tangent * tangent);
  const int steps = std::max(4, static_cast<int>(length / (0.4 * pixel_um)));
  const double step = length / steps;
  for (int k = 0; k < steps; ++k) {
    const double t = (k + 0.5) / steps;
    const double along = t * thickness * tangent / pixel_um;
    const double loss = step * std::max(kMostProbable + kWidth * moyal(random), 5.0);
    track.deposit({at.x + along * std::cos(direction), at.y + along * std::sin(direction),
                   thickness * (1.0 - t)},
                  loss);
  }
}

void worm(Track& track, Place at, double thickness, double pixel_um, RandomStream& random) {
  // An electron of some hundred keV: about 3.65 eV a pair, range of tens to hundreds of um.
  double left = 20000.0 + 60000.0 * random.exponential();
  const double step = 0.4 * pixel_um;
  double direction = 2.0 * std::numbers::pi * random.uniform();
  for (int k = 0; k < 400 && left > 0.0; ++k) {
    const double loss =
        std::min(left, step * std::max(1.3 * kMostProbable + kWidth * moyal(random), 20.0));
    track.deposit(at, loss);
    left -= loss;
    direction += 0.35 * random.normal();
    at.x += 0.4 * std::cos(direction);
    at.y += 0.4 * std::sin(direction);
    at.z = std::clamp(at.z + 0.3 * step * random.normal(), 0.0, thickness);
  }
}

}  // namespace

std::vector<Charge> cosmic_rays(const CosmicRayConfig& config, int width, int height,
                                double pixel_um, double seconds, RandomStream random) {
  std::vector<Charge> charges;
  Track track(charges, width, height, config.thickness_um, random);
  const double area_cm2 = width * height * pixel_um * pixel_um * 1e-8;
  const std::int64_t count = random.poisson(config.rate_cm2_s * area_cm2 * seconds);
  for (std::int64_t i = 0; i < count; ++i) {
    const Place at{random.uniform() * width - 0.5, random.uniform() * height - 0.5,
                   random.uniform() * config.thickness_um};
    if (random.uniform() < config.worm_fraction)
      worm(track, at, config.thickness_um, pixel_um, random);
    else
      straight(track, at, config.thickness_um, pixel_um, random);
  }
  return charges;
}

}  // namespace skywright::imagesim
