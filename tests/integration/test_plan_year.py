"""A whole simulated year of the LSST baseline: what no visit may do, and what all of them must.

Where things stand is worked out anew from each visit's place and time, by ERFA (pyerfa) and astropy's own
Sun and Moon; only then are our columns held against it. Tolerances:

- 0.01 deg (36 arcsec) for altitudes: our horizon leaves out aberration (20.5 arcsec), and astropy's Moon is
  the series of eraMoon98 (11 arcsec). Aberration pulls two directions together or apart by 41 arcsec times the
  sine of half their distance, so that a distance to the Moon may differ by so much and its 11;
- 2e-9 day for sums of MJDs: a double holds an MJD to 7e-12, SQLite keeps it whole, and 0.2 ms is nothing.
"""

import re
import sqlite3
import tomllib
from pathlib import Path

import erfa
import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import CIRS, EarthLocation, get_body
from astropy.time import Time
from astropy.utils import iers

ROOT = Path(__file__).resolve().parents[2]
ANGLE = 0.01  # [deg]
TIME = 2e-9  # [day]
# Cerro Pachon as data/instruments/lsst.toml gives it.
LATITUDE, LONGITUDE, HEIGHT = -30.244628, -70.74941, 2650.0


@pytest.fixture(scope="module")
def year(skywright, tmp_path_factory):
    path = tmp_path_factory.mktemp("year") / "visits.db"
    skywright("plan", "--nights", 365, "--seed", 11, "--out", path, "--quiet", timeout=900)
    with sqlite3.connect(path) as database:
        names = [row[1] for row in database.execute("PRAGMA table_info(observations)")]
        rows = database.execute("SELECT * FROM observations ORDER BY observationId").fetchall()
        info = dict(database.execute("SELECT key, value FROM info"))
    visits = {name: np.array(column) for name, column in zip(names, zip(*rows))}
    return visits, tomllib.loads(info["config"])


def horizontal(ra_cirs, dec_cirs, mjd_tai):
    """Altitude and azimuth [deg] of a place of date [rad], without refraction, UT1 = UTC as the plan takes it."""
    utc1, utc2 = erfa.taiutc(2400000.5, mjd_tai)
    hour_angle = erfa.era00(utc1, utc2) + np.radians(LONGITUDE) - ra_cirs
    azimuth, altitude = erfa.hd2ae(hour_angle, dec_cirs, np.radians(LATITUDE))
    return np.degrees(altitude), np.degrees(azimuth)


def star(ra, dec, night, mjd_tai):
    """Altitude and azimuth [deg]; precession, nutation and aberration are those of its night's middle: 0.2 arcsec."""
    nights, index = np.unique(night, return_inverse=True)
    middle = np.array([np.median(mjd_tai[index == k]) for k in range(len(nights))])
    astrom, _ = erfa.apci13(2400000.5, middle + 32.184 / 86400.0)
    return horizontal(*erfa.atciqz(np.radians(ra), np.radians(dec), astrom[index]), mjd_tai)


def body(name, mjd_tai):
    """Altitude and azimuth [deg] of Sun or Moon from the telescope, by astropy's own series.

    A cubic through hourly places: the Moon's parallax, 0.95 deg (2 pi / day)^4 in the fourth derivative, leaves
    0.4 arcsec.
    """
    site = EarthLocation.from_geodetic(LONGITUDE * u.deg, LATITUDE * u.deg, HEIGHT * u.m)
    grid = np.arange(mjd_tai.min() - 0.2, mjd_tai.max() + 0.2, 1 / 24)
    time = Time(grid, format="mjd", scale="tai")
    time.delta_ut1_utc = 0.0
    with iers.conf.set_temp("auto_download", False), iers.conf.set_temp("iers_degraded_accuracy", "warn"):
        place = get_body(name, time, site, ephemeris="builtin").transform_to(CIRS(obstime=time, location=site))
    vectors = erfa.s2c(place.ra.rad, place.dec.rad)
    at = (mjd_tai - grid[0]) * 24
    first = np.floor(at).astype(int) - 1
    x = at - first
    sum_of = np.zeros((len(at), 3))
    for i in range(4):
        others = [j for j in range(4) if j != i]
        weight = np.prod([(x - j) / (i - j) for j in others], axis=0)
        sum_of += weight[:, None] * vectors[first + i]
    return horizontal(*erfa.c2s(sum_of), mjd_tai)


