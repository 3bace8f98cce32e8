#include "skywright/instrument/expand.h"

#include <cmath>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/instrument/depth.h"
#include "skywright/instrument/throughput.h"

namespace skywright::instrument {
namespace {

[[noreturn]] void refuse(std::string_view what, std::string_view reason, std::string_view remedy) {
  throw ConfigError(what, reason, remedy);
}

Box box_from(const std::vector<double>& v, std::string_view amplifier, std::string_view key) {
  if (v.empty()) return {};
  const auto whole = [](double a) { return a == std::floor(a) && std::abs(a) < 1e6; };
  if (v.size() != 4 || !whole(v[0]) || !whole(v[1]) || !whole(v[2]) || !whole(v[3]))
    refuse(fmt::format("amplifier {}: {}", amplifier, key), "is no [x0, y0, width, height]",
           "give four whole numbers, counted from zero");
  return {static_cast<int>(v[0]), static_cast<int>(v[1]), static_cast<int>(v[2]),
          static_cast<int>(v[3])};
}

/// Saturation in ADU, from the full well where it is not given.
double saturation_of(const SensorDescription& sensor, double gain) {
  return sensor.saturation > 0.0 ? sensor.saturation : sensor.full_well / gain;
}

template <class T>
T value_at(const std::vector<T>& values, std::size_t i, T fallback) {
  return values.empty() ? fallback : values[i];
}

void check_length(std::size_t length, std::size_t wanted, const SensorDescription& sensor,
                  std::string_view key) {
  if (length != 0 && length != wanted)
    refuse(fmt::format("sensor {}: {} holds {} values", sensor.name, key, length),
           fmt::format("the row names {} amplifiers", wanted),
           "give one value an amplifier, or none");
}

/// A row of amplifiers, each read as prescan, data, overscan along x and data, overscan along y.
void add_row(std::vector<Amplifier>& out, const SensorDescription& sensor,
             const AmplifierRow& row) {
  check_length(row.extensions.size(), row.names.size(), sensor, "extensions");
  check_length(row.gain.size(), row.names.size(), sensor, "gain");
  check_length(row.read_noise.size(), row.names.size(), sensor, "read_noise");
  const int raw_width = row.prescan + row.data_width + row.serial_overscan;
  for (std::size_t i = 0; i < row.names.size(); ++i) {
    const int place = static_cast<int>(i);
    const int x = row.raw_x + (row.extensions.empty() ? place * raw_width : 0);
    const int y = row.raw_y;
    Amplifier amplifier;
    amplifier.name = row.names[i];
    amplifier.extension = value_at(row.extensions, i, std::string());
    amplifier.raw = {x, y, raw_width, row.data_height + row.parallel_overscan};
    amplifier.data = {x + row.prescan, y, row.data_width, row.data_height};
    amplifier.prescan = {x, y, row.prescan, row.data_height};
    amplifier.serial_overscan = {amplifier.data.x_end(), y, row.serial_overscan, row.data_height};
    amplifier.parallel_overscan = {amplifier.data.x0, y + row.data_height, row.data_width,
                                   row.parallel_overscan};
    const int from_left = row.from_right ? static_cast<int>(row.names.size()) - 1 - place : place;
    amplifier.detector_box = {row.detector_x + from_left * row.data_width, row.detector_y,
                              row.data_width, row.data_height};
    amplifier.flip_x = row.flip_x;
    amplifier.flip_y = row.flip_y;
    amplifier.gain = value_at(row.gain, i, sensor.gain);
    amplifier.read_noise = value_at(row.read_noise, i, sensor.read_noise);
    amplifier.saturation = saturation_of(sensor, amplifier.gain);
    out.push_back(std::move(amplifier));
  }
}

Amplifier single(const SensorDescription& sensor, const SingleAmplifier& given) {
  Amplifier amplifier;
  amplifier.name = given.name;
  amplifier.extension = given.extension;
  amplifier.data = box_from(given.data, given.name, "data");
  amplifier.raw = given.raw.empty() ? amplifier.data : box_from(given.raw, given.name, "raw");
  amplifier.prescan = box_from(given.prescan, given.name, "prescan");
  amplifier.serial_overscan = box_from(given.serial_overscan, given.name, "serial_overscan");
  amplifier.parallel_overscan = box_from(given.parallel_overscan, given.name, "parallel_overscan");
  amplifier.detector_box = box_from(given.detector, given.name, "detector");
  amplifier.flip_x = given.flip_x;
  amplifier.flip_y = given.flip_y;
  amplifier.gain = given.gain > 0.0 ? given.gain : sensor.gain;
  amplifier.read_noise = given.read_noise >= 0.0 ? given.read_noise : sensor.read_noise;
  amplifier.saturation = saturation_of(sensor, amplifier.gain);
  return amplifier;
}

std::vector<Amplifier> amplifiers_of(const SensorDescription& sensor) {
  std::vector<Amplifier> out;
  for (const AmplifierRow& row : sensor.rows) add_row(out, sensor, row);
  for (const SingleAmplifier& given : sensor.amplifiers) out.push_back(single(sensor, given));
  if (!out.empty()) return out;
  Amplifier whole;
  whole.name = "A";
  whole.raw = whole.data = whole.detector_box = {0, 0, sensor.width, sensor.height};
  whole.gain = sensor.gain;
  whole.read_noise = sensor.read_noise;
  whole.saturation = saturation_of(sensor, sensor.gain);
  return {whole};
}

/// The matrix as given, or from the distance between amplifiers of one row of the detector.
std::vector<double> crosstalk_of(const SensorDescription& sensor,
                                 const std::vector<Amplifier>& amplifiers) {
  const std::size_t n = amplifiers.size();
  if (!sensor.crosstalk.empty()) {
    if (sensor.crosstalk.size() != n * n)
      refuse(
          fmt::format("sensor {}: crosstalk holds {} values", sensor.name, sensor.crosstalk.size()),
          fmt::format("{} amplifiers have a matrix of {}", n, n * n), "give the whole matrix");
    return sensor.crosstalk;
  }
  if (sensor.crosstalk_by_distance.empty()) return {};
  std::vector<double> matrix(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const Box& a = amplifiers[i].detector_box;
      const Box& b = amplifiers[j].detector_box;
      if (i == j || a.y0 != b.y0 || a.width <= 0) continue;
      const auto apart = static_cast<std::size_t>(std::abs(a.x0 - b.x0) / a.width);
      if (apart >= 1 && apart <= sensor.crosstalk_by_distance.size())
        matrix[i * n + j] = sensor.crosstalk_by_distance[apart - 1];
    }
  }
  return matrix;
}

const SensorDescription& sensor_named(const CameraDescription& camera, std::string_view name) {
  if (name.empty() && camera.sensors.size() == 1) return camera.sensors.front();
  std::string known;
  for (const SensorDescription& sensor : camera.sensors) {
    if (sensor.name == name) return sensor;
    known += (known.empty() ? "" : ", ") + sensor.name;
  }
  refuse(
      fmt::format("sensor \"{}\"", name), "no [[camera.sensor]] has this name",
      known.empty() ? "describe the chip in a [[camera.sensor]]" : "those described are " + known);
}

Detector detector_of(const SensorDescription& sensor) {
  Detector detector;
  detector.vendor = sensor.vendor;
  detector.width = sensor.width;
  detector.height = sensor.height;
  detector.pixel_um = sensor.pixel_um;
  detector.dark_current = sensor.dark_current;
  detector.full_well = sensor.full_well;
  detector.pixel_rate_khz = sensor.pixel_rate_khz;
  detector.amplifiers = amplifiers_of(sensor);
  detector.crosstalk = crosstalk_of(sensor, detector.amplifiers);
  return detector;
}

void add_mosaic(std::vector<Detector>& out, const CameraDescription& camera) {
  const MosaicDescription& mosaic = camera.mosaic;
  const int slots = static_cast<int>(mosaic.slots.size());
  if (slots % mosaic.columns != 0 || (slots == 0 && !mosaic.rafts.empty()))
    refuse(fmt::format("camera.mosaic: {} slots in {} columns", slots, mosaic.columns),
           "rows must be full", "name every slot, row by row");
  const int rows = slots / mosaic.columns;
  int id = mosaic.first_id;
  for (const MosaicRaft& raft : mosaic.rafts) {
    const Detector chip = detector_of(sensor_named(camera, raft.sensor));
    for (int slot = 0; slot < slots; ++slot) {
      Detector detector = chip;
      detector.id = id++;
      detector.name = raft.name + "_" + mosaic.slots[static_cast<std::size_t>(slot)];
      const double column = slot % mosaic.columns - (mosaic.columns - 1) / 2.0;
      const double row = slot / mosaic.columns - (rows - 1) / 2.0;
      detector.x_mm = raft.column * mosaic.raft_pitch_x_mm + column * mosaic.pitch_x_mm;
      detector.y_mm = raft.row * mosaic.raft_pitch_y_mm + row * mosaic.pitch_y_mm;
      out.push_back(std::move(detector));
    }
  }
}

Telescope telescope_of(const TelescopeDescription& given) {
  Telescope telescope;
  telescope.name = given.name;
  telescope.aperture_m = given.aperture_m;
  telescope.obscuration = given.obscuration;
  telescope.effective_aperture_m =
      given.effective_aperture_m > 0.0
          ? given.effective_aperture_m
          : given.aperture_m * std::sqrt(1.0 - given.obscuration * given.obscuration);
  telescope.focal_length_m = given.focal_length_m;
  telescope.field_of_view = Angle::from_degrees(given.field_of_view_deg);
  telescope.segment_x_m = given.segment_x_m;
  telescope.segment_y_m = given.segment_y_m;
  telescope.segment_tilt_deg = given.segment_tilt_deg;
  telescope.segment_diameter_m = given.segment_diameter_m;
  telescope.segment_radius_m = given.segment_radius_m;
  telescope.distortion_k3 = given.distortion_k3;
  telescope.distortion_k5 = given.distortion_k5;
  return telescope;
}

Band band_of(const BandDescription& given, const Telescope& telescope) {
  Band band = given.band;
  if (band.physical_filter.empty()) band.physical_filter = band.name;
  if (band.throughput.size() != band.throughput_nm.size())
    refuse(fmt::format("band {}: throughput", band.name),
           fmt::format("{} values for {} wavelengths", band.throughput.size(),
                       band.throughput_nm.size()),
           "give one value a wavelength");
  if (band.throughput.size() < 2) return band;
  if (band.zero_point == 0.0) band.zero_point = ab_zero_point(band, collecting_area(telescope));
  if (band.wavelength_nm == 0.0) band.wavelength_nm = effective_wavelength(band);
  return band;
}

/// Coefficients of the depth formula from the first detector, for a band that states none.
void complete_depth(Band& band, const Instrument& instrument) {
  if (band.depth_cm != 0.0 || band.zero_point == 0.0 || band.dark_sky == 0.0 ||
      instrument.camera.detectors.empty())
    return;
  const Detector& detector = instrument.camera.detectors.front();
  const DepthCoefficients depth =
      depth_coefficients(band, {.scale_arcsec = pixel_scale(instrument, detector).arcsec(),
                                .read_noise = detector.amplifiers.front().read_noise,
                                .dark_current = detector.dark_current});
  band.depth_cm = depth.cm;
  band.depth_dcm_infinity = depth.dcm_infinity;
}

}  // namespace

