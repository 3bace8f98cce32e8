"""Arrays cross the border where they lie: told by their addresses."""

import gc

import numpy as np
import pytest

import skywright
from skywright import _core


def address(array):
    return array.__array_interface__["data"][0]


@pytest.mark.parametrize("writable", [True, False])
def test_the_core_sees_a_float32_array_where_it_lies(pixels, writable):
    array = pixels.copy()
    array.flags.writeable = writable
    exposure = skywright.Exposure.of(array)
    assert exposure.pixels is array
    assert _core.seen_address(exposure.pixels) == address(array)


def test_a_part_of_an_image_is_seen_within_it(pixels):
    part = pixels[50:150, 40:240]
    assert not part.flags.c_contiguous
    assert _core.seen_address(skywright.Exposure.of(part).pixels) == address(pixels) + (50 * 400 + 40) * 4


def test_what_detection_was_given_is_as_before(pixels):
    array = pixels.copy()
    mask = np.zeros(array.shape, np.uint32)
    skywright.detect(skywright.Exposure(pixels=array, mask=mask), saturation=700.0)
    assert (array == pixels).all()
    assert (mask == 0).all()


def test_columns_are_the_memory_of_the_table(pixels):
    table = skywright.detect(pixels)
    first = table["x"]
    assert address(first) == address(table["x"])
    first[0] = -1.0
    assert table["x"][0] == -1.0
    assert address(table["pixelFlags_edge"]) == address(table["pixelFlags_edge"])
    assert table["pixelFlags_edge"].dtype == np.bool_


def test_a_column_outlives_its_table(pixels):
    x = skywright.detect(pixels)["x"]
    kept = x.copy()
    gc.collect()
    filler = [np.zeros(len(x)) for _ in range(1000)]
    assert (x == kept).all() and filler


def test_arrow_takes_the_numbers_where_they_lie(pixels):
    table = skywright.detect(pixels)
    arrow = table.to_arrow()
    for name in ("x", "psfFlux", "sourceId", "area"):
        (chunk,) = arrow.column(name).chunks
        assert chunk.buffers()[1].address == address(table[name]), name
    assert arrow.column("pixelFlags_edge").to_pylist() == table["pixelFlags_edge"].tolist()
    x = table["x"].copy()
    del table
    gc.collect()
    assert (arrow.column("x").to_numpy() == x).all()


def test_planes_of_a_file_are_the_core_s_own_memory(tmp_path, pixels):
    path = tmp_path / "e.fits"
    skywright.Exposure(pixels=pixels, variance=np.full_like(pixels, 100.0)).write(path)
    core = _core.read_image(str(path))
    assert address(core.pixels) == address(core.pixels)
    planes = core.pixels
    del core
    gc.collect()
    assert (planes == pixels).all()


def test_a_stream_that_nobody_takes_is_given_back(pixels):
    table = skywright.detect(pixels)
    for _ in range(100):
        table.__arrow_c_stream__()
    gc.collect()
    assert len(table.to_arrow()) == len(table)
