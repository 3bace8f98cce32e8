#include "skywright/pipelines/night_config.h"

namespace skywright::pipelines {

void describe(Fields& fields, NightConfig& config) {
  describe_nested(fields, "detrend", config.detrend, "how raw frames become clean pixels");
  describe_nested(fields, "measure", config.measure, "sources of the clean image");
  describe_nested(fields, "solve", config.solve, "astrometry and zero point");
  describe_nested(fields, "warp", config.warp, "the template onto the science image's grid");
  describe_nested(fields, "subtract", config.subtract, "difference image and its sources");
  describe_nested(fields, "associate", config.associate, "difference sources to objects");
  describe_nested(fields, "alerts", config.alerts, "alert packets");
  describe_nested(fields, "movers", config.movers, "known bodies of the Solar System");
  fields.whole("stamp_side", config.stamp_side, "side of the cutouts in alerts [pixel]",
               {.low = 31, .high = 201});
  fields.number("forced_days", config.forced_days,
                "objects seen within so many days get forced photometry", {.low = 0});
  fields.number("longest_s", config.longest_s,
                "an exposure that a rank of a launch has not ended after so long goes to another, "
                "and is left out where that one does no better [s]",
                {.above = 0});
  describe_choice(fields, "storage", config.storage, {"lossless", "quantized"},
                  "how images are stored");
}

}  // namespace skywright::pipelines
