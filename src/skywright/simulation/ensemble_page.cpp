#include "skywright/simulation/ensemble_page.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "skywright/draw/html.h"
#include "skywright/draw/png.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/table_files.h"
#include "skywright/simulation/ensemble_unit.h"
#include "skywright/simulation/plan_maps.h"
#include "skywright/simulation/plan_pages.h"

namespace skywright::simulation {
namespace {

namespace fs = std::filesystem;
using Units = std::vector<const EnsembleUnit*>;

struct MapKind {
  std::string column;
  std::string title;
  std::string unit;
};

/// The maps of all units in the same colours. Units without such a map are left out.
std::vector<draw::Figure> maps_of(const Units& units, const MapKind& kind) {
  std::vector<std::vector<double>> maps;
  std::vector<double> all;
  for (const EnsembleUnit* unit : units) {
    maps.push_back(unit_map(*unit, kind.column));
    all.insert(all.end(), maps.back().begin(), maps.back().end());
  }
  const Ends ends = quantiles(all, 0.02, 0.98);
  std::vector<draw::Figure> out;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (maps[i].empty()) continue;
    const int order = (std::countr_zero(maps[i].size() / 12)) / 2;
    const std::string title = kind.title + ", " + units[i]->name;
    const draw::Canvas picture = sky_picture(
        maps[i], order, {.title = title, .unit = kind.unit, .low = ends.low, .high = ends.high});
    out.push_back({draw::inline_png(draw::encode_png(picture), title), units[i]->name});
  }
  return out;
}

/// Pictures that each unit has drawn.
std::vector<draw::Figure> pictures_of(const Units& units, const std::string& name) {
  std::vector<draw::Figure> out;
  for (const EnsembleUnit* unit : units) {
    const fs::path file = unit->folder() / "plots" / (name + ".png");
    if (fs::exists(file))
      out.push_back(
          {draw::inline_png(io::read_whole_file(file), unit->name + ", " + name), unit->name});
  }
  return out;
}

std::string shown(const EnsembleColumn& column, std::size_t row) {
  if (!column.values[row]) return "-";
  std::string text = shown_value(*column.values[row]);
  if (!column.scatter.empty() && column.scatter[row])
    text += " \xC2\xB1 " + shown_value(*column.scatter[row]);
  return text;
}

draw::HtmlTable html_table(const EnsembleTable& table, const std::vector<EnsembleColumn>& columns,
                           const std::vector<std::string>& only = {}) {
  draw::HtmlTable out{.head = {"metric"}, .align = {draw::Align::left}};
  for (const EnsembleColumn& column : columns) {
    out.head.push_back(column.label);
    out.align.push_back(draw::Align::right);
  }
  out.head.insert(out.head.end(), {"unit", "definition"});
  out.align.insert(out.align.end(), {draw::Align::left, draw::Align::left});
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const std::string& name = table.rows[r].name;
    if (!only.empty() && std::find(only.begin(), only.end(), name) == only.end()) continue;
    std::vector<std::string> row = {name};
    for (const EnsembleColumn& column : columns) row.push_back(shown(column, r));
    row.insert(row.end(), {table.rows[r].unit, table.rows[r].definition});
    out.rows.push_back(std::move(row));
  }
  return out;
}

/// What teams look at first.
const std::vector<std::string> kHeadlines = {"visits",
                                             "nights",
                                             "open_shutter_fraction",
                                             "slew_mean",
                                             "filter_changes_per_night_mean",
                                             "airmass_median",
                                             "area_seen",
                                             "area_design_visits",
                                             "visits_wide_median",
                                             "coadded_depth_r",
                                             "gap_between_nights",
                                             "proper_motion_error",
                                             "found_kilonova_200mpc"};

std::string page(const EnsembleReport& report, const EnsembleTable& table, const Units& units) {
  draw::Report html("Strategies side by side",
                    fmt::format("{} surveys of {} nights", units.size(), report.nights));
  // Two in a row on any screen: what is compared stands side by side.
  html.html_block("<style>.figures figure{width:calc(50% - 9px)}</style>");
  html.section("At a glance");
  if (!table.means.empty())
    html.paragraph(
        "Mean and standard deviation over the seeds, which differ in weather, downtime and "
        "dithers: a difference of less than that is none.");
  html.table(html_table(table, table.means.empty() ? table.units : table.means, kHeadlines));
  for (const EnsembleMember& member : report.members)
    if (member.code != ExitCode::complete)
      html.paragraph(fmt::format("{} is not here: {}.", member.name, member.message));
  const auto figures = [&](const char* title, const std::vector<draw::Figure>& pictures) {
    if (pictures.empty()) return;
    html.section(title);
    html.figures(pictures);
  };
  figures("Visits", maps_of(units, {"visits", "Visits", "visits"}));
  figures("Depth", maps_of(units, {"coadded_depth_r", "Depth of all visits in r", "AB mag"}));
  figures("Cadence", maps_of(units, {"gap_between_nights", "Median gap between nights", "days"}));
  figures("Nights", pictures_of(units, "hourglass"));
  figures("Slews", pictures_of(units, "slew_histogram"));
  if (!table.means.empty()) {
    html.section("Strategies");
    html.table(html_table(table, table.means));
  }
  html.section("Surveys");
  html.table(html_table(table, table.units));
  std::string links;
  for (const EnsembleUnit* unit : units)
    links += fmt::format("<li><a href=\"{0}/plots/index.html\">{0}</a></li>",
                         draw::escape_html(unit->name));
  html.section("Each by itself");
  html.html_block("<ul>" + links + "</ul>");
  return html.html();
}

/// A row a unit, for whoever goes on in a notebook.
table::Table csv_table(const EnsembleReport& report, const EnsembleTable& table) {
  std::vector<std::string> name;
  std::vector<std::string> strategy;
  std::vector<std::int64_t> seed;
  for (const EnsembleMember& member : report.members) {
    if (member.metrics.empty()) continue;
    name.push_back(member.name);
    strategy.push_back(member.strategy);
    seed.push_back(static_cast<std::int64_t>(member.seed));
  }
  table::Table out;
  out.add("survey", "", "strategy and seed", name);
  out.add("strategy", "", "", strategy);
  out.add("seed", "", "", seed);
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    std::vector<double> values;
    for (const EnsembleColumn& column : table.units)
      values.push_back(column.values[r].value_or(std::nan("")));
    out.add(table.rows[r].name, table.rows[r].unit, table.rows[r].definition, std::move(values));
  }
  return out;
}

}  // namespace

std::vector<std::string> write_ensemble_pages(const EnsembleReport& report,
                                              const std::vector<EnsembleUnit>& all) {
  const EnsembleTable table = report.table();
  Units units;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!report.members[i].metrics.empty()) units.push_back(&all[i]);
  if (units.empty()) return {};
  const fs::path csv = report.out / "ensemble.csv";
  const fs::path markdown = report.out / "ensemble.md";
  const fs::path html = report.out / "index.html";
  io::write_table(csv, csv_table(report, table));
  io::write_whole_file(markdown, report.markdown());
  io::write_whole_file(html, page(report, table, units));
  return {csv.string(), markdown.string(), html.string()};
}

}  // namespace skywright::simulation
