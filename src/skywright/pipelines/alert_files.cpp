#include "skywright/pipelines/alert_files.h"

#include <array>

#include <fmt/format.h>

#include "skywright/alerts/avro_container.h"
#include "skywright/base/error.h"
#include "skywright/draw/canvas.h"
#include "skywright/draw/png.h"
#include "skywright/draw/stretch.h"
#include "skywright/io/atomic_file.h"
#include "skywright/pipelines/alert_page.h"
#include "skywright/pipelines/alert_values.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;
using alerts::AvroFile;
using alerts::AvroValue;

AvroFile opened(const fs::path& file) { return {io::read_whole_file(file), file.string()}; }

/// The first of several fields that is there: ours, then ZTF's.
std::string shown(const AvroValue& alert, std::initializer_list<std::string_view> fields) {
  for (const std::string_view field : fields) {
    if (const auto text = text_at(alert, field)) return *text;
    if (const auto number = number_at(alert, field)) return fmt::format("{:.6g}", *number);
  }
  return "-";
}

std::string degrees(const AvroValue& alert, std::initializer_list<std::string_view> fields) {
  for (const std::string_view field : fields)
    if (const auto number = number_at(alert, field)) return fmt::format("{:.6f}", *number);
  return "-";
}

std::string summary_line(const AvroValue& alert) {
  const auto* previous = alert.find("prvDiaSources");
  if (previous == nullptr) previous = alert.find("prv_candidates");
  const auto* list =
      previous == nullptr ? nullptr : std::get_if<AvroValue::Array>(&previous->datum);
  return fmt::format(
      "{:>20} {:>12} {:>12} {:>6} {:>12} {:>8} {:>8}\n", shown(alert, {"diaSourceId", "candid"}),
      degrees(alert, {"diaSource.ra", "candidate.ra"}),
      degrees(alert, {"diaSource.dec", "candidate.dec"}),
      shown(alert, {"diaSource.band", "candidate.fid"}),
      shown(alert, {"diaSource.psfFlux", "candidate.magpsf"}),
      shown(alert, {"diaSource.snr", "candidate.scorr"}), list == nullptr ? 0 : list->size());
}

constexpr std::string_view kHeading =
    "                 id           ra          dec   band         flux      snr  earlier\n";

/// The record of an alert's id. @throws InputError where there is none
std::size_t index_of(const AvroFile& container, const fs::path& file, std::int64_t id) {
  for (std::size_t i = 0; i < container.size(); ++i) {
    const AvroValue alert = container.record(i);
    for (const std::string_view path : {"diaSourceId", "candid"})
      if (const AvroValue* found = alert.find(path))
        if (const auto* whole = std::get_if<std::int64_t>(&found->datum);
            whole != nullptr && *whole == id)
          return i;
  }
  throw InputError(file.string(), fmt::format("holds no alert {}", id),
                   "`skywright alerts show FILE` lists its alerts");
}

std::optional<std::size_t> chosen(const AvroFile& container, const fs::path& file,
                                  const AlertChoice& choice) {
  return choice.id ? index_of(container, file, *choice.id) : choice.index;
}

}  // namespace

ShownAlerts show_alerts(const fs::path& file, const AlertChoice& choice) {
  const AvroFile container = opened(file);
  const std::optional<std::size_t> index = chosen(container, file, choice);
  ShownAlerts out;
  out.alerts = container.size();
  std::string records;
  out.text = index ? "" : std::string(kHeading);
  const std::size_t begin = index.value_or(0);
  const std::size_t end = index ? begin + 1 : container.size();
  for (std::size_t i = begin; i < end; ++i) {
    const AvroValue alert = container.record(i);
    const std::string json = alert.json();
    records += (records.empty() ? "" : ",") + json;
    out.text += index ? alert_text(alert, container.schema().root()) : summary_line(alert);
  }
  if (!index) out.text += fmt::format("{} alerts\n", out.alerts);
  out.json = fmt::format(R"({{"alerts":{},"records":[{}]}})", out.alerts, records);
  return out;
}

void write_alert_page(const fs::path& file, const AlertChoice& choice, const fs::path& html) {
  const AvroFile container = opened(file);
  const AvroValue alert = container.record(chosen(container, file, choice).value_or(0));
  io::write_whole_file(html, alert_page(alert, container.schema().root(), html));
}

void plot_alert(const fs::path& file, const AlertChoice& choice, const fs::path& png) {
  const AvroFile container = opened(file);
  const std::size_t index = chosen(container, file, choice).value_or(0);
  const AvroValue alert = container.record(index);
  constexpr std::array<std::pair<const char*, const char*>, 3> kCutouts = {
      {{"cutoutScience", "science"},
       {"cutoutTemplate", "template"},
       {"cutoutDifference", "difference"}}};
  constexpr int kPanel = 256;
  constexpr int kGap = 8;
  constexpr int kTitle = 24;
  draw::Canvas canvas(3 * kPanel + 4 * kGap, kPanel + 2 * kGap + kTitle);
  int drawn = 0;
  for (std::size_t i = 0; i < kCutouts.size(); ++i) {
    const auto [field, title] = kCutouts[i];
    const int x = kGap + static_cast<int>(i) * (kPanel + kGap);
    canvas.text({static_cast<double>(x), kGap + 12.0}, title, {.height = 10});
    const auto cutout = cutout_of(alert, field, png);
    if (!cutout || cutout->pixels.empty()) continue;
    const auto pixels = cutout->pixels.view();
    ++drawn;
    const draw::Limits limits = draw::sigma_limits(pixels, 3.0, 10.0);
    const draw::Canvas panel = draw::gray_picture(pixels, limits);
    const int factor = std::max(1, kPanel / std::max(panel.width(), panel.height()));
    canvas.paste(panel.magnified(factor), x, kGap + kTitle);
  }
  if (drawn == 0)
    throw InputError(file.string(), "alert " + std::to_string(index) + " carries no cutouts",
                     "choose another alert");
  io::write_whole_file(png, draw::encode_png(canvas));
}

}  // namespace skywright::pipelines