def separation(altitude1, azimuth1, altitude2, azimuth2):
    return np.degrees(erfa.seps(*np.radians([azimuth1, altitude1, azimuth2, altitude2])))


@pytest.fixture(scope="module")
def sky(year):
    """Both ends of every visit, worked out independently."""
    visits, _ = year
    count = len(visits["night"])
    start = visits["observationStartMJD"]
    mjd = np.concatenate([start, start + visits["visitTime"] / 86400.0])
    altitude, azimuth = star(*(np.tile(visits[name], 2) for name in ("fieldRA", "fieldDec", "night")), mjd)
    moon = body("moon", mjd)
    both = {"altitude": altitude, "azimuth": azimuth, "sun": body("sun", mjd)[0], "moon": moon[0],
            "moon_distance": separation(altitude, azimuth, *moon)}  # fmt: skip
    return {"start": {key: value[:count] for key, value in both.items()},
            "end": {key: value[count:] for key, value in both.items()}}  # fmt: skip


def worst(message, values):
    """For the report of a run with -s: how near to its limit the year came."""
    print(f"{message}: {np.min(values):.4f} to {np.max(values):.4f}")
    return values


def test_nothing_is_missing(year):
    visits, _ = year
    assert len(visits["night"]) > 100_000
    for name, values in visits.items():
        if values.dtype.kind == "f":
            assert np.isfinite(values).all(), name
        elif values.dtype.kind == "O":
            assert all(value is not None for value in values), name
    assert all(visits["scheduler_note"]) and all(visits["science_program"])
    assert np.array_equal(visits["observationId"], np.arange(len(visits["night"])))


def test_columns_say_what_the_sky_was(year, sky):
    visits, _ = year
    at = sky["start"]
    east = np.cos(np.radians(at["altitude"])) * ((visits["azimuth"] - at["azimuth"] + 180) % 360 - 180)
    for name, difference in (
        ("altitude", visits["altitude"] - at["altitude"]),
        ("azimuth", east),
        ("sunAlt", visits["sunAlt"] - at["sun"]),
        ("moonAlt", visits["moonAlt"] - at["moon"]),
    ):
        assert np.abs(worst(f"{name} less ERFA's [deg]", difference)).max() < ANGLE, name
    difference = worst("moonDistance less ERFA's [deg]", visits["moonDistance"] - at["moon_distance"])
    assert np.all(np.abs(difference) < (41.0 * np.sin(np.radians(at["moon_distance"] / 2)) + 12.0) / 3600)
    # Pickering (2002), DIO 12, 22.
    h = visits["altitude"]
    pickering = 1.0 / np.sin(np.radians(h + 244.0 / (165.0 + 47.0 * h**1.1)))
    np.testing.assert_allclose(visits["airmass"], pickering, rtol=1e-9)


def test_no_visit_leaves_the_limits_of_altitude(year, sky):
    _, config = year
    for end in sky.values():
        worst("altitude [deg]", end["altitude"])
        assert end["altitude"].min() > config["limits"]["min_altitude_deg"] - ANGLE
        assert end["altitude"].max() < config["limits"]["max_altitude_deg"] + ANGLE


def test_no_visit_is_in_twilight_beyond_the_rule(year, sky):
    visits, config = year
    for end in sky.values():
        assert worst("Sun [deg]", end["sun"]).max() < config["limits"]["sun_altitude_deg"] + ANGLE
    # A survey of dark time plans its blocks to end with it, by a mean slew: what runs late is the end of few
    # blocks. (Third visits of triplets come when their time has come.)
    notes = [note.split(", ") for note in visits["scheduler_note"]]
    kind = np.array([name if parts[-1:] != ["c"] else "third" for name, *parts in notes])
    for survey in config["survey"]:
        own = sky["start"]["sun"][kind == survey["name"]]
        if survey["sun_altitude_max_deg"] <= -18:
            late = np.mean(own > -18 + ANGLE)
            print(f"{survey['name']}: {late:.4f} of {len(own)} visits begin in twilight")
            assert len(own) > 1000 and late < 0.01, survey["name"]


