/// Published figures beside what the description gives, each with its definition.
///
/// An instrument file names the quantity to compute for each figure it quotes ([[headline]]).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "skywright/instrument/instrument.h"

namespace skywright::instrument {

/// Names of quantities that can be computed, in alphabetical order.
std::vector<std::string> headline_quantities();
bool is_headline_quantity(std::string_view name);

/// The instrument's headlines with `computed` and `definition` filled in; for an instrument that
/// quotes none, what can be computed of any camera.
/// @pre validate(instrument) has passed
std::vector<Headline> compute_headlines(const Instrument& instrument);

/// Numbers of the focal plane that headlines and pictures need.
struct FocalPlaneFigures {
  double imaging_pixels = 0.0;
  double raw_pixels = 0.0;    ///< overscans included
  double silicon_deg2 = 0.0;  ///< imaging pixels at the scale on the axis
  double width_mm = 0.0;      ///< edge to edge of imaging areas, in x
  double height_mm = 0.0;     ///< in y
  double circle_mm = 0.0;     ///< diameter of the circle about the axis that holds all corners
  double gap_x_mm = 0.0;      ///< smallest gap between imaging areas in x; 0 for one detector
  double gap_y_mm = 0.0;
};
FocalPlaneFigures focal_plane_figures(const Instrument& instrument);

/// Corners of a detector's imaging area in the focal plane, counterclockwise [mm].
struct Corner {
  double x_mm = 0.0;
  double y_mm = 0.0;
};
std::vector<Corner> detector_corners(const Detector& detector);

/// Radius [mm] of the lit field in the focal plane: the described field of view on the axis' scale,
/// or, where none is described, the circle about the axis that holds all detectors' corners.
double field_edge_mm(const Instrument& instrument);

}  // namespace skywright::instrument
