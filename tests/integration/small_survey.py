"""A whole survey in seconds: a camera of 600 x 500 pixels behind LSST's mirror, its simulated frames,
masters, template and reference stars. The night's tests and the fault campaigns run on it.

The field lies in the Milky Way, so that even two arcminutes hold enough reference stars; its sky has far
more supernovae and variables than the real one, so that each visit alerts.
"""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

CAMERA = """
name = "pocket"
title = "600 x 500 pixels behind a large mirror, for tests"
[site]
name = "Cerro Pachon"
latitude_deg = -30.24
longitude_deg = -70.75
height_m = 2650.0
[telescope]
name = "Pocket"
aperture_m = 8.36
obscuration = 0.61
effective_aperture_m = 6.423
focal_length_m = 10.31
field_of_view_deg = 0.2
[camera]
name = "PocketCam"
[camera.keywords]
exposure_time = "EXPTIME"
mjd_obs = "MJD-BEG"
date_obs = "DATE-BEG"
time_scale = "tai"
time_at = "start"
band = "FILTER"
ra = "RA"
dec = "DEC"
rotation = "ROTPA"
airmass = "AMSTART"
visit = "VISIT"
kind = "IMGTYPE"
[[camera.sensor]]
name = "ccd"
width = 600
height = 500
pixel_um = 10.0
gain = 1.6
read_noise = 5.5
full_well = 100000.0
dark_current = 0.02
[[camera.sensor.row]]
names = ["A", "B"]
extensions = ["AmpA", "AmpB"]
data_width = 300
data_height = 500
prescan = 4
serial_overscan = 32
parallel_overscan = 16
[[band]]
name = "r"
physical_filter = "r_57"
zero_point = 28.36
wavelength_nm = 622.0
width_nm = 135.0
extinction = 0.1
dark_sky = 21.2
[[band]]
name = "i"
physical_filter = "i_39"
zero_point = 28.17
wavelength_nm = 754.0
width_nm = 126.0
extinction = 0.07
dark_sky = 20.5
"""

# Two of them side by side.
CAMERA_OF_TWO = CAMERA.replace('kind = "IMGTYPE"', 'kind = "IMGTYPE"\ndetector = "CHIPID"') + """
[[camera.detector]]
id = 0
name = "ccd"
x_mm = -3.1
[[camera.detector]]
id = 1
name = "two"
x_mm = 3.1
"""

RA, DEC, MJD = 110.0, -20.0, 61420.05
CLOCK = "61500.0"
SKY = (
    "--set", "sky.transients.supernova_rate=400000", "--set", "sky.transients.peak_magnitude_bright=19.5",
    "--set", "sky.transients.peak_magnitude_faint=23.5", "--set", "sky.transients.variable_star_fraction=0.1",
)  # fmt: skip


@dataclass
class SmallSurvey:
    """`folder` is a survey whose incoming/ is empty; `frames` wait beside it to be put there."""

    folder: Path
    camera: Path
    frames: list = field(default_factory=list)
    calibrations: list = field(default_factory=list)
    coadd_frames: list = field(default_factory=list)

    def copy(self, to):
        """The same survey again, in another folder."""
        shutil.copytree(self.folder, to, copy_function=shutil.copy2)
        return to

    def arrive(self, survey, frames=None):
        """Put frames into incoming/, as a telescope does: hidden while they are written."""
        for frame in self.frames if frames is None else frames:
            hidden = survey / "incoming" / f".{frame.name}"
            shutil.copy2(frame, hidden)
            hidden.rename(survey / "incoming" / frame.name)


def expose(skywright, camera, out, visit, *args, kind="science"):
    """One frame of the camera; returns its path."""
    skywright("expose", "--instrument", camera, "--out", out, "--visit", visit, "--kind", kind,
              "--seed", 5, "--quiet", *args)  # fmt: skip
    return Path(out) / f"{visit}_ccd.fits.fz"


def science(skywright, camera, out, visit, mjd, *args, band="r"):
    # Visits are dithered by arcseconds, each its own way.
    step = 3.0 / 3600.0
    ra = RA + step * ((visit * 7) % 5 - 2) / 2.0
    dec = DEC + step * ((visit * 3) % 7 - 3) / 3.0
    return expose(skywright, camera, out, visit, "--ra", ra, "--dec", dec, "--band", band,
                  "--mjd", mjd, "--seeing", 0.8 + 0.05 * (visit % 3), *SKY, *args)  # fmt: skip


def make_small_survey(skywright, root, visits=4, bands=("r",), two=False, arriving=(), step=0.02):
    """@param step  days from visit to visit; the Sun rises 0.33 days after the first
    @param two  whether the camera has two detectors; frames of a visit then follow each other
    @param arriving  further options of `expose` for the frames of the night"""

    def of_all(frame):
        return [frame, frame.with_name(frame.name.replace("_ccd.", "_two."))] if two else [frame]

    root = Path(root)
    camera = root / "pocket.toml"
    camera.write_text(CAMERA_OF_TWO if two else CAMERA)
    survey = SmallSurvey(root / "survey", camera)
    skywright("survey", "init", survey.folder, "--instrument", camera, "--name", "pocket")
    number = 0
    for kind, count, args in (
        ("bias", 5, ()),
        ("dark", 3, ("--exposure", 60)),
        *(("flat", 3, ("--band", band, "--exposure", 2)) for band in bands),
    ):
        for _ in range(count):
            number += 1
            frame = expose(skywright, camera, root / "calibration", number, *args, kind=kind)
            survey.calibrations += of_all(frame)
    skywright("calib", "--instrument", camera, *survey.calibrations,
              "--out", survey.folder / "calib", "--quiet")  # fmt: skip
    skywright("sky", "--ra", RA, "--dec", DEC, "--radius", 0.05, "--mjd", MJD, "--reference",
              "--faint", 22, "--out", survey.folder / "reference" / "stars.parquet")  # fmt: skip
    for band in bands:
        for _ in range(4):
            number += 1
            survey.coadd_frames += of_all(
                science(skywright, camera, root / "quiet", 1000 + number, MJD - 30 + 0.002 * number,
                        "--quiet-sky", band=band)  # fmt: skip
            )
    skywright("survey", "templates", survey.folder, *survey.coadd_frames, "--quiet")
    for i in range(visits):
        survey.frames += of_all(
            science(skywright, camera, root / "arriving", 2001 + i, MJD + step * i,
                    *arriving, band=bands[i % len(bands)])  # fmt: skip
        )
    return survey
