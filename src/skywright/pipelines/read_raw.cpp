#include "skywright/pipelines/read_raw.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/fits.h"
#include "skywright/io/wcs_cards.h"

namespace skywright::pipelines {
namespace {

using instrument::Amplifier;
using instrument::Detector;
using instrument::Instrument;

bool is_multi_extension(const Detector& detector) {
  return !detector.amplifiers.empty() && !detector.amplifiers.front().extension.empty();
}

/// The part of a read image that is the amplifier's. @throws InputError where it reaches outside
image::Image<float> cut(const image::Image<float>& whole, const Amplifier& amplifier,
                        const std::string& name) {
  if (!whole.box().contains(amplifier.raw))
    throw InputError(
        name,
        fmt::format("its image of {}x{} pixels is smaller than amplifier {} of the instrument "
                    "({}x{} at {}, {})",
                    whole.width(), whole.height(), amplifier.name, amplifier.raw.width,
                    amplifier.raw.height, amplifier.raw.x0, amplifier.raw.y0),
        "name the instrument that the frame comes from");
  return image::Image<float>(whole.view().part(amplifier.raw));
}

/// @throws InputError where a whole image is larger than what the amplifiers cover
void check_covered(const image::Image<float>& whole, const Detector& detector,
                   const std::string& name) {
  int right = 0;
  int top = 0;
  for (const Amplifier& a : detector.amplifiers) {
    right = std::max(right, a.raw.x_end());
    top = std::max(top, a.raw.y_end());
  }
  if (whole.width() == right && whole.height() == top) return;
  throw InputError(name,
                   fmt::format("its image has {}x{} pixels where detector {} has {}x{}",
                               whole.width(), whole.height(), detector.name, right, top),
                   "name the instrument that the frame comes from, or correct its file");
}

double ceiling_of(const std::filesystem::path& path) {
  for (const io::HduSummary& hdu : io::list_hdus(path))
    if (hdu.kind == io::HduKind::image && !hdu.axes.empty()) return ceiling_of_counts(hdu.bitpix);
  return ceiling_of_counts(0);
}

bool is_known(const sphere::SkyPosition& p) {
  return std::isfinite(p.ra.degrees()) && std::isfinite(p.dec.degrees());
}

std::optional<wcs::Wcs> wcs_of(const header::Header& image_header, const RawFrame& frame,
                               const Instrument& instrument) {
  if (frame.exposure.info.kind != instrument::ExposureKind::science) return {};
  const Detector& detector = frame.detector;
  if (!is_multi_extension(detector) && detector.amplifiers.size() == 1) {
    const Amplifier& a = detector.amplifiers.front();
    if (!a.flip_x && !a.flip_y)
      if (auto own = io::wcs_from_header(image_header))
        return own->shifted(a.data.x0 - a.detector_box.x0, a.data.y0 - a.detector_box.y0);
  }
  if (!is_known(frame.exposure.info.boresight)) return {};
  return instrument::predicted_wcs(instrument, detector, frame.exposure.info.boresight,
                                   frame.exposure.info.rotation);
}

RawParts parts_of_file(const std::filesystem::path& path) {
  return {.name = path.string(),
          .primary_header = [path] { return io::read_header(path, {.index = 0, .name = {}}); },
          .image_header = [path] { return io::read_header(path); },
          .image =
              [path](const std::string& extension) {
                if (extension.empty()) return io::read_image(path);
                return io::read_image(path, {.index = {}, .name = extension});
              }};
}

instrument::VisitInfo info_of(const RawParts& parts, const Instrument& instrument) {
  const Detector& any = instrument.camera.detectors.front();
  return instrument::visit_info_from(
      is_multi_extension(any) ? parts.primary_header() : parts.image_header(), instrument);
}

}  // namespace

double ceiling_of_counts(int bits) {
  // Sixteen-bit counts end at 65535 whatever the well holds.
  return bits == 16 ? 65535.0 : std::numeric_limits<double>::infinity();
}

Instrument open_instrument(const std::string& name_or_file) {
  const bool file = name_or_file.ends_with(".toml") ||
                    name_or_file.find('/') != std::string::npos ||
                    std::filesystem::is_regular_file(name_or_file);
  if (!file) return instrument::load_instrument(name_or_file);
  return instrument::parse_instrument(io::read_whole_file(name_or_file), name_or_file);
}

instrument::VisitInfo read_raw_info(const std::filesystem::path& path,
                                    const Instrument& instrument) {
  return info_of(parts_of_file(path), instrument);
}

RawFrame raw_frame(const RawParts& parts, const Instrument& instrument) {
  RawFrame frame;
  const instrument::VisitInfo info = info_of(parts, instrument);
  frame.detector = instrument.detector(info.detector);
  frame.exposure.info = info;
  frame.exposure.ceiling = parts.ceiling;
  header::Header image_header;
  if (is_multi_extension(frame.detector)) {
    frame.exposure.header = parts.primary_header();
    for (const Amplifier& a : frame.detector.amplifiers)
      frame.exposure.amplifiers.push_back(cut(parts.image(a.extension).pixels, a, parts.name));
  } else {
    io::FitsImage read = parts.image({});
    check_covered(read.pixels, frame.detector, parts.name);
    if (frame.detector.amplifiers.size() == 1 &&
        frame.detector.amplifiers[0].raw == read.pixels.box())
      frame.exposure.amplifiers.push_back(std::move(read.pixels));
    else
      for (const Amplifier& a : frame.detector.amplifiers)
        frame.exposure.amplifiers.push_back(cut(read.pixels, a, parts.name));
    image_header = read.header;
    frame.exposure.header = std::move(read.header);
  }
  if (!instrument.camera.keywords.gain.empty())
    if (const auto gain = frame.exposure.header.number(instrument.camera.keywords.gain)) {
      if (!(*gain > 0.0))
        throw InputError(parts.name,
                         fmt::format("{} = {:g}", instrument.camera.keywords.gain, *gain),
                         "a gain is above 0 electron/ADU");
      for (Amplifier& a : frame.detector.amplifiers) a.gain = *gain;
    }
  frame.wcs = wcs_of(image_header, frame, instrument);
  return frame;
}

RawFrame read_raw(const std::filesystem::path& path, const Instrument& instrument) {
  RawParts parts = parts_of_file(path);
  parts.ceiling = ceiling_of(path);
  return raw_frame(parts, instrument);
}

}  // namespace skywright::pipelines
