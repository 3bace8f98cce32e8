#include "skywright/io/wcs_cards.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>

#include <fmt/format.h>

#include "skywright/base/error.h"

namespace skywright::io {
namespace {

using header::Header;
using wcs::Linear;
using wcs::Sip;
using wcs::Tpv;
using wcs::Wcs;

[[noreturn]] void refuse(const std::string& reason) {
  throw InputError("the WCS of this header", reason,
                   "repair its cards, or find the WCS anew with `skywright solve`");
}

/// The card's number; empty where it is missing. A card that holds no number makes no sense.
std::optional<double> real(const Header& header, const std::string& keyword) {
  if (!header.contains(keyword)) return {};
  const auto value = header.number(keyword);
  if (!value || !std::isfinite(*value)) refuse(keyword + " is not a number");
  return value;
}

double required(const Header& header, const std::string& keyword) {
  const auto value = real(header, keyword);
  if (!value) refuse(keyword + " is missing");
  return *value;
}

/// CTYPE as its parts: "RA---TAN-SIP" is RA, TAN, SIP.
struct AxisType {
  std::string axis;
  std::string projection;
  std::string distortion;
};

AxisType axis_type(const Header& header, int axis) {
  const std::string text = header.text(fmt::format("CTYPE{}", axis)).value_or("");
  AxisType out;
  const auto dash = text.find('-');
  out.axis = text.substr(0, dash);
  const auto start = text.find_first_not_of('-', dash);
  if (dash == std::string::npos || start == std::string::npos) return out;
  out.projection = text.substr(start, 3);
  if (text.size() > start + 4 && text[start + 3] == '-') out.distortion = text.substr(start + 4);
  return out;
}

bool is_celestial(const std::string& axis) {
  return axis == "RA" || axis == "DEC" || axis.ends_with("LON") || axis.ends_with("LAT");
}

/// Degrees in a unit of CUNIT.
double degrees_of(const std::string& unit) {
  if (unit.empty() || unit == "deg" || unit == "degree" || unit == "degrees" || unit == "DEG")
    return 1.0;
  if (unit == "arcmin") return 1.0 / 60.0;
  if (unit == "arcsec") return 1.0 / 3600.0;
  if (unit == "mas") return 1.0 / 3.6e6;
  if (unit == "rad") return 180.0 / std::numbers::pi;
  refuse("CUNIT '" + unit + "' is no unit of angle");
}

void check_frame(const Header& header) {
  std::string frame = header.text("RADESYS").value_or(header.text("RADECSYS").value_or(""));
  std::transform(frame.begin(), frame.end(), frame.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  std::optional<double> equinox = header.number("EQUINOX");
  if (!equinox) equinox = header.number("EPOCH");
  // Without RADESYS the equinox tells the frame (FITS 4.0, section 8.3).
  if (frame.empty()) frame = !equinox ? "ICRS" : *equinox < 1984.0 ? "FK4" : "FK5";
  if (frame == "ICRS") return;
  if (frame != "FK5") refuse("its frame " + frame + " is neither ICRS nor FK5");
  // A year of precession is 50 arcsec.
  if (equinox && std::abs(*equinox - 2000.0) > 1e-3)
    refuse(fmt::format("its equinox {} is not 2000", *equinox));
}

std::array<double, 4> matrix(const Header& header) {
  const auto card = [&](const char* stem, int i, int j) {
    return real(header, fmt::format("{}{}_{}", stem, i, j));
  };
  std::array<double, 4> out{};
  bool has_cd = false;
  bool has_pc = false;
  for (int k = 0; k < 4; ++k) {
    has_cd |= card("CD", k / 2 + 1, k % 2 + 1).has_value();
    has_pc |= card("PC", k / 2 + 1, k % 2 + 1).has_value();
  }
  if (has_cd) {
    for (int k = 0; k < 4; ++k)
      out[static_cast<std::size_t>(k)] = card("CD", k / 2 + 1, k % 2 + 1).value_or(0.0);
    return out;
  }
  const std::array<double, 2> delta = {required(header, "CDELT1"), required(header, "CDELT2")};
  if (has_pc) {
    for (int k = 0; k < 4; ++k) {
      const double unit = k == 0 || k == 3 ? 1.0 : 0.0;
      out[static_cast<std::size_t>(k)] =
          delta[static_cast<std::size_t>(k / 2)] * card("PC", k / 2 + 1, k % 2 + 1).value_or(unit);
    }
    return out;
  }
  // Calabretta & Greisen (2002), A&A 395, 1077, eq. 189.
  auto turn = real(header, "CROTA2");
  if (!turn) turn = real(header, "CROTA1");
  const double angle = turn.value_or(0.0) * std::numbers::pi / 180.0;
  return {delta[0] * std::cos(angle), -delta[1] * std::sin(angle), delta[0] * std::sin(angle),
          delta[1] * std::cos(angle)};
}

/// Coefficients of one polynomial of SIP on the grid of `order`.
std::vector<double> sip_terms(const Header& header, const char* name, int order) {
  std::vector<double> out(static_cast<std::size_t>((order + 1) * (order + 1)), 0.0);
  for (int p = 0; p <= order; ++p)
    for (int q = 0; p + q <= order; ++q)
      out[static_cast<std::size_t>(p * (order + 1) + q)] =
          real(header, fmt::format("{}_{}_{}", name, p, q)).value_or(0.0);
  return out;
}

int sip_order(const Header& header, const char* a, const char* b) {
  double order = 0.0;
  for (const char* name : {a, b})
    order = std::max(order, real(header, fmt::format("{}_ORDER", name)).value_or(0.0));
  if (order > 9.0 || order != std::floor(order))
    refuse(fmt::format("its {}_ORDER {} is not within 0 to 9", a, order));
  return static_cast<int>(order);
}

std::optional<Sip> sip_of(const Header& header) {
  Sip sip;
  sip.order = std::max(2, sip_order(header, "A", "B"));
  if (!header.contains("A_ORDER") && !header.contains("B_ORDER")) return {};
  sip.a = sip_terms(header, "A", sip.order);
  sip.b = sip_terms(header, "B", sip.order);
  sip.inverse_order = sip_order(header, "AP", "BP");
  if (sip.inverse_order > 0) {
    sip.ap = sip_terms(header, "AP", sip.inverse_order);
    sip.bp = sip_terms(header, "BP", sip.inverse_order);
  }
  return sip;
}

/// PVi_j of an axis: which are there, and their values over the defaults of TPV.
struct AxisParameters {
  std::array<double, 40> value{};
  int highest = -1;
};
AxisParameters parameters(const Header& header, int axis) {
  AxisParameters out;
  out.value[1] = 1.0;  // the TPV registry: PVi_1 is 1 where it is not given
  for (int k = 0; k < 40; ++k) {
    const auto value = real(header, fmt::format("PV{}_{}", axis, k));
    if (!value) continue;
    out.value[static_cast<std::size_t>(k)] = *value;
    out.highest = k;
  }
  return out;
}

bool is_identity(const Tpv& tpv) {
  std::array<double, 40> unit{};
  unit[1] = 1.0;
  return tpv.pv1 == unit && tpv.pv2 == unit;
}

/// Turn the native sphere so that its pole's longitude becomes 180 degrees, which `Wcs` assumes.
void apply_lonpole(Linear& linear, double lonpole) {
  const double angle = (180.0 - lonpole) * std::numbers::pi / 180.0;
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  const auto cd = linear.cd;
  linear.cd = {c * cd[0] - s * cd[2], c * cd[1] - s * cd[3], s * cd[0] + c * cd[2],
               s * cd[1] + c * cd[3]};
}

void check_linear(const Linear& linear) {
  const auto& cd = linear.cd;
  const double determinant = cd[0] * cd[3] - cd[1] * cd[2];
  const double size = std::hypot(cd[0], cd[2]) * std::hypot(cd[1], cd[3]);
  if (!(std::abs(determinant) > 1e-9 * size)) refuse("its matrix is singular");
  const double scale = std::sqrt(std::abs(determinant));
  if (!(scale > 1e-10 && scale < 10.0))
    refuse(fmt::format("its pixels are {} degrees wide", scale));
  if (std::abs(linear.reference_sky.dec.degrees()) > 90.0)
    refuse(fmt::format("its declination {} is beyond a pole", linear.reference_sky.dec.degrees()));
  if (std::abs(linear.reference_sky.ra.degrees()) > 720.0)
    refuse(fmt::format("its right ascension is {}", linear.reference_sky.ra.degrees()));
  if (std::abs(linear.reference_pixel.x) > 1e9 || std::abs(linear.reference_pixel.y) > 1e9)
    refuse("its reference pixel is absurdly far away");
}

Linear linear_of(const Header& header, bool swapped) {
  Linear linear;
  const int ra_axis = swapped ? 2 : 1;
  const int dec_axis = swapped ? 1 : 2;
  const auto unit = [&](int axis) {
    return degrees_of(header.text(fmt::format("CUNIT{}", axis)).value_or(""));
  };
  const auto value = [&](int axis) {
    return required(header, fmt::format("CRVAL{}", axis)) * unit(axis);
  };
  const double ra = value(ra_axis);
  linear.reference_sky =
      sphere::SkyPosition::from_degrees(ra - 360.0 * std::floor(ra / 360.0), value(dec_axis));
  linear.reference_pixel = {required(header, "CRPIX1") - 1.0, required(header, "CRPIX2") - 1.0};
  const auto m = matrix(header);
  const double u1 = unit(1);
  const double u2 = unit(2);
  linear.cd = {m[0] * u1, m[1] * u1, m[2] * u2, m[3] * u2};
  if (swapped) linear.cd = {linear.cd[2], linear.cd[3], linear.cd[0], linear.cd[1]};
  return linear;
}

/// Does the keyword belong to a WCS, primary or alternate?
bool is_wcs_card(std::string_view keyword) {
  static constexpr std::string_view kWords[] = {
      "LONPOLE", "LATPOLE", "RADESYS",  "RADECSYS", "EQUINOX", "WCSAXES", "WCSNAME",
      "A_ORDER", "B_ORDER", "AP_ORDER", "BP_ORDER", "A_DMAX",  "B_DMAX"};
  if (std::find(std::begin(kWords), std::end(kWords), keyword) != std::end(kWords)) return true;
  const auto matches = [&](std::string_view stem, bool pair) {
    if (!keyword.starts_with(stem)) return false;
    std::string_view rest = keyword.substr(stem.size());
    if (!rest.empty() && rest.back() >= 'A' && rest.back() <= 'Z') rest.remove_suffix(1);
    const auto low = rest.find('_');
    const auto digits = [](std::string_view s) {
      return !s.empty() && s.find_first_not_of("0123456789") == std::string_view::npos;
    };
    if (!pair) return digits(rest);
    return low != std::string_view::npos && digits(rest.substr(0, low)) &&
           digits(rest.substr(low + 1));
  };
  for (const char* stem : {"CTYPE", "CRPIX", "CRVAL", "CUNIT", "CDELT", "CROTA"})
    if (matches(stem, false)) return true;
  for (const char* stem : {"CD", "PC", "PV", "PS", "A_", "B_", "AP_", "BP_", "WAT"})
    if (matches(stem, true)) return true;
  return false;
}

void set_sip(Header& header, const Sip& sip) {
  const auto terms = [&](const char* name, const std::vector<double>& values, int order) {
    header.set(fmt::format("{}_ORDER", name), order);
    for (int p = 0; p <= order; ++p)
      for (int q = 0; p + q <= order; ++q) {
        const double value = values[static_cast<std::size_t>(p * (order + 1) + q)];
        if (value != 0.0) header.set(fmt::format("{}_{}_{}", name, p, q), value);
      }
  };
  terms("A", sip.a, sip.order);
  terms("B", sip.b, sip.order);
  if (sip.inverse_order == 0) return;
  terms("AP", sip.ap, sip.inverse_order);
  terms("BP", sip.bp, sip.inverse_order);
}

void set_tpv(Header& header, const Tpv& tpv) {
  const auto terms = [&](int axis, const std::array<double, 40>& values) {
    for (std::size_t k = 0; k < values.size(); ++k)
      if (k == 1 || values[k] != 0.0) header.set(fmt::format("PV{}_{}", axis, k), values[k]);
  };
  terms(1, tpv.pv1);
  terms(2, tpv.pv2);
}

}  // namespace

std::optional<Wcs> wcs_from_header(const Header& header) {
  const AxisType first = axis_type(header, 1);
  const AxisType second = axis_type(header, 2);
  const auto celestial = [](const AxisType& t) {
    return is_celestial(t.axis) && !t.projection.empty();
  };
  if (!celestial(first) && !celestial(second)) return {};
  const bool swapped = first.axis == "DEC" && second.axis == "RA";
  if (!swapped && (first.axis != "RA" || second.axis != "DEC"))
    refuse(fmt::format("its axes '{}' and '{}' are not RA and DEC",
                       header.text("CTYPE1").value_or(""), header.text("CTYPE2").value_or("")));
  if (first.projection != second.projection) refuse("its axes have two projections");
  const std::string& projection = first.projection;
  if (projection != "TAN" && projection != "TPV")
    refuse(fmt::format("its projection {} is not TAN, TAN-SIP or TPV", projection));
  if (!first.distortion.empty() && first.distortion != "SIP")
    refuse(fmt::format("its distortion {} is not SIP", first.distortion));
  check_frame(header);
  Linear linear = linear_of(header, swapped);
  check_linear(linear);

  const AxisParameters p1 = parameters(header, 1);
  const AxisParameters p2 = parameters(header, 2);
  const bool is_sip = projection == "TAN" && first.distortion == "SIP";
  // For TAN the standard knows PV1_1 to PV1_4 on the axis of longitude only; SCAMP before 2.0 wrote
  // its polynomials under the same names, always on both axes.
  const bool scamp = projection == "TAN" && !is_sip && (p2.highest >= 0 || p1.highest > 4);
  const double at_pole = linear.reference_sky.dec.degrees() >= 90.0 ? 0.0 : 180.0;
  double lonpole = real(header, "LONPOLE").value_or(at_pole);
  if (projection == "TAN" && !is_sip && !scamp && p1.highest >= 1) {
    const auto pv1_1 = real(header, "PV1_1");
    const auto pv1_2 = real(header, "PV1_2");
    if (pv1_1.value_or(0.0) != 0.0 || pv1_2.value_or(90.0) != 90.0)
      refuse("PV1_1 and PV1_2 move its fiducial point, which is not read here");
    lonpole = real(header, "PV1_3").value_or(lonpole);
  }
  const bool turned = std::abs(lonpole - 180.0) > 1e-12;
  if (projection == "TPV" || scamp) {
    const Tpv tpv = swapped ? Tpv{p2.value, p1.value} : Tpv{p1.value, p2.value};
    if (turned && !is_identity(tpv)) refuse("LONPOLE is not 180 in a TPV, which is not read here");
    if (turned) apply_lonpole(linear, lonpole);
    return is_identity(tpv) ? Wcs(linear) : Wcs(linear, tpv);
  }
  if (turned) apply_lonpole(linear, lonpole);
  // Some files give SIP's coefficients and forget -SIP in CTYPE; they mean it.
  if (auto sip = sip_of(header)) return Wcs(linear, *std::move(sip));
  return Wcs(linear);
}

void set_wcs(Header& header, const Wcs& wcs) {
  std::vector<std::string> old;
  for (const header::Card& card : header.cards())
    if (is_wcs_card(card.keyword)) old.push_back(card.keyword);
  for (const std::string& keyword : old) header.erase(keyword);
  const Linear& linear = wcs.linear();
  const std::string kind = wcs.tpv() != nullptr ? "TPV" : wcs.sip() != nullptr ? "TAN-SIP" : "TAN";
  header.set("CTYPE1", header::Value("RA---" + kind), "right ascension");
  header.set("CTYPE2", header::Value("DEC--" + kind), "declination");
  header.set("CUNIT1", "deg");
  header.set("CUNIT2", "deg");
  header.set("CRPIX1", linear.reference_pixel.x + 1.0, "reference pixel, the first pixel is 1");
  header.set("CRPIX2", linear.reference_pixel.y + 1.0);
  header.set("CRVAL1", linear.reference_sky.ra.degrees(), "[deg] sky at the reference pixel");
  header.set("CRVAL2", linear.reference_sky.dec.degrees(), "[deg]");
  header.set("CD1_1", linear.cd[0], "[deg/pixel]");
  header.set("CD1_2", linear.cd[1]);
  header.set("CD2_1", linear.cd[2]);
  header.set("CD2_2", linear.cd[3]);
  header.set("LONPOLE", 180.0, "[deg]");
  header.set("RADESYS", "ICRS");
  if (wcs.sip() != nullptr) set_sip(header, *wcs.sip());
  if (wcs.tpv() != nullptr) set_tpv(header, *wcs.tpv());
}

}  // namespace skywright::io
