/// Where Sun, Moon and planets are, from JPL's numerical integration.
///
///     const State mars = PlanetaryEphemeris::built_in().barycentric(Body::mars, tdb);
///
/// A slice of DE440 (Park et al. 2021, AJ 161, 105), 2014-12 to 2045-01, is part of the program;
/// any SPK kernel (.bsp) of JPL's can be read beside it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/ephemeris/vector.h"
#include "skywright/time/time_scales.h"

namespace skywright::ephemeris {

/// Planets with moons stand for their system's barycentre (0.1 arcsec for Jupiter, less for the
/// others but Pluto).
enum class Body { sun, mercury, venus, earth, moon, mars, jupiter, saturn, uranus, neptune, pluto };

/// In English, "Jupiter".
std::string_view name_of(Body body);

/// Chebyshev polynomials of one kernel, immutable; copies share them.
class PlanetaryEphemeris {
 public:
  /// DE440, from data/ephemeris.
  static const PlanetaryEphemeris& built_in();
  /// The bytes of an SPK kernel (NAIF's DAF, either byte order): segments of type 2 and 3 in ICRF
  /// axes are taken, others passed over.
  /// @param origin names it in messages
  /// @throws InputError for bytes that are no such kernel, are cut short or hold no such segment
  static PlanetaryEphemeris from_spk(std::string_view bytes, std::string_view origin);

  /// Whether the kernel says where the body is, seen from the barycentre.
  [[nodiscard]] bool covers(Body body, time::Tdb t) const;
  /// From the barycentre of the Solar System, ICRS axes, geometric; 0.1 us.
  /// @throws InputError where not covered
  [[nodiscard]] State barycentric(Body body, time::Tdb t) const;
  /// From the Earth's centre, geometric; the Moon with all the digits that it has.
  [[nodiscard]] State geocentric(Body body, time::Tdb t) const;
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  struct Segment {
    int target = 0;
    int centre = 0;
    double begin = 0.0, end = 0.0;  ///< [s] of TDB from J2000
    double first = 0.0;             ///< beginning of the first record [s]
    double length = 0.0;            ///< of a record [s]
    std::size_t records = 0;
    std::size_t record_size = 0;
    std::size_t terms = 0;  ///< a component
    bool own_velocity = false;
    std::shared_ptr<const std::vector<double>> values;
  };
  /// Seen from its centre [km, km/s].
  static State place(const Segment& segment, double seconds);
  [[nodiscard]] const Segment* find(int target, double seconds) const;
  /// From the body's segment up to the barycentre; false where a link is missing.
  [[nodiscard]] bool chain(int target, double seconds, State* sum) const;
  [[nodiscard]] bool state(Body body, double seconds, State* sum) const;

  std::string name_;
  std::vector<Segment> segments_;  ///< later ones of a kernel come first: they have precedence
};

}  // namespace skywright::ephemeris
