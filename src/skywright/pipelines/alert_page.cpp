#include "skywright/pipelines/alert_page.h"

#include <array>
#include <cmath>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "skywright/alerts/field_reader.h"
#include "skywright/draw/canvas.h"
#include "skywright/draw/html.h"
#include "skywright/draw/plot.h"
#include "skywright/draw/png.h"
#include "skywright/draw/stretch.h"
#include "skywright/pipelines/alert_values.h"
#include "skywright/sphere/direction.h"
#include "skywright/time/time_scales.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;
using alerts::AvroNode;
using alerts::AvroValue;

constexpr int kPanel = 330;     ///< side of a cutout's picture [pixel]
constexpr double kLimit = 5.0;  ///< what was not seen is drawn at so many standard errors

// ---- values

std::string shown(const AvroValue& value) {
  if (value.is_null()) return "";
  if (const auto* v = std::get_if<bool>(&value.datum)) return *v ? "true" : "false";
  if (const auto* v = std::get_if<std::int64_t>(&value.datum)) return std::to_string(*v);
  if (const auto* v = std::get_if<double>(&value.datum)) return fmt::format("{:.10g}", *v);
  if (const auto* v = std::get_if<std::string>(&value.datum)) return *v;
  if (const auto* v = std::get_if<AvroValue::Bytes>(&value.datum))
    return fmt::format("{} bytes", v->size());
  if (const auto* v = std::get_if<AvroValue::Array>(&value.datum))
    return fmt::format("{} entries", v->size());
  return "";
}

const AvroNode* record_of(const AvroNode& type) {
  for (const AvroNode* branch : alerts::branches_of(type))
    if (branch->type == alerts::AvroType::record) return branch;
  return nullptr;
}

struct FieldRow {
  std::string path;
  std::string value;
  std::string unit;
  std::string description;
};

/// Every field, those of records by their path; arrays and bytes by their size.
void collect(const AvroValue::Record& record, const AvroNode& type, const std::string& before,
             std::vector<FieldRow>& rows) {
  for (std::size_t i = 0; i < record.size() && i < type.fields.size(); ++i) {
    const auto& [name, value] = record[i];
    const alerts::AvroField& field = type.fields[i];
    const auto* inner = std::get_if<AvroValue::Record>(&value.datum);
    const AvroNode* inner_type = record_of(*field.type);
    if (inner != nullptr && inner_type != nullptr)
      collect(*inner, *inner_type, before + name + ".", rows);
    else
      rows.push_back({before + name, shown(value), unit_of(field.doc), field.doc});
  }
}

std::vector<FieldRow> field_rows(const AvroValue& alert, const AvroNode& schema) {
  std::vector<FieldRow> rows;
  const auto* record = std::get_if<AvroValue::Record>(&alert.datum);
  if (record != nullptr && schema.type == alerts::AvroType::record)
    collect(*record, schema, "", rows);
  return rows;
}

// ---- pictures

/// Arrows to north and east and a bar of a round length, by the cutout's WCS.
void mark_directions(draw::Canvas& canvas, const wcs::Wcs& wcs, const Cutout& cutout,
                     double scale) {
  const image::PixelPosition middle{(cutout.pixels.width() - 1) / 2.0,
                                    (cutout.pixels.height() - 1) / 2.0};
  const sphere::SkyPosition here = wcs.sky_at(middle);
  const sphere::Angle step = 3.0 * wcs.pixel_scale(middle);
  const draw::Point foot{canvas.width() - 50.0, canvas.height() - 50.0};
  const draw::Colour colour{255, 220, 60};
  for (const auto& [degrees, letter] : {std::pair{0.0, "N"}, std::pair{90.0, "E"}}) {
    const auto there =
        wcs.pixel_at(sphere::offset(here, sphere::Angle::from_degrees(degrees), step));
    const double dx = there.x - middle.x;
    const double dy = -(there.y - middle.y);  // FITS rows go up, the picture's down
    const double length = std::hypot(dx, dy);
    const draw::Point tip{foot.x + 28.0 * dx / length, foot.y + 28.0 * dy / length};
    canvas.line(foot, tip, 2.0, colour);
    canvas.text({foot.x + 40.0 * dx / length, foot.y + 40.0 * dy / length + 5.0}, letter,
                {.height = 10, .colour = colour, .anchor = draw::Anchor::middle});
  }
  const double arcsec = wcs.pixel_scale(middle).arcsec();
  double bar = 1.0;  // the longest round one within a third of the picture
  for (const double length : {1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0})
    if (length / arcsec * scale < kPanel / 3.0) bar = length;
  const draw::Point from{14.0, canvas.height() - 14.0};
  canvas.line(from, {from.x + bar / arcsec * scale, from.y}, 2.5, colour);
  canvas.text({from.x, from.y - 7.0}, fmt::format("{:g}\"", bar), {.height = 10, .colour = colour});
}

/// Rows of FITS go up.
image::Image<float> flipped(const image::Image<float>& from) {
  image::Image<float> out(from.width(), from.height());
  for (int y = 0; y < from.height(); ++y)
    for (int x = 0; x < from.width(); ++x) out(x, y) = from(x, from.height() - 1 - y);
  return out;
}

