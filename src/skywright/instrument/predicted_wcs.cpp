#include <vector>

#include "skywright/instrument/focal_plane.h"
#include "skywright/instrument/visit_info.h"

namespace skywright::instrument {

wcs::Wcs predicted_wcs(const Instrument& instrument, const Detector& detector,
                       const sphere::SkyPosition& boresight, Angle rotation) {
  // A SIP of order 3 follows the design over one chip to far below a milliarcsecond (tested); 9 x 9
  // places fix its 20 coefficients.
  constexpr int kPlaces = 9;
  std::vector<double> x, y, ra, dec;
  for (int j = 0; j < kPlaces; ++j) {
    for (int i = 0; i < kPlaces; ++i) {
      const PixelPosition pixel{(detector.width - 1) * i / (kPlaces - 1.0),
                                (detector.height - 1) * j / (kPlaces - 1.0)};
      const sphere::SkyPosition sky =
          sky_at(instrument.telescope, focal_plane_at(detector, pixel), boresight, rotation);
      x.push_back(pixel.x);
      y.push_back(pixel.y);
      ra.push_back(sky.ra.degrees());
      dec.push_back(sky.dec.degrees());
    }
  }
  const PixelPosition centre{(detector.width - 1) / 2.0, (detector.height - 1) / 2.0};
  return wcs::fit_tan_sip(x, y, ra, dec, {}, centre, {0, 0, detector.width, detector.height}, {})
      .wcs;
}

}  // namespace skywright::instrument
