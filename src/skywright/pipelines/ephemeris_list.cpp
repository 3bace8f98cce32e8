#include "skywright/pipelines/ephemeris_list.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/ephemeris/sky_bodies.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/fits.h"
#include "skywright/io/wcs_cards.h"
#include "skywright/pipelines/known_movers.h"

namespace skywright::pipelines {
namespace {

using ephemeris::CatalogMotion;
using ephemeris::OrbitCatalog;
using ephemeris::PlanetaryEphemeris;

struct ImageField {
  wcs::Wcs wcs;
  image::Box box;
};

/// The first image of a file that has a WCS.
struct FoundImage {
  header::Header header;
  ImageField field;
};

FoundImage find_image(const std::string& file) {
  for (const io::HduSummary& hdu : io::list_hdus(file)) {
    if (hdu.axes.size() != 2) continue;
    const io::HduSelector selector{.index = hdu.index, .name = std::nullopt};
    header::Header header = io::read_header(file, selector);
    if (const auto wcs = io::wcs_from_header(header)) {
      return {std::move(header),
              {*wcs, {0, 0, static_cast<int>(hdu.axes[0]), static_cast<int>(hdu.axes[1])}}};
    }
  }
  throw InputError(file, "it holds no image with a WCS",
                   "solve it by `skywright solve`, or give --ra, --dec and --radius");
}

/// Bodies that two-body motion brings within a degree of the field, and all whose orbits planets
/// may have turned by more than that: near-Earth ones, those that reach Jupiter, those of old
/// epochs.
OrbitCatalog near_field(OrbitCatalog&& all, const sphere::Cone& field,
                        const CatalogMotion::Observer& observer, const Execution& execution) {
  constexpr double kLongest = 400.0;  // [day]
  sphere::Cone wide = field;
  wide.radius =
      std::min(field.radius + sphere::Angle::from_degrees(1.0), sphere::Angle::from_degrees(180.0));
  std::vector<char> keep(all.size(), 0);
  execution.for_chunks(all.size(), 4096, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const ephemeris::OrbitFrame& frame = all.frame[i];
      const double q = frame.perihelion_distance, e = frame.eccentricity;
      const double aphelion = e < 1.0 ? q * (1.0 + e) / (1.0 - e) : 1e9;
      const bool turned = q < 1.3 || (aphelion > 4.2 && q < 5.8) ||
                          !(std::abs(all.facts[i].epoch - observer.time.mjd()) < kLongest);
      keep[i] = turned || wide.contains(sphere::unit_vector(
                              ephemeris::seen_body(frame, all.orbit[i].perihelion_time, 0.0, 0.0,
                                                   observer.state, observer.sun, observer.time)
                                  .position));
    }
  });
  OrbitCatalog out;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (keep[i] != 0)
      out.append(std::move(all.name[i]), all.orbit[i], all.absolute_magnitude[i], all.slope[i],
                 std::move(all.facts[i]));
  return out;
}

/// One body that is listed.
struct Listed {
  std::size_t body = 0;
  ephemeris::SeenBody seen;
  image::PixelPosition at;
};

table::Table table_of(const OrbitCatalog& orbits, const std::vector<Listed>& listed,
                      const CatalogMotion::Observer& observer, bool pixels) {
  std::vector<std::string> designation, name;
  std::vector<double> ra, dec, ra_rate, dec_rate, v, h, r, d, phase, elongation, error, x, y;
  const sphere::UnitVector sun = (observer.sun.position - observer.state.position).direction();
  for (const Listed& l : listed) {
    designation.push_back(primary_designation(orbits, l.body));
    name.push_back(orbits.name[l.body]);
    ra.push_back(l.seen.position.ra.wrapped().degrees());
    dec.push_back(l.seen.position.dec.degrees());
    ra_rate.push_back(l.seen.ra_rate * 150.0);  // [arcsec/h]
    dec_rate.push_back(l.seen.dec_rate * 150.0);
    v.push_back(l.seen.magnitude);
    h.push_back(orbits.absolute_magnitude[l.body]);
    r.push_back(l.seen.heliocentric_distance);
    d.push_back(l.seen.distance);
    phase.push_back(l.seen.phase.degrees());
    elongation.push_back(sphere::separation(sun, sphere::unit_vector(l.seen.position)).degrees());
    const double wrong = orbit_error(orbits.facts[l.body], l.seen, observer.time);
    error.push_back(wrong > 0.0 ? wrong : std::nan(""));
    x.push_back(l.at.x);
    y.push_back(l.at.y);
  }
  table::Table t;
  t.add("designation", "", "primary designation", designation);
  t.add("name", "", "as the catalog has it", name);
  t.add("ra", "deg", "astrometric, ICRS", ra);
  t.add("dec", "deg", "astrometric, ICRS", dec);
  t.add("raRate", "arcsec/h", "d(ra)/dt cos(dec)", ra_rate);
  t.add("decRate", "arcsec/h", "d(dec)/dt", dec_rate);
  t.add("vMag", "mag", "V by H and G", v);
  t.add("h", "mag", "absolute magnitude", h);
  t.add("helioRange", "au", "from the Sun", r);
  t.add("topoRange", "au", "from the observer", d);
  t.add("phaseAngle", "deg", "Sun, body, observer", phase);
  t.add("elongation", "deg", "from the Sun", elongation);
  t.add("error", "arcsec", "of the orbit, by the Minor Planet Center's U", error);
  if (pixels) {
    t.add("x", "pixel", "column, from 0 at the first pixel's centre", x);
    t.add("y", "pixel", "row", y);
  }
  return t;
}

}  // namespace