def test_no_visit_is_near_the_moon(year, sky):
    _, config = year
    for end in sky.values():
        nearest = worst("Moon's distance [deg]", end["moon_distance"]).min()
        assert nearest > config["limits"]["moon_distance_deg"] - ANGLE


def test_no_visit_overlaps_the_one_before_and_its_slew(year):
    visits, _ = year
    free = visits["observationStartMJD"] - visits["slewTime"] / 86400.0
    end = visits["observationStartMJD"] + visits["visitTime"] / 86400.0
    assert np.all(free[1:] >= end[:-1] - TIME)
    assert np.all(np.diff(visits["night"]) >= 0)
    # Of one exposure with 1 s of shutter: the next slew may run beside the readout.
    assert np.all(visits["visitTime"] >= visits["visitExposureTime"])


def field(visits, i):
    return int(visits["night"][i]), round(visits["fieldRA"][i], 4), round(visits["fieldDec"][i], 4)


def test_pairs_come_in_pairs(year):
    visits, _ = year
    first, second = {}, {}
    for i, note in enumerate(visits["scheduler_note"]):
        name, *parts = note.split(", ")
        if name == "pair_33":
            {"a": first, "b": second}[parts[1]].setdefault((*field(visits, i), parts[0]), []).append(i)
    gaps, bands = [], 0
    for key, ones in first.items():
        for one, two in zip(ones, second.get(key, [])):
            gaps.append((visits["observationStartMJD"][two] - visits["observationStartMJD"][one]) * 1440)
            bands += {visits["band"][one], visits["band"][two]} == set(key[3])
    total = sum(map(len, first.values()))
    fraction = len(gaps) / total
    print(f"{fraction:.4f} of {total} first visits have their second, {np.median(gaps):.1f} min later in the median, "
          f"{np.percentile(gaps, 1):.1f} to {np.percentile(gaps, 99):.1f} for 98 %")  # fmt: skip
    # What is lost, clouds and the ends of their patience take: a block of 66 min meets a front of the weather's
    # three closures a day in a few per cent of cases.
    assert fraction > 0.9
    assert bands == len(gaps)
    assert 25 < np.median(gaps) < 41 and min(gaps) > 0
    assert np.mean((np.array(gaps) > 10) & (np.array(gaps) < 97)) > 0.99


def parallactic(altitude, azimuth):
    """Position angle of the zenith from the celestial pole through east [deg], from where a star stands."""
    a, z, phi = np.radians(altitude), np.radians(azimuth), np.radians(LATITUDE)
    return np.degrees(np.arctan2(-np.sin(z) * np.cos(phi),
                                 np.sin(phi) * np.cos(a) - np.cos(phi) * np.sin(a) * np.cos(z)))  # fmt: skip


def test_the_rotator_keeps_its_range_to_the_end_of_each_visit(year, sky):
    visits, config = year
    rotator = tomllib.loads((ROOT / "data" / "instruments" / "lsst.toml").read_text())["kinematics"]["rotator"]
    start = parallactic(sky["start"]["altitude"], sky["start"]["azimuth"])
    away = (visits["paraAngle"] - start + 180) % 360 - 180
    # A shift on the sky turns the angle by so much more the nearer zenith or pole are.
    near = np.cos(np.radians(visits["altitude"])) * np.cos(np.radians(visits["fieldDec"]))
    assert np.abs(worst("parallactic angle less ERFA's [deg on the sky]", away * near)).max() < ANGLE
    # The camera keeps its angle on the sky, so that it turns against the telescope as the zenith does.
    turn = (parallactic(sky["end"]["altitude"], sky["end"]["azimuth"]) - start + 180) % 360 - 180
    drawn = max(config["dither"]["rotator_range_deg"], config["deep"]["rotator_range_deg"])
    assert np.abs(worst("rotator at the start [deg]", visits["rotTelPos"])).max() <= drawn
    at_end = worst("rotator at the end [deg]", visits["rotTelPos"] + turn)
    slack = ANGLE / near
    assert np.all(at_end > rotator["min_deg"] - slack) and np.all(at_end < rotator["max_deg"] + slack)
    sky_angle = (visits["pseudoParaAngle"] - visits["rotTelPos"] - 90.0 - visits["rotSkyPos"] + 180) % 360 - 180
    assert np.abs(sky_angle).max() < 1e-6


