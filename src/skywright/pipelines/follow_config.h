/// How a night follows its telescope: the table [follow] of a survey's survey.toml. Nothing here
/// changes what is made of a frame.
#pragma once

#include <string>

#include "skywright/base/fields.h"

namespace skywright::pipelines {

struct FollowConfig {
  int detectors = 0;      ///< of each visit; 0: as many as any visit had before
  double wait_s = 10.0;   ///< for a detector that may still come [s]
  double settle_s = 2.0;  ///< how long a file must rest where no event tells that it is closed [s]
  double target_s =
      60.0;              ///< from a raw's last byte to its alerts [s]; beyond it the night is late
  double free_gb = 1.0;  ///< of the disk; with less the night is not ready
  std::string
      events;        ///< kafka://HOST:PORT/TOPIC that tells of frames beside incoming/; empty: none
  int previews = 6;  ///< difference sources of a visit on the live page
};
void describe(Fields& fields, FollowConfig& config);

}  // namespace skywright::pipelines
