/// What `skywright instrument show` prints and draws.
#pragma once

#include <string>

#include "skywright/draw/canvas.h"
#include "skywright/instrument/instrument.h"

namespace skywright::pipelines {

struct InstrumentReport {
  std::string text;  ///< for people
  std::string json;  ///< one object: name, site, telescope, camera, bands, headlines, ...
};
/// Each published figure beside the computed value and its definition, then bands, sensors, sources
/// and assumptions.
InstrumentReport show_instrument(const instrument::Instrument& instrument);

/// The focal plane as the sky is seen through it: imaging areas coloured by vendor, amplifiers,
/// names, the circle of the field of view, north and east, a scale.
/// @param size width of the picture [pixel], at least 400
draw::Canvas focal_plane_picture(const instrument::Instrument& instrument, int size = 1400);

}  // namespace skywright::pipelines
