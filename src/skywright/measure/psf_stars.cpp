#include "skywright/measure/psf_stars.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "skywright/math/statistics.h"
#include "skywright/psf/adaptive_moments.h"

namespace skywright::measure {
namespace {

constexpr double kFwhmOfSigma = 2.3548200450309493;
constexpr image::MaskBits kSpoils =
    image::kUnusable | image::bits({image::MaskPlane::suspect, image::MaskPlane::interpolated,
                                    image::MaskPlane::edge, image::MaskPlane::streak});
constexpr std::size_t kMostTried = 1500;
constexpr std::size_t kEnoughStars = 20;  // fainter ones are not asked then

struct Candidate {
  std::size_t footprint = 0;
  Child child;
  image::PixelPosition position;
  double sigma = 0.0;  // of the matched Gaussian, round equivalent [pixel]
  double ellipticity = 0.0;
  double snr = 0.0;
  bool crowded = false;
  SourceNoise noise;
};

bool spoiled(const LabelledSky& sky, const Candidate& c, double fwhm) {
  const int half = static_cast<int>(std::ceil(1.5 * fwhm));
  const int x = static_cast<int>(std::lround(c.position.x));
  const int y = static_cast<int>(std::lround(c.position.y));
  const image::Box box = image::square_around(x, y, half);
  if (!sky.pixels.box().contains(box)) return true;
  if (sky.mask.empty()) return false;
  for (int j = box.y0; j < box.y_end(); ++j)
    for (int i = box.x0; i < box.x_end(); ++i)
      if ((sky.mask(i, j) & kSpoils) != 0) return true;
  return false;
}

// Other children near the brightest would lean on its profile.
bool crowded(const Deblended& blend, double fwhm) {
  const Child& main = blend.children.front();
  for (std::size_t k = 1; k < blend.children.size(); ++k)
    if (std::hypot(blend.children[k].peak_x - main.peak_x, blend.children[k].peak_y - main.peak_y) <
        3.0 * fwhm)
      return true;
  return false;
}

std::optional<Candidate> candidate(const LabelledSky& sky, const NoiseInput& noise,
                                   const Footprint& footprint, std::size_t index,
                                   image::ImageView<const float> significance, double fwhm,
                                   const MeasureConfig& config) {
  Candidate out;
  out.footprint = index;
  out.noise = source_noise(noise, sky, footprint, footprint.peak_x, footprint.peak_y);
  Deblended blend = deblend(footprint, significance, sky.pixels, std::sqrt(out.noise.sky),
                            config.detection.threshold, config.deblend);
  out.crowded = crowded(blend, fwhm);
  out.child = std::move(blend.children.front());
  out.position = {static_cast<double>(out.child.peak_x), static_cast<double>(out.child.peak_y)};
  if (spoiled(sky, out, fwhm)) return {};
  const int half = static_cast<int>(std::ceil(4.0 * fwhm)) + 2;
  const Stamp stamp =
      cut_stamp(sky, image::square_around(out.child.peak_x, out.child.peak_y, half),
                static_cast<std::int32_t>(index) + 1, footprint, out.child, out.position);
  const psf::AdaptiveMoments m =
      psf::adaptive_moments(stamp.pixels.view(), stamp.usable.view(),
                            {out.position.x - stamp.box.x0, out.position.y - stamp.box.y0},
                            fwhm / kFwhmOfSigma, psf::Centre::free);
  if (!m.converged) return {};
  const double det = m.moments.ixx * m.moments.iyy - m.moments.ixy * m.moments.ixy;
  const double trace = m.moments.ixx + m.moments.iyy;
  out.sigma = std::pow(det, 0.25);
  out.ellipticity = std::sqrt(std::max(0.0, 1.0 - 4.0 * det / (trace * trace)));
  out.position = {m.centre.x + stamp.box.x0, m.centre.y + stamp.box.y0};
  const double area = 4.0 * 3.14159265358979 * out.sigma * out.sigma;
  out.snr = m.flux / std::sqrt(area * out.noise.sky + out.noise.poisson * std::max(0.0, m.flux));
  return out;
}

// The densest place of sorted values: the half that is narrowest, again and again.
double half_sample_mode(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  std::size_t begin = 0;
  std::size_t count = values.size();
  while (count > 3) {
    const std::size_t half = (count + 1) / 2;
    std::size_t best = begin;
    for (std::size_t i = begin; i + half <= begin + count; ++i)
      if (values[i + half - 1] - values[i] < values[best + half - 1] - values[best]) best = i;
    begin = best;
    count = half;
  }
  return values[begin + count / 2];
}

// Those within 3 robust sigma (at least 3 %, at most 15 %) of the clump.
std::vector<Candidate> on_locus(const std::vector<Candidate>& all, double& sigma) {
  std::vector<double> sizes;
  for (const Candidate& c : all) sizes.push_back(std::log(c.sigma));
  double middle = half_sample_mode(sizes);
  double width = 0.15;
  for (int iteration = 0; iteration < 4; ++iteration) {
    std::vector<double> near;
    for (const double s : sizes)
      if (std::abs(s - middle) <= width) near.push_back(s);
    if (near.empty()) break;
    middle = math::median(std::span<const double>(near));
    width = std::clamp(3.0 * math::mad_sigma(std::span<const double>(near)), 0.03, 0.15);
  }
  std::vector<Candidate> chosen;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (std::abs(sizes[i] - middle) <= width && all[i].ellipticity < 0.4) chosen.push_back(all[i]);
  sigma = std::exp(middle);
  return chosen;
}

std::vector<Candidate> find_candidates(const LabelledSky& sky, const NoiseInput& noise,
                                       const std::vector<Footprint>& footprints,
                                       image::ImageView<const float> significance, double fwhm,
                                       const MeasureConfig& config, const Execution& execution) {
  std::vector<std::size_t> tried;
  for (std::size_t i = 0; i < footprints.size() && tried.size() < kMostTried; ++i) {
    const bool bright = static_cast<double>(footprints[i].peak) >= 0.25 * config.psf.min_snr;
    if (footprints[i].sign == Sign::positive && bright) tried.push_back(i);
  }
  std::vector<std::optional<Candidate>> found(tried.size());
  execution.for_chunks(tried.size(), 32, [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k)
      found[k] = candidate(sky, noise, footprints[tried[k]], tried[k], significance, fwhm, config);
  });
  std::vector<Candidate> out;
  for (auto& c : found)
    if (c) out.push_back(std::move(*c));
  return out;
}

int stamp_side(const PsfConfig& config, double fwhm) {
  if (config.side > 0) return config.side | 1;
  const int side = 2 * static_cast<int>(std::ceil(4.5 * fwhm)) + 1;
  return std::clamp(side, 15, 71);
}

PsfStar cut_star(const LabelledSky& sky, const std::vector<Footprint>& footprints,
                 const Candidate& c, int side) {
  const int x = static_cast<int>(std::lround(c.position.x));
  const int y = static_cast<int>(std::lround(c.position.y));
  const Footprint& footprint = footprints[c.footprint];
  Stamp stamp =
      cut_stamp(sky, image::square_around(x, y, side / 2),
                static_cast<std::int32_t>(c.footprint) + 1, footprint, c.child, c.position);
  // Where another child has part of the light, shared light is a guess: left out.
  if (!c.child.share.empty())
    for (int j = 0; j < stamp.box.height; ++j)
      for (int i = 0; i < stamp.box.width; ++i) {
        const int fx = i + stamp.box.x0 - footprint.box.x0;
        const int fy = j + stamp.box.y0 - footprint.box.y0;
        const bool own = sky.labels(i + stamp.box.x0, j + stamp.box.y0) ==
                         static_cast<std::int32_t>(c.footprint) + 1;
        if (own && c.child.share(fx, fy) < 0.95F) stamp.usable(i, j) = 0.0F;
      }
  return {c.position,  stamp.box,       std::move(stamp.pixels), std::move(stamp.usable),
          c.noise.sky, c.noise.poisson, c.sigma * kFwhmOfSigma};
}

}  // namespace

