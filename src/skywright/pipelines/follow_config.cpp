#include "skywright/pipelines/follow_config.h"

namespace skywright::pipelines {

void describe(Fields& fields, FollowConfig& config) {
  fields.whole("detectors", config.detectors,
               "how many detectors a visit has, which ends once they are there; 0: as many as any "
               "visit had before",
               {.low = 0, .high = 511});
  fields.number("wait_s", config.wait_s,
                "a visit ends without the detectors that do not come for so long [s]", {.low = 0});
  fields.number("settle_s", config.settle_s,
                "a file that nobody tells to be closed must rest for so long [s]", {.low = 0});
  fields.number(
      "target_s", config.target_s,
      "longest time from a raw's last byte to its alerts, beyond which the night is late [s]",
      {.above = 0});
  fields.number("free_gb", config.free_gb, "with less of the disk the night is not ready [GB]",
                {.low = 0});
  fields.text("events", config.events,
              "kafka://HOST:PORT/TOPIC whose messages name frames that are whole, beside those in "
              "incoming/; empty for none");
  fields.whole("previews", config.previews, "difference sources of a visit on the live page",
               {.low = 0, .high = 100});
}

}  // namespace skywright::pipelines
