/// Instants as types, one a scale, so that UTC never passes for TAI.
///
///     Tai tai = to_tai(Utc::from_mjd(60000.0));
///     double mjd = tai.mjd();
///
/// An instant is a two-part Julian date (as ERFA's), so that it keeps better than a nanosecond.
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace skywright::time {

/// An instant in one time scale: jd1 + jd2 is the Julian date [day].
template <class Scale>
struct Instant {
  double jd1 = 2451544.5;
  double jd2 = 0.0;

  static constexpr Instant from_mjd(double mjd) {
    // The whole days go to jd1, so that jd2 has room for the fraction of a nanosecond.
    const bool sane = mjd > -1e9 && mjd < 1e9;
    const double days = sane ? static_cast<double>(static_cast<long long>(mjd)) : 0.0;
    return {2400000.5 + days, mjd - days};
  }
  /// Days since 1858-11-17 in this scale; a double keeps 0.6 microseconds today.
  [[nodiscard]] constexpr double mjd() const { return (jd1 - 2400000.5) + jd2; }

  /// Seconds of this scale from `b` to `a`. (Not offered for UTC, whose days differ in length.)
  friend constexpr double seconds_between(Instant b, Instant a) requires(!Scale::kHasLeapSeconds) {
    return ((a.jd1 - b.jd1) + (a.jd2 - b.jd2)) * 86400.0;
  }
  [[nodiscard]] constexpr Instant plus_seconds(double s) const requires(!Scale::kHasLeapSeconds) {
    return {jd1, jd2 + s / 86400.0};
  }
  friend constexpr bool operator==(Instant a, Instant b) {
    return (a.jd1 - b.jd1) + (a.jd2 - b.jd2) == 0.0;
  }
  friend constexpr std::partial_ordering operator<=>(Instant a, Instant b) {
    return (a.jd1 - b.jd1) + (a.jd2 - b.jd2) <=> 0.0;
  }
};

struct UtcScale {
  static constexpr bool kHasLeapSeconds = true;
};
struct TaiScale {
  static constexpr bool kHasLeapSeconds = false;
};
struct TtScale {
  static constexpr bool kHasLeapSeconds = false;
};
struct TdbScale {
  static constexpr bool kHasLeapSeconds = false;
};
struct Ut1Scale {
  static constexpr bool kHasLeapSeconds = false;
};

using Utc = Instant<UtcScale>;  ///< ERFA's quasi-JD: a day with a leap second has 86401 s
using Tai = Instant<TaiScale>;
using Tt = Instant<TtScale>;
using Tdb = Instant<TdbScale>;  ///< at the geocentre
using Ut1 = Instant<Ut1Scale>;

Tai to_tai(Utc t);  ///< before 1960 and more than five years past the last leap second: as ERFA,
                    ///< with the last known offset
Tai to_tai(Tt t);
Utc to_utc(Tai t);
Tt to_tt(Tai t);
Tt to_tt(Tdb t);
/// TDB - TT by ERFA's eraDtdb at the geocentre (Fairhead & Bretagnon 1990), better than 3 us.
Tdb to_tdb(Tt t);
/// @param ut1_minus_utc [s], from IERS Bulletin A; 0 is within 0.9 s
Ut1 to_ut1(Utc t, double ut1_minus_utc = 0.0);

/// "2026-11-22T21:00:00.123" as FITS DATE-OBS writes it, with or without a time of day.
/// @throws InputError for text that is no such date, leap seconds included
Utc utc_from_iso(std::string_view text);
/// @param decimals digits after the second, 0 to 9
std::string iso_text(Utc t, int decimals = 3);

}  // namespace skywright::time
