// Ten asteroids as an independent simulator saw them: astrometric places from Rubin Observatory
// over up to two weeks, with their truth ids (heliolinx test data; made by integration among the
// planets). An orbit of ours is fitted to each; that its residuals are the stated errors shows
// light time, the observer's place, time scales and the orbits themselves at once.
#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "skywright/base/test_data.h"
#include "skywright/ephemeris/moving_bodies.h"
#include "skywright/ephemeris/observer.h"
#include "skywright/ephemeris/sky_bodies.h"
#include "skywright/math/least_squares.h"

namespace skywright::ephemeris {
namespace {

struct Sighting {
  SkyPosition position;
  Angle error;
  State observer, sun;
  time::Tdb t;
};

std::map<std::string, std::vector<Sighting>> read_sightings(const std::filesystem::path& path) {
  const Observatory rubin{Angle::from_degrees(-30.244639), Angle::from_degrees(-70.749417),
                          2662.75};
  std::map<std::string, std::vector<Sighting>> out;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::vector<std::string> words;
    std::stringstream stream(line);
    for (std::string word; std::getline(stream, word, ',');) words.push_back(word);
    const ObservedSky sky(rubin, time::to_utc(time::Tai::from_mjd(std::stod(words.at(2)))));
    out[words.at(1)].push_back(
        {SkyPosition::from_degrees(std::stod(words.at(5)), std::stod(words.at(6))),
         Angle::from_degrees(std::stod(words.at(7))), sky.observer(), sun_at(sky.tdb()),
         sky.tdb()});
  }
  return out;
}

using Parameters = std::array<double, 6>;

/// Weighted residuals, east and north of each sighting, of the orbit through a heliocentric state.
std::vector<double> residuals(const Parameters& p, time::Tdb epoch,
                              const std::vector<Sighting>& seen) {
  const Orbit orbit = orbit_from_state({{p[0], p[1], p[2]}, {p[3], p[4], p[5]}}, epoch);
  const OrbitFrame frame = orbit_frame(orbit);
  std::vector<double> out;
  for (const Sighting& s : seen) {
    const SeenBody body =
        seen_body(frame, orbit.perihelion_time, 0.0, 0.15, s.observer, s.sun, s.t);
    out.push_back((s.position.ra - body.position.ra).wrapped_around_zero() * cos(s.position.dec) /
                  s.error);
    out.push_back((s.position.dec - body.position.dec) / s.error);
  }
  return out;
}

double chi2(const std::vector<double>& r) {
  double sum = 0.0;
  for (const double v : r) sum += v * v;
  return std::isfinite(sum) ? sum : 1e300;
}

/// Levenberg's damped least squares from a start at distance `distance` [au].
double fitted_chi2(const std::vector<Sighting>& seen, double distance) {
  const Sighting& first = seen.front();
  const Sighting& last = seen.back();
  const auto place = [&](const Sighting& s) {
    const auto u = sphere::unit_vector(s.position);
    return s.observer.position - s.sun.position + distance * Vector{u.x, u.y, u.z};
  };
  const Vector a = place(first), b = place(last);
  const double days = last.t.mjd() - first.t.mjd();
  const Vector middle = 0.5 * (a + b), speed = (1.0 / days) * (b - a);
  const time::Tdb epoch = time::Tdb::from_mjd(0.5 * (first.t.mjd() + last.t.mjd()));
  Parameters p = {middle.x, middle.y, middle.z, speed.x, speed.y, speed.z};
  std::vector<double> r = residuals(p, epoch, seen);
  double damping = 1e-3;
  for (int step = 0; step < 60; ++step) {
    std::vector<double> design(r.size() * 6);
    for (std::size_t k = 0; k < 6; ++k) {
      const double h = k < 3 ? 1e-7 : 1e-9;
      Parameters up = p, down = p;
      up[k] += h;
      down[k] -= h;
      const auto ru = residuals(up, epoch, seen), rd = residuals(down, epoch, seen);
      for (std::size_t i = 0; i < r.size(); ++i) design[6 * i + k] = (rd[i] - ru[i]) / (2.0 * h);
    }
    std::vector<double> normal(36), right(6);
    for (std::size_t i = 0; i < r.size(); ++i) {
      for (std::size_t k = 0; k < 6; ++k) {
        right[k] += design[6 * i + k] * r[i];
        for (std::size_t l = 0; l < 6; ++l)
          normal[6 * k + l] += design[6 * i + k] * design[6 * i + l];
      }
    }
    // In units of each parameter's own scale, so that the system is fit to be solved.
    std::array<double, 6> scale{};
    for (std::size_t k = 0; k < 6; ++k) scale[k] = 1.0 / std::sqrt(normal[7 * k]);
    for (std::size_t k = 0; k < 6; ++k) {
      right[k] *= scale[k];
      for (std::size_t l = 0; l < 6; ++l) normal[6 * k + l] *= scale[k] * scale[l];
      normal[7 * k] *= 1.0 + damping;
    }
    const auto change = math::solve_symmetric(normal, right);
    if (change.empty()) break;
    Parameters next = p;
    for (std::size_t k = 0; k < 6; ++k) next[k] += change[k] * scale[k];
    const auto after = residuals(next, epoch, seen);
    if (chi2(after) < chi2(r)) {
      const bool settled = chi2(r) - chi2(after) < 1e-6 * chi2(r) && damping < 1e-6;
      p = next;
      r = after;
      damping *= 0.1;
      if (settled) break;
    } else {
      damping *= 10.0;
      if (damping > 1e6) break;
    }
  }
  return chi2(r);
}

TEST(RealTracks, AnOrbitFitsEachWithinItsErrors) {
  const auto path = SKYWRIGHT_TEST_DATA("orbits/test_TenObjects01a.csv");
  const auto tracks = read_sightings(path);
  ASSERT_EQ(tracks.size(), 10u);
  double total = 0.0, freedom = 0.0;
  for (const auto& [name, seen] : tracks) {
    double best = 1e300;
    for (const double distance : {0.3, 0.7, 1.2, 1.8, 2.5, 4.0}) {
      best = std::min(best, fitted_chi2(seen, distance));
    }
    const double n = 2.0 * static_cast<double>(seen.size()) - 6.0;
    // Four standard deviations of chi2, whose variance is 2 n.
    EXPECT_LT(best, n + 4.0 * std::sqrt(2.0 * n)) << name;
    total += best;
    freedom += n;
  }
  EXPECT_NEAR(total, freedom, 4.0 * std::sqrt(2.0 * freedom));
}

}  // namespace
}  // namespace skywright::ephemeris
