#include "skywright/pipelines/stamps.h"

#include <algorithm>
#include <cmath>

#include "skywright/base/error.h"
#include "skywright/io/fits.h"

namespace skywright::pipelines {
namespace {

using image::Box;
using image::MaskedImage;

const std::array<std::string, 3> kNames = {"DIFFERENCE", "SCIENCE", "TEMPLATE"};
const std::array<std::string, 2> kPsfSides = {"DIFFPSF", "SCIPSF"};

Box square_at(double x, double y, int side) {
  return image::square_around(static_cast<int>(std::lround(x)), static_cast<int>(std::lround(y)),
                              side / 2);
}

/// Copy what of `square` lies on `from` to the i-th square of `to`; the rest keeps NO_DATA.
void copy_square(const image::MaskedImageView& from, const Box& square, MaskedImage& to, int i) {
  const Box inside = square.intersection(from.box());
  for (int y = inside.y0; y < inside.y_end(); ++y) {
    const int row = i * square.height + y - square.y0;
    for (int x = inside.x0; x < inside.x_end(); ++x) {
      const int column = x - square.x0;
      to.pixels(column, row) = from.pixels(x, y);
      to.variance(column, row) = from.variance(x, y);
      to.mask(column, row) = from.mask(x, y);
    }
  }
}

/// The PSF at each place, one under the other.
image::Image<float> psf_column(const psf::PsfModel& psf, std::span<const double> x,
                               std::span<const double> y) {
  image::Image<float> column(psf.side(), psf.side() * static_cast<int>(x.size()));
  auto out = column.pixels().begin();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const image::Image<float> stamp = psf.centred_image({x[i], y[i]});
    out = std::copy(stamp.pixels().begin(), stamp.pixels().end(), out);
  }
  return column;
}

MaskedImage blank(int side, int count) {
  MaskedImage image(side, side * count);
  for (auto& bits : image.mask.pixels()) bits = image::bit(image::MaskPlane::no_data);
  return image;
}

}  // namespace

Stamps cut_stamps(const ProcessedExposure& exposure, int side, const Execution& execution) {
  const auto x = exposure.dia_sources.numbers("x");
  const auto y = exposure.dia_sources.numbers("y");
  Stamps stamps;
  stamps.side = side;
  stamps.count = static_cast<int>(x.size());
  for (MaskedImage& column : stamps.columns) column = blank(side, stamps.count);
  if (!exposure.difference) return stamps;
  const auto& difference_psf = exposure.difference->difference.psf;
  const auto& science_psf = exposure.exposure.psf;
  if (difference_psf) stamps.psf[0] = psf_column(*difference_psf, x, y);
  if (science_psf) stamps.psf[1] = psf_column(*science_psf, x, y);
  const std::array<image::MaskedImageView, 3> sources = {
      exposure.difference->difference.image.view(), exposure.exposure.image.view(),
      exposure.difference->coadd.view()};
  execution.for_each(x.size(), [&](std::size_t i) {
    const Box square = square_at(x[i], y[i], side);
    for (std::size_t k = 0; k < sources.size(); ++k)
      copy_square(sources[k], square, stamps.columns[k], static_cast<int>(i));
  });
  return stamps;
}

void write_stamps(const std::filesystem::path& path, const Stamps& stamps) {
  io::FitsWriter file(path);
  header::Header primary;
  primary.set("STAMPS", stamps.count, "number of sources");
  primary.set("SIDE", stamps.side, "[pixel] side of a square");
  for (std::size_t k = 0; k < stamps.psf.size(); ++k)
    primary.set(kPsfSides[k], stamps.psf[k].width(), "[pixel] side of a PSF, 0 for none");
  file.add_primary(primary);
  for (std::size_t k = 0; stamps.count > 0 && k < kNames.size(); ++k) {
    const MaskedImage& column = stamps.columns[k];
    file.add_image(column.pixels.view(), {}, kNames[k]);
    file.add_image(column.variance.view(), {}, kNames[k] + "_VARIANCE");
    file.add_mask(column.mask.view(), {}, kNames[k] + "_MASK", io::Compression::rice);
    if (k < stamps.psf.size() && stamps.psf[k].size() > 0)
      file.add_image(stamps.psf[k].view(), {}, kNames[k] + "_PSF");
  }
  file.finish();
}

Stamps read_stamps(const std::filesystem::path& path) {
  const header::Header primary = io::read_header(path, {.index = 0, .name = {}});
  Stamps stamps;
  stamps.count = static_cast<int>(primary.required_whole("STAMPS"));
  stamps.side = static_cast<int>(primary.required_whole("SIDE"));
  for (std::size_t k = 0; stamps.count > 0 && k < kNames.size(); ++k) {
    io::FitsImage pixels = io::read_image(path, {.index = {}, .name = kNames[k]});
    io::FitsImage variance = io::read_image(path, {.index = {}, .name = kNames[k] + "_VARIANCE"});
    const io::FitsIntegerImage mask =
        io::read_integer_image(path, {.index = {}, .name = kNames[k] + "_MASK"});
    image::Image<image::MaskBits> bits(mask.pixels.width(), mask.pixels.height());
    for (std::size_t i = 0; i < bits.size(); ++i)
      bits.pixels()[i] = static_cast<image::MaskBits>(mask.pixels.pixels()[i]);
    if (pixels.pixels.width() != stamps.side ||
        pixels.pixels.height() != stamps.side * stamps.count) {
      throw InputError(path.string(), "its stamps do not have the size that its header says",
                       "remove it with its sidecar and run the night again");
    }
    stamps.columns[k] = {std::move(pixels.pixels), std::move(variance.pixels), std::move(bits)};
    if (k < stamps.psf.size() && primary.required_whole(kPsfSides[k]) > 0)
      stamps.psf[k] = io::read_image(path, {.index = {}, .name = kNames[k] + "_PSF"}).pixels;
  }
  return stamps;
}

std::vector<alerts::Cutouts> alert_cutouts(const Stamps& stamps, const wcs::Wcs& wcs, double scale,
                                           std::span<const double> x, std::span<const double> y,
                                           const Execution& execution) {
  std::vector<alerts::Cutouts> cutouts(x.size());
  const image::PixelPosition middle{0.5 * (stamps.side - 1), 0.5 * (stamps.side - 1)};
  execution.for_each(x.size(), [&](std::size_t i) {
    const Box square = square_at(x[i], y[i], stamps.side);
    const wcs::Wcs local = wcs.shifted(square.x0, square.y0);
    const int n = static_cast<int>(i);
    const auto bytes = [&](StampKind kind) {
      return alerts::cutout_fits(
          {.image = stamps.stamp(kind, n), .wcs = &local, .header = {}, .scale = scale}, middle,
          stamps.side, stamps.psf_stamp(kind, n));
    };
    cutouts[i] = {bytes(StampKind::difference), bytes(StampKind::science),
                  bytes(StampKind::reference)};
  });
  return cutouts;
}

}  // namespace skywright::pipelines
