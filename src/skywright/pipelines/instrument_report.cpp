#include "skywright/pipelines/instrument_report.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/config/json_text.h"
#include "skywright/instrument/headlines.h"
#include "skywright/io/atomic_file.h"

namespace skywright::pipelines {
namespace {

using instrument::Instrument;

/// The cell cut at blanks into lines of at most `width` characters; a longer word stays whole.
std::vector<std::string> wrapped(const std::string& cell, std::size_t width) {
  std::vector<std::string> lines = {""};
  std::size_t at = 0;
  while (at < cell.size()) {
    const std::size_t end = std::min(cell.find(' ', at), cell.size());
    const std::string word = cell.substr(at, end - at);
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width)
      lines.emplace_back();
    lines.back() += (lines.back().empty() ? "" : " ") + word;
    at = end + 1;
  }
  return lines;
}

/// A table of text; cells wider than kWidest go over several lines.
std::string columns(const std::vector<std::vector<std::string>>& rows) {
  constexpr std::size_t kWidest = 30;
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i)
      for (const std::string& line : wrapped(row[i], i + 1 < row.size() ? kWidest : 60))
        widths[i] = std::max(widths[i], line.size());
  }
  std::string out;
  for (const auto& row : rows) {
    std::vector<std::vector<std::string>> cells;
    std::size_t height = 1;
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells.push_back(wrapped(row[i], widths[i]));
      height = std::max(height, cells.back().size());
    }
    for (std::size_t k = 0; k < height; ++k) {
      std::string line = " ";
      for (std::size_t i = 0; i < cells.size(); ++i)
        line += fmt::format(" {:<{}} ", k < cells[i].size() ? cells[i][k] : "", widths[i]);
      line.erase(line.find_last_not_of(' ') + 1);
      out += line + "\n";
    }
  }
  return out;
}

std::string headline_text(const Instrument& instrument) {
  std::vector<std::vector<std::string>> rows = {{"figure", "stated", "computed", "definition"}};
  for (const instrument::Headline& h : compute_headlines(instrument))
    rows.push_back({h.name, h.stated.empty() ? "-" : h.stated,
                    h.computed.empty() ? "-" : h.computed, h.definition});
  return columns(rows);
}

std::string band_text(const Instrument& instrument) {
  std::vector<std::vector<std::string>> rows = {
      {"band", "filter", "zero point", "extinction", "dark sky", "wavelength", "throughput"}};
  for (const instrument::Band& b : instrument.bands)
    rows.push_back({b.name, b.physical_filter, fmt::format("{:.3f} mag", b.zero_point),
                    fmt::format("{:.3f} mag/airmass", b.extinction),
                    fmt::format("{:.2f} mag/arcsec2", b.dark_sky),
                    b.wavelength_nm > 0.0 ? fmt::format("{:.1f} nm", b.wavelength_nm) : "-",
                    b.throughput.empty() ? "-" : fmt::format("{} values", b.throughput.size())});
  return columns(rows);
}

/// One detector of each vendor, with how many there are.
std::map<std::string, std::pair<const instrument::Detector*, int>> kinds_of(
    const Instrument& instrument) {
  std::map<std::string, std::pair<const instrument::Detector*, int>> kinds;
  for (const instrument::Detector& d : instrument.camera.detectors) {
    auto& [first, count] = kinds[d.vendor];
    if (first == nullptr) first = &d;
    ++count;
  }
  return kinds;
}

/// "1.51 (1.41 to 1.63) e/ADU" of all amplifiers of a vendor: their median and range.
std::string spread_text(const Instrument& instrument, const std::string& vendor,
                        double instrument::Amplifier::*figure, std::string_view unit) {
  std::vector<double> values;
  for (const instrument::Detector& d : instrument.camera.detectors)
    if (d.vendor == vendor)
      for (const instrument::Amplifier& a : d.amplifiers) values.push_back(a.*figure);
  std::sort(values.begin(), values.end());
  const double median = 0.5 * (values[(values.size() - 1) / 2] + values[values.size() / 2]);
  if (values.front() == values.back()) return fmt::format("{:g} {}", median, unit);
  return fmt::format("{:.4g} ({:.3g} to {:.3g}) {}", median, values.front(), values.back(), unit);
}

