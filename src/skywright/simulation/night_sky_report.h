/// The night sky over a site at an instant, as text, numbers and picture: what `skywright nightsky`
/// runs.
#pragma once

#include <string>
#include <vector>

#include "skywright/draw/canvas.h"
#include "skywright/ephemeris/horizon_frame.h"
#include "skywright/instrument/instrument.h"
#include "skywright/sky/night_sky.h"
#include "skywright/time/time_scales.h"

namespace skywright::simulation {

/// The sky over one site at one instant.
class SiteSky {
 public:
  /// @throws ConfigError for an instrument without bands or site; InputError for a date beyond UTC
  SiteSky(const instrument::Instrument& instrument, time::Tai t);

  [[nodiscard]] const sky::NightSkyState& state() const { return state_; }
  [[nodiscard]] const instrument::Instrument& instrument() const { return instrument_; }
  [[nodiscard]] time::Tai time() const { return time_; }
  /// [AB mag/arcsec2] in the direction north, east, up.
  [[nodiscard]] double magnitude(std::size_t band, const sphere::UnitVector& horizon) const;
  /// The same at a place in ICRS.
  [[nodiscard]] double magnitude_at(std::size_t band, const sphere::SkyPosition& icrs) const;

 private:
  instrument::Instrument instrument_;
  time::Tai time_;
  ephemeris::HorizonFrame::At now_;
  sky::NightSkyState state_;
  sky::NightSky model_;
};

struct NightSkyReport {
  std::string text;
  std::string json;  ///< one object
};
/// Sun, Moon, and by band the zenith's and the darkest magnitude above 30 degrees.
NightSkyReport night_sky_report(const SiteSky& sky);

/// The whole sky above the horizon in one band, zenith in the middle, north up and east left, as
/// one lies and looks up; Sun and Moon marked where they stand above the horizon.
/// @param size of the picture's shorter side [pixel]
draw::Canvas night_sky_picture(const SiteSky& sky, std::size_t band, int size = 900);

}  // namespace skywright::simulation
