#include "skywright/pipelines/source_rows.h"

#include <algorithm>
#include <string_view>

#include "skywright/base/source_id.h"
#include "skywright/pipelines/exposure_file.h"
#include "skywright/pipelines/sky_columns.h"

namespace skywright::pipelines {
namespace {

bool is_flux(std::string_view name) { return name.ends_with("Flux") || name.ends_with("FluxErr"); }

/// Ids of a catalog count from 1 within its image; 0 stays 0 (no parent).
std::vector<std::int64_t> packed(const std::vector<std::int64_t>& ids,
                                 const instrument::VisitInfo& info) {
  std::vector<std::int64_t> out;
  out.reserve(ids.size());
  for (const std::int64_t id : ids) {
    out.push_back(id == 0 ? 0
                          : packed_source_id(VisitId{info.visit}, DetectorId{info.detector}, id));
  }
  return out;
}

}  // namespace

table::Table source_rows(const measure::SourceCatalog& sources, const instrument::VisitInfo& info,
                         const wcs::Wcs& wcs, double zero_point) {
  const std::size_t n = sources.size();
  table::Table t;
  t.add("sourceId", "", "visit, detector and a counter, packed", packed(sources.id, info));
  t.add("parentSourceId", "", "brightest source of its blend, 0 if alone",
        packed(sources.parent, info));
  t.add("visit", "", "visit", std::vector<std::int64_t>(n, info.visit));
  t.add("detector", "", "detector", std::vector<std::int32_t>(n, info.detector));
  t.add("band", "", "band", std::vector<std::string>(n, info.band));
  add_sky_columns(t, wcs, sources.x, sources.y, sources.x_err, sources.y_err);
  const double flux = nanojanskys_per_unit(zero_point);
  const table::Table measured = measure::to_table(sources);
  for (const table::Column& column : measured.columns()) {
    if (t.contains(column.name) || column.name == "id" || column.name == "parent") continue;
    // Of a kernel's columns the unit says what is a flux, not the name.
    const auto own = std::find_if(sources.own.begin(), sources.own.end(),
                                  [&](const auto& o) { return o.name == column.name; });
    if (own != sources.own.end() ? !own->is_flux : !is_flux(column.name)) {
      t.add(column.name, column.unit, column.description, column.values);
      continue;
    }
    if (own != sources.own.end()) {
      std::vector<double> calibrated = own->values;
      for (double& v : calibrated) v *= flux;
      t.add(column.name, "nJy", column.description, std::move(calibrated));
      continue;
    }
    std::vector<float> scaled;
    scaled.reserve(n);
    for (const double v : measured.numbers(column.name))
      scaled.push_back(static_cast<float>(v * flux));
    t.add(column.name, "nJy", column.description, std::move(scaled));
  }
  return t;
}

}  // namespace skywright::pipelines
