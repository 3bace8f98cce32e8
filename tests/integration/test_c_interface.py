"""libskywright: its symbols are those that were promised, its header is C, and what it says is true."""

import ctypes
import os
import subprocess
import sys
import threading
from ctypes import byref, c_char_p, c_double, c_int32, c_int64, c_size_t, c_uint64, c_void_p
from pathlib import Path

import numpy as np
import pytest
import user_kernels

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def library(program):
    path = program.parent / "libskywright.so"
    assert path.exists(), f"{path} is not built (cmake -DSKYWRIGHT_C=ON)"
    lib = ctypes.CDLL(str(path))
    lib.sw_message.restype = lib.sw_version.restype = c_char_p
    lib.sw_table_rows.restype = lib.sw_table_find.restype = c_int64
    lib.sw_table_data.restype = c_void_p
    lib.sw_table_rows.argtypes = lib.sw_table_free.argtypes = lib.sw_text_free.argtypes = [c_void_p]
    lib.sw_table_find.argtypes = [c_void_p, c_char_p]
    lib.sw_table_data.argtypes = lib.sw_table_type.argtypes = [c_void_p, c_int64]
    lib.path = path
    return lib


class Image(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("width", c_int64), ("height", c_int64), ("stride", c_int64),
                ("pixels", c_void_p), ("variance", c_void_p), ("mask", c_void_p)]


PROGRESS = ctypes.CFUNCTYPE(c_int32, c_void_p, c_char_p, c_uint64, c_uint64)


class Options(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("jobs", c_int32), ("settings", c_char_p), ("progress", PROGRESS),
                ("user", c_void_p)]


class Site(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("latitude", c_double), ("longitude", c_double), ("height", c_double)]


def options(**given):
    return Options(**{"size": ctypes.sizeof(Options), **given})


def view(array, **given):
    planes = {"size": ctypes.sizeof(Image), "width": array.shape[1], "height": array.shape[0],
              "stride": array.strides[0] // 4, "pixels": array.ctypes.data}
    return Image(**{**planes, **given})


def test_symbols_are_those_promised(library):
    """A symbol that goes or comes is a change of the interface: c/symbols.txt is changed with it, and
    SW_ABI_VERSION where one goes or means another thing."""
    shown = subprocess.run(["nm", "-D", "--defined-only", library.path], capture_output=True, text=True, check=True)
    names = {line.split()[2].split("@")[0] for line in shown.stdout.splitlines()} - {"SKYWRIGHT_1"}
    assert sorted(names) == (ROOT / "c" / "symbols.txt").read_text().split()
    assert library.sw_abi_version() == 1


LAYOUT = r"""
#include "skywright.h"
#include <stdio.h>
int main(void) {
  printf("%zu %zu %zu %zu ", sizeof(sw_image), offsetof(sw_image, stride), offsetof(sw_image, pixels),
         offsetof(sw_image, mask));
  printf("%zu %zu %zu ", sizeof(sw_options), offsetof(sw_options, settings), offsetof(sw_options, user));
  printf("%zu %zu ", sizeof(sw_site), offsetof(sw_site, height_m));
  printf("%d %d %d\n", SW_ABI_VERSION, SW_SERVICE, SW_TEXT);
  return sw_abi_version() != SW_ABI_VERSION;
}
"""


def test_the_header_is_c_and_its_structs_lie_as_they_did(library, tmp_path):
    (tmp_path / "layout.c").write_text(LAYOUT)
    subprocess.run(
        ["cc", "-std=c99", "-pedantic-errors", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'include'}", "layout.c",
         "-o", "layout", f"-L{library.path.parent}", "-lskywright", f"-Wl,-rpath,{library.path.parent}"],
        check=True, cwd=tmp_path,
    )  # fmt: skip
    shown = subprocess.run([tmp_path / "layout"], capture_output=True, text=True, check=True).stdout
    # Of version 1, on 64 bits: to change them is to break every program that was compiled.
    assert shown.split() == "56 24 32 48 40 16 32 32 24 1 6 5".split()


def star_field():
    rng = np.random.default_rng(3)
    image = rng.normal(100.0, 5.0, (200, 300)).astype(np.float32)
    yy, xx = np.mgrid[:200, :300]
    places = [(40.3, 50.2), (150.7, 120.1), (250.5, 80.9)]
    for x, y in places:
        image += (3000 * np.exp(-((xx - x) ** 2 + (yy - y) ** 2) / (2 * 1.4**2))).astype(np.float32)
    return image, places


