#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "skywright/io/fits.h"
#include "skywright/io/wcs_cards.h"
#include "skywright/pipelines/exposure_quality.h"
#include "skywright/pipelines/open_data.h"

namespace skywright::pipelines {
namespace {

/// Columns of ObsCore 1.1 (IVOA Recommendation 2017), the mandatory ones and the sizes of pixels.
struct Rows {
  std::vector<std::string> type, collection, obs_id, did, url, format, target, region, facility,
      instrument, ucd, polarization, subtype;
  std::vector<std::int32_t> level;
  std::vector<std::int64_t> kilobytes, xel1, xel2;
  std::vector<double> ra, dec, fov, resolution, t_min, t_max, exposure, t_resolution, em_min,
      em_max, em_res_power, pixel_scale;

  [[nodiscard]] table::Table table() const {
    table::Table t;
    t.add("dataproduct_type", "", "kind of data", type);
    t.add("dataproduct_subtype", "", "kind within the survey", subtype);
    t.add("calib_level", "", "2: calibrated, 3: derived", level);
    t.add("obs_collection", "", "survey", collection);
    t.add("obs_id", "", "visit and detector", obs_id);
    t.add("obs_publisher_did", "", "key of the dataset", did);
    t.add("access_url", "", "path below the survey's folder", url);
    t.add("access_format", "", "media type", format);
    t.add("access_estsize", "kbyte", "size of the file", kilobytes);
    t.add("target_name", "", "what the image was aimed at; empty where nothing in particular",
          target);
    t.add("s_ra", "deg", "centre, ICRS", ra);
    t.add("s_dec", "deg", "centre, ICRS", dec);
    t.add("s_fov", "deg", "diameter", fov);
    t.add("s_region", "", "outline (STC-S)", region);
    t.add("s_resolution", "arcsec", "FWHM of the PSF", resolution);
    t.add("s_xel1", "", "columns", xel1);
    t.add("s_xel2", "", "rows", xel2);
    t.add("s_pixel_scale", "arcsec", "side of a pixel", pixel_scale);
    t.add("t_min", "d", "begin of the exposure, MJD", t_min);
    t.add("t_max", "d", "end of the exposure, MJD", t_max);
    t.add("t_exptime", "s", "exposure time", exposure);
    t.add("t_resolution", "s", "resolution in time", t_resolution);
    t.add("em_min", "m", "shortest wavelength of the band", em_min);
    t.add("em_max", "m", "longest wavelength of the band", em_max);
    t.add("em_res_power", "", "wavelength over width", em_res_power);
    t.add("o_ucd", "", "what pixels are", ucd);
    t.add("pol_states", "", "states of polarization; empty where none was measured", polarization);
    t.add("facility_name", "", "telescope", facility);
    t.add("instrument_name", "", "instrument", instrument);
    return t;
  }
};

std::string outline(const wcs::Wcs& wcs, int width, int height) {
  std::string text = "POLYGON ICRS";
  const std::array<wcs::PixelPosition, 4> corners = {
      {{-0.5, -0.5}, {width - 0.5, -0.5}, {width - 0.5, height - 0.5}, {-0.5, height - 0.5}}};
  for (const auto& corner : corners) {
    const auto sky = wcs.sky_at(corner);
    text += fmt::format(" {:.7f} {:.7f}", sky.ra.wrapped().degrees(), sky.dec.degrees());
  }
  return text;
}

void add_image(Rows& rows, const archive::Archive& archive, const archive::DatasetRecord& record,
               const SurveyConfig& config, const instrument::Instrument& instrument) {
  const auto file = archive.root() / record.path;
  const header::Header header = io::read_header(file, {.index = {}, .name = "IMAGE"});
  const auto wcs = io::wcs_from_header(header);
  if (!wcs) return;
  std::int64_t width = 0;
  std::int64_t height = 0;
  for (const io::HduSummary& hdu : io::list_hdus(file)) {
    if (hdu.name != "IMAGE") continue;
    width = hdu.axes.at(0);
    height = hdu.axes.at(1);
  }
  const instrument::VisitInfo info = instrument::visit_info_from(header, instrument);
  const instrument::Band& band = instrument.band(info.band);
  const ExposureQuality quality = quality_from(header);
  const auto centre =
      wcs->sky_at({0.5 * static_cast<double>(width), 0.5 * static_cast<double>(height)});
  const auto corner = wcs->sky_at({-0.5, -0.5});
  rows.type.emplace_back("image");
  rows.subtype.push_back(record.key.id.kind);
  rows.level.push_back(record.key.id.kind == "image" ? 2 : 3);
  rows.collection.push_back(config.name);
  rows.obs_id.push_back(fmt::format("{}-{}", info.visit, info.detector));
  rows.did.push_back(record.key.hash);
  rows.url.push_back(record.path.string());
  rows.format.emplace_back("image/fits");
  rows.kilobytes.push_back(record.bytes / 1024);
  rows.target.emplace_back();
  rows.ra.push_back(centre.ra.wrapped().degrees());
  rows.dec.push_back(centre.dec.degrees());
  rows.fov.push_back(2.0 * sphere::separation(centre, corner).degrees());
  rows.region.push_back(outline(*wcs, static_cast<int>(width), static_cast<int>(height)));
  rows.resolution.push_back(quality.seeing_arcsec);
  rows.xel1.push_back(width);
  rows.xel2.push_back(height);
  rows.pixel_scale.push_back(quality.pixel_scale);
  rows.t_min.push_back(info.start.mjd());
  rows.t_max.push_back(info.start.plus_seconds(info.exposure_s).mjd());
  rows.exposure.push_back(info.exposure_s);
  rows.t_resolution.push_back(info.exposure_s);
  rows.em_min.push_back((band.wavelength_nm - 0.5 * band.width_nm) * 1e-9);
  rows.em_max.push_back((band.wavelength_nm + 0.5 * band.width_nm) * 1e-9);
  rows.em_res_power.push_back(band.width_nm > 0.0 ? band.wavelength_nm / band.width_nm
                                                  : std::nan(""));
  rows.ucd.emplace_back("phot.count");
  rows.polarization.emplace_back();
  rows.facility.push_back(instrument.telescope.name);
  rows.instrument.push_back(instrument.camera.name);
}

}  // namespace

table::Table obscore_rows(const archive::Archive& archive,
                          const std::vector<DetectorProducts>& products, const SurveyConfig& config,
                          const instrument::Instrument& instrument) {
  std::set<archive::DatasetKey> wanted;
  for (const DetectorProducts& p : products) {
    wanted.insert(p.image);
    if (!p.difference.hash.empty()) wanted.insert(p.difference);
  }
  std::vector<archive::DatasetRecord> records;
  for (const char* kind : {"image", "difference"}) {
    for (archive::DatasetRecord& record : archive.list({.kind = kind}))
      if (wanted.contains(record.key)) records.push_back(std::move(record));
  }
  // By key, not by when they were made: the same survey gives the same bytes.
  std::sort(records.begin(), records.end(),
            [](const auto& a, const auto& b) { return a.key < b.key; });
  Rows rows;
  for (const archive::DatasetRecord& record : records)
    add_image(rows, archive, record, config, instrument);
  return rows.table();
}

}  // namespace skywright::pipelines
