#include "skywright/instrument/description.h"

namespace skywright::instrument {
namespace {

constexpr Range kPositive{.above = 0.0};
constexpr Range kNotNegative{.low = 0.0};
constexpr Range kFraction{.low = 0.0, .high = 1.0};
constexpr Range kFromOne{.low = 1.0};

}  // namespace

void describe(Fields& f, AmplifierRow& r) {
  f.texts("names", r.names, "names of the amplifiers, in the order of the raw file");
  f.flag("from_right", r.from_right, "the first one is the rightmost on the detector");
  f.texts("extensions", r.extensions, "EXTNAME of each; none: all lie in the detector's image");
  f.whole("data_width", r.data_width, "imaging columns of one amplifier [pixel]", kFromOne);
  f.whole("data_height", r.data_height, "imaging rows [pixel]", kFromOne);
  f.whole("prescan", r.prescan, "columns read before the data [pixel]", kNotNegative);
  f.whole("serial_overscan", r.serial_overscan, "columns read after the data", kNotNegative);
  f.whole("parallel_overscan", r.parallel_overscan, "rows read after the data", kNotNegative);
  f.whole("detector_x", r.detector_x, "column where the first one's data begin", kNotNegative);
  f.whole("detector_y", r.detector_y, "row where their data begin", kNotNegative);
  f.whole("raw_x", r.raw_x, "column of the first one's rectangle in its image", kNotNegative);
  f.whole("raw_y", r.raw_y, "row of their rectangles in their image", kNotNegative);
  f.flag("flip_x", r.flip_x, "data columns run backwards on the detector");
  f.flag("flip_y", r.flip_y, "data rows run backwards on the detector");
  f.numbers("gain", r.gain, "gain of each amplifier [electron/ADU]; none: the sensor's", kPositive);
  f.numbers("read_noise", r.read_noise,
            "read noise of each amplifier [electron]; none: the sensor's", kNotNegative);
}

void describe(Fields& f, SingleAmplifier& a) {
  f.text("name", a.name, "name of the amplifier");
  f.text("extension", a.extension, "EXTNAME of its image; empty: the detector's one image");
  f.numbers("raw", a.raw, "its rectangle [x0, y0, width, height] in that image, from zero");
  f.numbers("data", a.data, "imaging pixels in that image");
  f.numbers("prescan", a.prescan, "serial prescan; none where absent");
  f.numbers("serial_overscan", a.serial_overscan, "serial overscan; none where absent");
  f.numbers("parallel_overscan", a.parallel_overscan, "parallel overscan; none where absent");
  f.numbers("detector", a.detector, "where the data go on the assembled detector");
  f.flag("flip_x", a.flip_x, "data columns run backwards on the detector");
  f.flag("flip_y", a.flip_y, "data rows run backwards on the detector");
  f.number("gain", a.gain, "gain [electron/ADU]; 0: the sensor's", kNotNegative);
  f.number("read_noise", a.read_noise, "read noise [electron]; -1: the sensor's", {.low = -1.0});
}

void describe(Fields& f, SensorDescription& s) {
  f.text("name", s.name, "name that detectors and rafts refer to");
  f.text("vendor", s.vendor, "who made it");
  f.whole("width", s.width, "imaging columns [pixel]", kFromOne);
  f.whole("height", s.height, "imaging rows [pixel]", kFromOne);
  f.number("pixel_um", s.pixel_um, "side of a pixel [micrometre]", kPositive);
  f.number("gain", s.gain, "gain [electron/ADU]", kPositive);
  f.number("read_noise", s.read_noise, "read noise [electron]", kNotNegative);
  f.number("saturation", s.saturation, "saturation above bias [ADU]; 0: full_well / gain",
           kNotNegative);
  f.number("dark_current", s.dark_current, "dark current [electron/pixel/s]", kNotNegative);
  f.number("full_well", s.full_well, "full well [electron]", kPositive);
  f.number("pixel_rate_khz", s.pixel_rate_khz, "pixels a channel reads in a millisecond",
           kNotNegative);
  f.numbers("crosstalk_by_distance", s.crosstalk_by_distance,
            "ADU per ADU between amplifiers of one row that are 1, 2, ... places apart",
            {.above = -1.0, .below = 1.0});
  f.numbers("crosstalk", s.crosstalk, "whole matrix, row-major, instead of the above",
            {.above = -1.0, .below = 1.0});
  describe_list(f, "row", s.rows, "rows of amplifiers");
  describe_list(f, "amplifier", s.amplifiers, "amplifiers one by one");
}

void describe(Fields& f, DetectorPlace& d) {
  f.whole("id", d.id, "number of the detector", kNotNegative);
  f.text("name", d.name, "name of the detector");
  f.text("sensor", d.sensor, "name of its [[camera.sensor]]");
  f.number("x_mm", d.x_mm, "centre in the focal plane, to the west at rotation 0 [mm]");
  f.number("y_mm", d.y_mm, "centre in the focal plane, to the north at rotation 0 [mm]");
  f.number("rotation_deg", d.rotation_deg, "angle of its pixel axes, counterclockwise [degree]");
}

void describe(Fields& f, MosaicRaft& r) {
  f.text("name", r.name, "name of the raft");
  f.text("sensor", r.sensor, "name of the [[camera.sensor]] that all its chips are");
  f.whole("column", r.column, "place in x, 0 on the axis");
  f.whole("row", r.row, "place in y, 0 on the axis");
}

void describe(Fields& f, MosaicDescription& m) {
  f.number("raft_pitch_x_mm", m.raft_pitch_x_mm, "distance of raft centres in x [mm]",
           kNotNegative);
  f.number("raft_pitch_y_mm", m.raft_pitch_y_mm, "distance of raft centres in y [mm]",
           kNotNegative);
  f.number("pitch_x_mm", m.pitch_x_mm, "distance of chip centres of a raft in x [mm]",
           kNotNegative);
  f.number("pitch_y_mm", m.pitch_y_mm, "distance of chip centres of a raft in y [mm]",
           kNotNegative);
  f.whole("columns", m.columns, "chips of a raft in x", kFromOne);
  f.texts("slots", m.slots, "names of the chips of a raft, row by row from the lowest y");
  f.whole("first_id", m.first_id, "number of the first chip; the others count on", kNotNegative);
  describe_list(f, "raft", m.rafts, "rafts, in the order of the chips' numbers");
}

void describe(Fields& f, HeaderKeywords& k) {
  f.text("exposure_time", k.exposure_time, "keyword of the exposure time [s]");
  f.text("date_obs", k.date_obs, "keyword of the date and time, ISO 8601");
  f.text("mjd_obs", k.mjd_obs, "keyword of the time as MJD; goes before date_obs");
  f.text("time_scale", k.time_scale, "scale of both: \"utc\" or \"tai\"");
  f.text("time_at", k.time_at, "what the time marks: \"start\" or \"middle\"");
  f.text("band", k.band, "keyword of the filter");
  f.text("ra", k.ra, "keyword of the pointing's right ascension");
  f.text("dec", k.dec, "keyword of the pointing's declination");
  f.text("rotation", k.rotation, "keyword of rotSkyPos [degree]; empty where none");
  f.text("airmass", k.airmass, "keyword of the airmass");
  f.text("visit", k.visit, "keyword of the exposure's number; empty where none");
  f.text("detector", k.detector, "keyword of the detector's number or name; empty where none");
  f.text("kind", k.kind, "keyword of the kind of exposure");
  f.text("gain", k.gain, "keyword of the gain [electron/ADU]; empty where none");
}

void describe(Fields& f, CameraDescription& c) {
  f.text("name", c.name, "name of the camera");
  f.number("readout_s", c.readout_s, "time from shutter closed to ready [s]", kNotNegative);
  describe_nested(f, "keywords", c.keywords, "names of header keywords");
  describe_list(f, "sensor", c.sensors, "kinds of chips");
  describe_nested(f, "mosaic", c.mosaic, "chips on grids");
  describe_list(f, "detector", c.detectors, "chips one by one");
}

void describe(Fields& f, SiteDescription& s) {
  f.text("name", s.name, "name of the place");
  f.number("latitude_deg", s.latitude_deg, "geodetic latitude, north positive [degree]",
           {.low = -90.0, .high = 90.0});
  f.number("longitude_deg", s.longitude_deg, "longitude, east positive [degree]",
           {.low = -180.0, .high = 360.0});
  f.number("height_m", s.height_m, "height above the ellipsoid [m]", {.low = -500.0, .high = 1e6});
  f.text("mpc_code", s.mpc_code, "observatory code of the Minor Planet Center");
}

void describe(Fields& f, TelescopeDescription& t) {
  f.text("name", t.name, "name of the telescope");
  f.number("aperture_m", t.aperture_m, "outer diameter of the pupil [m]", kPositive);
  f.number("obscuration", t.obscuration, "inner over outer diameter", {.low = 0.0, .below = 1.0});
  f.number("effective_aperture_m", t.effective_aperture_m,
           "diameter of a clear circle of equal area [m]; 0: computed", kNotNegative);
  f.number("focal_length_m", t.focal_length_m, "focal length [m]", kPositive);
  f.number("field_of_view_deg", t.field_of_view_deg, "diameter of the field [degree]; 0: none",
           {.low = 0.0, .high = 90.0});
  f.numbers("segment_x_m", t.segment_x_m, "centres of segments in x [m]");
  f.numbers("segment_y_m", t.segment_y_m, "centres of segments in y [m]");
  f.numbers("segment_tilt_deg", t.segment_tilt_deg, "tilt of each towards the axis [degree]",
            {.low = 0.0, .below = 90.0});
  f.number("segment_diameter_m", t.segment_diameter_m, "clear diameter of a segment [m]",
           kNotNegative);
  f.number("segment_radius_m", t.segment_radius_m, "radius of curvature of a segment [m]",
           kNotNegative);
  f.number("distortion_k3", t.distortion_k3, "radial distortion, coefficient of theta^2");
  f.number("distortion_k5", t.distortion_k5, "radial distortion, coefficient of theta^4");
}

void describe(Fields& f, BandDescription& d) {
  Band& b = d.band;
  f.text("name", b.name, "name of the band");
  f.text("physical_filter", b.physical_filter, "filter as headers name it; empty: the band's name");
  f.number("zero_point", b.zero_point,
           "AB magnitude that gives 1 electron/s at one airmass; 0: from the throughput");
  f.number("extinction", b.extinction, "atmospheric extinction [mag/airmass]", kNotNegative);
  f.number("dark_sky", b.dark_sky, "dark sky at the zenith [AB mag/arcsec2]");
  f.number("wavelength_nm", b.wavelength_nm, "effective wavelength [nm]; 0: from the throughput",
           kNotNegative);
  f.number("width_nm", b.width_nm, "width of the band [nm]", kNotNegative);
  f.number("depth_cm", b.depth_cm, "Cm of the depth formula [mag]");
  f.number("depth_dcm_infinity", b.depth_dcm_infinity, "dCm_inf of the depth formula [mag]",
           kNotNegative);
  f.number("fwhm_eff_arcsec", b.fwhm_eff_arcsec, "effective FWHM in standard conditions [arcsec]",
           kNotNegative);
  f.numbers("throughput_nm", b.throughput_nm, "wavelengths of the throughput [nm]", kPositive);
  f.numbers("throughput", b.throughput, "total system at one airmass", kFraction);
}

void describe(Fields& f, Operations& o) {
  f.number("visits_per_night", o.visits_per_night, "visits in a night", kNotNegative);
  f.number("visits_total", o.visits_total, "visits of the whole survey", kNotNegative);
  f.number("exposures_per_visit", o.exposures_per_visit, "exposures of a visit", kPositive);
  f.number("exposure_s", o.exposure_s, "time of one exposure [s]", kNotNegative);
  f.number("bits_per_pixel", o.bits_per_pixel, "bits of a raw pixel as read out", kPositive);
  f.number("events_per_visit", o.events_per_visit, "alerts that a visit must be able to give",
           kNotNegative);
}

void describe(Fields& f, Headline& h) {
  f.text("name", h.name, "what the figure is of");
  f.text("stated", h.stated, "the figure as published");
  f.text("quantity", h.quantity, "what to compute beside it; empty: stated only");
  f.text("source", h.source, "where it was published");
}

void describe(Fields& f, InstrumentDescription& d) {
  f.text("name", d.name, "short name of the instrument");
  f.text("title", d.title, "one line about it");
  f.text("based_on", d.based_on, "built-in instrument whose values hold where none are given");
  f.text("throughput_table", d.throughput_table,
         "built-in table of throughputs, a column a band, for bands that give none");
  f.text("amplifier_table", d.amplifier_table,
         "built-in table of gain, read noise, full well and crosstalk by amplifier");
  f.texts("sources", d.sources, "where the figures come from");
  f.texts("assumptions", d.assumptions, "what no source states");
  describe_nested(f, "site", d.site, "place on Earth");
  describe_nested(f, "telescope", d.telescope, "telescope");
  describe_nested(f, "camera", d.camera, "camera");
  describe_list(f, "band", d.bands, "filters");
  describe_nested(f, "operations", d.operations, "how it is used");
  describe_nested(f, "kinematics", d.kinematics, "how fast it moves and gets ready");
  describe_list(f, "headline", d.headlines, "published figures");
}

}  // namespace skywright::instrument
