"""Skywright from Python with ctypes and NumPy alone:   ctypes_example.py LIBRARY OUT

Finds stars, finds what changed, asks where Sirius and the Moon stand, and plans a night. The same
steps, in Fortran, stand in ctypes_example.f90, and print the same.
"""

import ctypes
import json
import sys
from ctypes import POINTER, byref, c_char_p, c_double, c_float, c_int32, c_int64, c_size_t, c_uint32, c_void_p

import numpy as np

SIDE = 256


class Image(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("width", c_int64), ("height", c_int64), ("stride", c_int64),
                ("pixels", POINTER(c_float)), ("variance", POINTER(c_float)), ("mask", POINTER(c_uint32))]


class Options(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("jobs", c_int32), ("settings", c_char_p), ("progress", c_void_p),
                ("user", c_void_p)]


class Site(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("latitude_deg", c_double), ("longitude_deg", c_double),
                ("height_m", c_double)]


def load(path):
    library = ctypes.CDLL(path)
    for name in ("sw_message", "sw_version"):
        getattr(library, name).restype = c_char_p
    for name in ("sw_table_rows", "sw_table_find"):
        getattr(library, name).restype = c_int64
    library.sw_table_data.restype = c_void_p
    library.sw_table_data.argtypes = [c_void_p, c_int64]
    library.sw_table_type.argtypes = [c_void_p, c_int64]
    library.sw_table_find.argtypes = [c_void_p, c_char_p]
    library.sw_table_rows.argtypes = [c_void_p]
    library.sw_table_free.argtypes = [c_void_p]
    library.sw_text_free.argtypes = [c_void_p]
    library.sw_horizontal.argtypes = [POINTER(Site), c_double, c_size_t] + 4 * [POINTER(c_double)]
    library.sw_sun_moon.argtypes = [POINTER(Site), c_double, POINTER(c_double), POINTER(c_double)]
    if library.sw_abi_version() != 1:
        sys.exit("this example is written for version 1 of the interface")
    return library


def check(library, status):
    if status != 0:
        sys.exit(f"skywright: {library.sw_message().decode()}")


def field(phase, stars):
    """A sky of 100 with noise that needs no random numbers, and stars of FWHM 3 pixels."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(float)
    wave = np.sin(12.9898 * x + 78.233 * y + phase) * 43758.5453
    image = 100.0 + 20.0 * (wave - np.floor(wave) - 0.5)
    for k in stars:
        a, b = 40.3 + 87.4 * ((k - 1) % 3), 41.6 + 86.3 * ((k - 1) // 3)
        image += 500.0 * k * np.exp(-((x - a) ** 2 + (y - b) ** 2) / (2 * 1.274**2))
    return np.ascontiguousarray(image, dtype=np.float32)


def view(array):
    return Image(ctypes.sizeof(Image), array.shape[1], array.shape[0], array.strides[0] // 4,
                 array.ctypes.data_as(POINTER(c_float)), None, None)


def column(library, table, name):
    """The table's own memory, for as long as the table lives."""
    index = library.sw_table_find(table, name.encode())
    kind = {0: c_double, 1: c_float, 2: c_int64, 3: c_int32}[library.sw_table_type(table, index)]
    data = library.sw_table_data(table, index)
    return np.ctypeslib.as_array((kind * library.sw_table_rows(table)).from_address(data))


def brightest(library, table):
    x, y, flux = (column(library, table, name) for name in ("x", "y", "psfFlux"))
    i = np.argmax(np.abs(flux))
    return f"{len(x)} at {x[i]:.1f} {y[i]:.1f}"


def main():
    library = load(sys.argv[1])
    new, old = field(0.0, range(1, 10)), field(1.0, [1, 2, 3, 4, 6, 7, 8, 9])
    options = Options(ctypes.sizeof(Options), 1, b"detection.threshold = 8", None, None)

    table = c_void_p()
    check(library, library.sw_detect(byref(view(new)), byref(options), byref(table)))
    print("sources:", brightest(library, table))
    library.sw_table_free(table)

    difference = np.empty_like(new)
    check(library, library.sw_subtract(byref(view(new)), byref(view(old)), None, byref(table),
                                       difference.ctypes.data_as(POINTER(c_float)), None))
    print("changed:", brightest(library, table))
    library.sw_table_free(table)

    site = Site(ctypes.sizeof(Site), -30.2446, -70.7494, 2663.0)
    altitude, azimuth = c_double(), c_double()
    check(library, library.sw_horizontal(byref(site), 61368.25, 1, byref(c_double(101.2872)),
                                         byref(c_double(-16.7161)), byref(azimuth), byref(altitude)))
    print(f"sirius: azimuth {azimuth.value:.2f} altitude {altitude.value:.2f}")
    ra, dec = (c_double * 2)(), (c_double * 2)()
    check(library, library.sw_sun_moon(byref(site), 61368.25, ra, dec))
    print(f"moon: {ra[1]:.2f} {dec[1]:.2f}")

    names = (c_char_p * 2)(b"--nights", b"--out")
    values = (c_char_p * 2)(b"1", sys.argv[2].encode())
    text = c_void_p()
    check(library, library.sw_run(b"plan", 2, names, values, None, byref(text)))
    report = json.loads(ctypes.string_at(text))
    library.sw_text_free(text)
    print("planned:", "yes" if report["visits"] > 0 else "no")


main()
