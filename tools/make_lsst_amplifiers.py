#!/usr/bin/env python3
"""Gain, read noise, full well and crosstalk of each of LSSTCam's 3,024 science amplifiers: a draw.

    tools/make_lsst_amplifiers.py > data/instruments/lsst_amplifiers.csv

The medians by vendor are those published (SITCOMTN-148, in lsst.toml). The scatter is what two rafts show in
lsst/obs_lsst, policy/lsstCam (R22 of e2v at commit 23de68c, R01 of ITL at 2842bc3), relative to their medians:
between CCDs, between a CCD's two rows (each half of the difference), and within a row. Gains there belong to
other settings of the electronics than the medians, so that only their scatter is used; ITL's noisy CCDs (two of
nine have 10 electrons) are left out of the scatter. Nothing is published of the scatter of crosstalk: 30 % from
amplifier to amplifier is an assumption. Real values are measured for every amplifier; these have their
distribution, not their numbers.
"""

import random
import statistics
import sys

RAFTS = {
    "e2v": "R11 R12 R13 R14 R21 R22 R23 R24 R30 R31 R32 R33 R34".split(),
    "ITL": "R01 R02 R03 R10 R20 R41 R42 R43".split(),
}
SLOTS = [f"S{i}{j}" for i in range(3) for j in range(3)]
UPPER = [f"C1{i}" for i in range(8)]
LOWER = [f"C0{i}" for i in range(7, -1, -1)]
MEDIANS = {  # gain [electron/ADU], read noise [electron], full well [electron]
    "e2v": {"gain": 1.51, "read_noise": 5.40, "full_well": 103000.0},
    "ITL": {"gain": 1.68, "read_noise": 6.21, "full_well": 129000.0},
}
# Relative standard deviations: between CCDs, of a row from its CCD, of an amplifier from its row.
SCATTER = {
    "e2v": {"gain": (0.017, 0.009, 0.006), "read_noise": (0.025, 0.02, 0.03), "full_well": (0.02, 0.005, 0.006)},
    "ITL": {"gain": (0.06, 0.024, 0.007), "read_noise": (0.09, 0.03, 0.03), "full_well": (0.06, 0.02, 0.015)},
}
CROSSTALK_SCATTER = 0.30
SEED = 20260301


def draw(vendor, quantity):
    """{(detector, amplifier): value}, its median that of the vendor."""
    ccd, row, amplifier = SCATTER[vendor][quantity]
    chance = random.Random(f"{SEED} {vendor} {quantity}")
    values = {}
    for raft in RAFTS[vendor]:
        for slot in SLOTS:
            whole = chance.gauss(0.0, ccd)
            half = chance.gauss(0.0, row)
            for names, sign in ((UPPER, 1.0), (LOWER, -1.0)):
                for name in names:
                    offset = whole + sign * half + chance.gauss(0.0, amplifier)
                    values[f"{raft}_{slot}", name] = 2.718281828459045**offset
    middle = statistics.median(values.values())
    return {key: MEDIANS[vendor][quantity] * value / middle for key, value in values.items()}


def main():
    print("# Made by tools/make_lsst_amplifiers.py, which says from what. [electron/ADU], [electron], [electron];")
    print("# crosstalk: of this amplifier's own coefficients, relative to those of the sensor's type.")
    print("detector,amplifier,gain,read_noise,full_well,crosstalk")
    for vendor in RAFTS:
        drawn = {quantity: draw(vendor, quantity) for quantity in MEDIANS[vendor]}
        chance = random.Random(f"{SEED} {vendor} crosstalk")
        for detector, name in drawn["gain"]:
            crosstalk = 2.718281828459045 ** chance.gauss(0.0, CROSSTALK_SCATTER)
            at = (detector, name)
            print(f"{detector},{name},{drawn['gain'][at]:.4f},{drawn['read_noise'][at]:.3f},"
                  f"{drawn['full_well'][at]:.0f},{crosstalk:.3f}")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
