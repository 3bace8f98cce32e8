/// The instrument file as it is written: compact, with repetition left to the loader.
///
/// Each struct is one table of the TOML; `describe` gives keys, units and ranges (and so the
/// messages for wrong ones). `expand` (expand.h) makes an Instrument of it.
#pragma once

#include <string>
#include <vector>

#include "skywright/base/fields.h"
#include "skywright/instrument/instrument.h"

namespace skywright::instrument {

/// [[camera.sensor.row]]: amplifiers side by side, alike but for their place.
struct AmplifierRow {
  std::vector<std::string> names;
  std::vector<std::string> extensions;  ///< one a name; empty: all in the detector's one image
  int data_width = 0;
  int data_height = 0;
  int prescan = 0;
  int serial_overscan = 0;
  int parallel_overscan = 0;
  int detector_x = 0;
  int detector_y = 0;
  int raw_x = 0;
  int raw_y = 0;
  bool from_right = false;
  bool flip_x = false;
  bool flip_y = false;
  std::vector<double> gain;
  std::vector<double> read_noise;
};

/// [[camera.sensor.amplifier]]: one amplifier in full, for layouts that no row describes.
/// Boxes are [x0, y0, width, height], zero-based.
struct SingleAmplifier {
  std::string name;
  std::string extension;
  std::vector<double> raw;
  std::vector<double> data;
  std::vector<double> prescan;
  std::vector<double> serial_overscan;
  std::vector<double> parallel_overscan;
  std::vector<double> detector;
  bool flip_x = false;
  bool flip_y = false;
  double gain = 0.0;
  double read_noise = -1.0;
};

/// [[camera.sensor]]: a kind of chip.
struct SensorDescription {
  std::string name;
  std::string vendor;
  int width = 0;
  int height = 0;
  double pixel_um = 10.0;
  double gain = 1.0;
  double read_noise = 0.0;
  double saturation = 0.0;
  double dark_current = 0.0;
  double full_well = 1e5;
  double pixel_rate_khz = 0.0;
  std::vector<double> crosstalk_by_distance;
  std::vector<double> crosstalk;
  std::vector<AmplifierRow> rows;
  std::vector<SingleAmplifier> amplifiers;
};

/// [[camera.detector]]: one chip at its place.
struct DetectorPlace {
  int id = 0;
  std::string name;
  std::string sensor;
  double x_mm = 0.0;
  double y_mm = 0.0;
  double rotation_deg = 0.0;
};

/// [camera.mosaic]: groups of chips (rafts) on a grid, chips on a grid within each.
struct MosaicRaft {
  std::string name;
  std::string sensor;
  int column = 0;
  int row = 0;
};
struct MosaicDescription {
  double raft_pitch_x_mm = 0.0;
  double raft_pitch_y_mm = 0.0;
  double pitch_x_mm = 0.0;
  double pitch_y_mm = 0.0;
  int columns = 1;
  std::vector<std::string> slots;
  int first_id = 0;
  std::vector<MosaicRaft> rafts;
};

struct CameraDescription {
  std::string name;
  double readout_s = 0.0;
  HeaderKeywords keywords;
  std::vector<SensorDescription> sensors;
  MosaicDescription mosaic;
  std::vector<DetectorPlace> detectors;
};

struct SiteDescription {
  std::string name;
  double latitude_deg = 0.0;
  double longitude_deg = 0.0;
  double height_m = 0.0;
  std::string mpc_code;
};

struct TelescopeDescription {
  std::string name;
  double aperture_m = 0.0;
  double obscuration = 0.0;
  double effective_aperture_m = 0.0;
  double focal_length_m = 0.0;
  double field_of_view_deg = 0.0;
  std::vector<double> segment_x_m;
  std::vector<double> segment_y_m;
  std::vector<double> segment_tilt_deg;
  double segment_diameter_m = 0.0;
  double segment_radius_m = 0.0;
  double distortion_k3 = 0.0;
  double distortion_k5 = 0.0;
};

struct BandDescription {
  Band band;
};

struct InstrumentDescription {
  std::string name;
  std::string title;
  std::string based_on;
  std::string throughput_table;
  std::string amplifier_table;
  std::vector<std::string> sources;
  std::vector<std::string> assumptions;
  SiteDescription site;
  TelescopeDescription telescope;
  CameraDescription camera;
  std::vector<BandDescription> bands;
  Operations operations;
  Kinematics kinematics;
  std::vector<Headline> headlines;
};

void describe(Fields& fields, AmplifierRow& value);
void describe(Fields& fields, SingleAmplifier& value);
void describe(Fields& fields, SensorDescription& value);
void describe(Fields& fields, DetectorPlace& value);
void describe(Fields& fields, MosaicRaft& value);
void describe(Fields& fields, MosaicDescription& value);
void describe(Fields& fields, HeaderKeywords& value);
void describe(Fields& fields, CameraDescription& value);
void describe(Fields& fields, SiteDescription& value);
void describe(Fields& fields, TelescopeDescription& value);
void describe(Fields& fields, BandDescription& value);
void describe(Fields& fields, Operations& value);
void describe(Fields& fields, Headline& value);
void describe(Fields& fields, InstrumentDescription& value);

}  // namespace skywright::instrument
