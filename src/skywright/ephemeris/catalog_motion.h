/// Where the bodies of a catalog are within some hours, the planets' pull included.
///
///     const CatalogMotion night(orbits, begin, end, PlanetaryEphemeris::built_in(), execution);
///     for (const std::size_t i : night.candidates(field, t))
///       use(night.seen(i, {observer, t}));
///
/// Each orbit is carried from its epoch to the span by integration (gauss_radau.h, gravity.h): made
/// once a night for some microseconds a body, asked for a fraction of one. The same catalog and
/// span give the same bits with any number of threads.
#pragma once

#include <cstdint>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/ephemeris/moving_bodies.h"
#include "skywright/ephemeris/planetary_ephemeris.h"

namespace skywright::ephemeris {

class CatalogMotion {
 public:
  /// @param catalog must outlive it
  /// @param begin,end at most 40 days apart; a night is the use that it is made for
  /// @throws InputError where the ephemeris does not reach the span; Stopped
  CatalogMotion(const OrbitCatalog& catalog, time::Tdb begin, time::Tdb end,
                const PlanetaryEphemeris& ephemeris = PlanetaryEphemeris::built_in(),
                const Execution& execution = Execution());

  struct Counts {
    std::size_t bodies = 0;
    /// Orbits without an epoch, or with one that the ephemeris does not reach: carried to the span,
    /// or to the ephemeris' nearest end, by two bodies.
    std::size_t unperturbed = 0;
    std::size_t lost = 0;  ///< that fell into a planet or the Sun: they are nowhere
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }
  [[nodiscard]] const OrbitCatalog& catalog() const { return *catalog_; }
  [[nodiscard]] bool is_lost(std::size_t body) const { return segment_count_[body] == 0; }
  [[nodiscard]] bool covers(time::Tdb t) const;

  /// Barycentric, ICRS axes. @pre not lost; `t` within the span, or before it by no more than light
  /// takes from there
  [[nodiscard]] State barycentric(std::size_t body, time::Tdb t) const;

  /// What an observer sees of a body; the Sun's place is that of the ephemeris.
  struct Observer {
    State state;  ///< from the barycentre
    State sun;    ///< likewise
    time::Tdb time;
  };
  [[nodiscard]] SeenBody seen(std::size_t body, const Observer& observer) const;

  /// Indices, ascending, of all bodies that an observer on the Earth may see within `field` at any
  /// time of the span, and few others. Some 30 us for a detector among 200,000.
  [[nodiscard]] std::vector<std::size_t> candidates(const sphere::Cone& field) const;

 private:
  /// A polynomial over part of the span (GaussRadau::LastStep, its later terms left out).
  static constexpr int kTerms = 4;
  struct Segment {
    double begin = 0.0, length = 0.0;  ///< [day] from the span's begin
    double x[3] = {}, v[3] = {};
    float a[3] = {}, b[kTerms][3] = {};
  };
  struct Batch;
  static State at(const Segment& segment, double days);
  [[nodiscard]] std::vector<Batch> batches() const;
  [[nodiscard]] std::vector<Segment> carry(Batch& batch) const;
  void sort_into_pixels(const Execution& execution);

  const OrbitCatalog* catalog_;
  const PlanetaryEphemeris* ephemeris_;
  time::Tdb begin_;
  double length_ = 0.0;  ///< of the span [day]
  Counts counts_;
  std::vector<Segment> segments_;
  std::vector<std::uint32_t> first_segment_, segment_count_;  ///< of each body
  // Directions from the Earth's centre in the middle of the span, by pixel.
  std::vector<std::uint32_t> pixel_begin_;  ///< of each pixel in `sorted_`, and the end
  std::vector<std::uint32_t> sorted_;       ///< bodies by pixel, then index
  std::vector<std::uint32_t> quick_;        ///< bodies that leave their pixel's neighbourhood
  std::vector<float> x_, y_, z_, reach_;    ///< of each body; reach [rad]
};

}  // namespace skywright::ephemeris
