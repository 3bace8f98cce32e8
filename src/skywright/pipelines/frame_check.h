/// What `skywright instrument check` says of a frame that somebody else took.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "skywright/instrument/instrument.h"

namespace skywright::pipelines {

/// One thing that was looked at.
struct FrameFinding {
  enum class State {
    explained,  ///< the description says what it means
    assumed,    ///< absent; a default stands in
    unused,     ///< in the frame, but the description does not name it
    wrong       ///< stops the frame from being used
  };
  State state = State::explained;
  std::string what;    ///< "exposure time", "amplifier C10", ...
  std::string where;   ///< keyword or HDU
  std::string value;   ///< as the frame has it
  std::string advice;  ///< what it means, or what to do
};

struct FrameCheck {
  std::string frame;
  std::string instrument;
  bool usable = true;
  std::vector<FrameFinding> findings;
};

/// Reads headers only. A frame that the description does not fit is a finding, not an error.
/// @throws InputError for a file that is no readable FITS
FrameCheck check_frame(const instrument::Instrument& instrument,
                       const std::filesystem::path& frame);

/// The report for people, and as one JSON object.
std::string to_text(const FrameCheck& check);
std::string to_json(const FrameCheck& check);

}  // namespace skywright::pipelines
