/// Motion of many particles under one force by the implicit Gauss-Radau method of order 15
/// (Everhart 1985, in Dynamics of Comets, 185; step control by Pham, Rein & Spiegel 2024, OJAp 7,
/// 1).
///
///     GaussRadau motion(particles, t0, accelerations, {});
///     while (motion.time() < t1) motion.step_towards(t1);
///
/// All particles of one integration share their steps, which the quickest of them sets.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <vector>

namespace skywright::ephemeris {

/// Structure of arrays: all x, then all y, then all z.
struct Particles {
  std::size_t count = 0;
  std::vector<double> position;  ///< [au], 3 count
  std::vector<double> velocity;  ///< [au/day], 3 count
};

struct RadauConfig {
  /// Length of a step in units of the time in which the acceleration turns or grows by itself (for
  /// a circular orbit, a radian). At 0.35 a year of any orbit comes out to 1e-11 of its size.
  double stride = 0.35;
  double longest = 50.0;   ///< [day]: no body of the Solar System's forces is passed over
  double shortest = 1e-5;  ///< [day]
  double tolerance =
      1e-13;  ///< of the last term's change over the acceleration, ends the iteration
};

class GaussRadau {
 public:
  static constexpr std::size_t kTerms =
      7;  ///< of the acceleration's polynomial, after the constant

  /// Accelerations of `count` particles at time `t` [day] to `a`; arrays as in Particles.
  using Force = std::function<void(double t, std::size_t count, const double* position,
                                   const double* velocity, double* a)>;

  GaussRadau(Particles start, double time, Force force, const RadauConfig& config);

  [[nodiscard]] double time() const { return time_; }
  [[nodiscard]] const Particles& particles() const { return now_; }
  /// One step towards `end`, in either direction, and never beyond it.
  void step_towards(double end);

  /// The last step as a polynomial: with s from 0 to 1 over its length h,
  /// x(s) = x0 + s h v0 + (s h)^2 (a0 / 2 + b0 s / 6 + b1 s^2 / 12 + ... + b6 s^7 / 72).
  struct LastStep {
    double begin = 0.0;   ///< [day]
    double length = 0.0;  ///< [day], negative for a step back
    Particles start;
    std::vector<double> acceleration;               ///< a0
    std::array<std::vector<double>, kTerms> terms;  ///< b0 to b6
  };
  [[nodiscard]] const LastStep& last_step() const { return last_; }

 private:
  void iterate(double length);
  [[nodiscard]] double next_length(double length) const;
  [[nodiscard]] double first_length() const;
  void predict(double ratio);

  Force force_;
  RadauConfig config_;
  double time_ = 0.0;
  double wanted_ = 0.0;  ///< length that the next step should have, >= 0; 0: not known yet
  Particles now_;
  LastStep last_;
  std::array<std::vector<double>, kTerms> b_, g_, predicted_;
  std::vector<double> a0_, at_node_, x_, v_;
};

}  // namespace skywright::ephemeris
