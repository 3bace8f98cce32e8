#include <cmath>

#include <fmt/format.h>

#include "skywright/io/fits.h"
#include "skywright/io/table_files.h"
#include "skywright/io/wcs_cards.h"
#include "skywright/simulation/expose.h"

namespace skywright::simulation {
namespace {

using header::Header;
using imagesim::RawExposure;
using instrument::Amplifier;
using instrument::Detector;
using instrument::Instrument;

/// A box as IRAF's section text, one-based with both ends; backwards where the axis is flipped.
std::string section(const image::Box& box, bool flip_x = false, bool flip_y = false) {
  int x1 = box.x0 + 1;
  int x2 = box.x_end();
  int y1 = box.y0 + 1;
  int y2 = box.y_end();
  if (flip_x) std::swap(x1, x2);
  if (flip_y) std::swap(y1, y2);
  return fmt::format("[{}:{},{}:{}]", x1, x2, y1, y2);
}

Header amplifier_cards(const Detector& detector, const Amplifier& amplifier) {
  Header h;
  h.set("CHANNEL", amplifier.name, "amplifier");
  h.set("DETSIZE", section({0, 0, detector.width, detector.height}),
        "imaging pixels of the detector");
  h.set("DETSEC", section(amplifier.detector_box, amplifier.flip_x, amplifier.flip_y),
        "where DATASEC goes on the detector");
  h.set("DATASEC", section(amplifier.data), "imaging pixels here");
  if (!amplifier.serial_overscan.empty())
    h.set("BIASSEC", section(amplifier.serial_overscan), "serial overscan");
  if (!amplifier.prescan.empty()) h.set("PRESEC", section(amplifier.prescan), "serial prescan");
  return h;
}

Header frame_cards(const RawExposure& exposure, const Instrument& instrument,
                   const Detector& detector) {
  Header h;
  instrument::set_visit_info(h, exposure.visit, instrument);
  h.set("TELESCOP", instrument.telescope.name);
  h.set("INSTRUME", instrument.camera.name);
  h.set("DETNAME", detector.name, "detector");
  h.set("SIMULATE", true, "made by the image simulator of Skywright");
  return h;
}

void append_cards(Header& to, const Header& from) {
  for (const header::Card& card : from.cards())
    if (!to.contains(card.keyword)) to.append(card);
}

void write_raw(const std::filesystem::path& path, const RawExposure& exposure,
               const Instrument& instrument, const Detector& detector) {
  const Header frame = frame_cards(exposure, instrument, detector);
  const bool science = exposure.visit.kind == instrument::ExposureKind::science;
  io::FitsWriter file(path);
  file.add_primary(frame);
  for (const imagesim::RawImage& raw : exposure.images) {
    Header h;
    if (raw.amplifiers.size() == 1)
      append_cards(h, amplifier_cards(detector, detector.amplifiers[raw.amplifiers.front()]));
    // A camera that writes one image gets its nominal WCS where a reader looks for it.
    if (raw.extension.empty() && science) io::set_wcs(h, exposure.nominal_wcs);
    file.add_image(raw.pixels.view(), h, raw.extension, io::Compression::rice);
  }
  file.finish();
}

void write_truth_image(const std::filesystem::path& path, const RawExposure& exposure,
                       const Instrument& instrument, const Detector& detector) {
  Header h = frame_cards(exposure, instrument, detector);
  const imagesim::TrueConditions& c = exposure.conditions;
  if (exposure.visit.kind == instrument::ExposureKind::science) {
    h.set("TRUEZP", c.zero_point, "[mag] AB of one electron in the exposure");
    h.set("TRUESKY", c.sky_electrons, "[electron/pixel] sky on axis");
    h.set("TRUEFWHM", c.fwhm_eff_arcsec, "[arcsec] FWHM_eff of the PSF");
    h.set("TRUENEFF", c.noise_pixels, "1 / sum(PSF^2) at the centre");
    h.set("TRUEM5", c.depth_5sigma, "[mag] 5-sigma depth of a point source");
    io::set_wcs(h, exposure.true_wcs);
  }
  h.set("TRUECR", c.cosmic_ray_count, "pixels met by cosmic rays");
  io::FitsWriter file(path);
  file.add_primary(Header{});
  file.add_mask(exposure.truth_mask.view(), h, "MASK", io::Compression::rice);
  file.finish();
}

}  // namespace

ExposedFrame write_frame(const RawExposure& exposure, const Instrument& instrument,
                         const Detector& detector, const std::filesystem::path& out) {
  const std::string stem = fmt::format("{}_{}", exposure.visit.visit, detector.name);
  ExposedFrame frame;
  frame.detector = detector.name;
  frame.raw = out / (stem + ".fits.fz");
  frame.truth = out / "truth" / (stem + ".parquet");
  frame.objects = exposure.truth.rows();
  frame.conditions = exposure.conditions;
  write_truth_image(out / "truth" / (stem + ".fits"), exposure, instrument, detector);
  if (exposure.visit.kind == instrument::ExposureKind::science)
    io::write_table(frame.truth, exposure.truth);
  else
    frame.truth.clear();
  // The raw frame last: whoever sees it finds its truth.
  write_raw(frame.raw, exposure, instrument, detector);
  return frame;
}

}  // namespace skywright::simulation
