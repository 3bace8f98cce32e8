#include "skywright/instrument/instrument.h"

#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/config/toml_config.h"
#include "skywright/instrument/amplifier_table.h"
#include "skywright/instrument/detail/embedded_files.h"
#include "skywright/instrument/expand.h"
#include "skywright/instrument/throughput.h"

namespace skywright::instrument {
namespace {

template <class T, class Same>
const T& find_or_refuse(const std::vector<T>& all, Same same, std::string_view kind,
                        std::string_view wanted, std::string_view instrument) {
  for (const T& one : all)
    if (same(one)) return one;
  std::string known;
  for (const T& one : all) {
    if (known.size() > 400) {
      known += ", ...";
      break;
    }
    known += (known.empty() ? "" : ", ") + one.name;
  }
  throw ConfigError(fmt::format("{} {}", kind, wanted), fmt::format("{} has none", instrument),
                    known.empty() ? "describe one" : "it has " + known);
}

std::string_view built_in_text(std::string_view name) {
  const EmbeddedFile* file = find_embedded(detail::embedded_files(), std::string(name) + ".toml");
  if (file != nullptr) return file->content;
  std::string known;
  for (const std::string& one : built_in_instruments()) known += (known.empty() ? "" : ", ") + one;
  throw ConfigError(
      fmt::format("instrument {}", name), "none of this name comes with the program",
      fmt::format("name one of {}, or a TOML file (docs/guides/your-camera.md)", known));
}

/// Reads `based_on` alone, before the rest.
std::string based_on(std::string_view text, std::string_view origin) {
  config::TomlReader reader(text, origin);
  std::string name;
  reader.text("based_on", name, "built-in instrument whose values hold where none are given");
  return name;
}

void read_layers(InstrumentDescription& description, std::string_view text, std::string_view origin,
                 int depth) {
  const std::string base = based_on(text, origin);
  if (!base.empty()) {
    if (depth > 4)
      throw ConfigError(fmt::format("{}: based_on", origin), "names itself through others",
                        "base an instrument on another");
    read_layers(description, built_in_text(base), base + ".toml", depth + 1);
  }
  config::TomlReader reader(text, origin);
  describe(reader, description);
  reader.finish();
}

const EmbeddedFile& built_in_table(std::string_view key, const std::string& name,
                                   std::string_view remedy) {
  const EmbeddedFile* file = find_embedded(detail::embedded_files(), name);
  if (file != nullptr) return *file;
  throw ConfigError(fmt::format("{}={}", key, name), "no such table comes with the program",
                    remedy);
}

void add_table_throughputs(InstrumentDescription& description) {
  if (description.throughput_table.empty()) return;
  const EmbeddedFile& file =
      built_in_table("throughput_table", description.throughput_table,
                     "give throughput_nm and throughput in each [[band]] instead");
  const ThroughputTable table = parse_throughput_table(file.content, file.name);
  for (BandDescription& band : description.bands) {
    const std::vector<double>* column = table.find(band.band.name);
    if (column == nullptr || !band.band.throughput.empty()) continue;
    band.band.throughput_nm = table.wavelength_nm;
    band.band.throughput = *column;
  }
}

}  // namespace

const Detector& Instrument::detector(std::string_view wanted) const {
  return find_or_refuse(
      camera.detectors, [&](const Detector& d) { return d.name == wanted; }, "detector", wanted,
      name);
}

const Detector& Instrument::detector(int id) const {
  return find_or_refuse(
      camera.detectors, [&](const Detector& d) { return d.id == id; }, "detector",
      std::to_string(id), name);
}

const Band& Instrument::band(std::string_view wanted) const {
  return find_or_refuse(
      bands, [&](const Band& b) { return b.name == wanted; }, "band", wanted, name);
}

double collecting_area(const Telescope& telescope) {
  const double d = telescope.effective_aperture_m;
  return std::numbers::pi / 4.0 * d * d;
}

double plate_scale(const Telescope& telescope) {
  return Angle::from_radians(1e-3 / telescope.focal_length_m).arcsec();
}

Angle pixel_scale(const Instrument& instrument, const Detector& detector) {
  return Angle::from_radians(detector.pixel_um * 1e-6 / instrument.telescope.focal_length_m);
}

std::vector<std::string> built_in_instruments() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : detail::embedded_files())
    if (file.name.ends_with(".toml")) names.emplace_back(file.name.substr(0, file.name.size() - 5));
  return names;
}

Instrument load_instrument(std::string_view name) {
  return parse_instrument(built_in_text(name), std::string(name) + ".toml");
}

Instrument parse_instrument(std::string_view toml_text, std::string_view origin) {
  InstrumentDescription description;
  read_layers(description, toml_text, origin, 0);
  check_fields(description);
  add_table_throughputs(description);
  Instrument instrument = expand(description);
  if (!description.amplifier_table.empty()) {
    const EmbeddedFile& file =
        built_in_table("amplifier_table", description.amplifier_table,
                       "give gain and read_noise in each [[camera.sensor.row]] instead");
    apply_amplifier_table(file.content, file.name, instrument);
  }
  validate(instrument);
  return instrument;
}

}  // namespace skywright::instrument
