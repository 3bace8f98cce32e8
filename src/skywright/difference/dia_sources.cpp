#include "skywright/difference/dia_sources.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "skywright/difference/score_peaks.h"
#include "skywright/difference/trail.h"
#include "skywright/measure/psf_photometry.h"
#include "skywright/psf/adaptive_moments.h"

namespace skywright::difference {
namespace {

using image::MaskBits;
using image::MaskedImageView;
using image::MaskPlane;
using image::PixelPosition;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

MaskBits bits_around(image::ImageView<const MaskBits> mask, PixelPosition at, int half) {
  const auto x = static_cast<int>(std::lround(at.x));
  const auto y = static_cast<int>(std::lround(at.y));
  const image::Box box = image::square_around(x, y, half).intersection(mask.box());
  MaskBits bits = 0;
  for (int j = box.y0; j < box.y_end(); ++j)
    for (int i = box.x0; i < box.x_end(); ++i) bits |= mask(i, j);
  return bits;
}

/// Whether a peak stands on an unusable pixel or beside one that charge spreads from.
bool is_bad_centre(const MaskedImageView& image, const ScorePeak& p) {
  constexpr MaskBits kSpreads = image::bits({MaskPlane::saturated, MaskPlane::cosmic_ray});
  if ((image.mask(p.x, p.y) & image::kUnusable) != 0 || !(image.variance(p.x, p.y) > 0.0F))
    return true;
  const PixelPosition at{static_cast<double>(p.x), static_cast<double>(p.y)};
  return (bits_around(image.mask, at, 1) & kSpreads) != 0;
}

std::uint32_t flag(DiaFlag f) { return std::uint32_t{1} << static_cast<int>(f); }

std::uint32_t flags_of(const MaskedImageView& image, PixelPosition at) {
  const MaskBits near = bits_around(image.mask, at, 2);
  const MaskBits centre = bits_around(image.mask, at, 1);
  std::uint32_t out = 0;
  const auto set = [&](MaskBits bits, MaskPlane plane, DiaFlag f) {
    if ((bits & image::bit(plane)) != 0) out |= flag(f);
  };
  set(near, MaskPlane::edge, DiaFlag::edge);
  set(near, MaskPlane::saturated, DiaFlag::saturated);
  set(centre, MaskPlane::saturated, DiaFlag::saturated_center);
  set(near, MaskPlane::cosmic_ray, DiaFlag::cosmic_ray);
  set(centre, MaskPlane::cosmic_ray, DiaFlag::cosmic_ray_center);
  set(near, MaskPlane::interpolated, DiaFlag::interpolated);
  set(centre, MaskPlane::interpolated, DiaFlag::interpolated_center);
  set(near, MaskPlane::bad, DiaFlag::bad);
  set(near, MaskPlane::no_data, DiaFlag::no_data);
  set(near, MaskPlane::not_finite, DiaFlag::no_data);
  set(near, MaskPlane::suspect, DiaFlag::suspect);
  if (at.x < 2.5 || at.y < 2.5 || at.x > image.width() - 3.5 || at.y > image.height() - 3.5)
    out |= flag(DiaFlag::edge);
  return out;
}

struct Aperture {
  float flux = 0.0F;
  float err = 0.0F;
};

/// Sum over a circle, pixels on its rim by the part of 5 x 5 sub-pixels inside.
Aperture aperture_flux(const MaskedImageView& image, PixelPosition at, double radius) {
  const int reach = static_cast<int>(std::ceil(radius)) + 1;
  const auto cx = static_cast<int>(std::lround(at.x));
  const auto cy = static_cast<int>(std::lround(at.y));
  const image::Box box = image::square_around(cx, cy, reach).intersection(image.box());
  double sum = 0.0;
  double variance = 0.0;
  for (int y = box.y0; y < box.y_end(); ++y) {
    for (int x = box.x0; x < box.x_end(); ++x) {
      int inside = 0;
      for (int j = -2; j <= 2; ++j)
        for (int i = -2; i <= 2; ++i)
          inside += std::hypot(x + 0.2 * i - at.x, y + 0.2 * j - at.y) <= radius ? 1 : 0;
      const double w = inside / 25.0;
      sum += w * static_cast<double>(image.pixels(x, y));
      variance += w * w * static_cast<double>(image.variance(x, y));
    }
  }
  return {static_cast<float>(sum), static_cast<float>(std::sqrt(variance))};
}

/// Part of the pixels beyond 2.5 sigma within `radius` whose sign is the other one.
double opposite_fraction(const MaskedImageView& image, PixelPosition at, double radius,
                         float sign) {
  const auto cx = static_cast<int>(std::lround(at.x));
  const auto cy = static_cast<int>(std::lround(at.y));
  const image::Box box =
      image::square_around(cx, cy, static_cast<int>(std::ceil(radius))).intersection(image.box());
  int same = 0;
  int opposite = 0;
  for (int y = box.y0; y < box.y_end(); ++y) {
    for (int x = box.x0; x < box.x_end(); ++x) {
      const float v = sign * image.pixels(x, y);
      if (std::hypot(x - at.x, y - at.y) > radius || v * v < 6.25F * image.variance(x, y)) continue;
      (v > 0.0F ? same : opposite) += 1;
    }
  }
  return same + opposite == 0 ? 0.0 : static_cast<double>(opposite) / (same + opposite);
}

struct Shape {
  bool measured = false;
  psf::Moments moments;
};

Shape shape_of(const MaskedImageView& image, PixelPosition at, float sign, double fwhm) {
  const int half = static_cast<int>(std::ceil(2.5 * fwhm));
  const auto cx = static_cast<int>(std::lround(at.x));
  const auto cy = static_cast<int>(std::lround(at.y));
  const image::Box want = image::square_around(cx, cy, half);
  const image::Box have = want.intersection(image.box());
  image::Image<float> stamp(want.width, want.height);
  image::Image<float> usable(want.width, want.height);
  for (int y = have.y0; y < have.y_end(); ++y) {
    for (int x = have.x0; x < have.x_end(); ++x) {
      if ((image.mask(x, y) & image::kUnusable) != 0) continue;
      stamp(x - want.x0, y - want.y0) = sign * image.pixels(x, y);
      usable(x - want.x0, y - want.y0) = 1.0F;
    }
  }
  const psf::AdaptiveMoments m = psf::adaptive_moments(
      stamp, usable, {at.x - want.x0, at.y - want.y0}, fwhm / 2.355, psf::Centre::free);
  return {m.converged && m.flux > 0.0, m.moments};
}

/// The opposite peak that lies nearest within `reach`; -1 for none.
int opposite_peak(const std::vector<ScorePeak>& peaks, std::size_t i, double reach) {
  int best = -1;
  double nearest = reach;
  for (std::size_t k = 0; k < peaks.size(); ++k) {
    if (peaks[k].score * peaks[i].score > 0.0F) continue;
    const double d = std::hypot(peaks[k].x - peaks[i].x, peaks[k].y - peaks[i].y);
    if (d > nearest) continue;
    nearest = d;
    best = static_cast<int>(k);
  }
  return best;
}

struct Lengths {
  float trail = 0.0F;
  float angle = 0.0F;
  float extendedness = 0.0F;
};

/// What moments say beyond the PSF's.
Lengths lengths_of(const psf::Moments& m, const psf::Moments& psf, double snr) {
  const double xx = m.ixx - psf.ixx;
  const double yy = m.iyy - psf.iyy;
  const double xy = m.ixy - psf.ixy;
  const double middle = 0.5 * (xx + yy);
  const double spread = std::hypot(0.5 * (xx - yy), xy);
  const double major = middle + spread;
  const double trace = psf.ixx + psf.iyy;
  Lengths out;
  // Moments scatter by about trace / snr.
  const double noise = trace / std::max(1.0, snr);
  out.extendedness = xx + yy > 0.3 * trace + 4.0 * noise ? 1.0F : 0.0F;
  if (major > 3.0 * noise) {
    const Trail trail = trail_of(m, psf);
    out.trail = static_cast<float>(trail.length);
    out.angle = static_cast<float>(trail.angle * 180.0 / std::numbers::pi);
  }
  return out;
}

/// Forced fluxes over a whole image at every source.
std::vector<measure::PsfFlux> forced(const MaskedImageView& image, const psf::PsfModel& psf,
                                     const std::vector<PixelPosition>& at,
                                     const Execution& execution) {
  return measure::forced_psf_flux(image, psf, at, {}, execution);
}

}  // namespace

std::string_view dia_flag_name(DiaFlag flag) {
  static constexpr std::array<std::string_view, kDiaFlags> kNames = {
      "pixelFlags_edge",
      "pixelFlags_saturated",
      "pixelFlags_saturatedCenter",
      "pixelFlags_cr",
      "pixelFlags_crCenter",
      "pixelFlags_interpolated",
      "pixelFlags_interpolatedCenter",
      "pixelFlags_bad",
      "pixelFlags_nodata",
      "pixelFlags_suspect",
      "centroid_flag",
      "psfFlux_flag",
      "shape_flag"};
  return kNames[static_cast<std::size_t>(flag)];
}

void describe(Fields& f, DiaSourceConfig& c) {
  f.number("threshold", c.threshold, "lowest |score| of a peak [sigma]", {.above = 0});
  f.flag("drop_bad_centre", c.drop_bad_centre, "leave out sources whose centre is unusable");
  f.number("aperture_radius", c.aperture_radius, "radius of the aperture of apFlux [pixel]",
           {.low = 1, .high = 50});
  f.number("dipole_ratio", c.dipole_ratio,
           "ratio of the weaker to the stronger lobe from which a pair is a dipole",
           {.high = 1, .above = 0});
  describe_nested(f, "reliability", c.reliability, "what makes a source credible");
}

DiaSources measure_dia_sources(const DiaMeasurement& in, const DiaSourceConfig& config,
                               const Execution& execution) {
  std::vector<ScorePeak> peaks = find_score_peaks(in.score, in.psf, config.threshold, execution);
  if (config.drop_bad_centre)
    std::erase_if(peaks, [&](const ScorePeak& p) { return is_bad_centre(in.difference, p); });
  std::vector<PixelPosition> starts;
  for (const ScorePeak& p : peaks)
    starts.push_back({static_cast<double>(p.x), static_cast<double>(p.y)});
  const PixelPosition middle{0.5 * in.difference.width(), 0.5 * in.difference.height()};
  const double fwhm = in.psf.fwhm(middle);
  const std::vector<measure::PsfPointFit> fits = measure::fit_psf_points(
      in.difference, in.psf, starts, std::max(1.5, 0.6 * fwhm), {}, execution);
  std::vector<PixelPosition> at;
  for (std::size_t i = 0; i < fits.size(); ++i)
    at.push_back(fits[i].converged ? fits[i].position : starts[i]);
  const std::vector<measure::PsfFlux> flux = forced(in.difference, in.psf, at, execution);
  const std::vector<measure::PsfFlux> science = forced(in.science, in.science_psf, at, execution);
  const std::vector<measure::PsfFlux> reference =
      forced(in.reference, in.reference_psf, at, execution);

  DiaSources out;
  const auto count = peaks.size();
  for (std::size_t i = 0; i < count; ++i) {
    const float sign = peaks[i].score < 0.0F ? -1.0F : 1.0F;
    // A fit that moved to a flux of the other sign has lost its source.
    const bool lost = !fits[i].converged || sign * fits[i].flux.flux <= 0.0F;
    const PixelPosition where = lost ? starts[i] : at[i];
    const measure::PsfFlux& f = lost ? flux[i] : fits[i].flux;
    const psf::Moments psf_moments = in.psf.moments(where);
    const Shape shape = shape_of(in.difference, where, sign, fwhm);
    const Aperture aperture = aperture_flux(in.difference, where, config.aperture_radius);
    std::uint32_t flags = flags_of(in.difference, where);
    if (lost) flags |= flag(DiaFlag::centroid_failed);
    if (!std::isfinite(f.flux)) flags |= flag(DiaFlag::psf_flux_failed);
    if (!shape.measured) flags |= flag(DiaFlag::shape_failed);
    const double snr = f.flux_err > 0.0F ? std::abs(static_cast<double>(f.flux / f.flux_err)) : 0.0;

    const int partner = opposite_peak(peaks, i, 2.5 * fwhm);
    bool dipole = false;
    float dipole_length = kNan;
    if (partner >= 0) {
      const auto p = static_cast<std::size_t>(partner);
      const double a = std::abs(static_cast<double>(peaks[i].score));
      const double b = std::abs(static_cast<double>(peaks[p].score));
      dipole = std::min(a, b) >= config.dipole_ratio * std::max(a, b);
      if (dipole)
        dipole_length = static_cast<float>(std::hypot(at[i].x - at[p].x, at[i].y - at[p].y));
    }
    const Lengths lengths =
        shape.measured ? lengths_of(shape.moments, psf_moments, snr) : Lengths{kNan, kNan, kNan};
    const double reference_flux = static_cast<double>(reference[i].flux) * in.reference_scale;
    const double trace = psf_moments.ixx + psf_moments.iyy;
    const auto has = [&](DiaFlag x) { return (flags & flag(x)) != 0; };
    const ReliabilityFeatures features{
        .reduced_chi2 = static_cast<double>(f.chi2) / std::max(1, f.ndata - 3),
        .snr = snr,
        .size_ratio = shape.measured ? (shape.moments.ixx + shape.moments.iyy) / trace
                                     : static_cast<double>(kNan),
        .opposite_fraction = opposite_fraction(in.difference, where, 1.5 * fwhm, sign),
        .flux = static_cast<double>(f.flux),
        .flux_err = static_cast<double>(f.flux_err),
        .flux_beneath = std::isfinite(reference_flux) ? reference_flux : 0.0,
        .dipole = dipole,
        .defect_center = has(DiaFlag::saturated_center) || has(DiaFlag::cosmic_ray_center) ||
                         has(DiaFlag::bad) || has(DiaFlag::psf_flux_failed),
        .defect_near = has(DiaFlag::saturated) || has(DiaFlag::cosmic_ray) ||
                       has(DiaFlag::interpolated_center) || has(DiaFlag::no_data) ||
                       has(DiaFlag::edge) || has(DiaFlag::suspect)};

    out.x.push_back(where.x);
    out.y.push_back(where.y);
    out.x_err.push_back(lost ? kNan : static_cast<float>(fits[i].x_err));
    out.y_err.push_back(lost ? kNan : static_cast<float>(fits[i].y_err));
    // To total flux: what lies outside the stamp belongs to the source as well.
    out.psf_flux.push_back(f.flux / static_cast<float>(in.psf_enclosed));
    out.psf_flux_err.push_back(f.flux_err / static_cast<float>(in.psf_enclosed));
    out.psf_chi2.push_back(f.chi2);
    out.psf_ndata.push_back(f.ndata);
    out.snr.push_back(static_cast<float>(snr));
    out.score.push_back(peaks[i].score);
    out.ap_flux.push_back(aperture.flux);
    out.ap_flux_err.push_back(aperture.err);
    out.is_negative.push_back(sign < 0.0F ? 1 : 0);
    out.science_flux.push_back(science[i].flux);
    out.science_flux_err.push_back(science[i].flux_err);
    out.template_flux.push_back(static_cast<float>(reference_flux));
    out.template_flux_err.push_back(
        static_cast<float>(static_cast<double>(reference[i].flux_err) * in.reference_scale));
    out.is_dipole.push_back(dipole ? 1 : 0);
    out.dipole_length.push_back(dipole_length);
    out.trail_length.push_back(lengths.trail);
    out.trail_angle.push_back(lengths.angle);
    out.ixx.push_back(shape.measured ? static_cast<float>(shape.moments.ixx) : kNan);
    out.iyy.push_back(shape.measured ? static_cast<float>(shape.moments.iyy) : kNan);
    out.ixy.push_back(shape.measured ? static_cast<float>(shape.moments.ixy) : kNan);
    out.extendedness.push_back(lengths.extendedness);
    out.reliability.push_back(static_cast<float>(reliability(features, config.reliability)));
    out.flags.push_back(flags);
  }
  return out;
}

}  // namespace skywright::difference
