"""`skywright ephemeris`: places beside JPL Horizons, fields, images, catalogs with errors."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from made_orbits import elements, mpcorb_line, to_ecliptic

REFERENCE = Path(__file__).parents[1] / "reference" / "ephemeris" / "horizons_small_bodies.csv"


@pytest.fixture(scope="module")
def horizons():
    """Orbits by name as heliocentric states, and what Horizons says of their places from X05 half a month later."""
    states, seen = {}, {}
    for row in csv.reader(open(REFERENCE)):
        if row[0] == "state" and "Oumuamua" not in row[1]:
            states.setdefault(row[1], (float(row[2]), np.array([float(v) for v in row[3:9]])))
        elif row[0] == "seen" and row[3] == "X05" and row[1] in states:
            seen.setdefault(row[1], []).append(row)
    return states, seen


@pytest.fixture(scope="module")
def catalog(horizons, tmp_path_factory):
    """A table of these orbits in full precision."""
    path = tmp_path_factory.mktemp("orbits") / "orbits.csv.gz"
    with gzip.open(path, "wt") as f:
        print("objId,a,e,inc,node,argPeri,meanAnomaly,epoch,H,G", file=f)
        for name, (epoch, s) in horizons[0].items():
            orbit = elements(to_ecliptic(s[:3]), to_ecliptic(s[3:]))
            print(name.split()[0], *(f"{v:.13g}" for v in orbit), epoch, 15, 0.15, sep=",", file=f)
    return path


def test_places_are_those_of_horizons(skywright, horizons, catalog):
    _, seen = horizons
    checked = 0
    for name, rows in list(seen.items())[:6]:
        row = rows[-1]
        ra, dec = float(row[4]), float(row[5])
        mjd_tai = float(row[2]) + 37.0 / 86400.0 if float(row[2]) > 57754 else float(row[2]) + 36.0 / 86400.0
        field = ("--ra", ra, "--dec", dec, "--radius", 0.01, "--site", "X05")
        found = skywright("ephemeris", catalog, "--mjd", f"{mjd_tai:.9f}", *field, "--json").json
        if float(row[2]) < 57204:  # 35 s then
            continue
        (body,) = [b for b in found["bodies"] if b["name"] == name.split()[0]]
        # UT1 - UTC, 0.3 km; elements of 13 digits.
        assert np.hypot((body["ra"] - ra) * np.cos(np.radians(dec)), body["dec"] - dec) * 3600 < 0.05, name
        assert body["topoRange"] == pytest.approx(float(row[7]), abs=1e-6)
        checked += 1
    assert checked >= 4


def test_an_image_tells_its_field_and_time_and_gets_regions(skywright, horizons, catalog, tmp_path):
    _, seen = horizons
    name, row = next((n, rows[-1]) for n, rows in seen.items() if float(rows[-1][2]) > 57760)
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval, wcs.wcs.crpix = [float(row[4]), float(row[5])], [120.0, 80.0]
    wcs.wcs.cdelt = [-0.2 / 3600, 0.2 / 3600]
    header = wcs.to_header()
    header["DATE-OBS"], header["EXPTIME"] = "", 30.0
    from astropy.time import Time

    header["DATE-OBS"] = Time(float(row[2]) - 15 / 86400, format="mjd", scale="utc").isot
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(np.zeros((200, 300), np.float32), header)]).writeto(tmp_path / "i.fits")
    listed = skywright("ephemeris", catalog, "--image", tmp_path / "i.fits", "--site", "X05", "--json", "--regions",
                       tmp_path / "b.reg", "--out", tmp_path / "b.csv").json  # fmt: skip
    (body,) = listed["bodies"]
    assert body["name"] == name.split()[0]
    # DATE-OBS has milliseconds; a pixel is 0.2 arcsec.
    assert body["x"] == pytest.approx(119.0, abs=0.3) and body["y"] == pytest.approx(79.0, abs=0.3)
    regions = (tmp_path / "b.reg").read_text()
    assert regions.count("circle(") == 1 and regions.count("# vector(") == 1 and "\nicrs\n" in regions
    assert len(list(csv.DictReader(open(tmp_path / "b.csv")))) == 1


def test_the_minor_planet_centers_own_file_is_read_as_it_is_given_out(skywright, tmp_path):
    """Real header and lines, gzipped and with the line ends of another system; its lines are in the unit tests."""
    text = (REFERENCE.parent / "mpcorb_excerpt.dat").read_text()
    given = tmp_path / "MPCORB.DAT.gz"
    given.write_bytes(gzip.compress(text.replace("\n", "\r\n").encode()))
    listed = skywright("ephemeris", given, "--mjd", 61200, "--json").json
    assert listed["orbits"] == 10 and listed["skipped"] == 0 and listed["unperturbed"] == 4  # epochs before the kernel
    assert listed["found"] == 10


def test_bad_lines_are_counted_and_bad_catalogs_refused(skywright, tmp_path):
    good = mpcorb_line("00433", (1.458, 0.223, 10.8, 304.3, 178.9, 271.1), 61200.0, 10.4)
    mixed = tmp_path / "mixed.dat"
    mixed.write_text("\n".join([good, good[:40], good[:26] + "   x.xxxx" + good[35:], "", good]) + "\n")
    out = skywright("ephemeris", mixed, "--mjd", 61420.1, "--json").json
    assert out["orbits"] == 2 and out["skipped"] == 2 and out["found"] == 2
    said = skywright("ephemeris", mixed, "--date", "2027-01-13T02:00:00")
    assert "2 lines are no orbit; line 2: it is shorter" in said.out
    empty = tmp_path / "empty.dat"
    empty.write_text("\n\n")
    assert "empty" in skywright("ephemeris", empty, "--mjd", 61420.1, expect=4).err
    cut = tmp_path / "cut.dat.gz"
    cut.write_bytes(gzip.compress((good + "\n").encode() * 2000)[:-300])
    assert "cut.dat.gz" in skywright("ephemeris", cut, "--mjd", 61420.1, expect=4).err
    assert "kernel" in skywright("ephemeris", mixed, "--mjd", 50000, expect=4).err
    for wrong in (("--mjd", 61420.1, "--ra", 10), (), ("--mjd", 61420.1, "--date", "2027-01-01"),
                  ("--mjd", 61420.1, "--ra", 1, "--dec", 2, "--radius", -1)):  # fmt: skip
        skywright("ephemeris", mixed, *wrong, expect=2)


def test_any_number_of_threads_lists_the_same(skywright, catalog, tmp_path):
    files = []
    for jobs in (1, 3):
        files.append(tmp_path / f"{jobs}.csv")
        skywright("ephemeris", catalog, "--mjd", 59100.25, "--jobs", jobs, "--out", files[-1])
    assert files[0].read_bytes() == files[1].read_bytes()
    assert len(files[0].read_text().splitlines()) > 12
