#include "skywright/pipelines/psf_hdu.h"

#include <algorithm>

#include "skywright/base/error.h"
#include "skywright/math/polynomial.h"

namespace skywright::pipelines {
namespace {

using image::Image;

bool has_extension(const std::filesystem::path& path, const std::string& name) {
  const auto hdus = io::list_hdus(path);
  return std::any_of(hdus.begin(), hdus.end(),
                     [&](const io::HduSummary& hdu) { return hdu.name == name; });
}

psf::PsfModel psf_from(const io::FitsImage& hdu, const std::filesystem::path& path) {
  const auto degree = static_cast<int>(hdu.header.required_whole("PSFDEG"));
  const int side = hdu.pixels.width();
  if (degree < 0 || degree > 9 || hdu.pixels.height() != side * math::term_count(degree)) {
    throw InputError(path.string() + "[PSF]", "its size does not fit its degree",
                     "write the model again, or name another file");
  }
  const image::Box domain{static_cast<int>(hdu.header.required_whole("PSFX0")),
                          static_cast<int>(hdu.header.required_whole("PSFY0")),
                          static_cast<int>(hdu.header.required_whole("PSFWID")),
                          static_cast<int>(hdu.header.required_whole("PSFHEI"))};
  std::vector<Image<float>> coefficients;
  for (int k = 0; k < math::term_count(degree); ++k)
    coefficients.emplace_back(hdu.pixels.view().part({0, k * side, side, side}));
  return {domain, degree, std::move(coefficients)};
}

}  // namespace

void add_psf(io::FitsWriter& file, const psf::PsfModel& psf) {
  const int side = psf.side();
  Image<float> stacked(side, side * static_cast<int>(psf.coefficients().size()));
  auto out = stacked.pixels().begin();
  for (const Image<float>& c : psf.coefficients())
    out = std::copy(c.pixels().begin(), c.pixels().end(), out);
  header::Header header;
  header.set("PSFDEG", psf.degree(), "total degree in position");
  header.set("PSFX0", psf.domain().x0, "first column of the domain, from 0");
  header.set("PSFY0", psf.domain().y0, "first row of the domain, from 0");
  header.set("PSFWID", psf.domain().width, "width of the domain");
  header.set("PSFHEI", psf.domain().height, "height of the domain");
  file.add_image(stacked.view(), header, "PSF");
}

void add_noise_correlation(io::FitsWriter& file, const image::NoiseCorrelation& noise) {
  header::Header header;
  header.set("VARSCALE", noise.variance_scale, "true variance over the variance plane's");
  const Image<float> one(1, 1, 1.0F);
  file.add_image(noise.independent() ? one.view() : noise.lags.view(), header, "NOISECOR");
}

std::optional<psf::PsfModel> read_psf_if_any(const std::filesystem::path& path) {
  if (!has_extension(path, "PSF")) return {};
  return psf_from(io::read_image(path, {.index = {}, .name = "PSF"}), path);
}

psf::PsfModel read_psf(const std::filesystem::path& path) {
  if (auto model = read_psf_if_any(path)) return *std::move(model);
  const io::FitsImage picture = io::read_image(path);
  if (picture.pixels.width() != picture.pixels.height() || picture.pixels.width() % 2 == 0) {
    throw InputError(path.string(),
                     "holds no PSF: neither an extension PSF nor a square image of odd side",
                     "name a file that `skywright detect --psf` wrote, or a centred star");
  }
  return psf::constant_psf(picture.pixels);
}

std::optional<image::NoiseCorrelation> read_noise_correlation_if_any(
    const std::filesystem::path& path) {
  if (!has_extension(path, "NOISECOR")) return {};
  io::FitsImage hdu = io::read_image(path, {.index = {}, .name = "NOISECOR"});
  image::NoiseCorrelation noise;
  noise.variance_scale = hdu.header.number("VARSCALE").value_or(1.0);
  if (hdu.pixels.width() > 1) noise.lags = std::move(hdu.pixels);
  return noise;
}

void write_psf(const std::filesystem::path& path, const psf::PsfModel& psf) {
  io::FitsWriter file(path);
  file.add_primary({});
  add_psf(file, psf);
  file.finish();
}

}  // namespace skywright::pipelines
