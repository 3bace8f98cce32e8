#include <algorithm>
#include <cmath>
#include <limits>

#include "skywright/instrument/focal_plane.h"
#include "skywright/instrument/headlines.h"

namespace skywright::instrument {
namespace {

struct Bounds {
  double left = std::numeric_limits<double>::infinity();
  double right = -std::numeric_limits<double>::infinity();
  double bottom = std::numeric_limits<double>::infinity();
  double top = -std::numeric_limits<double>::infinity();

  void take(const Corner& c) {
    left = std::min(left, c.x_mm);
    right = std::max(right, c.x_mm);
    bottom = std::min(bottom, c.y_mm);
    top = std::max(top, c.y_mm);
  }
};

Bounds bounds_of(const Detector& detector) {
  Bounds bounds;
  for (const Corner& corner : detector_corners(detector)) bounds.take(corner);
  return bounds;
}

/// Smallest distance from a detector to one beside it (overlapping in the other coordinate).
void find_gaps(const std::vector<Bounds>& all, FocalPlaneFigures& figures) {
  double gap_x = std::numeric_limits<double>::infinity();
  double gap_y = gap_x;
  for (const Bounds& a : all) {
    for (const Bounds& b : all) {
      const bool beside = std::min(a.top, b.top) > std::max(a.bottom, b.bottom);
      const bool above = std::min(a.right, b.right) > std::max(a.left, b.left);
      if (beside && b.left >= a.right) gap_x = std::min(gap_x, b.left - a.right);
      if (above && b.bottom >= a.top) gap_y = std::min(gap_y, b.bottom - a.top);
    }
  }
  figures.gap_x_mm = std::isfinite(gap_x) ? gap_x : 0.0;
  figures.gap_y_mm = std::isfinite(gap_y) ? gap_y : 0.0;
}

}  // namespace

std::vector<Corner> detector_corners(const Detector& d) {
  std::vector<Corner> corners;
  const PixelPosition places[] = {
      {-0.5, -0.5}, {d.width - 0.5, -0.5}, {d.width - 0.5, d.height - 0.5}, {-0.5, d.height - 0.5}};
  for (const PixelPosition& place : places) {
    const FocalPlanePosition at = focal_plane_at(d, place);
    corners.push_back({at.x_mm, at.y_mm});
  }
  return corners;
}

double field_edge_mm(const Instrument& instrument) {
  const Angle field = instrument.telescope.field_of_view;
  if (field.radians() > 0.0) return 0.5 * field.arcsec() / plate_scale(instrument.telescope);
  double radius = 0.0;
  for (const Detector& d : instrument.camera.detectors)
    for (const Corner& corner : detector_corners(d))
      radius = std::max(radius, std::hypot(corner.x_mm, corner.y_mm));
  return radius;
}

FocalPlaneFigures focal_plane_figures(const Instrument& instrument) {
  FocalPlaneFigures figures;
  Bounds whole;
  double radius = 0.0;
  std::vector<Bounds> each;
  for (const Detector& d : instrument.camera.detectors) {
    const double pixels = double(d.width) * d.height;
    const double side = pixel_scale(instrument, d).degrees();
    figures.imaging_pixels += pixels;
    figures.silicon_deg2 += pixels * side * side;
    for (const Amplifier& a : d.amplifiers)
      figures.raw_pixels += double(a.raw.width) * a.raw.height;
    for (const Corner& corner : detector_corners(d)) {
      whole.take(corner);
      radius = std::max(radius, std::hypot(corner.x_mm, corner.y_mm));
    }
    each.push_back(bounds_of(d));
  }
  figures.width_mm = whole.right - whole.left;
  figures.height_mm = whole.top - whole.bottom;
  figures.circle_mm = 2.0 * radius;
  find_gaps(each, figures);
  return figures;
}

}  // namespace skywright::instrument
