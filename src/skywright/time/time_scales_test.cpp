// Cases of erfa.csv are those of ERFA's validation program (liberfa/erfa, src/t_erfa_c.c) under the
// name of the routine, computed by tests/reference/make_erfa.py.
#include "skywright/time/time_scales.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/base/test_data.h"

namespace skywright::time {
namespace {

TEST(TimeScales, AgreeWithErfasVectors) {
  const auto erfa = [](const char* name) { return reference_value("erfa.csv", name); };
  const Tai tai = to_tai(Utc{2453750.5, 0.892100694});
  EXPECT_DOUBLE_EQ(tai.jd1, 2453750.5);
  EXPECT_NEAR(tai.jd2, erfa("utctai"), 1e-12);
  EXPECT_NEAR(to_utc(Tai{2453750.5, 0.892482639}).jd2, erfa("taiutc"), 1e-12);
  EXPECT_NEAR(to_tt(Tai{2453750.5, 0.892482639}).jd2, erfa("taitt"), 1e-12);
  EXPECT_NEAR(to_tai(Tt{2453750.5, 0.892482639}).jd2, erfa("tttai"), 1e-12);
  EXPECT_NEAR(to_ut1(Utc{2453750.5, 0.892100694}, 0.3341).jd2, erfa("utcut1"), 1e-12);
}

TEST(TimeScales, LeapSecondsAreCounted) {
  const auto offset = [](const char* date) {
    const Utc utc = utc_from_iso(date);
    const Tai tai = to_tai(utc);
    return ((tai.jd1 - utc.jd1) + (tai.jd2 - utc.jd2)) * 86400.0;
  };
  // IERS Bulletin C; three of them also cases of ERFA.
  EXPECT_NEAR(offset("1972-01-01"), 10.0, 1e-6);
  for (const std::string date : {"2003-06-01", "2008-01-17", "2017-09-01"})
    EXPECT_NEAR(offset(date.c_str()), reference_value("erfa.csv", "dat " + date), 1e-6);
  EXPECT_NEAR(offset("2026-11-22"), 37.0, 1e-6);
}

TEST(TimeScales, ALeapSecondLastsOneSecond) {
  const Tai before = to_tai(utc_from_iso("2016-12-31T23:59:59.5"));
  const Tai within = to_tai(utc_from_iso("2016-12-31T23:59:60.5"));
  const Tai after = to_tai(utc_from_iso("2017-01-01T00:00:00.5"));
  EXPECT_NEAR(seconds_between(before, within), 1.0, 1e-9);
  EXPECT_NEAR(seconds_between(within, after), 1.0, 1e-9);
  EXPECT_EQ(iso_text(to_utc(within), 1), "2016-12-31T23:59:60.5");
}

TEST(TimeScales, TdbStaysWithinTwoMillisecondsOfTt) {
  // The annual term of TDB - TT: 1.657 ms sin(g), g the Earth's mean anomaly (Astronomical Almanac,
  // B7); what it leaves out stays below 30 us.
  for (double mjd = 58000.0; mjd < 58370.0; mjd += 10.0) {
    const Tt tt = Tt::from_mjd(mjd);
    const Tdb tdb = to_tdb(tt);
    const double found = ((tdb.jd1 - tt.jd1) + (tdb.jd2 - tt.jd2)) * 86400.0;
    const double g = (357.53 + 0.9856003 * (mjd - 51544.5)) * 3.14159265358979 / 180.0;
    EXPECT_NEAR(found, 0.001657 * std::sin(g) + 0.000022 * std::sin(2 * g), 4e-5);
    const Tt back = to_tt(tdb);
    EXPECT_NEAR(((back.jd1 - tt.jd1) + (back.jd2 - tt.jd2)) * 86400.0, 0.0, 1e-9);
  }
}

TEST(TimeScales, TaiAndUtcReturnToEachOther) {
  for (double mjd = 41318.3; mjd < 62000.0; mjd += 97.7) {
    const Tai tai = Tai::from_mjd(mjd);
    EXPECT_NEAR(seconds_between(tai, to_tai(to_utc(tai))), 0.0, 1e-9) << mjd;
  }
}

TEST(TimeScales, InstantsCompareAndAddSeconds) {
  const Tai a = Tai::from_mjd(60000.0);
  const Tai b = a.plus_seconds(15.0);
  EXPECT_LT(a, b);
  EXPECT_NEAR(seconds_between(a, b), 15.0, 1e-9);
  EXPECT_EQ(a, (Tai{2400000.5, 60000.0}));
}

TEST(IsoText, AgreesWithErfasVectors) {
  // Both in the leap second of June 1994.
  EXPECT_EQ(iso_text(Utc{2400000.5, 49533.99999}, 5), "1994-06-30T23:59:60.13599");
  const Utc utc = utc_from_iso("1994-06-30T23:59:60.13599");
  EXPECT_NEAR(utc.jd1 + utc.jd2, reference_value("erfa.csv", "dtf2d"), 1e-6);
}

TEST(IsoText, ReturnsAsItCame) {
  for (const char* text : {"2026-11-22T21:00:00.123", "2000-02-29T00:00:00.000",
                           "1999-12-31T23:59:59.999", "2030-01-01T00:00:00.000"}) {
    EXPECT_EQ(iso_text(utc_from_iso(text)), text);
  }
  EXPECT_EQ(iso_text(utc_from_iso("2026-11-22"), 0), "2026-11-22T00:00:00");
  EXPECT_EQ(iso_text(utc_from_iso("2026-11-22T05:06:21.600Z"), 1), "2026-11-22T05:06:21.6");
  EXPECT_NEAR(utc_from_iso("2018-01-01").mjd(), 58119.0, 1e-9);
  EXPECT_EQ(iso_text(utc_from_iso("2026-11-22T21:59:59.9996")), "2026-11-22T22:00:00.000");
}

TEST(IsoText, RefusesWhatIsNoDate) {
  for (const char* text :
       {"", "2026", "2026-13-01", "2026-02-30", "2026-01-01T24:00:00", "2026-01-01T12",
        "2026-01-01T12:60:00", "2026-01-01T12:00:60", "2026-12-31T23:59:60", "22/11/2026",
        "2026-01-01T12:00:00 UTC", "2026-01-01T12:00:-1", "2026-1-1"}) {
    EXPECT_THROW(utc_from_iso(text), InputError) << text;
  }
}

}  // namespace
}  // namespace skywright::time
