"""`skywright almanac`: nights beside astropy, another kernel, and what it refuses."""

import csv
import json
import struct
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import AltAz, EarthLocation, get_body
from astropy.time import Time
from astropy.utils import iers

ROOT = Path(__file__).resolve().parents[2]
KERNEL = ROOT / "data" / "ephemeris" / "de440_2015_2045.bsp"


def test_the_sun_stands_where_the_table_says(skywright, tmp_path):
    """astropy's built-in Sun (ERFA's series) is within an arcsecond; UT1 - UTC is told to both."""
    out = tmp_path / "nights.csv"
    skywright("almanac", "--from", "2026-11-23", "--nights", "40", "--out", out)
    rows = list(csv.DictReader(out.open()))
    assert len(rows) == 40 and rows[0]["evening"] == "2026-11-23"
    site = EarthLocation.from_geodetic(-70.749417 * u.deg, -30.244639 * u.deg, 2650 * u.m)
    with iers.conf.set_temp("auto_download", False), iers.conf.set_temp("iers_degraded_accuracy", "warn"):
        for event, altitude in (("sunset", 0), ("dusk12", -12), ("dusk18", -18), ("dawn18", -18), ("dawn12", -12),
                                ("sunrise", 0)):
            t = Time([float(row[event]) for row in rows], format="mjd", scale="tai")
            t.delta_ut1_utc = 0.0
            sun = get_body("sun", t, site).transform_to(AltAz(obstime=t, location=site))
            # A second of time is 15 arcsec at most.
            np.testing.assert_allclose(sun.alt.arcsec, altitude * 3600, atol=10)


def test_a_night_has_its_moon_in_json(skywright):
    night = json.loads(skywright("almanac", "--site", "gmt", "--from", "2026-11-24", "--nights", "1", "--json").out)
    (first,) = night["nights"]
    assert night["ephemeris"] == "DE440"
    assert first["moon_illumination"] > 0.98  # full on 2026-11-24 14:54 UTC
    assert first["sunset"] < first["dusk12"] < first["dusk18"] < first["dawn18"] < first["dawn12"] < first["sunrise"]


def test_a_named_kernel_is_used(skywright, tmp_path):
    """The shipped kernel with the Moon's coefficients negated: the table must follow the file."""
    bent = bytearray(KERNEL.read_bytes())
    at = 2048 + 24  # past the file record, the comment and the list's own three numbers
    while struct.unpack_from("<i", bent, at + 16)[0] != 301:
        at += 40
    first, last = struct.unpack_from("<2i", bent, at + 32)
    words = np.frombuffer(bent, "<f8", last - first + 1, 8 * (first - 1))
    records = words[:-4].reshape(-1, 41)
    records[:, 2:] *= -1.0  # the other side of the Earth: new where it was full
    for name, content in (("same.bsp", KERNEL.read_bytes()), ("bent.bsp", bytes(bent))):
        (tmp_path / name).write_bytes(content)
    common = ("almanac", "--from", "2026-11-24", "--nights", "1", "--json")
    own = json.loads(skywright(*common).out)["nights"]
    assert json.loads(skywright(*common, "--ephemeris", tmp_path / "same.bsp").out)["nights"] == own
    other = json.loads(skywright(*common, "--ephemeris", tmp_path / "bent.bsp").out)["nights"]
    assert other[0]["sunset"][:16] == own[0]["sunset"][:16]
    assert other[0]["moon_illumination"] < 0.1


@pytest.mark.parametrize(
    ("options", "code", "word"),
    [
        (("--from", "yesterday"), 2, "yesterday"),
        (("--from", "2026-11-23", "--nights", "0"), 2, "0 nights"),
        (("--from", "2026-11-23", "--latitude", "91", "--longitude", "0"), 2, "91"),
        (("--from", "2026-11-23", "--latitude", "10"), 2, "--longitude"),
        (("--from", "2026-11-23", "--site", "gmt", "--latitude", "10"), 2, "--site"),
        (("--from", "2026-11-23", "--dut1", "2"), 2, "UT1"),
        (("--from", "2026-11-23", "--ephemeris", ROOT / "README.md"), 4, "DAF/SPK"),
        (("--from", "2050-11-23", "--ephemeris", KERNEL), 4, "Earth"),
    ],
)
def test_what_cannot_be_is_refused(skywright, options, code, word):
    result = skywright("almanac", *options, expect=code)
    assert word in result.err