def moon_illumination(mjd_tai):
    """Lit part of the Moon's disc, from astropy's geocentric Sun and Moon (Meeus, ch. 48)."""
    time = Time(mjd_tai, format="mjd", scale="tai")
    with iers.conf.set_temp("auto_download", False), iers.conf.set_temp("iers_degraded_accuracy", "warn"):
        sun, moon = (get_body(name, time, ephemeris="builtin") for name in ("sun", "moon"))
    elongation = sun.separation(moon).rad
    phase = np.arctan2(sun.distance.au * np.sin(elongation),
                       moon.distance.au - sun.distance.au * np.cos(elongation))  # fmt: skip
    return (1 + np.cos(phase)) / 2


def test_five_of_six_filters_are_mounted_by_the_moon(year, skywright):
    visits, config = year
    rule = config["filters"]
    begin = Time(config["start_mjd"] - 1.0, format="mjd", scale="tai").utc.isot[:10]
    nights = skywright("almanac", "--from", begin, "--nights", "367", "--json").json["nights"]
    dusk = Time([night["dusk12"] for night in nights], scale="utc").tai.mjd
    lit = moon_illumination(dusk)
    seen = {"bright": 0, "dark": 0}
    for number in np.unique(visits["night"]):
        used = set(visits["band"][visits["night"] == number])
        first = visits["observationStartMJD"][visits["night"] == number].min()
        k = np.searchsorted(dusk, first, side="right") - 1
        assert 0 <= first - dusk[k] < 0.6
        if abs(lit[k] - rule["illumination"]) < 0.005:
            continue  # the Moon's parallax and the moment decide
        name = "bright" if lit[k] > rule["illumination"] else "dark"
        seen[name] += 1
        assert used <= set(rule[name]), number
        assert len(rule[name]) == 5
    assert min(seen.values()) > 80, seen


def test_deep_drilling_sequences_are_whole(year):
    visits, config = year
    rule, fields = config["filters"], {deep["name"]: deep for deep in config["deep"]["field"]}
    sequences = {}
    for i, note in enumerate(visits["scheduler_note"]):
        if note.startswith("DD:"):
            name = re.sub(r"_[ab]$", "", note[3:])
            sequences.setdefault((int(visits["night"][i]), name), []).append(i)
    assert {name for _, name in sequences} == set(fields)
    whole = 0
    for (_, name), members in sequences.items():
        # Nothing else comes between.
        assert members == list(range(members[0], members[0] + len(members)))
        deep = fields[name]
        wanted = dict(zip(deep["bands"], map(int, deep["visits"])))
        got = {band: int(np.sum(visits["band"][members] == band)) for band in deep["bands"]}
        assert all(got[band] <= wanted[band] for band in got)
        mounted = [set(rule[kind]) & set(deep["bands"]) for kind in ("bright", "dark")]
        whole += any(all(got[band] == wanted[band] for band in bands) for bands in mounted)
    print(f"{whole} of {len(sequences)} deep sequences are whole")
    # Clouds that close the dome for longer than a sequence can wait cut it short.
    assert whole > 0.9 * len(sequences)
    assert len(sequences) > 0.5 * sum(deep["sequences_a_season"] for deep in fields.values())


def test_the_dome_is_shut_under_clouds(year):
    visits, config = year
    closed = visits["cloud"] > config["limits"]["cloud"]
    print(f"{closed.sum()} of {len(closed)} visits began as clouds came during their slew")
    # The sky is looked at before each slew; it may close during it, and then nothing follows for five minutes.
    assert closed.mean() < 2e-3
    after = np.flatnonzero(closed[:-1])
    end = visits["observationStartMJD"] + visits["visitTime"] / 86400.0
    assert np.all((visits["observationStartMJD"][after + 1] - end[after]) * 1440 > 4.99)
