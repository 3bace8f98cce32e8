/// Settings of what is done with known bodies of the Solar System.
#pragma once

#include <string>

#include "skywright/associate/known_bodies.h"
#include "skywright/base/fields.h"

namespace skywright::pipelines {

struct MoversConfig {
  associate::KnownBodyConfig match;
  std::string observatory_code;      ///< the Minor Planet Center's; empty: X05 for lsst, else XXX
  std::string star_catalog = "UNK";  ///< of reference/, by its ADES name, such as Gaia3
};
void describe(Fields& fields, MoversConfig& config);

}  // namespace skywright::pipelines
