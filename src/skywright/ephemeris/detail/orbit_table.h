/// Orbits in a table with a line of column names.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "skywright/ephemeris/orbit_catalog.h"

namespace skywright::ephemeris::detail {

class OrbitTable {
 public:
  /// @throws InputError telling which column is missing
  explicit OrbitTable(std::string_view header);
  /// @throws InputError telling what is no number or no orbit; the name of an object without one is
  /// left empty
  void append(OrbitCatalog& out, std::string_view line) const;

  enum Column {
    name,
    a,
    q,
    e,
    inclination,
    node,
    argument,
    anomaly,
    epoch,
    perihelion,
    h,
    g,
    count
  };

 private:
  std::array<std::optional<std::size_t>, Column::count> places_;
};

}  // namespace skywright::ephemeris::detail
