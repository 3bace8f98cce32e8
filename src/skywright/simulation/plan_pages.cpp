#include "skywright/simulation/plan_pages.h"

#include <cmath>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/draw/html.h"
#include "skywright/draw/png.h"
#include "skywright/io/atomic_file.h"

namespace skywright::simulation {
namespace {

namespace fs = std::filesystem;

std::vector<draw::Figure> figures_of(const std::vector<PlanPicture>& pictures,
                                     const std::vector<std::string>& png) {
  std::vector<draw::Figure> out;
  for (std::size_t i = 0; i < pictures.size(); ++i)
    out.push_back({draw::inline_png(png[i], pictures[i].caption), pictures[i].caption});
  return out;
}

draw::HtmlTable table_of(const metrics::SurveyMetrics& survey) {
  draw::HtmlTable table{
      .head = {"metric", "value", "unit", "definition"},
      .align = {draw::Align::left, draw::Align::right, draw::Align::left, draw::Align::left}};
  for (const metrics::Metric& m : survey.metrics)
    table.rows.push_back({m.name, shown_value(m.value), m.unit, m.definition});
  return table;
}

draw::HtmlTable table_of(const std::vector<metrics::LabelCount>& labels, std::string head) {
  draw::HtmlTable table{.head = {std::move(head), "visits"}};
  for (const metrics::LabelCount& label : labels)
    table.rows.push_back(
        {label.label.empty() ? "(none)" : label.label, fmt::format("{}", label.visits)});
  return table;
}

std::vector<draw::KeyFigure> headline(const metrics::SurveyMetrics& survey) {
  std::vector<draw::KeyFigure> out;
  const auto add = [&](const char* metric, const char* name) {
    if (const metrics::Metric* m = survey.find(metric))
      out.push_back(
          {.value = shown_value(m->value) + (m->unit.empty() ? "" : " " + m->unit), .name = name});
  };
  add("visits", "visits");
  add("nights", "nights");
  add("open_shutter_fraction", "open-shutter fraction");
  add("slew_mean", "mean slew");
  add("area_design_visits", "with the design's visits");
  add("visits_wide_median", "median visits, wide");
  return out;
}

std::string page(const PlanMetricsReport& report, const std::vector<draw::Figure>& figures) {
  draw::Report html("What a schedule is worth", report.database);
  html.section("At a glance");
  html.key_figures(headline(report.survey));
  html.section("Maps and plots");
  html.figures(figures);
  html.section("Metrics");
  html.table(table_of(report.survey));
  for (const std::string& note : report.survey.notes) html.paragraph("Note: " + note + ".");
  if (!report.survey.programs.empty() || !report.survey.schedulers.empty()) {
    html.section("Whose visits they are");
    if (!report.survey.programs.empty())
      html.table(table_of(report.survey.programs, "science program"));
    if (!report.survey.schedulers.empty())
      html.table(table_of(report.survey.schedulers, "kind of scheduler note"));
  }
  return html.html();
}

std::string page(const PlanCompareReport& report, const std::vector<draw::Figure>& figures) {
  draw::Report html("Two schedules side by side", report.first + " beside " + report.second);
  html.section("Metrics");
  if (!report.source.empty()) html.paragraph(report.source);
  draw::HtmlTable table{
      .head = {"metric", "first", "second", "first - second", "part", "unit", "definition"},
      .align = {draw::Align::left, draw::Align::right, draw::Align::right, draw::Align::right,
                draw::Align::right, draw::Align::left, draw::Align::left}};
  for (const ComparedMetric& m : report.metrics)
    table.rows.push_back(
        {m.name, m.first ? shown_value(*m.first) : "-", m.second ? shown_value(*m.second) : "-",
         std::isfinite(m.difference()) ? shown_value(m.difference()) : "-",
         std::isfinite(m.part()) ? fmt::format("{:+.1f} %", 100.0 * m.part()) : "-", m.unit,
         m.definition});
  html.table(table);
  for (const std::string& note : report.notes) html.paragraph("Note: " + note + ".");
  if (!figures.empty()) {
    html.section("Maps");
    html.figures(figures);
  }
  return html.html();
}

/// Write the pictures as files and the page, alone or beside them.
template <class Report>
std::vector<std::string> write_pages(const Report& report, const std::vector<PlanPicture>& pictures,
                                     const PlanOutputs& outputs, const Execution& execution) {
  std::vector<std::string> written;
  const auto write = [&](const fs::path& file, std::string_view content) {
    io::write_whole_file(file, content);
    written.push_back(file.string());
  };
  std::vector<std::string> png;
  for (const PlanPicture& picture : pictures) {
    execution.check_stop();
    png.push_back(draw::encode_png(picture.canvas));
  }
  const std::string html = page(report, figures_of(pictures, png));
  if (!outputs.plots.empty()) {
    for (std::size_t i = 0; i < pictures.size(); ++i)
      write(outputs.plots / (pictures[i].name + ".png"), png[i]);
    write(outputs.plots / "index.html", html);
  }
  if (!outputs.html.empty()) write(outputs.html, html);
  return written;
}

bool wanted(const PlanOutputs& outputs) { return !outputs.plots.empty() || !outputs.html.empty(); }

}  // namespace

void make_plots_folder(const PlanOutputs& outputs) {
  if (outputs.plots.empty()) return;
  std::error_code error;
  fs::create_directories(outputs.plots, error);
  if (error)
    throw StorageError(outputs.plots.string(), "the folder cannot be made: " + error.message(),
                       "name a place that can be written");
}

std::string shown_value(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e12) return fmt::format("{:.0f}", value);
  return std::abs(value) >= 1000.0 ? fmt::format("{:.1f}", value) : fmt::format("{:.4g}", value);
}

std::vector<std::string> write_plan_pages(const PlanMetricsReport& report,
                                          const PlanOutputs& outputs, const Execution& execution) {
  if (!wanted(outputs)) return {};
  return write_pages(report, plan_pictures(report.survey, execution), outputs, execution);
}

std::vector<std::string> write_compare_pages(const PlanCompareReport& report,
                                             const std::vector<PlanPicture>& pictures,
                                             const PlanOutputs& outputs,
                                             const Execution& execution) {
  std::vector<std::string> written = wanted(outputs)
                                         ? write_pages(report, pictures, outputs, execution)
                                         : std::vector<std::string>{};
  if (!outputs.markdown.empty()) {
    io::write_whole_file(outputs.markdown, report.markdown());
    written.push_back(outputs.markdown.string());
  }
  return written;
}

}  // namespace skywright::simulation
