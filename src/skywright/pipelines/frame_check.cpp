#include "skywright/pipelines/frame_check.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/base/error.h"
#include "skywright/config/json_text.h"
#include "skywright/instrument/visit_info.h"
#include "skywright/io/fits.h"
#include "skywright/io/wcs_cards.h"

namespace skywright::pipelines {
namespace {

using header::Header;
using instrument::Detector;
using instrument::Instrument;
using State = FrameFinding::State;

std::string shown(const header::Card& card) {
  if (const auto* text = std::get_if<std::string>(&card.value)) return "'" + *text + "'";
  if (const auto* real = std::get_if<double>(&card.value)) return fmt::format("{:.12g}", *real);
  if (const auto* whole = std::get_if<std::int64_t>(&card.value)) return std::to_string(*whole);
  if (const auto* logical = std::get_if<bool>(&card.value)) return *logical ? "T" : "F";
  return "undefined";
}

/// One role of a keyword in the description.
struct Role {
  const char* what;
  std::string keyword;
  bool required;
  std::string otherwise;  ///< what stands in where it is absent
};

class Checker {
 public:
  Checker(const Instrument& instrument, const std::filesystem::path& frame)
      : instrument_(instrument), path_(frame) {
    check_.frame = frame.string();
    check_.instrument = instrument.name;
    hdus_ = io::list_hdus(frame);
    header_ = merged_header();
  }

  FrameCheck run() {
    check_keywords();
    check_meaning();
    check_pixels();
    check_wcs();
    find_unused();
    return std::move(check_);
  }

 private:
  void add(State state, std::string what, std::string where, std::string value,
           std::string advice) {
    check_.findings.push_back(
        {state, std::move(what), std::move(where), std::move(value), std::move(advice)});
    if (state == State::wrong) check_.usable = false;
  }

  /// The primary's cards with those of the first image in front.
  Header merged_header() {
    Header merged = io::read_header(path_, {.index = 0, .name = {}});
    for (const io::HduSummary& hdu : hdus_) {
      if (hdu.kind != io::HduKind::image || hdu.axes.size() < 2 || hdu.index == 0) continue;
      const Header first = io::read_header(path_, {.index = hdu.index, .name = {}});
      for (const header::Card& card : first.cards())
        if (!card.keyword.empty() && card.keyword != "COMMENT" && card.keyword != "HISTORY")
          merged.set(card.keyword, card.value, card.comment);
      break;
    }
    return merged;
  }

  void check_keywords() {
    const instrument::HeaderKeywords& k = instrument_.camera.keywords;
    const bool has_mjd = !k.mjd_obs.empty() && header_.contains(k.mjd_obs);
    const bool has_date = !k.date_obs.empty() && header_.contains(k.date_obs);
    const auto axis = header_.text("CTYPE1");
    const bool has_wcs = axis && axis->starts_with("RA");
    const instrument::ExposureKind kind = kind_if_understood();
    const bool lit =
        kind == instrument::ExposureKind::science || kind == instrument::ExposureKind::flat;
    const bool pointed = kind == instrument::ExposureKind::science && !has_wcs;
    const std::string no_filter = lit ? "the one band described" : "none: no light goes through it";
    const std::string no_pointing =
        has_wcs ? "the WCS's reference point" : "none: a calibration frame points nowhere";
    const std::array<Role, 12> roles = {{
        {"exposure time", k.exposure_time, true, ""},
        {"time (MJD)", k.mjd_obs, !has_date, "the date serves"},
        {"time (date)", k.date_obs, !has_mjd, "the MJD serves"},
        {"filter", k.band, lit && instrument_.bands.size() > 1, no_filter},
        {"right ascension", k.ra, pointed, no_pointing},
        {"declination", k.dec, pointed, no_pointing},
        {"rotation", k.rotation, false, "0 degrees"},
        {"airmass", k.airmass, false, "1"},
        {"visit", k.visit, false, "0"},
        {"detector", k.detector, instrument_.camera.detectors.size() > 1, "the one described"},
        {"kind of exposure", k.kind, false, "science"},
        {"gain", k.gain, false, "the described gain"},
    }};
    for (const Role& role : roles) {
      if (role.keyword.empty()) continue;
      named_.insert(role.keyword);
      const header::Card* card = header_.find(role.keyword);
      if (card != nullptr)
        add(State::explained, role.what, role.keyword, shown(*card), "");
      else if (role.required)
        add(State::wrong, role.what, role.keyword, "missing",
            "name the right keyword in [camera.keywords]");
      else
        add(State::assumed, role.what, role.keyword, "missing",
            fmt::format("assumed: {}", role.otherwise));
    }
  }

  /// Science where the header cannot be read: that asks for most.
  [[nodiscard]] instrument::ExposureKind kind_if_understood() const {
    try {
      return visit_info_from(header_, instrument_).kind;
    } catch (const InputError&) {
      return instrument::ExposureKind::science;
    }
  }

