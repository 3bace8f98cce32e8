#include "skywright/associate/dia_object.h"

#include <algorithm>
#include <numbers>
#include <string>

namespace skywright::associate {
namespace {

/// Variance of one coordinate, the floor included [deg^2].
double variance(double err, double floor) {
  const double own = std::isfinite(err) && err > 0.0 ? err : 0.0;
  return own * own + floor * floor;
}

double wrapped_difference(double ra, double from) { return std::remainder(ra - from, 360.0); }

struct Weighted {
  double value;
  double err;
};

/// The mean of a value at 0 with error `err` and one at `offset` with variance `var`.
Weighted combined(double err, double offset, double var) {
  const double weight = 1.0 / var;
  const double old_weight = 1.0 / (err * err);
  return {offset * (weight / (old_weight + weight)), 1.0 / std::sqrt(old_weight + weight)};
}

/// A flux summary's columns: name after the band, unit, and the member.
struct SummaryColumn {
  std::string_view suffix;
  double FluxSummary::*member;
  std::string_view description;
};
constexpr std::array<SummaryColumn, 7> kSummaryColumns = {{
    {"_psfFluxMean", &FluxSummary::mean, "mean of psfFlux weighted by inverse variance"},
    {"_psfFluxMeanErr", &FluxSummary::mean_err, "its standard error"},
    {"_psfFluxSigma", &FluxSummary::sigma, "sample standard deviation of psfFlux"},
    {"_psfFluxMin", &FluxSummary::min, "lowest psfFlux"},
    {"_psfFluxMax", &FluxSummary::max, "highest psfFlux"},
    {"_psfFluxErrMean", &FluxSummary::err_mean, "mean of psfFluxErr"},
    {"_psfFluxPlainMean", &FluxSummary::plain_mean, "unweighted mean of psfFlux"},
}};
constexpr std::string_view kCountSuffix = "_psfFluxNdata";

std::string named(std::size_t band, std::string_view suffix) {
  return std::string(kBands[band]) + std::string(suffix);
}

/// The plain columns.
struct RealColumn {
  std::string_view name;
  std::string_view unit;
  double DiaObject::*member;
  std::string_view description;
};
constexpr std::array<RealColumn, 7> kRealColumns = {{
    {"validityStartMjdTai", "d", &DiaObject::validity_start, "time from which this summary holds"},
    {"ra", "deg", &DiaObject::ra, "right ascension, ICRS"},
    {"dec", "deg", &DiaObject::dec, "declination, ICRS"},
    {"raErr", "deg", &DiaObject::ra_err, "standard error of ra, times cos(dec)"},
    {"decErr", "deg", &DiaObject::dec_err, "standard error of dec"},
    {"firstDiaSourceMjdTai", "d", &DiaObject::first_time, "first detection, MJD TAI"},
    {"lastDiaSourceMjdTai", "d", &DiaObject::last_time, "last detection, MJD TAI"},
}};

}  // namespace

std::optional<std::size_t> band_index(std::string_view band) {
  const auto it = std::find(kBands.begin(), kBands.end(), band);
  if (it == kBands.end()) return {};
  return static_cast<std::size_t>(it - kBands.begin());
}

DiaObject object_from(const Detection& first, std::string_view band, double time,
                      double position_floor) {
  DiaObject object;
  object.id = first.id;
  object.ra = first.ra;
  object.dec = first.dec;
  object.ra_err = std::sqrt(variance(first.ra_err, position_floor));
  object.dec_err = std::sqrt(variance(first.dec_err, position_floor));
  object.validity_start = time;
  object.first_time = time;
  object.last_time = time;
  object.detections = 1;
  if (const auto b = band_index(band)) object.bands[*b].add(first.flux, first.flux_err);
  return object;
}

void update(DiaObject& object, const Detection& detection, std::string_view band, double time,
            double position_floor) {
  const double cos_dec = std::max(std::cos(object.dec * std::numbers::pi / 180.0), 1e-9);
  const Weighted east =
      combined(object.ra_err, wrapped_difference(detection.ra, object.ra) * cos_dec,
               variance(detection.ra_err, position_floor));
  const Weighted north = combined(object.dec_err, detection.dec - object.dec,
                                  variance(detection.dec_err, position_floor));
  object.ra += east.value / cos_dec;
  if (object.ra < 0.0) object.ra += 360.0;
  if (object.ra >= 360.0) object.ra -= 360.0;
  object.dec = std::clamp(object.dec + north.value, -90.0, 90.0);
  object.ra_err = east.err;
  object.dec_err = north.err;
  object.validity_start = std::max(object.validity_start, time);
  object.first_time = std::min(object.first_time, time);
  object.last_time = std::max(object.last_time, time);
  ++object.detections;
  if (const auto b = band_index(band)) object.bands[*b].add(detection.flux, detection.flux_err);
}

table::Table to_table(std::span<const DiaObject> objects) {
  table::Table out;
  const auto column = [&](auto&& value_of) {
    std::vector<std::decay_t<decltype(value_of(objects[0]))>> values;
    values.reserve(objects.size());
    for (const DiaObject& object : objects) values.push_back(value_of(object));
    return values;
  };
  out.add("diaObjectId", "", "the first detection's id",
          column([](const DiaObject& o) { return o.id; }));
  for (const RealColumn& c : kRealColumns)
    out.add(c.name, c.unit, c.description, column([&](const DiaObject& o) { return o.*c.member; }));
  out.add("nDiaSources", "", "detections associated with it",
          column([](const DiaObject& o) { return o.detections; }));
  for (std::size_t b = 0; b < kBands.size(); ++b) {
    for (const SummaryColumn& c : kSummaryColumns)
      out.add(named(b, c.suffix), "nJy", c.description,
              column([&](const DiaObject& o) { return o.bands[b].*c.member; }));
    out.add(named(b, kCountSuffix), "", "detections with a usable flux",
            column([&](const DiaObject& o) { return o.bands[b].count; }));
  }
  return out;
}

std::vector<DiaObject> objects_from(const table::Table& rows) {
  std::vector<DiaObject> objects(rows.rows());
  const auto fill = [&](std::string_view name, auto&& set) {
    const std::vector<double> values = rows.numbers(name);
    for (std::size_t i = 0; i < values.size(); ++i) set(objects[i], values[i]);
  };
  const auto fill_whole = [&](std::string_view name, auto&& set) {
    const std::vector<std::int64_t> values = rows.wholes(name);
    for (std::size_t i = 0; i < values.size(); ++i) set(objects[i], values[i]);
  };
  fill_whole("diaObjectId", [](DiaObject& o, std::int64_t v) { o.id = v; });
  fill_whole("nDiaSources", [](DiaObject& o, std::int64_t v) { o.detections = v; });
  for (const RealColumn& c : kRealColumns)
    fill(c.name, [&](DiaObject& o, double v) { o.*c.member = v; });
  for (std::size_t b = 0; b < kBands.size(); ++b) {
    for (const SummaryColumn& c : kSummaryColumns)
      fill(named(b, c.suffix), [&](DiaObject& o, double v) { o.bands[b].*c.member = v; });
    fill_whole(named(b, kCountSuffix), [&](DiaObject& o, std::int64_t v) { o.bands[b].count = v; });
  }
  return objects;
}

}  // namespace skywright::associate
