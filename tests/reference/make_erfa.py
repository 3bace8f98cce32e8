"""ERFA's own test cases (liberfa/erfa, src/t_erfa_c.c), computed by pyerfa: what our wrappers are held to.

    pip install pyerfa==2.0.1.5
    python tests/reference/make_erfa.py > tests/reference/erfa.csv

Each line: the case, as t_erfa_c.c names it, and its value to 17 digits. Arguments are those of t_erfa_c.c, and
stand in the tests as well.
"""

import sys

import erfa


def cases():
    yield "utctai", erfa.utctai(2453750.5, 0.892100694)[1]
    yield "taiutc", erfa.taiutc(2453750.5, 0.892482639)[1]
    yield "taitt", erfa.taitt(2453750.5, 0.892482639)[1]
    yield "tttai", erfa.tttai(2453750.5, 0.892482639)[1]
    yield "utcut1", erfa.utcut1(2453750.5, 0.892100694, 0.3341)[1]
    for year, month, day, fraction in ((2003, 6, 1, 0.0), (2008, 1, 17, 0.0), (2017, 9, 1, 0.0)):
        yield f"dat {year}-{month:02}-{day:02}", erfa.dat(year, month, day, fraction)
    jd = erfa.dtf2d("UTC", 1994, 6, 30, 23, 59, 60.13599)
    yield "dtf2d", jd[0] + jd[1]
    azimuth, zenith, hour_angle, *_ = erfa.atco13(
        2.71, 0.174, 1e-5, 5e-6, 0.1, 55.0, 2456384.5, 0.969254051, 0.1550675, -0.527800806, -1.2345856, 2738.0,
        2.47230737e-7, 1.82640464e-6, 731.0, 12.8, 0.59, 0.55)  # fmt: skip
    yield "atco13 azimuth", azimuth
    yield "atco13 zenith distance", zenith
    yield "atco13 hour angle", hour_angle
    heliocentric, barycentric = erfa.epv00(2400000.5, 53411.52501161)
    yield "epv00 heliocentric x", heliocentric["p"][0]
    yield "epv00 heliocentric vy", heliocentric["v"][1]
    yield "epv00 barycentric z", barycentric["p"][2]
    yield "epv00 barycentric vx", barycentric["v"][0]
    moon = erfa.moon98(2400000.5, 43999.9)
    yield "moon98 x", moon["p"][0]
    yield "moon98 vz", moon["v"][2]
    longitude, latitude = erfa.icrs2g(5.9338074302227188048671087, -1.1784870613579944551540570)
    yield "icrs2g longitude", longitude
    yield "icrs2g latitude", latitude


if __name__ == "__main__":
    print("case,value")
    for name, value in cases():
        print(f"{name},{float(value):.17g}")
    sys.exit(0)