def test_stars_are_found_where_they_are_and_pixels_are_read_in_place(library):
    image, places = star_field()
    wide = np.full((200, 400), np.nan, np.float32)
    wide[:, :300] = image
    for array in (image, wide[:, :300]):  # the second with rows of another stride
        before = array.copy()
        table = c_void_p()
        assert library.sw_detect(byref(view(array)), byref(options(settings=b"detection.threshold = 20")),
                                 byref(table)) == 0, library.sw_message()
        assert (array == before).all()
        rows = library.sw_table_rows(table)
        assert rows == len(places)
        columns = []
        for name in (b"x", b"y"):
            index = library.sw_table_find(table, name)
            assert library.sw_table_type(table, index) == 0
            columns.append((c_double * rows).from_address(library.sw_table_data(table, index)))
        found = sorted(zip(*columns))
        for (x, y), (a, b) in zip(found, sorted(places)):
            assert np.hypot(x - a, y - b) < 0.05  # five times FWHM / 2.35 / SNR of 150 and more
        library.sw_table_free(table)


def test_places_above_the_horizon_are_astropys(library):
    """Within 1 arcsec: UT1 - UTC is taken as 0 by both, polar motion (0.3 arcsec) by astropy alone."""
    from astropy import units as u
    from astropy.coordinates import AltAz, EarthLocation, SkyCoord, get_body
    from astropy.time import Time
    from astropy.utils import iers

    site = Site(ctypes.sizeof(Site), -30.2446, -70.7494, 2663.0)
    place = EarthLocation(lat=-30.2446 * u.deg, lon=-70.7494 * u.deg, height=2663 * u.m)
    ra, dec = np.array([101.2872, 10.0, 200.0]), np.array([-16.7161, -60.0, 20.0])
    azimuth, altitude = np.zeros(3), np.zeros(3)
    as_pointer = [a.ctypes.data_as(ctypes.POINTER(c_double)) for a in (ra, dec, azimuth, altitude)]
    mjd = 58849.25
    assert library.sw_horizontal(byref(site), c_double(mjd), c_size_t(3), *as_pointer) == 0
    time = Time(mjd, format="mjd", scale="tai")
    with iers.conf.set_temp("auto_download", False), iers.conf.set_temp("iers_degraded_accuracy", "warn"):
        time.delta_ut1_utc = 0.0
        frame = AltAz(obstime=time, location=place)
        theirs = SkyCoord(ra, dec, unit="deg").transform_to(frame)
        ours = SkyCoord(azimuth, altitude, unit="deg", frame=frame)
        assert theirs.separation(ours).max() < 1 * u.arcsec
        moon = get_body("moon", time, place)
    bodies = (c_double * 2)(), (c_double * 2)()
    assert library.sw_sun_moon(byref(site), c_double(mjd), *bodies) == 0
    ours = SkyCoord(bodies[0][1], bodies[1][1], unit="deg")
    # Its built-in Moon is good to an arcminute or so; ours is DE440's.
    assert SkyCoord(moon.ra, moon.dec).separation(ours) < 2 * u.arcmin


def test_what_is_wrong_is_told_and_nothing_is_made(library):
    image, _ = star_field()
    table = c_void_p(123)

    def fails(status, code, says):
        assert status == code
        assert says in library.sw_message().decode()

    fails(library.sw_detect(None, None, byref(table)), 2, "image: it is NULL")
    assert table.value is None
    fails(library.sw_detect(byref(view(image)), None, None), 2, "sources: it is NULL")
    fails(library.sw_detect(byref(view(image, size=8)), None, byref(table)), 2, "image.size")
    fails(library.sw_detect(byref(view(image, stride=10)), None, byref(table)), 4, "out of range")
    fails(library.sw_detect(byref(view(image, width=-1)), None, byref(table)), 4, "out of range")
    fails(library.sw_detect(byref(view(image, pixels=None)), None, byref(table)), 2, "it is NULL")
    fails(library.sw_detect(byref(view(image)), byref(options(settings=b"threshold = 3")), byref(table)), 2,
          "there is no such key")
    fails(library.sw_detect(byref(view(image)), byref(options(jobs=-1)), byref(table)), 2, "jobs=-1")
    nothing = np.full_like(image, np.nan)
    fails(library.sw_detect(byref(view(nothing)), None, byref(table)), 4, "no background")
    fails(library.sw_subtract(byref(view(image)), byref(view(image[:100])), None, byref(table), None, None), 4,
          "differ in size")
    fails(library.sw_table_read(b"/none.fits", byref(table)), 4, "/none.fits")
    fails(library.sw_run(b"plam", c_size_t(0), None, None, None, None), 2, "there is none of this name")
    names, values = (c_char_p * 1)(b"--night"), (c_char_p * 1)(b"1")
    fails(library.sw_run(b"plan", c_size_t(1), names, values, None, None), 2, "has no such option")
    fails(library.sw_horizontal(byref(Site(32, 95.0, 0.0, 0.0)), c_double(6e4), c_size_t(0), None, None, None, None), 4, "")
    fails(library.sw_horizontal(byref(Site(32, 0.0, 0.0, 0.0)), c_double(2460000.5), c_size_t(0), None, None, None, None),
          2, "a Julian date less 2400000.5")
    assert library.sw_table_rows(None) == 0 and library.sw_table_find(None, b"x") == -1
    library.sw_table_free(None)


