/// Objects that change as somebody else's light curve says: transients in galaxies, or stars.
///
/// Whence a light curve comes is the caller's business; here it is asked for magnitudes, of many
/// objects at once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "skywright/base/fields.h"
#include "skywright/base/random_stream.h"
#include "skywright/instrument/instrument.h"
#include "skywright/sky/bright_stars.h"
#include "skywright/sky/galaxies.h"
#include "skywright/sky/sky_objects.h"
#include "skywright/sphere/direction.h"

namespace skywright::sky {

/// One entry an object; `lots` holds four of each.
struct LightCurvePoints {
  std::vector<double> time;        ///< since the epoch of a transient, MJD - 51544.5 of a star [d]
  std::vector<double> wavelength;  ///< effective, of the filter [nm]
  std::vector<double> redshift;    ///< of the host; 0 of a star
  std::vector<double> base;        ///< distance modulus of the host, mean magnitude of a star [AB]
  std::vector<double> lots;        ///< in [0, 1), the object's own: the same at every time

  [[nodiscard]] std::size_t size() const { return time.size(); }
};

class LightCurve {
 public:
  virtual ~LightCurve() = default;
  /// Apparent magnitudes [AB], infinity for no light.
  [[nodiscard]] virtual std::vector<double> magnitudes(const LightCurvePoints& points) const = 0;
};

enum class PopulationHost {
  galaxies,  ///< transients, each in the light of a galaxy, as supernovae are
  stars      ///< variable stars among those fainter than the bright-star table
};

struct PopulationConfig {
  PopulationHost among = PopulationHost::galaxies;
  double rate = 300.0;     ///< of transients [1/deg2/yr]
  double before = 0.0;     ///< first light before the epoch [d, of the observer]
  double after = 100.0;    ///< last light after it [d]
  double fraction = 0.01;  ///< of stars
};
void describe(Fields& fields, PopulationConfig& config);

struct Population {
  PopulationConfig config;
  std::shared_ptr<const LightCurve> light_curve;
};

/// Draws populations cell by cell, and asks each light curve once, at the end.
class PopulationDrawer {
 public:
  /// @param populations outlive this
  PopulationDrawer(std::span<const Population> populations, std::uint64_t seed,
                   const instrument::Band& band, double mjd);

  /// Transients of a cell that may shine now, where they are wanted.
  void add_transients(std::int64_t cell, const std::vector<Galaxy>& galaxies,
                      const std::function<bool(const sphere::SkyPosition&)>& wanted);
  /// Whether a star belongs to a population; its object is then the one at `index`.
  bool claims_star(const Star& star, std::size_t index);
  /// Set fluxes of the stars among `objects`, and append the transients that shine.
  void finish(SkyObjects& objects);

 private:
  struct Drawn {
    LightCurvePoints points;
    std::vector<SkyObject> transients;
    std::vector<std::size_t> stars;  ///< indices of objects
  };
  void add_point(Drawn& drawn, double time, double redshift, double base, RandomStream lots) const;

  std::span<const Population> populations_;
  std::uint64_t seed_;
  std::size_t band_;
  double wavelength_;
  double mjd_;
  std::vector<Drawn> drawn_;
};

}  // namespace skywright::sky
