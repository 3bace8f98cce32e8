"""`skywright associate`: catalogs into a prompt database that sqlite3 reads."""

import sqlite3

import astropy_healpix as healpix
import numpy as np
import pytest


def catalog(path, visit, mjd, ra, dec, flux):
    rows = ["ra,dec,raErr,decErr,psfFlux,psfFluxErr,visit,detector,midpointMjdTai,band"]
    rows += [
        f"{r!r},{d!r},2e-5,2e-5,{f!r},100.0,{visit},94,{mjd!r},r"
        for r, d, f in zip(ra, dec, flux, strict=True)
    ]
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.fixture
def visits(tmp_path):
    """Three visits of 50 stars, errors of 0.07 arcsec, fluxes that vary."""
    random = np.random.default_rng(4)
    ra, dec = random.uniform(10, 10.2, 50), random.uniform(-5, -4.8, 50)
    out = []
    for k in range(3):
        flux = random.normal(5000, 500, 50)
        files = catalog(
            tmp_path / f"visit{k}.csv", k + 1, 60000.5 + k,
            (ra + random.normal(0, 2e-5, 50) / np.cos(np.radians(dec))).tolist(),
            (dec + random.normal(0, 2e-5, 50)).tolist(), flux.tolist(),
        )  # fmt: skip
        out.append((files, flux))
    return out


def rows(database, query):
    with sqlite3.connect(database) as connection:
        return connection.execute(query).fetchall()


def dump(database):
    with sqlite3.connect(database) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
            for table in ("Visit", "VisitDetector", "DiaSource", "DiaObject", "DiaForcedSource")
        }


def test_objects_are_followed_and_summarised(skywright, visits, tmp_path):
    database = tmp_path / "prompt.sqlite"
    files = [path for path, _ in visits]
    report = skywright("associate", *files, "--database", database, "--json").json
    assert report == {"visits": 3, "sources": 150, "matched": 100, "created": 50, "objects": 50}
    flux = np.array([f for _, f in visits])
    for object_id, mean, sigma, low, high, count in rows(
        database,
        "SELECT diaObjectId, r_psfFluxMean, r_psfFluxSigma, r_psfFluxMin, r_psfFluxMax,"
        " r_psfFluxNdata FROM DiaObject",
    ):
        mine = flux[:, (object_id & 0xFFFFF) - 1]  # the counter of the first detection
        assert count == 3
        assert mean == pytest.approx(mine.mean(), rel=1e-12)
        assert sigma == pytest.approx(mine.std(ddof=1), rel=1e-9)
        assert (low, high) == (mine.min(), mine.max())


def test_the_key_is_healpix(skywright, visits, tmp_path):
    database = tmp_path / "prompt.sqlite"
    skywright("associate", visits[0][0], "--database", database)
    for ra, dec, key in rows(database, "SELECT ra, dec, _healpix_29 FROM DiaSource"):
        index = healpix.lonlat_to_healpix(
            np.radians(ra) * healpix.core.u.rad, np.radians(dec) * healpix.core.u.rad,
            2**29, order="nested",
        )  # fmt: skip
        assert key == index


def test_running_again_or_in_parts_changes_nothing(skywright, visits, tmp_path):
    files = [path for path, _ in visits]
    once = tmp_path / "once.sqlite"
    skywright("associate", *files, "--database", once)
    again = tmp_path / "again.sqlite"
    skywright("associate", *reversed(files), "--database", again)
    skywright("associate", files[1], "--database", again)
    assert dump(once) == dump(again)
    assert dump(once)["DiaSource"]


def test_what_is_missing_is_named(skywright, tmp_path):
    bare = tmp_path / "bare.csv"
    bare.write_text("ra,dec,psfFlux\n10.0,5.0,100.0\n")
    database = tmp_path / "prompt.sqlite"
    assert "--visit" in skywright("associate", bare, "--database", database, expect=4).err
    given = ["--visit", "7", "--detector", "0", "--mjd", "60000.1", "--band", "r"]
    report = skywright("associate", bare, "--database", database, *given, "--json").json
    assert report["created"] == 1
    no_place = tmp_path / "noplace.csv"
    no_place.write_text("x,y,psfFlux\n10.0,5.0,100.0\n")
    assert "no column ra" in skywright(
        "associate", no_place, "--database", database, *given, expect=4
    ).err
    other = tmp_path / "other.sqlite"
    other.write_text("SQLite? no")
    skywright("associate", bare, "--database", other, *given, expect=4)
    skywright("associate", bare, "--database", database, *given, "--radius", "0", expect=2)
    skywright("associate", bare, "--database", tmp_path / "no" / "f.db", *given, expect=5)
