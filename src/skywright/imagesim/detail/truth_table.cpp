#include <cmath>
#include <numbers>
#include <string>

#include "skywright/imagesim/detail/exposure_parts.h"

namespace skywright::imagesim::detail {

table::Table truth_table(const instrument::Detector& detector, const sky::SkyObjects& objects,
                         const Placement& placement, const PsfField& psf,
                         double background_variance, double zero_point, double scale) {
  sky::SkyObjects seen;
  std::vector<double> x, y;
  std::vector<float> electrons, snr, difference_flux, difference_snr;
  const double per_njy = std::pow(10.0, 0.4 * (zero_point - 31.4));
  for (std::size_t k = 0; k < placement.placed.size(); ++k) {
    const PlacedObject& p = placement.placed[k];
    if (p.x < -0.5 || p.x >= detector.width - 0.5 || p.y < -0.5 || p.y >= detector.height - 0.5)
      continue;
    const std::size_t i = placement.index[k];
    const double flux = static_cast<double>(objects.flux[i]);
    const double change = flux - static_cast<double>(objects.quiet_flux[i]);
    const double noise_pixels = psf.noise_pixels(p.x, p.y);
    // Of a matched filter: background in the effective noise pixels. A point's own photons fall
    // where the filter is heavy: sum(p^3) / sum(p^2)^2 is near 4/3 of sum(p)^2 for a Gaussian.
    const double variance = background_variance * noise_pixels;
    const double own = 4.0 / 3.0 * p.electrons;
    // A galaxy under a transient adds its light within the filter.
    double host = 0.0;
    if (objects.host[i] >= 0 && objects.host_radius[i] > 0.0F) {
      // Mean surface brightness within the half-light radius, widened by the PSF, times the filter.
      const double radius = static_cast<double>(objects.host_radius[i]) / scale;
      const double area = std::numbers::pi * radius * radius + noise_pixels;
      const double offset = static_cast<double>(objects.host_offset[i]) / scale;
      const double fall = std::exp(-offset * offset * std::numbers::pi / (2.0 * area));
      host = 0.5 * static_cast<double>(objects.host_flux[i]) * per_njy / area * fall * noise_pixels;
    }
    const double noise = std::sqrt(variance + own + host);
    sky::append(seen,
                sky::SkyObject{.id = objects.id[i],
                               .kind = objects.kind[i],
                               .ra = objects.ra[i],
                               .dec = objects.dec[i],
                               .flux = flux,
                               .quiet_flux = static_cast<double>(objects.quiet_flux[i]),
                               .radius = static_cast<double>(objects.radius[i]),
                               .bulge_radius = static_cast<double>(objects.bulge_radius[i]),
                               .bulge_fraction = static_cast<double>(objects.bulge_fraction[i]),
                               .axis_ratio = static_cast<double>(objects.axis_ratio[i]),
                               .position_angle = static_cast<double>(objects.position_angle[i]),
                               .host = objects.host[i],
                               .host_flux = static_cast<double>(objects.host_flux[i]),
                               .host_radius = static_cast<double>(objects.host_radius[i]),
                               .host_offset = static_cast<double>(objects.host_offset[i]),
                               .rate_ra = static_cast<double>(objects.rate_ra[i]),
                               .rate_dec = static_cast<double>(objects.rate_dec[i])});
    x.push_back(p.x);
    y.push_back(p.y);
    electrons.push_back(static_cast<float>(p.electrons));
    snr.push_back(static_cast<float>(p.electrons / noise));
    difference_flux.push_back(static_cast<float>(change));
    difference_snr.push_back(static_cast<float>(std::abs(change) * per_njy / noise));
  }
  table::Table t = sky::as_table(seen);
  t.add("x", "pixel", "true place on the detector, (0, 0) the centre of its first pixel", x);
  t.add("y", "pixel", "true place on the detector", y);
  t.add("electrons", "electron", "expected in the exposure, all of the object's light", electrons);
  t.add("snr", "", "of the PSF flux of a point of this flux, by a matched filter", snr);
  t.add("diffFlux", "nJy", "flux less quietFlux: what a difference with a static sky shows",
        difference_flux);
  t.add("diffSnr", "", "of diffFlux, with the noise of this exposure alone", difference_snr);
  return t;
}

}  // namespace skywright::imagesim::detail
