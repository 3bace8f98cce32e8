#include "skywright/pipelines/alert_files.h"

#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/alerts/avro_container.h"
#include "skywright/base/error.h"
#include "skywright/draw/canvas.h"
#include "skywright/draw/png.h"
#include "skywright/draw/stretch.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/fits.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;
using alerts::AvroFile;
using alerts::AvroValue;

AvroFile opened(const fs::path& file) { return {io::read_whole_file(file), file.string()}; }

std::optional<double> number_at(const AvroValue& alert, std::string_view path) {
  const AvroValue* value = alert.find(path);
  if (value == nullptr) return {};
  if (const auto* v = std::get_if<double>(&value->datum)) return *v;
  if (const auto* v = std::get_if<std::int64_t>(&value->datum)) return static_cast<double>(*v);
  if (const auto* v = std::get_if<bool>(&value->datum)) return *v ? 1.0 : 0.0;
  return {};
}

std::optional<std::string> text_at(const AvroValue& alert, std::string_view path) {
  const AvroValue* value = alert.find(path);
  if (value == nullptr) return {};
  if (const auto* v = std::get_if<std::string>(&value->datum)) return *v;
  if (const auto* v = std::get_if<std::int64_t>(&value->datum)) return std::to_string(*v);
  return {};
}

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

/// A cutout's pixels: ours is the bytes themselves, ZTF's a record with gzipped bytes in stampData.
std::optional<image::Image<float>> cutout_of(const AvroValue& alert, const std::string& name,
                                             const fs::path& beside) {
  const AvroValue* value = alert.find(name + ".stampData");
  if (value == nullptr) value = alert.find(name);
  const auto* bytes = value == nullptr ? nullptr : std::get_if<AvroValue::Bytes>(&value->datum);
  if (bytes == nullptr || bytes->empty()) return {};
  const bool zipped = bytes->size() > 2 && (*bytes)[0] == 0x1F && (*bytes)[1] == 0x8B;
  fs::path file = io::temporary_beside(beside);
  file += zipped ? ".fits.gz" : ".fits";
  io::write_whole_file(file, {reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  try {
    image::Image<float> pixels = io::read_image(file).pixels;
    fs::remove(file);
    return pixels;
  } catch (...) {
    fs::remove(file);
    throw;
  }
}

}  // namespace

ShownAlerts show_alerts(const fs::path& file, std::optional<std::size_t> index) {
  const AvroFile container = opened(file);
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
    out.text += index ? nlohmann::ordered_json::parse(json).dump(2) + "\n" : summary_line(alert);
  }
  if (!index) out.text += fmt::format("{} alerts\n", out.alerts);
  out.json = fmt::format(R"({{"alerts":{},"records":[{}]}})", out.alerts, records);
  return out;
}

void plot_alert(const fs::path& file, std::size_t index, const fs::path& png) {
  const AvroValue alert = opened(file).record(index);
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
    const auto pixels = cutout_of(alert, field, png);
    if (!pixels || pixels->empty()) continue;
    ++drawn;
    const draw::Limits limits = draw::sigma_limits(pixels->view(), 3.0, 10.0);
    const draw::Canvas panel = draw::gray_picture(pixels->view(), limits);
    const int factor = std::max(1, kPanel / std::max(panel.width(), panel.height()));
    canvas.paste(panel.magnified(factor), x, kGap + kTitle);
  }
  if (drawn == 0)
    throw InputError(file.string(), "alert " + std::to_string(index) + " carries no cutouts",
                     "choose another alert");
  io::write_whole_file(png, draw::encode_png(canvas));
}

}  // namespace skywright::pipelines
