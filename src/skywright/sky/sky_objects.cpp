#include "skywright/sky/sky_objects.h"

#include <string>

namespace skywright::sky {
namespace {

template <class T>
void extend(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

std::string_view object_kind_name(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::star:
      return "star";
    case ObjectKind::galaxy:
      return "galaxy";
    case ObjectKind::variable_star:
      return "variable_star";
    case ObjectKind::active_nucleus:
      return "active_nucleus";
    case ObjectKind::supernova:
      return "supernova";
    case ObjectKind::moving_object:
      return "moving_object";
    case ObjectKind::transient:
      return "transient";
  }
  return "";
}

void append(SkyObjects& objects, const SkyObject& o) {
  objects.id.push_back(o.id);
  objects.kind.push_back(o.kind);
  objects.ra.push_back(o.ra);
  objects.dec.push_back(o.dec);
  objects.flux.push_back(static_cast<float>(o.flux));
  objects.quiet_flux.push_back(static_cast<float>(o.quiet_flux));
  objects.radius.push_back(static_cast<float>(o.radius));
  objects.bulge_radius.push_back(static_cast<float>(o.bulge_radius));
  objects.bulge_fraction.push_back(static_cast<float>(o.bulge_fraction));
  objects.axis_ratio.push_back(static_cast<float>(o.axis_ratio));
  objects.position_angle.push_back(static_cast<float>(o.position_angle));
  objects.host.push_back(o.host);
  objects.host_flux.push_back(static_cast<float>(o.host_flux));
  objects.host_radius.push_back(static_cast<float>(o.host_radius));
  objects.host_offset.push_back(static_cast<float>(o.host_offset));
  objects.rate_ra.push_back(static_cast<float>(o.rate_ra));
  objects.rate_dec.push_back(static_cast<float>(o.rate_dec));
}

void append(SkyObjects& objects, const SkyObjects& more) {
  extend(objects.id, more.id);
  extend(objects.kind, more.kind);
  extend(objects.ra, more.ra);
  extend(objects.dec, more.dec);
  extend(objects.flux, more.flux);
  extend(objects.quiet_flux, more.quiet_flux);
  extend(objects.radius, more.radius);
  extend(objects.bulge_radius, more.bulge_radius);
  extend(objects.bulge_fraction, more.bulge_fraction);
  extend(objects.axis_ratio, more.axis_ratio);
  extend(objects.position_angle, more.position_angle);
  extend(objects.host, more.host);
  extend(objects.host_flux, more.host_flux);
  extend(objects.host_radius, more.host_radius);
  extend(objects.host_offset, more.host_offset);
  extend(objects.rate_ra, more.rate_ra);
  extend(objects.rate_dec, more.rate_dec);
}

table::Table as_table(const SkyObjects& o) {
  table::Table t;
  std::vector<std::string> kinds;
  kinds.reserve(o.size());
  for (const ObjectKind kind : o.kind) kinds.emplace_back(object_kind_name(kind));
  t.add("id", "", "object; the same for every place, time and band asked for", o.id);
  t.add("kind", "",
        "star, galaxy, variable_star, active_nucleus, supernova, moving_object or transient",
        kinds);
  t.add("ra", "deg", "ICRS right ascension at the instant", o.ra);
  t.add("dec", "deg", "ICRS declination at the instant", o.dec);
  t.add("flux", "nJy", "above the atmosphere, in the band, at the instant", o.flux);
  t.add("quietFlux", "nJy", "of the same object in a sky where nothing varies or moves",
        o.quiet_flux);
  t.add("radius", "arcsec", "half-light radius of the disc, major axis; 0: a point", o.radius);
  t.add("bulgeRadius", "arcsec", "half-light radius of the bulge, major axis", o.bulge_radius);
  t.add("bulgeFraction", "", "of the flux", o.bulge_fraction);
  t.add("axisRatio", "", "minor over major axis", o.axis_ratio);
  t.add("positionAngle", "deg", "major axis, from north through east", o.position_angle);
  t.add("hostId", "", "galaxy that it belongs to, -1 for none", o.host);
  t.add("hostFlux", "nJy", "of that galaxy", o.host_flux);
  t.add("hostRadius", "arcsec", "circularised half-light radius of that galaxy", o.host_radius);
  t.add("hostOffset", "arcsec", "from that galaxy's centre", o.host_offset);
  t.add("rateRa", "arcsec/s", "motion, with cos(dec)", o.rate_ra);
  t.add("rateDec", "arcsec/s", "motion", o.rate_dec);
  return t;
}

}  // namespace skywright::sky
