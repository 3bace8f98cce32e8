#include <cmath>
#include <limits>

#include "skywright/base/error.h"
#include "skywright/pipelines/solve_image.h"

namespace skywright::pipelines {
namespace {

using measure::SourceCatalog;
using measure::SourceFlag;

std::vector<float> floats(const table::Table& table, std::string_view name, float fallback) {
  if (!table.contains(name)) return std::vector<float>(table.rows(), fallback);
  const std::vector<double> values = table.numbers(name);
  return {values.begin(), values.end()};
}

void raise_flags(const table::Table& table, std::string_view name, SourceFlag flag,
                 SourceCatalog& out) {
  if (!table.contains(name)) return;
  const auto column = table.flags(name);
  for (std::size_t i = 0; i < column.size(); ++i)
    if (column[i] != 0) out.flags[i] |= 1U << static_cast<int>(flag);
}

/// source-extractor's FLAGS: 2 blended, 4 saturated, 8 truncated at the edge (its manual, table 5).
void raise_extractor_flags(const table::Table& table, SourceCatalog& out) {
  if (!table.contains("FLAGS")) return;
  const std::vector<std::int64_t> bits = table.wholes("FLAGS");
  const auto raise = [&](std::size_t i, SourceFlag flag) {
    out.flags[i] |= 1U << static_cast<int>(flag);
  };
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if ((bits[i] & 2) != 0) raise(i, SourceFlag::blended);
    if ((bits[i] & 4) != 0) raise(i, SourceFlag::saturated);
    if ((bits[i] & 8) != 0) raise(i, SourceFlag::edge);
  }
}

}  // namespace

SourceCatalog source_catalog_from(const table::Table& table) {
  const bool own = table.contains("x") && table.contains("y");
  if (!own && !(table.contains("X_IMAGE") && table.contains("Y_IMAGE")))
    throw InputError("catalog of sources", "it has no columns x and y, nor X_IMAGE and Y_IMAGE",
                     "give a catalog of `skywright detect` or source-extractor, or leave it out");
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  SourceCatalog out;
  out.x = table.numbers(own ? "x" : "X_IMAGE");
  out.y = table.numbers(own ? "y" : "Y_IMAGE");
  if (!own)
    for (std::size_t i = 0; i < out.x.size(); ++i) {
      out.x[i] -= 1.0;
      out.y[i] -= 1.0;
    }
  out.x_err = floats(table, own ? "xErr" : "ERRX_IMAGE", 0.1F);
  out.y_err = floats(table, own ? "yErr" : "ERRY_IMAGE", 0.1F);
  out.psf_flux = floats(table, own ? "psfFlux" : "FLUX_AUTO", kNan);
  out.psf_flux_err = floats(table, own ? "psfFluxErr" : "FLUXERR_AUTO", kNan);
  out.snr.resize(out.x.size());
  for (std::size_t i = 0; i < out.x.size(); ++i) out.snr[i] = out.psf_flux[i] / out.psf_flux_err[i];
  if (table.contains("extendedness")) out.extendedness = floats(table, "extendedness", 0.0F);
  out.flags.assign(out.x.size(), 0U);
  raise_flags(table, "pixelFlags_edge", SourceFlag::edge, out);
  raise_flags(table, "pixelFlags_saturated", SourceFlag::saturated, out);
  raise_flags(table, "pixelFlags_saturatedCenter", SourceFlag::saturated_center, out);
  raise_flags(table, "pixelFlags_crCenter", SourceFlag::cosmic_ray_center, out);
  raise_flags(table, "pixelFlags_interpolatedCenter", SourceFlag::interpolated_center, out);
  raise_flags(table, "pixelFlags_bad", SourceFlag::bad, out);
  raise_flags(table, "pixelFlags_nodata", SourceFlag::no_data, out);
  raise_flags(table, "deblend_blended", SourceFlag::blended, out);
  raise_flags(table, "centroid_flag", SourceFlag::centroid_failed, out);
  raise_flags(table, "psfFlux_flag", SourceFlag::psf_flux_failed, out);
  raise_extractor_flags(table, out);
  return out;
}

}  // namespace skywright::pipelines