draw::Figure cutout_figure(const Cutout& cutout, const std::string& title) {
  const image::Image<float> pixels = flipped(cutout.pixels);
  const draw::Limits limits = draw::sigma_limits(pixels.view(), 3.0, 12.0);
  const draw::Canvas small = draw::gray_picture(pixels.view(), limits, draw::Stretch::asinh);
  const int factor = std::max(1, kPanel / std::max(small.width(), small.height()));
  draw::Canvas canvas = small.magnified(factor);
  // Cross hairs that leave the middle free.
  const double x = canvas.width() / 2.0, y = canvas.height() / 2.0;
  const draw::Colour colour{80, 200, 255};
  canvas.line({x + 14, y}, {x + 34, y}, 1.5, colour);
  canvas.line({x, y - 14}, {x, y - 34}, 1.5, colour);
  std::string note =
      fmt::format("{} pixels, {:.3g} to {:.3g}, asinh", small.width(), limits.low, limits.high);
  if (cutout.wcs)
    mark_directions(canvas, *cutout.wcs, cutout, factor);
  else
    note += ", no WCS";
  return {draw::inline_png(draw::encode_png(canvas), title), title + ": " + note};
}

std::vector<draw::Figure> cutout_figures(const AvroValue& alert, const fs::path& beside) {
  constexpr std::array<std::pair<const char*, const char*>, 3> kCutouts = {
      {{"cutoutScience", "science"},
       {"cutoutTemplate", "template"},
       {"cutoutDifference", "difference"}}};
  std::vector<draw::Figure> figures;
  for (const auto& [name, title] : kCutouts)
    if (const auto cutout = cutout_of(alert, name, beside); cutout && !cutout->pixels.empty())
      figures.push_back(cutout_figure(*cutout, title));
  return figures;
}

// ---- light

/// Points of one band.
struct Light {
  std::vector<double> time, value, error;                 ///< detections
  std::vector<double> forced_time, forced, forced_error;  ///< forced photometry
  std::vector<double> limit_time, limit;                  ///< not seen: what would have been
};

bool in_magnitudes(const AvroValue& alert) { return alert.find("candidate") != nullptr; }

void add_ours(const AvroValue& alert, std::map<std::string, Light>& bands) {
  const auto add = [&](const AvroValue& source, bool forced) {
    const auto time = number_at(source, "midpointMjdTai");
    const auto flux = number_at(source, "psfFlux");
    const auto error = number_at(source, "psfFluxErr");
    if (!time) return;
    Light& light = bands[band_of(source)];
    if (flux && !forced) {
      light.time.push_back(*time);
      light.value.push_back(*flux);
      light.error.push_back(error.value_or(0.0));
    } else if (flux && error && *flux < 3.0 * *error) {
      light.limit_time.push_back(*time);
      light.limit.push_back(kLimit * *error);
    }
    if (flux && forced) {
      light.forced_time.push_back(*time);
      light.forced.push_back(*flux);
      light.forced_error.push_back(error.value_or(0.0));
    }
  };
  if (const AvroValue* source = alert.find("diaSource")) add(*source, false);
  if (const auto* past = items_at(alert, "prvDiaSources"))
    for (const AvroValue& source : *past) add(source, false);
  if (const auto* past = items_at(alert, "prvDiaForcedSources"))
    for (const AvroValue& source : *past) add(source, true);
}

void add_ztf(const AvroValue& alert, std::map<std::string, Light>& bands) {
  constexpr double kMjd = 2400000.5;
  const auto add = [&](const AvroValue& source) {
    const auto time = number_at(source, "jd");
    if (!time) return;
    Light& light = bands[band_of(source)];
    if (const auto magnitude = number_at(source, "magpsf")) {
      light.time.push_back(*time - kMjd);
      light.value.push_back(*magnitude);
      light.error.push_back(number_at(source, "sigmapsf").value_or(0.0));
    } else if (const auto limit = number_at(source, "diffmaglim")) {
      light.limit_time.push_back(*time - kMjd);
      light.limit.push_back(*limit);
    }
  };
  if (const AvroValue* source = alert.find("candidate")) add(*source);
  if (const auto* past = items_at(alert, "prv_candidates"))
    for (const AvroValue& source : *past) add(source);
}

