#include "skywright/detrend/cosmic_rays.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "skywright/detrend/detail/laplacian.h"
#include "skywright/detrend/detail/noise_tiles.h"
#include "skywright/detrend/interpolation.h"

namespace skywright::detrend {
namespace {

using image::MaskBits;
using image::MaskPlane;

constexpr MaskBits kNeverFlagged =
    image::bits({MaskPlane::bad, MaskPlane::saturated, MaskPlane::no_data, MaskPlane::not_finite});
constexpr double kFallbackFwhm = 2.0;  // [pixel] where no star is bright enough to tell
// Noise alone gives a broad star's core a contrast of some tenths.
constexpr double kLeastContrast = 0.6;
constexpr std::size_t kRows = 64;
// Height of a star's core above the median around it over its fine structure: below 0.9 for
// Gaussian stars of FWHM 2 pixels and more.
constexpr float kStarSlope = 2.0F;

struct Place {
  int x = 0;
  int y = 0;
};

/// What decides about pixels of one image.
class Judge {
 public:
  Judge(const image::MaskedImage& image, const CosmicRayConfig& config, double contrast)
      : image_(image),
        around_(image.pixels.view()),
        variance_(image.variance.view()),
        threshold_(static_cast<float>(config.threshold)),
        contrast_(static_cast<float>(contrast)) {}

  [[nodiscard]] float laplacian(const Place& p) const { return around_.laplacian(p.x, p.y); }
  /// Noise of a pixel without the hit: the local median of the variance.
  [[nodiscard]] float sigma(const Place& p) const {
    return std::sqrt(std::max(variance_.median<2>(p.x, p.y), 1e-12F));
  }
  [[nodiscard]] bool may_be_hit(const Place& p) const {
    if ((image_.mask(p.x, p.y) & (kNeverFlagged | image::bit(MaskPlane::cosmic_ray))) != 0)
      return false;
    const image::Box near = image::square_around(p.x, p.y, 2).intersection(image_.box());
    for (int y = near.y0; y < near.y_end(); ++y)
      for (int x = near.x0; x < near.x_end(); ++x)
        if ((image_.mask(x, y) & image::bit(MaskPlane::saturated)) != 0) return false;
    return true;
  }
  [[nodiscard]] bool stands_out(const Place& p, float threshold) const {
    const float limit = threshold * sigma(p);
    const float edge = laplacian(p);
    return edge > limit && edge - around_.median_laplacian(p.x, p.y) > limit;
  }
  [[nodiscard]] bool is_sharp(const Place& p) const {
    const float edge = laplacian(p) - around_.median_laplacian(p.x, p.y);
    return edge > contrast_ * around_.fine_structure(p.x, p.y);
  }
  /// Whether a pixel that touches a hit shares its charge: above the median of the clean pixels
  /// around by more than noise and a star's slope explain.
  [[nodiscard]] bool shares_charge(const Place& p, float threshold) const {
    std::array<float, 25> clean;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    std::size_t n = 0;
    const image::Box near = image::square_around(p.x, p.y, 2).intersection(image_.box());
    for (int y = near.y0; y < near.y_end(); ++y)
      for (int x = near.x0; x < near.x_end(); ++x)
        if ((image_.mask(x, y) & (kNeverFlagged | image::bit(MaskPlane::cosmic_ray))) == 0)
          clean[n++] = image_.pixels(x, y);
    if (n < 3) return false;
    const auto half = clean.begin() + static_cast<std::ptrdiff_t>(n / 2);
    std::nth_element(clean.begin(), half, clean.begin() + static_cast<std::ptrdiff_t>(n));
    const float excess = image_.pixels(p.x, p.y) - *half;
    return excess > threshold * sigma(p) && excess > kStarSlope * around_.fine_structure(p.x, p.y);
  }
  [[nodiscard]] float threshold() const { return threshold_; }