PsfStars select_psf_stars(const LabelledSky& sky, const NoiseInput& noise,
                          const std::vector<Footprint>& footprints,
                          image::ImageView<const float> significance, double first_fwhm,
                          const MeasureConfig& config, const Execution& execution) {
  PsfStars out;
  std::vector<Candidate> all =
      find_candidates(sky, noise, footprints, significance, first_fwhm, config, execution);
  std::vector<Candidate> chosen;
  double sigma = 0.0;
  // Isolated stars first; where all are crowded, those with their neighbours taken off.
  for (const bool crowded : {false, true}) {
    for (double limit = config.psf.min_snr; limit > 0.2 * config.psf.min_snr; limit *= 0.5) {
      std::vector<Candidate> bright;
      for (const Candidate& c : all)
        if (c.snr >= limit && (crowded || !c.crowded)) bright.push_back(c);
      out.candidates = static_cast<int>(bright.size());
      if (bright.empty()) continue;
      chosen = on_locus(bright, sigma);
      if (chosen.size() >= kEnoughStars) break;
    }
    if (chosen.size() >= static_cast<std::size_t>(config.psf.min_stars)) break;
  }
  if (chosen.empty()) return out;
  out.fwhm = sigma * kFwhmOfSigma;
  const int side = stamp_side(config.psf, out.fwhm);
  std::stable_sort(chosen.begin(), chosen.end(),
                   [](const Candidate& a, const Candidate& b) { return a.snr > b.snr; });
  for (const Candidate& c : chosen) {
    if (out.stars.size() >= static_cast<std::size_t>(config.psf.max_stars)) break;
    const int x = static_cast<int>(std::lround(c.position.x));
    const int y = static_cast<int>(std::lround(c.position.y));
    if (!sky.pixels.box().contains(image::square_around(x, y, side / 2))) continue;
    out.stars.push_back(cut_star(sky, footprints, c, side));
  }
  return out;
}

}  // namespace skywright::measure
