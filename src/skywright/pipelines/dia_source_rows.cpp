#include "skywright/pipelines/dia_source_rows.h"

#include <array>
#include <cmath>
#include <set>
#include <string_view>

#include "skywright/base/source_id.h"
#include "skywright/pipelines/exposure_file.h"
#include "skywright/pipelines/sky_columns.h"

namespace skywright::pipelines {
namespace {

using Floats = std::vector<float>;

constexpr std::array<std::string_view, 8> kFluxes = {
    "psfFlux",     "psfFluxErr",     "apFlux",       "apFluxErr",
    "scienceFlux", "scienceFluxErr", "templateFlux", "templateFluxErr"};

Floats scaled(const std::vector<double>& values, double factor) {
  Floats out;
  out.reserve(values.size());
  for (const double v : values) out.push_back(static_cast<float>(v * factor));
  return out;
}

/// Direction of an angle from +x towards +y, as position angle from north through east.
Floats position_angles(const difference::DiaSources& s, const wcs::Wcs& wcs) {
  Floats angles;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const auto j = wcs.jacobian({s.x[i], s.y[i]});
    const double t = static_cast<double>(s.trail_angle[i]) * M_PI / 180.0;
    const double east = j[0] * std::cos(t) + j[1] * std::sin(t);
    const double north = j[2] * std::cos(t) + j[3] * std::sin(t);
    const double angle = std::atan2(east, north) * 180.0 / M_PI;
    angles.push_back(static_cast<float>(angle < 0.0 ? angle + 180.0 : angle));
  }
  return angles;
}

}  // namespace

table::Table dia_source_rows(const difference::DiaSources& sources,
                             const instrument::VisitInfo& info, const wcs::Wcs& wcs,
                             double zero_point) {
  const std::size_t n = sources.size();
  std::vector<std::int64_t> ids(n);
  for (std::size_t i = 0; i < n; ++i) {
    ids[i] = packed_source_id(VisitId{info.visit}, DetectorId{info.detector},
                              static_cast<std::int64_t>(i) + 1);
  }
  table::Table t;
  t.add("diaSourceId", "", "visit, detector and a counter, packed", ids);
  t.add("visit", "", "visit", std::vector<std::int64_t>(n, info.visit));
  t.add("detector", "", "detector", std::vector<std::int32_t>(n, info.detector));
  t.add("diaObjectId", "", "object that it belongs to", std::vector<std::int64_t>(n, 0));
  t.add("ssObjectId", "", "Solar System object that it belongs to",
        std::vector<std::int64_t>(n, 0));
  t.add("midpointMjdTai", "d", "middle of the exposure, MJD TAI",
        std::vector<double>(n, info.middle().mjd()));
  t.add("band", "", "band", std::vector<std::string>(n, info.band));
  add_sky_columns(t, wcs, sources.x, sources.y, sources.x_err, sources.y_err);

  const double flux = nanojanskys_per_unit(zero_point);
  const table::Table measured = difference::to_table(sources);
  const std::set<std::string_view> fluxes(kFluxes.begin(), kFluxes.end());
  const double arcsec = n == 0 ? 1.0 : wcs.pixel_scale({sources.x[0], sources.y[0]}).arcsec();
  for (const table::Column& column : measured.columns()) {
    if (fluxes.contains(column.name)) {
      t.add(column.name, "nJy", column.description, scaled(measured.numbers(column.name), flux));
    } else if (column.name == "trailAngle") {
      t.add(column.name, "deg", "of the longer axis, from north through east",
            position_angles(sources, wcs));
    } else if (column.name.ends_with("Length")) {
      t.add(column.name, "arcsec", column.description,
            scaled(measured.numbers(column.name), arcsec));
    } else if (column.unit == "pixel2") {
      t.add(column.name, "arcsec2", column.description,
            scaled(measured.numbers(column.name), arcsec * arcsec));
    } else {
      t.add(column.name, column.unit, column.description, column.values);
    }
  }
  return t;
}

}  // namespace skywright::pipelines
