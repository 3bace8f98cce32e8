#include "skywright/pipelines/ades.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "skywright/ephemeris/designation.h"

namespace skywright::pipelines {
namespace {

constexpr std::array<std::string_view, 18> kColumns = {
    "permID", "provID",  "trkSub", "mode", "stn",    "obsTime", "ra",      "dec", "rmsRA",
    "rmsDec", "rmsCorr", "astCat", "mag",  "rmsMag", "band",    "photCat", "exp", "logSNR"};

/// At most eight letters and digits.
std::string tracklet_name(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 && out.size() < 8) out += c;
  return out.empty() ? "unnamed" : out;
}

std::string known(double value, const char* format) {
  return std::isfinite(value) ? fmt::format(fmt::runtime(format), value) : std::string();
}

/// ADES allows errors of five characters beside the point's place; none is zero.
std::string error_text(double value) {
  if (!std::isfinite(value)) return {};
  if (value >= 100.0) return fmt::format("{:.0f}", std::min(value, 9999.0));
  return fmt::format("{:.3f}", std::max(value, 0.001));
}

std::vector<std::string> cells(const AdesContext& context, const AdesObservation& o) {
  const ephemeris::Designation d = ephemeris::unpacked(ephemeris::packed(o.designation));
  const bool named = !d.permanent.empty() || !d.provisional.empty();
  const bool bright = std::isfinite(o.magnitude);
  const bool errors = std::isfinite(o.ra_err) && std::isfinite(o.dec_err);
  return {d.permanent,
          d.provisional,
          named ? "" : tracklet_name(o.designation),
          "CCD",
          context.observatory_code,
          time::iso_text(o.time, 3) + "Z",
          fmt::format("{:.7f}", o.ra),
          fmt::format("{:.7f}", o.dec),
          errors ? error_text(o.ra_err) : "",
          errors ? error_text(o.dec_err) : "",
          errors ? known(std::clamp(o.correlation, -0.999, 0.999), "{:.3f}") : "",
          context.star_catalog,
          bright ? fmt::format("{:.2f}", o.magnitude) : "",
          bright ? error_text(o.magnitude_err) : "",
          bright ? o.band : "",
          bright ? context.star_catalog : "",
          known(o.exposure_s > 0.0 ? o.exposure_s : std::nan(""), "{:.1f}"),
          o.snr > 0.0 ? fmt::format("{:.2f}", std::log10(o.snr)) : ""};
}

}  // namespace

std::string ades_band(const std::string& instrument, const std::string& band) {
  // Rubin's bands have names of their own: minorplanetcenter.net/iau/info/ADESFieldValues.html.
  std::string name = instrument.starts_with("lsst") ? "L" + band : band;
  std::erase_if(name, [](unsigned char c) { return std::isalnum(c) == 0; });
  return name.substr(0, 3);
}

std::string ades_psv(const AdesContext& context, const std::vector<AdesObservation>& observations) {
  std::string out = "# version=2022\n";
  out += fmt::format("# observatory\n! mpcCode {}\n", context.observatory_code);
  for (const char* role : {"submitter", "observers", "measurers"})
    out += fmt::format("# {}\n! name {}\n", role, context.submitter);
  out += "# telescope\n! design Reflector\n! detector CCD\n";
  if (context.aperture_m > 0.0) out += fmt::format("! aperture {:.1f}\n", context.aperture_m);
  std::vector<std::vector<std::string>> rows;
  rows.emplace_back(kColumns.begin(), kColumns.end());
  for (const AdesObservation& o : observations) rows.push_back(cells(context, o));
  std::array<std::size_t, kColumns.size()> width{};
  for (const auto& row : rows)
    for (std::size_t k = 0; k < row.size(); ++k) width[k] = std::max(width[k], row[k].size());
  for (const auto& row : rows) {
    for (std::size_t k = 0; k < row.size(); ++k)
      out += fmt::format("{:<{}}{}", row[k], width[k], k + 1 < row.size() ? "|" : "\n");
  }
  return out;
}

}  // namespace skywright::pipelines