 private:
  const image::MaskedImage& image_;
  detail::Neighbourhood around_;
  detail::Neighbourhood variance_;
  float threshold_;
  float contrast_;
};

void laplacian_row(const float* down, const float* row, const float* up, int width, float* out) {
  out[0] = detail::positive_laplacian(row[0], row[0], row[std::min(1, width - 1)], down[0], up[0]);
  for (int x = 1; x < width - 1; ++x)
    out[x] = detail::positive_laplacian(row[x], row[x - 1], row[x + 1], down[x], up[x]);
  const int last = width - 1;
  if (last > 0)
    out[last] =
        detail::positive_laplacian(row[last], row[last - 1], row[last], down[last], up[last]);
}

/// Pixels whose Laplacian is above the threshold at the noise of the sky alone. A pixel's own noise
/// is never less, so none is missed.
std::vector<Place> find_edges(const image::MaskedImage& image, double threshold,
                              const Execution& execution) {
  const detail::NoiseTiles tiles =
      detail::measure_noise_tiles(image.view(), kNeverFlagged, execution);
  const int width = image.width();
  const int height = image.height();
  const std::size_t chunks = (static_cast<std::size_t>(height) + kRows - 1) / kRows;
  std::vector<std::vector<Place>> found(chunks);
  execution.for_chunks(static_cast<std::size_t>(height), kRows, [&](std::size_t a, std::size_t b) {
    std::vector<float> edges(static_cast<std::size_t>(width));
    for (int y = static_cast<int>(a); y < static_cast<int>(b); ++y) {
      laplacian_row(image.pixels.row(std::max(0, y - 1)), image.pixels.row(y),
                    image.pixels.row(std::min(height - 1, y + 1)), width, edges.data());
      for (int x0 = 0; x0 < width; x0 += detail::NoiseTiles::kSide) {
        // 0.9: the tile's median variance may exceed that at the pixel.
        const float limit = static_cast<float>(0.9 * threshold) * tiles.sigma[tiles.at(x0, y)];
        const int x_end = std::min(width, x0 + detail::NoiseTiles::kSide);
        float highest = 0.0F;
        for (int x = x0; x < x_end; ++x)
          highest = edges[static_cast<std::size_t>(x)] > highest
                        ? edges[static_cast<std::size_t>(x)]
                        : highest;
        if (!(highest > limit)) continue;
        for (int x = x0; x < x_end; ++x)
          if (edges[static_cast<std::size_t>(x)] > limit) found[a / kRows].push_back({x, y});
      }
    }
  });
  std::vector<Place> all;
  for (const auto& part : found) all.insert(all.end(), part.begin(), part.end());
  return all;
}

void sort_unique(std::vector<Place>& places) {
  const auto key = [](const Place& p) { return std::pair(p.y, p.x); };
  std::sort(places.begin(), places.end(),
            [&](const Place& a, const Place& b) { return key(a) < key(b); });
  places.erase(std::unique(places.begin(), places.end(),
                           [&](const Place& a, const Place& b) { return key(a) == key(b); }),
               places.end());
}

std::vector<Place> around(const std::vector<Place>& hits, const image::Box& box) {
  std::vector<Place> out;
  for (const Place& p : hits)
    for (int y = p.y - 1; y <= p.y + 1; ++y)
      for (int x = p.x - 1; x <= p.x + 1; ++x)
        if (box.contains(x, y)) out.push_back({x, y});
  sort_unique(out);
  return out;
}

/// Those of `places` that pass, tested in parallel, kept in order.
template <class Test>
std::vector<Place> keep(const std::vector<Place>& places, const Execution& execution,
                        const Test& test) {
  std::vector<std::uint8_t> passes(places.size());
  execution.for_chunks(places.size(), 256, [&](std::size_t a, std::size_t b) {
    for (std::size_t i = a; i < b; ++i) passes[i] = test(places[i]) ? 1 : 0;
  });
  std::vector<Place> out;
  for (std::size_t i = 0; i < places.size(); ++i)
    if (passes[i] != 0) out.push_back(places[i]);
  return out;
}

void flag(image::MaskedImage& image, const std::vector<Place>& hits) {
  for (const Place& p : hits) image.mask(p.x, p.y) |= image::bit(MaskPlane::cosmic_ray);
}

/// For the next round only: the median of the pixels around that are neither hit nor bad.
void fill_from_neighbours(image::MaskedImage& image, const std::vector<Place>& hits) {
  constexpr MaskBits kBad = kNeverFlagged | image::bit(MaskPlane::cosmic_ray);
  std::vector<float> values;
  std::vector<float> variances;
  for (const Place& p : hits) {
    for (int half = 2; half <= 4; ++half) {
      values.clear();
      variances.clear();
      const image::Box near = image::square_around(p.x, p.y, half).intersection(image.box());
      for (int y = near.y0; y < near.y_end(); ++y)
        for (int x = near.x0; x < near.x_end(); ++x)
          if ((image.mask(x, y) & kBad) == 0) {
            values.push_back(image.pixels(x, y));
            variances.push_back(image.variance(x, y));
          }
      if (values.size() >= 4) break;
    }
    if (values.empty()) continue;
    const auto half = static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), values.begin() + half, values.end());
    std::nth_element(variances.begin(), variances.begin() + half, variances.end());
    image.pixels(p.x, p.y) = values[static_cast<std::size_t>(half)];
    image.variance(p.x, p.y) = variances[static_cast<std::size_t>(half)];
  }
}

}  // namespace

