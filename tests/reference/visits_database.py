"""A small database of visits in rubin_sim's columns: three seasons of a made-up schedule, the same each time.

Nothing in it comes from our own scheduler: fields of a spiral over the southern sky, observed near the
meridian in blobs that are repeated 22 to 40 minutes later in another filter.

    make_visits("visits.db")
"""

import sqlite3

import numpy as np

COLUMNS = {
    "observationId": "INTEGER", "night": "INTEGER", "observationStartMJD": "REAL",
    "observationStartLST": "REAL", "numExposures": "INTEGER", "visitTime": "REAL",
    "visitExposureTime": "REAL", "fieldRA": "REAL", "fieldDec": "REAL", "altitude": "REAL",
    "azimuth": "REAL", "band": "TEXT", "filter": "TEXT", "airmass": "REAL", "skyBrightness": "REAL",
    "cloud": "REAL", "seeingFwhm500": "REAL", "seeingFwhmGeom": "REAL", "seeingFwhmEff": "REAL",
    "fiveSigmaDepth": "REAL", "slewTime": "REAL", "slewDistance": "REAL", "paraAngle": "REAL",
    "pseudoParaAngle": "REAL", "rotTelPos": "REAL", "rotSkyPos": "REAL", "moonRA": "REAL",
    "moonDec": "REAL", "moonAlt": "REAL", "moonAz": "REAL", "moonDistance": "REAL", "moonPhase": "REAL",
    "sunAlt": "REAL", "sunAz": "REAL", "solarElong": "REAL", "scheduler_note": "TEXT",
    "target_name": "TEXT", "science_program": "TEXT", "observation_reason": "TEXT",
}  # fmt: skip

LATITUDE, LONGITUDE, START = -30.244628, -70.74941, 60981
DARK = {"u": 23.7, "g": 24.4, "r": 23.9, "i": 23.3, "z": 22.7, "y": 21.9}
NIGHTS = [365 * year + n for year in range(3) for n in range(1, 60, 3)]


def horizontal(lst, ra, dec):
    """Altitude and azimuth from north through east [deg]."""
    h, d, p = np.radians(lst - ra), np.radians(dec), np.radians(LATITUDE)
    north = np.sin(d) * np.cos(p) - np.cos(d) * np.cos(h) * np.sin(p)
    east = -np.cos(d) * np.sin(h)
    up = np.sin(d) * np.sin(p) + np.cos(d) * np.cos(h) * np.cos(p)
    return np.degrees(np.arcsin(up)), np.degrees(np.arctan2(east, north)) % 360


def make_visits(path):
    random = np.random.default_rng(42)
    k = np.arange(3500) + 0.5
    ra, dec = k * 180 * (3 - 5**0.5) % 360, np.degrees(np.arcsin(1 - 2 * k / 3500))
    count = np.zeros(len(k))
    rows = []
    for night in NIGHTS:
        time = START + night - 1 - LONGITUDE / 360 - 3.5 / 24
        phase = 50 * (1 - np.cos(2 * np.pi * night / 29.53))
        while time < START + night - 1 - LONGITUDE / 360 + 3.0 / 24:
            lst = (280.46062 + 360.985647 * (time - 51544.5) + LONGITUDE) % 360
            altitude, azimuth = horizontal(lst, ra, dec)
            score = np.where((altitude > 50) & (altitude < 85), -count + random.normal(0, 2, len(k)), -1e9)
            best = np.argmax(score)
            apart = np.hypot((ra - ra[best] + 180) % 360 - 180, dec - dec[best])
            blob = [i for i in np.argsort(apart, kind="stable")[:30] if altitude[i] > 45]
            for band in random.choice(["gr", "ri", "iz", "zy", "ug"]):
                for j, i in enumerate(blob):
                    slew = 120.0 if j == 0 else 4.8 + random.exponential(0.9)
                    time += slew / 86400
                    airmass = 1 / np.sin(np.radians(altitude[i]))
                    seeing = random.lognormal(np.log(0.85), 0.2) * airmass**0.6
                    depth = DARK[band] - 2.5 * np.log10(seeing / 0.9) - 0.1 * (airmass - 1)
                    exposure = 15.0 if random.random() < 0.02 else 30.0
                    deep = best % 40 == 0
                    rows.append((
                        len(rows), night, time, lst, 1, exposure + 4, exposure, ra[i], dec[i], altitude[i],
                        azimuth[i], band, band, airmass, 21.0, 0.0, seeing * 0.9, seeing * 0.822 + 0.052,
                        seeing, depth, slew, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -20.0, 0.0, 90.0, phase,
                        -30.0, 180.0, 120.0, "DD:COSMOS" if deep else f"pair_33, {band}, {j}",
                        "ddf_cosmos" if deep else "lowdust", "DD" if deep else "FBS", "science",
                    ))  # fmt: skip
                    count[i] += 1
                    time += (exposure + 4) / 86400
    rows = [tuple(v.item() if isinstance(v, np.generic) else v for v in row) for row in rows]
    with sqlite3.connect(path) as db:
        db.execute(f"CREATE TABLE observations ({', '.join(f'{n} {t}' for n, t in COLUMNS.items())})")
        db.executemany(f"INSERT INTO observations VALUES ({', '.join('?' * len(COLUMNS))})", rows)
        db.execute("CREATE TABLE info (Parameter TEXT, Value TEXT)")
    return path