EphemerisList list_ephemeris(const EphemerisRequest& request, const Execution& execution) {
  EphemerisList out;
  std::optional<ImageField> image;
  std::optional<sphere::Cone> field = request.field;
  if (!request.image.empty()) {
    image = find_image(request.image).field;
    field = cone_around(image->wcs, image->box);
  }
  out.time = request.time ? *request.time : middle_of_exposure(request.image);
  out.whole_sky = !field;
  const PlanetaryEphemeris kernel =
      request.kernel.empty() ? PlanetaryEphemeris::built_in()
                             : PlanetaryEphemeris::from_spk(io::read_whole_file(request.kernel),
                                                            request.kernel.string());
  const time::Tdb t = time::to_tdb(time::to_tt(out.time));
  CatalogMotion::Observer observer{ephemeris::earth_at(t, kernel).barycentric,
                                   ephemeris::sun_at(t, kernel), t};
  if (request.site) {
    // The site's own place about the Earth's centre is the same by any kernel.
    const ephemeris::State there =
        ephemeris::ObservedSky(*request.site, time::to_utc(out.time)).observer();
    const ephemeris::State centre = ephemeris::earth_at(t).barycentric;
    observer.state.position = observer.state.position + (there.position - centre.position);
    observer.state.velocity = observer.state.velocity + (there.velocity - centre.velocity);
  }
  ephemeris::OrbitReading reading = read_orbit_file(request.orbits, execution);
  out.orbits = reading.orbits.size();
  out.skipped = reading.skipped;
  out.first_skipped = std::move(reading.first_skipped);
  OrbitCatalog orbits = std::move(reading.orbits);
  if (field) orbits = near_field(std::move(orbits), *field, observer, execution);

  constexpr double kReach = 0.02;  // [day]
  const CatalogMotion motion(orbits, {t.jd1, t.jd2 - kReach}, {t.jd1, t.jd2 + kReach}, kernel,
                             execution);
  out.unperturbed = motion.counts().unperturbed;
  out.lost = motion.counts().lost;
  std::vector<std::size_t> which;
  if (field) {
    which = motion.candidates(*field);
  } else {
    which.resize(orbits.size());
    std::iota(which.begin(), which.end(), std::size_t{0});
  }
  std::vector<Listed> all(which.size());
  execution.for_chunks(which.size(), 1024, [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k)
      if (!motion.is_lost(which[k])) all[k] = {which[k], motion.seen(which[k], observer), {}};
  });
  std::vector<Listed> listed;
  for (std::size_t k = 0; k < all.size(); ++k) {
    Listed& l = all[k];
    if (motion.is_lost(which[k]) || l.seen.magnitude > request.faintest) continue;
    if (field && !field->contains(sphere::unit_vector(l.seen.position))) continue;
    if (image) {
      l.at = image->wcs.pixel_at(l.seen.position);
      if (!(l.at.x >= -0.5 && l.at.x < image->box.width - 0.5 && l.at.y >= -0.5 &&
            l.at.y < image->box.height - 0.5))
        continue;
    }
    listed.push_back(l);
  }
  // Those without magnitude come last.
  std::stable_sort(listed.begin(), listed.end(), [](const Listed& a, const Listed& b) {
    const bool known = std::isfinite(a.seen.magnitude), other = std::isfinite(b.seen.magnitude);
    return known && other ? a.seen.magnitude < b.seen.magnitude : known && !other;
  });
  out.bodies = table_of(orbits, listed, observer, image.has_value());
  return out;
}

time::Tai middle_of_exposure(const std::string& file) {
  // Cards may stand in the primary header of a file whose image is an extension.
  const FoundImage found = find_image(file);
  const header::Header primary = io::read_header(file, {.index = 0, .name = std::nullopt});
  const auto number = [&](const char* key) {
    const auto v = found.header.number(key);
    return v ? v : primary.number(key);
  };
  const auto text = [&](const char* key) {
    const auto v = found.header.text(key);
    return v ? v : primary.text(key);
  };
  const std::string scale = text("TIMESYS").value_or("UTC");
  const auto tai = [&](time::Utc t) -> time::Tai {
    if (scale == "TAI") return {t.jd1, t.jd2};
    if (scale == "TT" || scale == "TDT") return time::to_tai(time::Tt{t.jd1, t.jd2});
    if (scale == "TDB") return time::to_tai(time::to_tt(time::Tdb{t.jd1, t.jd2}));
    return time::to_tai(t);
  };
  if (const auto mjd = number("MJD-AVG")) return tai(time::Utc::from_mjd(*mjd));
  if (const auto date = text("DATE-AVG")) return tai(time::utc_from_iso(*date));
  double half = 0.0;
  for (const char* key : {"EXPTIME", "XPOSURE", "EXPOSURE"})
    if (const auto seconds = number(key); seconds && half == 0.0) half = 0.5 * *seconds;
  for (const char* key : {"MJD-BEG", "MJD-OBS"})
    if (const auto mjd = number(key)) return tai(time::Utc::from_mjd(*mjd)).plus_seconds(half);
  for (const char* key : {"DATE-BEG", "DATE-OBS"})
    if (const auto date = text(key)) return tai(time::utc_from_iso(*date)).plus_seconds(half);
  throw InputError(file, "its header tells no time (MJD-AVG, DATE-AVG, MJD-OBS or DATE-OBS)",
                   "give it by --mjd or --date");
}

}  // namespace skywright::pipelines