Instrument expand(const InstrumentDescription& description) {
  Instrument instrument;
  instrument.name = description.name;
  instrument.title = description.title;
  instrument.site = {description.site.name, Angle::from_degrees(description.site.latitude_deg),
                     Angle::from_degrees(description.site.longitude_deg), description.site.height_m,
                     description.site.mpc_code};
  instrument.telescope = telescope_of(description.telescope);
  const CameraDescription& camera = description.camera;
  instrument.camera.name = camera.name;
  instrument.camera.readout_s = camera.readout_s;
  instrument.camera.keywords = camera.keywords;
  add_mosaic(instrument.camera.detectors, camera);
  for (const DetectorPlace& place : camera.detectors) {
    Detector detector = detector_of(sensor_named(camera, place.sensor));
    detector.id = place.id;
    detector.name = place.name;
    detector.x_mm = place.x_mm;
    detector.y_mm = place.y_mm;
    detector.rotation = Angle::from_degrees(place.rotation_deg);
    instrument.camera.detectors.push_back(std::move(detector));
  }
  // One chip on the axis needs no place of its own.
  if (instrument.camera.detectors.empty() && camera.sensors.size() == 1) {
    Detector detector = detector_of(camera.sensors.front());
    detector.name = camera.sensors.front().name;
    instrument.camera.detectors.push_back(std::move(detector));
  }
  for (const BandDescription& band : description.bands)
    instrument.bands.push_back(band_of(band, instrument.telescope));
  for (Band& band : instrument.bands) complete_depth(band, instrument);
  instrument.operations = description.operations;
  instrument.kinematics = description.kinematics;
  instrument.kinematics.readout_s = camera.readout_s;
  instrument.headlines = description.headlines;
  instrument.sources = description.sources;
  instrument.assumptions = description.assumptions;
  return instrument;
}

}  // namespace skywright::instrument
