#include "skywright/pipelines/master_files.h"

#include "skywright/io/fits.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;

std::optional<image::MaskedImage> read_if_any(const fs::path& path, bool with_mask) {
  if (!fs::exists(path)) return {};
  if (with_mask) return std::move(io::read_masked_image(path).image);
  return image::MaskedImage(io::read_image(path, {.index = {}, .name = "IMAGE"}).pixels,
                            io::read_image(path, {.index = {}, .name = "VARIANCE"}).pixels, {});
}

}  // namespace

fs::path bias_path(const fs::path& folder, const std::string& detector) {
  return folder / ("bias_" + detector + ".fits");
}
fs::path dark_path(const fs::path& folder, const std::string& detector) {
  return folder / ("dark_" + detector + ".fits");
}
fs::path flat_path(const fs::path& folder, const std::string& detector, const std::string& band) {
  return folder / ("flat_" + band + "_" + detector + ".fits");
}
fs::path defects_path(const fs::path& folder, const std::string& detector) {
  return folder / ("defects_" + detector + ".fits");
}

detrend::Masters read_masters(const fs::path& folder, const std::string& detector,
                              const std::string& band, MasterMasks masks) {
  const bool all = masks == MasterMasks::all;
  detrend::Masters masters;
  masters.bias = read_if_any(bias_path(folder, detector), all);
  masters.dark = read_if_any(dark_path(folder, detector), all);
  if (!band.empty()) masters.flat = read_if_any(flat_path(folder, detector, band), true);
  if (const fs::path path = defects_path(folder, detector); fs::exists(path)) {
    const auto read = io::read_integer_image(path, {.index = {}, .name = "MASK"});
    masters.defects = image::Image<image::MaskBits>(read.pixels.width(), read.pixels.height());
    for (std::size_t i = 0; i < read.pixels.size(); ++i)
      masters.defects->pixels()[i] =
          read.pixels.pixels()[i] != 0 ? image::bit(image::MaskPlane::bad) : 0U;
  }
  return masters;
}

void write_master(const fs::path& path, const detrend::MasterFrame& master, const std::string& kind,
                  const std::string& detector, const std::string& band) {
  header::Header header;
  header.set("IMAGETYP", "master " + kind, "calibration master");
  header.set("DETECTOR", detector, "detector");
  if (!band.empty()) header.set("BAND", band, "filter band");
  if (kind != "flat") header.set("BUNIT", kind == "dark" ? "electron/s" : "electron", "");
  header.set("NCOMBINE", master.frames, "exposures averaged");
  header.set("NREJECT", master.rejected, "single values left out as outliers");
  header.set("NOISERAT", master.noise_ratio, "scatter of a frame over the noise model");
  io::write_masked_image(path, master.image, header);
}

void write_defects(const fs::path& path, const detrend::DefectMap& defects,
                   const std::string& detector) {
  header::Header header;
  header.set("IMAGETYP", "defects", "calibration master");
  header.set("DETECTOR", detector, "detector");
  header.set("NDEAD", defects.dead, "pixels that respond too little or too much");
  header.set("NHOT", defects.hot, "pixels with too much dark current");
  header.set("NCOLUMN", defects.columns, "amplifier columns flagged whole");
  io::FitsWriter file(path);
  file.add_primary(header);
  file.add_mask(defects.mask.view(), header, "MASK");
  file.finish();
}

}  // namespace skywright::pipelines
