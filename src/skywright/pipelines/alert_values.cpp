#include "skywright/pipelines/alert_values.h"

#include <cmath>

#include <fmt/format.h>

#include "skywright/io/atomic_file.h"
#include "skywright/io/fits.h"
#include "skywright/io/wcs_cards.h"

namespace skywright::pipelines {

namespace fs = std::filesystem;
using alerts::AvroValue;

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

std::optional<double> number_at(const AvroValue& alert,
                                std::initializer_list<std::string_view> paths) {
  for (const std::string_view path : paths)
    if (const auto found = number_at(alert, path)) return found;
  return {};
}

std::optional<std::string> text_at(const AvroValue& alert,
                                   std::initializer_list<std::string_view> paths) {
  for (const std::string_view path : paths)
    if (auto found = text_at(alert, path)) return found;
  return {};
}

const AvroValue::Array* items_at(const AvroValue& alert, std::string_view path) {
  const AvroValue* value = alert.find(path);
  return value == nullptr ? nullptr : std::get_if<AvroValue::Array>(&value->datum);
}

std::string band_of(const AvroValue& source) {
  if (const auto band = text_at(source, "band")) return *band;
  const auto fid = number_at(source, "fid");
  return !fid ? "" : *fid == 1.0 ? "g" : *fid == 2.0 ? "r" : *fid == 3.0 ? "i" : "";
}

std::optional<Cutout> cutout_of(const AvroValue& alert, const std::string& name,
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
    io::FitsImage read = io::read_image(file);
    fs::remove(file);
    return Cutout{std::move(read.pixels), io::wcs_from_header(read.header)};
  } catch (...) {
    fs::remove(file);
    throw;
  }
}

std::string sexagesimal(double ra_degrees, double dec_degrees) {
  // Rounded as whole hundredths and tenths first, so that no 60 comes out.
  const double turn = ra_degrees - 360.0 * std::floor(ra_degrees / 360.0);
  const auto time = std::llround(turn * 240.0 * 100.0) % (86400 * 100);
  const auto angle = std::llround(std::fabs(dec_degrees) * 36000.0);
  return fmt::format("{:02}:{:02}:{:02}.{:02} {}{:02}:{:02}:{:02}.{:01}", time / 360000,
                     time / 6000 % 60, time / 100 % 60, time % 100,
                     std::signbit(dec_degrees) ? '-' : '+', angle / 36000, angle / 600 % 60,
                     angle / 10 % 60, angle % 10);
}

}  // namespace skywright::pipelines