std::string sensor_text(const Instrument& instrument) {
  std::vector<std::vector<std::string>> rows = {
      {"sensor", "count", "pixels", "amplifiers", "raw amplifier", "gain", "read noise", "dark"}};
  for (const auto& [vendor, kind] : kinds_of(instrument)) {
    const instrument::Detector& d = *kind.first;
    const instrument::Amplifier& a = d.amplifiers.front();
    rows.push_back({vendor.empty() ? d.name : vendor, std::to_string(kind.second),
                    fmt::format("{} x {} of {:g} um", d.width, d.height, d.pixel_um),
                    std::to_string(d.amplifiers.size()),
                    fmt::format("{} x {}", a.raw.width, a.raw.height),
                    spread_text(instrument, vendor, &instrument::Amplifier::gain, "e/ADU"),
                    spread_text(instrument, vendor, &instrument::Amplifier::read_noise, "e"),
                    fmt::format("{:g} e/s", d.dark_current)});
  }
  return columns(rows);
}

std::string list_text(std::string_view title, const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  std::string out = fmt::format("\n{}\n", title);
  for (const std::string& line : lines) out += "  - " + line + "\n";
  return out;
}

using Json = nlohmann::ordered_json;

Json json_of(const Instrument& instrument) {
  Json out;
  out["name"] = instrument.name;
  out["title"] = instrument.title;
  out["site"] = {{"name", instrument.site.name},
                 {"latitude_deg", instrument.site.latitude.degrees()},
                 {"longitude_deg", instrument.site.longitude.degrees()},
                 {"height_m", instrument.site.height_m},
                 {"mpc_code", instrument.site.mpc_code}};
  out["telescope"] = {{"name", instrument.telescope.name},
                      {"aperture_m", instrument.telescope.aperture_m},
                      {"effective_aperture_m", instrument.telescope.effective_aperture_m},
                      {"focal_length_m", instrument.telescope.focal_length_m},
                      {"field_of_view_deg", instrument.telescope.field_of_view.degrees()}};
  std::size_t amplifiers = 0;
  for (const auto& d : instrument.camera.detectors) amplifiers += d.amplifiers.size();
  const instrument::FocalPlaneFigures figures = focal_plane_figures(instrument);
  out["camera"] = {{"name", instrument.camera.name},
                   {"detectors", instrument.camera.detectors.size()},
                   {"amplifiers", amplifiers},
                   {"imaging_pixels", figures.imaging_pixels},
                   {"silicon_deg2", figures.silicon_deg2},
                   {"width_mm", figures.width_mm},
                   {"height_mm", figures.height_mm},
                   {"gap_x_mm", figures.gap_x_mm},
                   {"gap_y_mm", figures.gap_y_mm}};
  out["camera"]["vendors"] = Json::object();
  for (const auto& [vendor, kind] : kinds_of(instrument))
    out["camera"]["vendors"][vendor] = kind.second;
  out["bands"] = Json::array();
  for (const instrument::Band& b : instrument.bands)
    out["bands"].push_back({{"name", b.name},
                            {"physical_filter", b.physical_filter},
                            {"zero_point", b.zero_point},
                            {"extinction", b.extinction},
                            {"dark_sky", b.dark_sky},
                            {"wavelength_nm", b.wavelength_nm}});
  out["headlines"] = Json::array();
  for (const instrument::Headline& h : compute_headlines(instrument))
    out["headlines"].push_back({{"name", h.name},
                                {"stated", h.stated},
                                {"quantity", h.quantity},
                                {"computed", h.computed},
                                {"definition", h.definition},
                                {"source", h.source}});
  out["sources"] = instrument.sources;
  out["assumptions"] = instrument.assumptions;
  return out;
}

}  // namespace

InstrumentReport show_instrument(const Instrument& instrument) {
  InstrumentReport report;
  report.text =
      instrument.title.empty() ? instrument.name : instrument.name + ": " + instrument.title;
  report.text += "\n\n" + headline_text(instrument);
  if (!instrument.bands.empty()) report.text += "\n" + band_text(instrument);
  report.text += "\n" + sensor_text(instrument);
  report.text += list_text("sources", instrument.sources);
  report.text += list_text("assumed", instrument.assumptions);
  report.json = config::json_text(json_of(instrument));
  return report;
}

}  // namespace skywright::pipelines
