"""Slew times by rubin_scheduler's KinemModel: 10,000 pointings in five walks, each from parked.

    pip install rubin_scheduler==4.6.0
    python tests/reference/make_slews.py > tests/reference/slews.csv

Columns: the options (below), where to point (altitude, azimuth, rotTelPos [degree], empty: left as it is;
band 0-5), and the seconds until the shutter may open; empty: out of reach, the telescope stays. The state
(wrap, rotator, filter, readout of a visit of 30 s) is carried from line to line. rubin_scheduler reads no
data files for this.
"""
import sys
import warnings

import numpy as np
from rubin_scheduler.scheduler.model_observatory import KinemModel

BANDS = "ugrizy"
# name: (set-up calls, options of slew_times, readout [s], exposures a visit)
OPTIONS = {
    # as rubin_scheduler's defaults: the instrument `lsst`
    "lsst": ({}, {}, 3.07, 1),
    # as in 2022: the instrument `lsst-2022`
    "lsst-2022": (
        {"camera": {"readtime": 2.0, "jerk": None},
         "telescope": {"azimuth_minpos": -270.0, "azimuth_maxpos": 270.0,
                       "altitude_jerk": None, "azimuth_jerk": None}},
        {"slew_while_changing_filter": True}, 2.0, 2),
    # a dome that starts, stops and settles; the wrap just over a turn
    "following-dome": (
        {"telescope": {"azimuth_minpos": -170.0, "azimuth_maxpos": 200.0}},
        {"lax_dome": False}, 3.07, 1),
    # filter changes timed by the rotator, during the slew; short exposures stall the shutter
    "rotator-filter": (
        {}, {"slew_while_changing_filter": True, "constant_band_changetime": False}, 3.07, 3),
    # dithers of minutes of arc: neither speed nor acceleration reach their limits
    "dithers": ({}, {}, 3.07, 1),
}


def walk(name, count, random):
    setup, options, readout, exposures = OPTIONS[name]
    model = KinemModel()
    model.setup_camera(**{"readtime": readout, **setup.get("camera", {})})
    model.setup_telescope(**setup.get("telescope", {}))
    model.mounted_bands = list(BANDS)
    model.park()
    start = None
    at = (60.0, 0.0, 0.0, 2)
    for _ in range(count):
        if name == "dithers":
            step = 10.0 ** random.uniform(-2.5, 0.5, 3) * random.choice([-1, 1], 3)
            goal = np.clip([at[0] + step[0], at[1] + step[1], at[2] + step[2]],
                           [25.0, -1e9, -80.0], [80.0, 1e9, 80.0])
            altitude, azimuth, rotator, band = goal[0], goal[1] % 360.0, goal[2], at[3]
        else:
            altitude = random.uniform(18.0, 88.0)
            if random.random() < 0.5:  # near the last one, as most slews are
                altitude = np.clip(at[0] + random.normal(0.0, 5.0), 18.0, 88.0)
            azimuth = random.uniform(0.0, 360.0)
            if random.random() < 0.5:
                azimuth = (at[1] + random.normal(0.0, 8.0)) % 360.0
            rotator = random.uniform(-92.0, 92.0)
            band = int(random.integers(6)) if random.random() < 0.2 else at[3]
        altitude, azimuth, rotator = round(altitude, 4), round(azimuth, 4), round(rotator, 3)
        free = random.random() < 0.1
        if start is None:
            starting = {}
        else:
            starting = {"starting_alt_rad": np.radians(start[0]),
                        "starting_az_rad": np.radians(start[1]),
                        "starting_rot_tel_pos_rad": np.radians(start[2])}
        seconds = model.slew_times(
            None, None, 60000.0, alt_rad=np.radians(np.array([altitude])),
            az_rad=np.radians(np.array([azimuth])),
            rot_tel_pos=None if free else np.radians(np.array([rotator])),
            bandname=np.array([BANDS[band]]),
            update_tracking=True, **starting, **options)
        seconds = float(np.squeeze(seconds))
        yield altitude, azimuth, None if free else rotator, band, seconds
        if np.isfinite(seconds):
            turned = (start[2] if start else 0.0) if free else rotator
            start = (altitude, azimuth, turned, band)
            at = start
            visit = {"exptime": 30.0, "nexp": exposures}
            model.overhead = max(model.readtime, model.shutter_stall(visit))


def main():
    warnings.simplefilter("ignore")
    print("options,altitude,azimuth,rotator,band,seconds")
    for index, name in enumerate(OPTIONS):
        random = np.random.default_rng([20260101, index])
        for altitude, azimuth, rotator, band, seconds in walk(name, 2000, random):
            angle = "" if rotator is None else f"{rotator:g}"
            time = f"{seconds:.4f}" if np.isfinite(seconds) else ""
            print(f"{name},{altitude:g},{azimuth:.8g},{angle},{band},{time}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