  /// Whether the values mean something: the reader that the reduction uses.
  void check_meaning() {
    try {
      const instrument::VisitInfo info = visit_info_from(header_, instrument_);
      detector_ = &instrument_.detector(info.detector);
      std::string meaning =
          fmt::format("{} of {:g} s", exposure_kind_name(info.kind), info.exposure_s);
      if (!info.band.empty()) meaning += " in " + info.band;
      meaning += fmt::format(", began MJD {:.6f} TAI", info.start.mjd());
      if (std::isfinite(info.boresight.ra.radians()))
        meaning += fmt::format(", at {:.5f} {:+.5f} deg", info.boresight.ra.wrapped().degrees(),
                               info.boresight.dec.degrees());
      add(State::explained, "exposure", detector_->name, meaning, "");
    } catch (const InputError& error) {
      // Missing keywords stand in the list already; what is there but wrong does not.
      if (check_.usable) add(State::wrong, "exposure", "header", "not understood", error.what());
      check_.usable = false;
    }
    if (detector_ == nullptr) detector_ = &instrument_.camera.detectors.front();
    check_gain();
  }

  void check_gain() {
    const std::string& keyword = instrument_.camera.keywords.gain;
    const auto gain = keyword.empty() ? std::nullopt : header_.number(keyword);
    const double described = detector_->amplifiers.front().gain;
    if (!gain) return;
    if (!(*gain > 0.0))
      add(State::wrong, "gain", keyword, fmt::format("{:g}", *gain), "must be > 0");
    else if (std::abs(*gain / described - 1.0) > 0.01)
      add(State::explained, "gain", keyword, fmt::format("{:g} e/ADU", *gain),
          fmt::format("goes before the described {:g}", described));
  }

  [[nodiscard]] const io::HduSummary* hdu_named(const std::string& name) const {
    // EXTNAMEs are compared as cfitsio does: without regard to case.
    const auto same = [](char a, char b) {
      return std::toupper(static_cast<unsigned char>(a)) ==
             std::toupper(static_cast<unsigned char>(b));
    };
    for (const io::HduSummary& hdu : hdus_)
      if (std::equal(hdu.name.begin(), hdu.name.end(), name.begin(), name.end(), same)) return &hdu;
    return nullptr;
  }
  [[nodiscard]] const io::HduSummary* first_image() const {
    for (const io::HduSummary& hdu : hdus_)
      if (hdu.kind == io::HduKind::image && hdu.axes.size() >= 2) return &hdu;
    return nullptr;
  }

  void check_pixels() {
    const Detector& d = *detector_;
    const io::HduSummary* image = first_image();
    if (image == nullptr) {
      add(State::wrong, "pixels", "file", "no image", "name a file with a two-dimensional image");
      return;
    }
    const bool separate = !d.amplifiers.front().extension.empty();
    const bool any_extension =
        std::any_of(d.amplifiers.begin(), d.amplifiers.end(),
                    [&](const auto& a) { return hdu_named(a.extension) != nullptr; });
    if (separate && any_extension)
      check_extensions(d);
    else
      check_single_image(d, *image);
  }

  void check_extensions(const Detector& d) {
    for (const instrument::Amplifier& a : d.amplifiers) {
      const io::HduSummary* hdu = hdu_named(a.extension);
      const std::string what = "amplifier " + a.name;
      if (hdu == nullptr || hdu->axes.size() < 2) {
        add(State::wrong, what, a.extension, "no such image", "correct its extension");
        continue;
      }
      const std::string size = fmt::format("{} x {}", hdu->axes[0], hdu->axes[1]);
      if (hdu->axes[0] != a.raw.x_end() || hdu->axes[1] != a.raw.y_end())
        add(State::wrong, what, a.extension, size,
            fmt::format("described as {} x {}", a.raw.x_end(), a.raw.y_end()));
      else
        add(State::explained, what, a.extension, size,
            fmt::format("data {} x {}, prescan {}, overscan {} and {}", a.data.width, a.data.height,
                        a.prescan.width, a.serial_overscan.width, a.parallel_overscan.height));
    }
  }

  void check_single_image(const Detector& d, const io::HduSummary& image) {
    int raw_width = 0;
    int raw_height = 0;
    for (const instrument::Amplifier& a : d.amplifiers) {
      raw_width = std::max(raw_width, a.raw.x_end());
      raw_height = std::max(raw_height, a.raw.y_end());
    }
    const bool separate = !d.amplifiers.front().extension.empty();
    const std::string where = fmt::format("HDU {}", image.index);
    const std::string size = fmt::format("{} x {}", image.axes[0], image.axes[1]);
    if (!separate && image.axes[0] == raw_width && image.axes[1] == raw_height)
      add(State::explained, "pixels", where, size,
          fmt::format("raw frame of {}: {} amplifier(s), {} x {} imaging pixels", d.name,
                      d.amplifiers.size(), d.width, d.height));
    else if (image.axes[0] == d.width && image.axes[1] == d.height)
      add(State::explained, "pixels", where, size,
          fmt::format("{} assembled, overscan already removed", d.name));
    else
      add(State::wrong, "pixels", where, size,
          separate ? fmt::format("described as amplifiers in {} and others, or {} x {} assembled",
                                 d.amplifiers.front().extension, d.width, d.height)
                   : fmt::format("described as {} x {} raw, {} x {} imaging", raw_width, raw_height,
                                 d.width, d.height));
  }