std::string light_curve(const AvroValue& alert) {
  std::map<std::string, Light> bands;
  const bool magnitudes = in_magnitudes(alert);
  magnitudes ? add_ztf(alert, bands) : add_ours(alert, bands);
  draw::Plot plot{.title = "Light of the difference"};
  plot.x = {.label = magnitudes ? "MJD UTC" : "MJD TAI"};
  plot.y = {.label = magnitudes ? "magnitude of the difference" : "psfFlux [nJy]",
            .reversed = magnitudes};
  plot.width = 900;
  int colour = 0;
  for (const auto& [band, light] : bands) {
    const std::string name = band.empty() ? "no band" : band;
    plot.series.push_back({.kind = draw::SeriesKind::points,
                           .x = light.time,
                           .y = light.value,
                           .y_error = light.error,
                           .label = name,
                           .colour = colour,
                           .size = 5.0});
    if (!light.forced.empty())
      plot.series.push_back({.kind = draw::SeriesKind::points,
                             .x = light.forced_time,
                             .y = light.forced,
                             .y_error = light.forced_error,
                             .label = name + " forced",
                             .colour = colour,
                             .size = 2.5});
    if (!light.limit.empty())
      plot.series.push_back({.kind = draw::SeriesKind::points,
                             .x = light.limit_time,
                             .y = light.limit,
                             .label = name + " limit",
                             .colour = colour,
                             .size = 3.0});
    ++colour;
  }
  return draw::to_svg(plot);
}

// ---- words

std::string when(const AvroValue& alert) {
  const auto tai = number_at(alert, "diaSource.midpointMjdTai");
  if (tai && *tai > 36934.0 && *tai < 88069.0)  // 1960 to 2100, where UTC is defined
    return time::iso_text(time::to_utc(time::Tai::from_mjd(*tai)), 1) + " UTC";
  if (const auto jd = number_at(alert, "candidate.jd")) return fmt::format("JD {:.5f} UTC", *jd);
  return "time not known";
}

}  // namespace

std::string unit_of(const std::string& description) {
  const std::size_t begin = description.rfind('[');
  const std::size_t end = description.find(']', begin == std::string::npos ? 0 : begin);
  if (begin == std::string::npos || end == std::string::npos) return "";
  return description.substr(begin + 1, end - begin - 1);
}

std::string alert_text(const AvroValue& alert, const AvroNode& schema) {
  std::string text;
  const auto ra = number_at(alert, {"diaSource.ra", "candidate.ra"});
  const auto dec = number_at(alert, {"diaSource.dec", "candidate.dec"});
  if (ra && dec)
    text += fmt::format("{}   {:.6f} {:+.6f} deg   {}\n\n", sexagesimal(*ra, *dec), *ra, *dec,
                        when(alert));
  for (const FieldRow& row : field_rows(alert, schema))
    text +=
        fmt::format("{:<44} {:>24} {}\n", row.path, row.value.empty() ? "-" : row.value, row.unit);
  return text;
}

std::string alert_page(const AvroValue& alert, const AvroNode& schema, const fs::path& beside) {
  const std::string id = text_at(alert, {"diaSourceId", "candid"}).value_or("without an id");
  const std::string object = text_at(alert, {"diaSource.diaObjectId", "objectId"}).value_or("none");
  const AvroValue* source = alert.find("diaSource");
  if (source == nullptr) source = alert.find("candidate");
  const std::string band = source == nullptr ? "" : band_of(*source);
  draw::Report report("Alert " + id,
                      when(alert) + (band.empty() ? "" : ", band " + band) + ", object " + object);
  const auto ra = number_at(alert, {"diaSource.ra", "candidate.ra"});
  const auto dec = number_at(alert, {"diaSource.dec", "candidate.dec"});
  std::vector<draw::KeyFigure> keys;
  if (ra && dec) {
    keys.push_back({.value = sexagesimal(*ra, *dec), .name = "ICRS, hours and degrees"});
    keys.push_back({.value = fmt::format("{:.6f} {:+.6f}", *ra, *dec), .name = "ICRS, degrees"});
  }
  if (const auto flux = number_at(alert, "diaSource.psfFlux")) {
    keys.push_back({.value = fmt::format("{:.4g} nJy", *flux), .name = "psfFlux, difference"});
    if (*flux > 0.0)
      keys.push_back({.value = fmt::format("{:.2f} mag", 31.4 - 2.5 * std::log10(*flux)),
                      .name = "AB, difference"});
  } else if (const auto magnitude = number_at(alert, "candidate.magpsf")) {
    keys.push_back({.value = fmt::format("{:.2f} mag", *magnitude), .name = "difference"});
  }
  if (const auto snr = number_at(alert, "diaSource.snr"))
    keys.push_back({.value = fmt::format("{:.1f}", *snr), .name = "SNR"});
  report.key_figures(keys);

  report.section("Cutouts");
  const auto figures = cutout_figures(alert, beside);
  if (figures.empty())
    report.paragraph("This alert carries no cutouts.");
  else
    report.figures(figures);
  report.section("Light curve");
  report.figure({light_curve(alert),
                 in_magnitudes(alert)
                     ? "Small points called limit: visits in which it was not seen, at their depth."
                     : "Detections, forced photometry, and at five times its error, called limit, "
                       "what was below three."});
  report.section("Fields");
  report.paragraph("Empty: null. Units and descriptions are those of the schema in the file.");
  draw::HtmlTable table{
      .head = {"field", "value", "unit", "description"},
      .align = {draw::Align::left, draw::Align::right, draw::Align::left, draw::Align::left}};
  for (const FieldRow& row : field_rows(alert, schema))
    table.rows.push_back({row.path, row.value, row.unit, row.description});
  report.table(table);
  return report.html();
}

}  // namespace skywright::pipelines
