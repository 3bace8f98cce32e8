#include "skywright/schedule/conditions.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "skywright/instrument/depth.h"
#include "skywright/instrument/seeing.h"

namespace skywright::schedule {
namespace {

constexpr double kDegree = std::numbers::pi / 180.0;
constexpr double kSkyLow = 5.0, kSkyStep = 0.05;  ///< of the table of depths [mag/arcsec2]
constexpr std::size_t kSkySteps = 420;

/// Young (1994), Applied Optics 33, 1108: by the sine of true altitude, without a power.
float airmass_of(float s) {
  return ((1.002432F * s + 0.148386F) * s + 0.0096467F) /
         (((s + 0.149864F) * s + 0.0102963F) * s + 0.000303978F);
}

}  // namespace

Conditions::Conditions(const Setting& setting) : setting_(&setting) {
  const SkyPixels& pixels = setting.pixels;
  slot.assign(pixels.count, -1);
  best_airmass_.resize(pixels.count);
  const double latitude = setting.observatory.latitude.radians();
  for (std::size_t p = 0; p < pixels.count; ++p) {
    const double highest = std::cos(latitude - static_cast<double>(pixels.dec[p]));
    best_airmass_[p] = airmass_of(std::max(0.05F, static_cast<float>(highest)));
  }
  for (std::size_t b = 0; b < setting.bands(); ++b) {
    const instrument::Band& band = setting.instrument.bands[b];
    const double exposure = setting.exposure_s(static_cast<int>(b));
    const int exposures = setting.exposures(static_cast<int>(b));
    const auto depth_at = [&](double sky) {
      return instrument::five_sigma_depth(band, {sky, kReferenceSeeing, exposure, 1.0, exposures});
    };
    std::vector<float> table;
    for (std::size_t i = 0; i < kSkySteps; ++i)
      table.push_back(static_cast<float>(depth_at(kSkyLow + kSkyStep * static_cast<double>(i)) -
                                         depth_at(band.dark_sky)));
    sky_to_depth_.push_back(std::move(table));
  }
  sky.resize(setting.bands());
  depth.resize(setting.bands());
  fwhm_zenith.resize(setting.bands());
}

void Conditions::find_slots(const Tonight& tonight) {
  const SkyPixels& pixels = setting_->pixels;
  const PointingLimits& limits = setting_->strategy.limits;
  const auto& m = now.icrs_to_horizon;
  const double lowest = std::sin((limits.min_altitude_deg + limits.pad_deg) * kDegree);
  const double highest =
      std::sin(std::min(90.0, limits.max_altitude_deg - limits.pad_deg) * kDegree);
  const double moon_cosine = std::cos((limits.moon_distance_deg + limits.pad_deg) * kDegree);
  for (const std::int32_t p : pixel) slot[static_cast<std::size_t>(p)] = -1;
  for (auto* array : {&up, &altitude, &azimuth, &airmass, &hour_angle, &sun_cosine, &log_airmass_})
    array->clear();
  pixel.clear();
  for (auto* array :
       {&directions_.north, &directions_.east, &directions_.up, &directions_.zodiacal})
    array->clear();
  const double sidereal = now.local_sidereal_time.radians();
  for (std::size_t p = 0; p < pixels.count; ++p) {
    const sphere::UnitVector& v = pixels.centre[p];
    const double z = m[6] * v.x + m[7] * v.y + m[8] * v.z;
    if (z < lowest || z > highest || dot(v, now.moon) > moon_cosine) continue;
    const double n = m[0] * v.x + m[1] * v.y + m[2] * v.z;
    const double e = m[3] * v.x + m[4] * v.y + m[5] * v.z;
    slot[p] = static_cast<std::int32_t>(pixel.size());
    pixel.push_back(static_cast<std::int32_t>(p));
    directions_.north.push_back(static_cast<float>(n));
    directions_.east.push_back(static_cast<float>(e));
    directions_.up.push_back(static_cast<float>(z));
    directions_.zodiacal.push_back(tonight.zodiacal[p]);
    up.push_back(static_cast<float>(z));
    sun_cosine.push_back(static_cast<float>(dot(v, now.sun)));
    double angle = (sidereal - static_cast<double>(pixels.ra[p])) / (15.0 * kDegree);
    angle -= 24.0 * std::floor((angle + 12.0) / 24.0);
    hour_angle.push_back(static_cast<float>(angle));
  }
  const std::size_t count = pixel.size();
  for (auto* array : {&altitude, &azimuth, &airmass, &log_airmass_}) array->resize(count);
  for (std::size_t k = 0; k < count; ++k) {
    altitude[k] = std::asin(up[k]);
    float around = std::atan2(directions_.east[k], directions_.north[k]);
    azimuth[k] = around < 0.0F ? around + 2.0F * std::numbers::pi_v<float> : around;
    airmass[k] = airmass_of(up[k]);
    log_airmass_[k] = std::log10(airmass[k]);
  }
}

void Conditions::find_depths(std::size_t band) {
  const instrument::Band& properties = setting_->instrument.bands[band];
  const std::vector<float>& table = sky_to_depth_[band];
  sky[band].resize(pixel.size());
  depth[band].resize(pixel.size());
  setting_->night_sky.magnitudes(band, directions_, sky::night_sky_state(now), sky[band]);
  const auto extinction = static_cast<float>(properties.extinction);
  // FWHM_eff grows as airmass^0.6, so depth falls by 2.5 * 0.6 log10(airmass).
  const auto seeing_gain =
      static_cast<float>(2.5 * std::log10(kReferenceSeeing / std::max(0.05, fwhm_zenith[band])));
  const float top = static_cast<float>(kSkySteps - 2);
  for (std::size_t k = 0; k < pixel.size(); ++k) {
    const float place = std::clamp(
        (sky[band][k] - static_cast<float>(kSkyLow)) / static_cast<float>(kSkyStep), 0.0F, top);
    const auto i = static_cast<std::size_t>(place);
    const float share = place - static_cast<float>(i);
    const float best = best_airmass_[static_cast<std::size_t>(pixel[k])];
    depth[band][k] = table[i] + share * (table[i + 1] - table[i]) + seeing_gain -
                     1.5F * log_airmass_[k] - extinction * (airmass[k] - best);
  }
}

void Conditions::find_clouds(const Tonight& tonight) {
  clouded.assign(pixel.size(), 0);
  if (!tonight.clouds.matter(cloud)) return;
  constexpr double kLasts = 5.0 / 1440.0;  // [day] these maps are used no longer
  for (std::size_t k = 0; k < clouded.size(); ++k) {
    const sphere::UnitVector at{static_cast<double>(directions_.north[k]),
                                static_cast<double>(directions_.east[k]),
                                static_cast<double>(directions_.up[k])};
    clouded[k] =
        tonight.clouds.covered(mjd, cloud, at) || tonight.clouds.covered(mjd + kLasts, cloud, at);
  }
}

void Conditions::refresh(const Tonight& tonight, double mjd_in, double seeing_in, double cloud_in) {
  mjd = mjd_in;
  cloud = cloud_in;
  seeing = seeing_in;
  const time::Tai t = time::Tai::from_mjd(mjd);
  now = tonight.frame.at(t);
  const auto altitude_of = [&](const sphere::UnitVector& body) {
    return ephemeris::horizontal(ephemeris::to_horizon(now.icrs_to_horizon, body))
        .altitude.degrees();
  };
  sun_altitude = altitude_of(now.sun);
  moon_altitude = altitude_of(now.moon);
  find_slots(tonight);
  find_clouds(tonight);
  for (std::size_t b = 0; b < setting_->bands(); ++b) {
    fwhm_zenith[b] = instrument::fwhm_eff(seeing, 1.0, setting_->instrument.bands[b].wavelength_nm);
    if (tonight.mounted[b] != 0) find_depths(b);
  }
}

std::vector<std::uint8_t> Conditions::stays_within(const Tonight& tonight, double minutes,
                                                   double max_altitude_deg) const {
  constexpr double kStep = 10.0;  // [min]; 2.5 degrees of motion, which the pad holds
  const PointingLimits& limits = setting_->strategy.limits;
  const double lowest = std::sin((limits.min_altitude_deg + limits.pad_deg) * kDegree);
  const double highest =
      std::sin((std::min(max_altitude_deg, limits.max_altitude_deg) - limits.pad_deg) * kDegree);
  std::vector<std::uint8_t> out(pixel.size(), 1);
  const int steps = static_cast<int>(std::ceil(minutes / kStep));
  for (int s = 0; s <= steps; ++s) {
    const double later = std::min(minutes, kStep * s) / 1440.0;
    const auto& m = tonight.frame.at(time::Tai::from_mjd(mjd + later)).icrs_to_horizon;
    for (std::size_t k = 0; k < pixel.size(); ++k) {
      const sphere::UnitVector& v = setting_->pixels.centre[static_cast<std::size_t>(pixel[k])];
      const double z = m[6] * v.x + m[7] * v.y + m[8] * v.z;
      if (z < lowest || z > highest) out[k] = 0;
    }
  }
  return out;
}

}  // namespace skywright::schedule