  void check_wcs() {
    try {
      const auto wcs = io::wcs_from_header(header_);
      if (!wcs) {
        add(State::assumed, "WCS", "CTYPE1", "none", "`solve` finds one from the pointing");
        return;
      }
      const image::PixelPosition centre{(detector_->width - 1) / 2.0,
                                        (detector_->height - 1) / 2.0};
      const double found = wcs->pixel_scale(centre).arcsec();
      const double described = pixel_scale(instrument_, *detector_).arcsec();
      const bool agree = std::abs(found / described - 1.0) < 0.05;
      add(agree ? State::explained : State::wrong, "WCS", "CTYPE1",
          fmt::format("{:.4f} arcsec/pixel", found),
          fmt::format("described {:.4f} arcsec/pixel{}", described,
                      agree ? "" : "; correct pixel_um or focal_length_m"));
    } catch (const InputError& error) {
      add(State::wrong, "WCS", "header", "makes no sense", error.what());
    }
  }

  /// Cards that other software would use and the description does not name.
  void find_unused() {
    static const std::set<std::string, std::less<>> kTelling = {
        "GAIN",     "EGAIN",    "GAINA",    "GAINB",    "RDNOISE",  "RDNOISEA", "READNOIS",
        "SATURATE", "SATURATA", "FILTER",   "FILTER1",  "INSFLNAM", "EXPTIME",  "EXPOSURE",
        "ITIME",    "DATE-OBS", "DATE-BEG", "MJD-OBS",  "MJD",      "TIME-OBS", "UT",
        "RA",       "DEC",      "OBJCTRA",  "OBJCTDEC", "TELRA",    "TELDEC",   "AIRMASS",
        "IMAGETYP", "OBSTYPE",  "CCDNUM",   "DETECTOR", "CHIP",     "ROTANGLE", "ROTPA",
        "PA",       "BIASSEC",  "TRIMSEC",  "DATASEC",  "DETSEC",   "CCDSUM",   "XBINNING"};
    for (const header::Card& card : header_.cards()) {
      if (kTelling.find(card.keyword) == kTelling.end() || named_.count(card.keyword) != 0)
        continue;
      add(State::unused, "card", card.keyword, shown(card), card.comment);
    }
  }

  const Instrument& instrument_;
  std::filesystem::path path_;
  std::vector<io::HduSummary> hdus_;
  Header header_;
  const Detector* detector_ = nullptr;
  std::set<std::string> named_;
  FrameCheck check_;
};

std::string_view name_of(State state) {
  switch (state) {
    case State::explained:
      return "explained";
    case State::assumed:
      return "assumed";
    case State::unused:
      return "unused";
    case State::wrong:
      return "wrong";
  }
  return "wrong";
}

}  // namespace

FrameCheck check_frame(const Instrument& instrument, const std::filesystem::path& frame) {
  return Checker(instrument, frame).run();
}

std::string to_text(const FrameCheck& check) {
  std::size_t what = 0;
  std::size_t where = 0;
  std::size_t value = 0;
  for (const FrameFinding& f : check.findings) {
    what = std::max(what, f.what.size());
    where = std::max(where, f.where.size());
    value = std::max(value, std::min<std::size_t>(f.value.size(), 44));
  }
  std::string out = fmt::format("{} described by {}\n\n", check.frame, check.instrument);
  for (const FrameFinding& f : check.findings) {
    std::string line = fmt::format("  {:<9}  {:<{}}  {:<{}}  {:<{}}  {}", name_of(f.state), f.what,
                                   what, f.where, where, f.value, value, f.advice);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out + (check.usable ? "\nusable with this description\n"
                             : "\nnot usable with this description: see what is wrong\n");
}

std::string to_json(const FrameCheck& check) {
  nlohmann::ordered_json out;
  out["frame"] = check.frame;
  out["instrument"] = check.instrument;
  out["usable"] = check.usable;
  out["findings"] = nlohmann::ordered_json::array();
  for (const FrameFinding& f : check.findings)
    out["findings"].push_back({{"state", name_of(f.state)},
                               {"what", f.what},
                               {"where", f.where},
                               {"value", f.value},
                               {"advice", f.advice}});
  // Headers may hold bytes that are no UTF-8; they become replacement characters.
  return config::json_text(out);
}

}  // namespace skywright::pipelines