def test_messages_belong_to_their_thread(library):
    seen = []
    library.sw_table_read(b"/here.fits", byref(c_void_p()))

    def other():
        library.sw_table_read(b"/elsewhere.fits", byref(c_void_p()))
        seen.append(library.sw_message())

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert b"/elsewhere.fits" in seen[0] and b"/here.fits" in library.sw_message()


def test_progress_may_stop_a_plan(library, tmp_path):
    told = []

    def progress(user, activity, done, total):
        told.append(activity)
        return 1

    kept = options(progress=PROGRESS(progress))
    names = (c_char_p * 2)(b"--nights", b"--out")
    values = (c_char_p * 2)(b"2000", os.fsencode(tmp_path / "plan.db"))
    assert library.sw_run(b"plan", c_size_t(2), names, values, byref(kept), None) == 3
    assert told and not (tmp_path / "plan.db").exists()


FAST_KERNEL = """
import ctypes, sys
import numpy as np
library, kernel, way = sys.argv[1:]
tiny = np.array([5e-324])
assert (tiny * 1.0)[0] > 0
if way == "used":
    lib = ctypes.CDLL(library)
    class Image(ctypes.Structure):
        _fields_ = [("size", ctypes.c_size_t), ("width", ctypes.c_int64), ("height", ctypes.c_int64),
                    ("stride", ctypes.c_int64), ("pixels", ctypes.c_void_p), ("variance", ctypes.c_void_p),
                    ("mask", ctypes.c_void_p)]
    class Options(ctypes.Structure):
        _fields_ = [("size", ctypes.c_size_t), ("jobs", ctypes.c_int32), ("settings", ctypes.c_char_p),
                    ("progress", ctypes.c_void_p), ("user", ctypes.c_void_p)]
    pixels = np.random.default_rng(1).normal(100, 5, (64, 64)).astype(np.float32)
    pixels[30:33, 30:33] += 500
    image = Image(ctypes.sizeof(Image), 64, 64, 64, pixels.ctypes.data, None, None)
    settings = ('kernels = [{library = "%s", side = 11}]' % kernel).encode()
    options = Options(ctypes.sizeof(Options), 1, settings, None, None)
    table = ctypes.c_void_p()
    status = lib.sw_detect(ctypes.byref(image), ctypes.byref(options), ctypes.byref(table))
    lib.sw_message.restype = ctypes.c_char_p
    assert status == 0, lib.sw_message()
    assert lib.sw_table_find(table, b"value") >= 0
else:
    ctypes.CDLL(kernel)
print("kept" if (tiny * 1.0)[0] > 0 else "lost")
"""


def test_a_kernel_leaves_the_floating_point_unit_alone(library, tmp_path):
    """A library made with -ffast-math switches denormal numbers off as it is loaded; loaded by anybody else, it has
    that effect."""
    kernel = user_kernels.probe(tmp_path, "fast", "-Ofast")
    shown = {
        way: subprocess.run([sys.executable, "-c", FAST_KERNEL, library.path, kernel, way], capture_output=True,
                            text=True, timeout=60)
        for way in ("used", "loaded")
    }  # fmt: skip
    assert shown["used"].stdout == "kept\n", shown["used"].stderr
    assert shown["loaded"].stdout == "lost\n", shown["loaded"].stderr
