/// From the sky to the focal plane and back, by pointing, rotation and the design's distortion.
///
/// Signs: with rotation q (rotSkyPos) = 0, +y of the focal plane points to north and +x to west, so
/// that a picture with +y up has north up and east left. q turns the camera from north through
/// east: +y then points to position angle q and +x to q + 270 degrees.
#pragma once

#include "skywright/image/box.h"
#include "skywright/instrument/instrument.h"
#include "skywright/sphere/direction.h"

namespace skywright::instrument {

using image::PixelPosition;

/// A place in the focal plane [mm].
struct FocalPlanePosition {
  double x_mm = 0.0;
  double y_mm = 0.0;
};

/// Field radius [mm] at an angle from the axis. @pre 0 <= theta < 90 degrees
double field_radius_mm(const Telescope& telescope, Angle theta);
/// Angle from the axis at a field radius; NaN where the distortion cannot be inverted.
Angle field_angle(const Telescope& telescope, double radius_mm);

sphere::SkyPosition sky_at(const Telescope& telescope, FocalPlanePosition at,
                           const sphere::SkyPosition& boresight, Angle rotation);
/// NaN for a place 90 degrees or more from the boresight.
FocalPlanePosition focal_plane_at(const Telescope& telescope, const sphere::SkyPosition& sky,
                                  const sphere::SkyPosition& boresight, Angle rotation);

/// Pixels count from zero at the centre of the first; a detector's centre is at (w-1)/2, (h-1)/2.
FocalPlanePosition focal_plane_at(const Detector& detector, PixelPosition pixel);
PixelPosition pixel_at(const Detector& detector, FocalPlanePosition at);

}  // namespace skywright::instrument