void describe(Fields& fields, CosmicRayConfig& config) {
  fields.flag("enabled", config.enabled, "find and replace cosmic rays");
  fields.number("threshold", config.threshold, "edge of a hit's first pixel [sigma]",
                {.above = 0.0});
  fields.number("neighbour_threshold", config.neighbour_threshold,
                "edge of pixels that touch a hit [sigma]", {.above = 0.0});
  fields.number("contrast", config.contrast, "times sharper than a star must a hit be",
                {.low = 1.0});
  fields.number("psf_fwhm", config.psf_fwhm, "FWHM of stars [pixel]; 0 measures it", {.low = 0.0});
  fields.whole("iterations", config.iterations, "rounds of finding", {.low = 1, .high = 20});
}

CosmicRayReport reject_cosmic_rays(image::MaskedImage& image, const CosmicRayConfig& config,
                                   const Execution& execution) {
  CosmicRayReport report;
  if (!config.enabled || image.width() < 3 || image.height() < 3) return report;
  report.psf_fwhm = config.psf_fwhm > 0.0 ? config.psf_fwhm : estimate_star_fwhm(image.view());
  if (report.psf_fwhm <= 0.0) report.psf_fwhm = kFallbackFwhm;
  const double contrast =
      std::max(kLeastContrast, config.contrast * star_contrast(report.psf_fwhm));
  const Judge judge(image, config, contrast);
  const auto low = static_cast<float>(config.neighbour_threshold);

  std::vector<Place> candidates = find_edges(image, config.threshold, execution);
  report.candidates = static_cast<int>(candidates.size());
  for (int round = 0; round < config.iterations && !candidates.empty(); ++round) {
    execution.check_stop();
    std::vector<Place> hits = keep(candidates, execution, [&](const Place& p) {
      return judge.may_be_hit(p) && judge.stands_out(p, judge.threshold()) && judge.is_sharp(p);
    });
    flag(image, hits);
    fill_from_neighbours(image, hits);
    const std::vector<Place> grown =
        keep(around(hits, image.box()), execution,
             [&](const Place& p) { return judge.may_be_hit(p) && judge.shares_charge(p, low); });
    flag(image, grown);
    fill_from_neighbours(image, grown);
    hits.insert(hits.end(), grown.begin(), grown.end());
    report.pixels += static_cast<int>(hits.size());
    // Only next to what was taken away can something new stand out.
    candidates = around(around(hits, image.box()), image.box());
  }
  interpolate_over(image, image::bit(MaskPlane::cosmic_ray));
  return report;
}

}  // namespace skywright::detrend
