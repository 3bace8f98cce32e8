"""Orbits of bodies that are to be seen at a given place and time, as a survey's catalog would have them."""

import numpy as np

K = 0.01720209895
OBLIQUITY = np.radians(84381.448 / 3600.0)


def to_ecliptic(v):
    c, s = np.cos(OBLIQUITY), np.sin(OBLIQUITY)
    return np.array([v[0], c * v[1] + s * v[2], -s * v[1] + c * v[2]])


def elements(x, v):
    """a, e, i, node, argument of perihelion, mean anomaly [au, degree] of a heliocentric ecliptic state."""
    mu, r = K * K, np.linalg.norm(x)
    a = 1.0 / (2.0 / r - v @ v / mu)
    h = np.cross(x, v)
    to_perihelion = np.cross(v, h) / mu - x / r
    e = np.linalg.norm(to_perihelion)
    inclination = np.arccos(h[2] / np.linalg.norm(h))
    node = np.arctan2(h[0], -h[1])
    n = np.array([np.cos(node), np.sin(node), 0.0])
    m = np.cross(h / np.linalg.norm(h), n)
    argument = np.arctan2(to_perihelion @ m, to_perihelion @ n)
    anomaly = np.arctan2(x @ v / np.sqrt(mu * a), 1.0 - r / a)
    mean = anomaly - e * np.sin(anomaly)
    return a, e, *(np.degrees(k) % 360.0 for k in (inclination, node, argument, mean))


def bodies_at(ra, dec, mjd_tdb, count, rng, spread=0.012):
    """Belt orbits, by elements at `mjd_tdb`, that are then seen within `spread` degrees of a place."""
    from astropy.coordinates import get_body_barycentric_posvel
    from astropy.time import Time

    t = Time(mjd_tdb, format="mjd", scale="tdb")
    earth, sun = (np.array([p.xyz.to_value("au") for p in get_body_barycentric_posvel(name, t)[:1]])[0]
                  for name in ("earth", "sun"))
    out = []
    while len(out) < count:
        alpha = np.radians(ra + rng.uniform(-spread, spread) / np.cos(np.radians(dec)))
        delta = np.radians(dec + rng.uniform(-spread, spread))
        line = np.array([np.cos(alpha) * np.cos(delta), np.sin(alpha) * np.cos(delta), np.sin(delta)])
        x = earth - sun + rng.uniform(1.2, 2.2) * line
        r = np.linalg.norm(x)
        along = np.cross([0.0, 0.0, 1.0], x)
        v = K / np.sqrt(r) * (along / np.linalg.norm(along) + rng.normal(0, 0.08, 3))
        state = elements(to_ecliptic(x), to_ecliptic(v))
        if state[1] < 0.9 and state[0] > 0:
            out.append(state)
    return out


def table_text(rows, epoch, magnitudes):
    """A table as `expose --orbits` reads it, in full precision."""
    lines = ["objId,a,e,inc,node,argPeri,meanAnomaly,epoch,H,G"]
    for name, (row, h) in enumerate(zip(rows, magnitudes, strict=True)):
        lines.append(",".join([f"t{name}", *(f"{v:.12f}" for v in row), f"{epoch}", f"{h}", "0.15"]))
    return "\n".join(lines) + "\n"


def packed_epoch(mjd):
    from astropy.time import Time

    when = Time(mjd, format="mjd").datetime
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
    return f"{'IJK'[when.year // 100 - 18]}{when.year % 100:02d}{digits[when.month]}{digits[when.day]}"


def mpcorb_line(designation, row, epoch, h):
    a, e, i, node, argument, mean = row
    motion = np.degrees(K / a**1.5)
    return (f"{designation:<7s} {h:5.2f}  0.15 {packed_epoch(epoch)} {mean:9.5f}  {argument:9.5f}  {node:9.5f}  {i:9.5f}"
            f"  {e:9.7f} {motion:11.8f} {a:11.7f}  0 E2026-A00   100   5 2010-2026 0.40 M-v 30k MPCLINUX   0000")
