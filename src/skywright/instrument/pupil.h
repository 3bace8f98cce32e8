/// The telescope's entrance pupil, and the diffraction PSF that follows from it.
#pragma once

#include <vector>

#include "skywright/instrument/instrument.h"

namespace skywright::instrument {

/// An ellipse of the pupil seen along the axis; `transmission` is -1 for a hole in another.
struct PupilPart {
  double x_m = 0.0;
  double y_m = 0.0;
  double radial_m = 0.0;      ///< half axis along the direction from the centre of the pupil
  double tangential_m = 0.0;  ///< half axis across it
  double transmission = 1.0;
};

/// A disc with its hole, or the projected discs of tilted segments with the hole in the middle.
/// A segment's rim is a circle in its own frame: the tilt narrows it and the depth of the mirror
/// shifts it towards the axis.
std::vector<PupilPart> pupil_parts(const Telescope& telescope);

/// Area [m2]. @pre parts do not overlap but for holes
double pupil_area(const std::vector<PupilPart>& parts);
/// Largest distance across, through the centre [m].
double pupil_diameter(const std::vector<PupilPart>& parts);

/// Intensity of the PSF, 1 at the centre, at a place in the focal plane.
/// @param u, v  angle over wavelength [1/m]: theta / lambda
/// The amplitude of an ellipse is an Airy function of scaled coordinates, so no grid is needed.
double pupil_intensity(const std::vector<PupilPart>& parts, double u, double v);

/// Full width at half maximum of the PSF, averaged over directions [wavelength / reference_m].
double pupil_fwhm(const std::vector<PupilPart>& parts, double reference_m);

}  // namespace skywright::instrument
