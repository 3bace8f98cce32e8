/// Many orbits with names and magnitudes.
#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/ephemeris/orbit.h"

namespace skywright::ephemeris {

/// What a catalog tells of an orbit beside its elements.
struct OrbitFacts {
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  double epoch = kUnknown;  ///< at which the elements osculate [MJD TDB]
  int uncertainty = -1;     ///< the Minor Planet Center's U, 0 good to 9 poor; -1 unknown
  std::string packed;       ///< the packed designation, empty where it is not known
};

/// Structure of arrays: frames ready for evaluation, beside each its name and magnitudes.
struct OrbitCatalog {
  std::vector<std::string> name;
  std::vector<Orbit> orbit;
  std::vector<OrbitFrame> frame;           ///< of `orbit`
  std::vector<double> absolute_magnitude;  ///< H [mag], NaN where unknown
  std::vector<double> slope;               ///< G of Bowell's H, G system; 0.15 where unknown
  std::vector<OrbitFacts> facts;

  [[nodiscard]] std::size_t size() const { return orbit.size(); }
  void append(std::string object_name, const Orbit& elements, double h, double g,
              OrbitFacts known = {});
  /// All of `other`, behind what is here.
  void append(OrbitCatalog&& other);
};

}  // namespace skywright::ephemeris
