/// Random numbers that belong to a datum, not to a thread.
///
///     auto random = RandomStream::for_unit(seed, {visit, detector, object}, "photon_noise");
///     const double x = random.normal();
///
/// A stream is a pure function of its seed, unit and purpose (Philox4x32-10, Salmon et al. 2011,
/// doi:10.1145/2063384.2063405), so that any order of work on any number of threads draws the same
/// numbers. Streams are cheap to make: make one a datum.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace skywright {

/// One block of Philox4x32-10: four words from a 128-bit counter and a 64-bit key.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

class RandomStream {
 public:
  /// The stream of one datum. `ids` name the datum (visit, detector, object ...), `purpose` what
  /// the numbers are for, so that a new effect never shifts the numbers of another.
  static RandomStream for_unit(std::uint64_t seed, std::initializer_list<std::int64_t> ids,
                               std::string_view purpose);

  std::uint32_t word();    ///< uniform over all 32-bit words
  std::uint64_t word64();  ///< uniform over all 64-bit words
  double uniform();        ///< in (0, 1), 53 bits, never an end
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  double normal();                     ///< mean 0, standard deviation 1 (Box-Muller)
  double exponential();                ///< mean 1
  std::int64_t poisson(double mean);   ///< @pre mean >= 0; PTRS (Hoermann 1993) above 10
  std::int64_t below(std::int64_t n);  ///< uniform over 0 .. n-1; @pre n > 0

  /// Standard normal numbers in bulk, float32; cost about 3 ns each.
  void fill_normal(std::span<float> out);

 private:
  RandomStream(std::array<std::uint32_t, 2> key, std::array<std::uint32_t, 2> high)
      : key_(key), high_(high) {}

  void refill();

  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 2> high_;  ///< upper half of the counter: the rest of the unit's hash
  std::uint64_t block_ = 0;            ///< lower half of the counter
  std::array<std::uint32_t, 4> words_{};
  int used_ = 4;
  double spare_normal_ = 0.0;
  bool has_spare_ = false;
};

}  // namespace skywright
