#include "skywright/pipelines/movers_config.h"

namespace skywright::pipelines {

void describe(Fields& fields, MoversConfig& config) {
  describe_nested(fields, "match", config.match, "sources to known bodies");
  fields.text("observatory_code", config.observatory_code,
              "the Minor Planet Center's code of the observatory; empty: X05 for lsst, else XXX");
  fields.text("star_catalog", config.star_catalog,
              "ADES name of the catalog in reference/, such as Gaia3; UNK: not known");
}

}  // namespace skywright::pipelines
