#include "skywright/measure/detail/catalog_builder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace skywright::measure::detail {
namespace {

constexpr std::size_t kChunk = 16;

struct Family {
  std::vector<SourceRow> rows;
  bool truncated = false;
};

struct Place {
  std::size_t family = 0;
  std::size_t row = 0;
};

void begin_own_columns(SourceCatalog& c, SourceKernels kernels) {
  for (const SourceKernel* kernel : kernels) {
    for (const OwnColumn& column : kernel->columns()) c.own.push_back(column);
    c.own_flags.push_back(
        {kernel->flag_column(), "a column of this kernel could not be measured", {}});
  }
}

void append_own(SourceCatalog& c, const SourceRow& row, SourceKernels kernels) {
  std::size_t column = 0;
  for (std::size_t k = 0; k < kernels.size(); ++k) {
    bool failed = false;
    for (std::size_t i = 0; i < kernels[k]->columns().size(); ++i, ++column) {
      const double value = row.own[column];
      const bool good = std::isfinite(value);
      failed = failed || !good;
      c.own[column].values.push_back(good ? value : std::numeric_limits<double>::quiet_NaN());
    }
    c.own_flags[k].values.push_back(failed ? 1 : 0);
  }
}

void append(SourceCatalog& c, const SourceRow& row) {
  const auto f = [](double v) { return static_cast<float>(v); };
  c.x.push_back(row.x);
  c.y.push_back(row.y);
  c.x_err.push_back(row.x_err);
  c.y_err.push_back(row.y_err);
  c.peak.push_back(row.peak);
  c.snr.push_back(row.psf_flux / row.psf_flux_err);
  c.psf_flux.push_back(row.psf_flux);
  c.psf_flux_err.push_back(row.psf_flux_err);
  c.psf_chi2.push_back(row.psf_chi2);
  c.psf_ndata.push_back(row.psf_ndata);
  for (std::size_t k = 0; k < c.aperture_radii.size(); ++k) {
    c.ap_flux[k].push_back(row.ap_flux[k]);
    c.ap_flux_err[k].push_back(row.ap_flux_err[k]);
  }
  c.gaussian_flux.push_back(row.gaussian_flux);
  c.gaussian_flux_err.push_back(row.gaussian_flux_err);
  c.kron_flux.push_back(row.kron_flux);
  c.kron_flux_err.push_back(row.kron_flux_err);
  c.kron_radius.push_back(row.kron_radius);
  c.ixx.push_back(f(row.moments.ixx));
  c.iyy.push_back(f(row.moments.iyy));
  c.ixy.push_back(f(row.moments.ixy));
  c.ixx_psf.push_back(f(row.psf_moments.ixx));
  c.iyy_psf.push_back(f(row.psf_moments.iyy));
  c.ixy_psf.push_back(f(row.psf_moments.ixy));
  c.semi_major.push_back(row.semi_major);
  c.semi_minor.push_back(row.semi_minor);
  c.theta.push_back(row.theta);
  c.extendedness.push_back(row.extendedness);
  c.sky.push_back(row.sky);
  c.area.push_back(row.area);
  c.flags.push_back(row.flags);
}

}  // namespace

Measured measure_all(const MeasureInput& input, const std::vector<Footprint>& footprints,
                     image::ImageView<const float> significance, SourceKernels kernels,
                     const Execution& execution) {
  const MeasureConfig& config = *input.config;
  std::vector<Family> families(footprints.size());
  execution.for_chunks(footprints.size(), kChunk, [&](std::size_t begin, std::size_t end) {
    execution.check_stop();
    std::vector<Deblended> blends;
    for (std::size_t i = begin; i < end; ++i) {
      const Footprint& footprint = footprints[i];
      const auto label = static_cast<std::int32_t>(i) + 1;
      const double sky =
          source_noise(input.noise, input.sky, footprint, footprint.peak_x, footprint.peak_y).sky;
      Deblended blend = deblend(footprint, significance, input.sky.pixels, std::sqrt(sky),
                                config.detection.threshold, config.deblend);
      families[i].truncated = blend.merged > 0;
      for (const Child& child : blend.children)
        families[i].rows.push_back(
            measure_source(input, footprint, child, label, blend.children.size() > 1));
      if (!kernels.empty()) blends.push_back(std::move(blend));
    }
    std::vector<StampSource> sources;
    for (std::size_t b = 0; b < blends.size(); ++b)
      for (std::size_t k = 0; k < blends[b].children.size(); ++k)
        sources.push_back({&footprints[begin + b], &blends[b].children[k],
                           static_cast<std::int32_t>(begin + b) + 1, &families[begin + b].rows[k]});
    measure_by_kernels(input, sources, kernels);
  });
  Measured out;
  std::vector<Place> order;
  for (std::size_t i = 0; i < families.size(); ++i) {
    const std::size_t n = families[i].rows.size();
    out.blended_footprints += n > 1 ? 1 : 0;
    out.children += n > 1 ? static_cast<int>(n) : 0;
    for (std::size_t k = 0; k < n; ++k) order.push_back({i, k});
  }
  const auto row_of = [&](const Place& p) -> const SourceRow& {
    return families[p.family].rows[p.row];
  };
  std::stable_sort(order.begin(), order.end(), [&](const Place& a, const Place& b) {
    return row_of(a).significance > row_of(b).significance;
  });
  SourceCatalog& c = out.catalog;
  c.aperture_radii = config.photometry.aperture_radii;
  c.ap_flux.resize(c.aperture_radii.size());
  c.ap_flux_err.resize(c.aperture_radii.size());
  begin_own_columns(c, kernels);
  std::vector<std::int64_t> brightest(families.size(), 0);
  for (const Place& place : order) {
    const SourceRow& row = row_of(place);
    append(c, row);
    append_own(c, row, kernels);
    const auto id = static_cast<std::int64_t>(c.size());
    std::int64_t& first = brightest[place.family];
    if (first == 0) first = id;
    c.id.push_back(id);
    c.parent.push_back(families[place.family].rows.size() > 1 ? first : 0);
    if (families[place.family].truncated)
      c.flags.back() |= std::uint32_t{1} << static_cast<int>(SourceFlag::deblend_failed);
  }
  return out;
}

}  // namespace skywright::measure::detail
