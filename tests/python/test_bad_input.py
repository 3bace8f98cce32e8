"""Whatever array comes: it works, or an exception says what is wrong; the interpreter lives."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import skywright


@pytest.fixture(scope="module")
def places(pixels):
    table = skywright.detect(pixels)
    assert len(table) >= 35  # of 40 stars, some may blend
    return np.array(table["x"]), np.array(table["y"])


def same(table, places, tolerance=0.0):
    """Within rounding: an array converted to float32 and back is the same image."""
    assert np.abs(table["x"] - places[0]).max() <= tolerance
    assert np.abs(table["y"] - places[1]).max() <= tolerance


CONVERTED = {
    "float64": lambda a: a.astype(np.float64),
    "big-endian": lambda a: a.astype(">f4"),
    "big-endian float64": lambda a: a.astype(">f8"),
    "long double": lambda a: a.astype(np.longdouble),
    "columns first": lambda a: np.asfortranarray(a),
    "every second pixel of a larger one": lambda a: np.repeat(np.repeat(a, 2, 0), 2, 1)[::2, ::2],
    "upside down twice": lambda a: np.ascontiguousarray(a[::-1])[::-1],
    "unaligned": lambda a: np.frombuffer(b"\0" + a.tobytes(), np.uint8)[1:].view(np.float32).reshape(a.shape),
    "read-only": lambda a: np.frombuffer(a.tobytes(), np.float32).reshape(a.shape),
    "list": lambda a: a.tolist(),
}  # fmt: skip


@pytest.mark.parametrize("kind", CONVERTED)
def test_any_layout_gives_the_same_sources(pixels, places, kind):
    same(skywright.detect(CONVERTED[kind](pixels)), places)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64, np.float16])
def test_whole_and_short_numbers_work(pixels, dtype):
    # Steps of one 256th of the brightest: the stars stay where they are.
    scaled = np.clip(pixels * (250.0 / pixels.max()), 0, 250)
    assert len(skywright.detect(scaled.astype(dtype))) > 10


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.zeros((2, 10, 10), np.float32), "3 axes"),
        (np.zeros(10, np.float32), "1 axes"),
        (np.float32(3.0), "0 axes"),
        (np.zeros((0, 10), np.float32), "no pixels"),
        (np.zeros((10, 10), complex), "complex128"),
        (np.zeros((10, 10), object), "object"),
        (np.full((10, 10), "x"), "no real number"),
        (np.zeros((10, 10), "M8[s]"), "no real number"),
        (np.full((64, 64), np.nan, np.float32), "no background can be measured"),
        (None, "0 axes"),
        ([[1, 2], [3]], "no array"),
    ],
)
def test_what_is_no_image_is_refused(array, says):
    with pytest.raises(skywright.InputError, match=says) as caught:
        skywright.detect(array)
    assert caught.value.code == 4
    assert isinstance(caught.value, ValueError)


def test_pixels_that_are_not_finite_do_not_count(pixels, places):
    spoilt = pixels.copy()
    spoilt[:30, :30] = np.nan
    spoilt[-5:, :] = np.inf
    spoilt[:, -5:] = -np.inf
    table = skywright.detect(spoilt)
    assert len(table) > 0.8 * len(places[0])
    assert np.isfinite(table["x"]).all()


def test_beyond_float32_is_not_finite_and_no_crash(pixels):
    spoilt = pixels.astype(np.float64)
    spoilt[100, 100] = 1e300
    assert len(skywright.detect(spoilt)) > 30


def test_planes_of_another_shape_are_refused(pixels):
    with pytest.raises(skywright.InputError, match="weight: its shape"):
        skywright.detect(pixels, weight=np.ones((10, 10), np.float32))
    with pytest.raises(skywright.InputError, match="mask: its shape"):
        skywright.detect(pixels, mask=np.zeros(pixels.shape[::-1]))
    with pytest.raises(skywright.InputError, match="variance: its shape"):
        skywright.Exposure(pixels=pixels, variance=np.ones((10, 10)))


def test_masks_are_bools_or_bits(pixels):
    planes = skywright.mask_planes()
    assert planes[:2] == ["BAD", "SAT"]
    masked = np.zeros(pixels.shape, bool)
    masked[:, :200] = True
    for mask in (masked, masked.astype(np.uint8), masked.astype(np.int64)):
        exposure = skywright.Exposure(pixels=pixels, mask=mask)
        assert exposure.mask.dtype == np.uint32 and exposure.mask.max() == 1
        assert skywright.detect(exposure)["x"].min() > 195
    for wrong in (np.full(pixels.shape, 0.5), np.full(pixels.shape, -1), np.full(pixels.shape, 2**40)):
        with pytest.raises(skywright.InputError, match="mask"):
            skywright.Exposure(pixels=pixels, mask=wrong)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ({"threshold": -1}, "threshold=-1: must be > 0"),
        ({"threshold": "high"}, "--threshold=high: must be a number"),
        ({"threshold": float("nan")}, "must be a finite number"),
        ({"threshold": object()}, "a object is not what it takes"),
        ({"weight_type": "sigma"}, "is not one of variance, weight, rms"),
        ({"config": {"detection.thresold": 3}}, "thresold"),
        ({"config": {"detection": {"min_area": 1.5}}}, "min_area"),
        ({"config": 3}, "a int holds no settings"),
        ({"config": {"gain": {1, 2}}}, "is no setting"),
        ({"config": "nowhere.toml"}, "nowhere.toml: cannot be read"),
        ({"jobs": -1}, "jobs=-1: must be in"),
        ({"out": "catalog.xyz"}, "is no kind of table"),
    ],
)
def test_wrong_options_are_refused_in_the_program_s_words(pixels, call, says):
    with pytest.raises(skywright.ConfigError, match=says) as caught:
        skywright.detect(pixels, **call)
    assert caught.value.code == 2
    assert isinstance(caught.value, ValueError)


def test_files_that_are_not_there_or_cannot_be_written(pixels, tmp_path):
    with pytest.raises(skywright.InputError, match="cannot be read"):
        skywright.detect(tmp_path / "none.fits")
    with pytest.raises(skywright.StorageError) as caught:
        skywright.detect(pixels, out=tmp_path / "none" / "catalog.fits")
    assert caught.value.code == 5
    assert isinstance(caught.value, OSError)


def test_the_core_itself_refuses_what_the_layer_above_would_convert(pixels):
    from skywright import _core

    for wrong in (pixels.astype(np.float64), pixels[:, ::2], pixels[::-1], pixels[0], None, "x"):
        with pytest.raises((TypeError, skywright.InputError)):
            _core.seen_address(wrong)
    with pytest.raises(skywright.InputError, match="its shape is not that of the pixels"):
        small = np.zeros((4, 4), np.float32)
        _core.write_exposure("x.fits", pixels, small, np.zeros((4, 4), np.uint32), [], None, None, None, None)


def test_tables_of_odd_columns_are_refused():
    with pytest.raises(skywright.InputError, match="column z: its values are complex128"):
        skywright.Table({"z": np.zeros(3, complex)})
    with pytest.raises(skywright.InputError, match="has 2 rows where the table has 3"):
        skywright.Table({"a": np.zeros(3), "b": np.zeros(2)})
    with pytest.raises(skywright.InputError, match="it has 2 axes"):
        skywright.Table({"a": np.zeros((3, 3))})
    with pytest.raises(skywright.InputError, match="a int is none"):
        skywright.Table(3)
    with pytest.raises(KeyError):
        skywright.Table({"a": np.zeros(3)})["b"]


def test_coordinates_that_do_not_fit_are_refused():
    header = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRPIX1": 50.0, "CRPIX2": 50.0, "CRVAL1": 150.0, "CRVAL2": 2.0,
              "CD1_1": -1e-4, "CD1_2": 0.0, "CD2_1": 0.0, "CD2_2": 1e-4}  # fmt: skip
    wcs = skywright.Wcs(header)
    with pytest.raises(skywright.InputError, match="shapes fit"):
        wcs.pixel_to_sky(np.zeros((2, 1)), np.zeros(3).reshape(3, 1))
    with pytest.raises(skywright.InputError, match="numbers"):
        wcs.sky_to_pixel("x", 1.0)


def test_a_mask_may_lie_in_memory_in_any_way(pixels):
    bad = np.zeros(pixels.shape, bool)
    bad[:150] = True
    layouts = [bad, np.asfortranarray(bad), np.repeat(bad, 2, 1)[:, ::2], np.broadcast_to(bad[:, :1], bad.shape)]
    counts = {len(skywright.detect(pixels, mask=mask)) for mask in layouts}
    assert len(counts) == 1 and counts.pop() < len(skywright.detect(pixels))
    exposures = [skywright.Exposure(pixels=pixels, mask=mask) for mask in layouts]
    assert {len(skywright.detect(e)) for e in exposures} == {len(skywright.detect(exposures[0]))}


def test_a_list_of_paths_is_asked_for_by_name():
    with pytest.raises(skywright.ConfigError, match="a int is not what it takes; give a list of paths"):
        skywright.stack(3, out="coadd.fits")


def test_random_calls_are_answered_or_refused(tmp_path):
    """The short form of the campaign under the address sanitizer, tools/long_checks.sh python_asan."""
    script = Path(__file__).resolve().parents[1] / "fuzz" / "python_calls.py"
    done = subprocess.run([sys.executable, script, "120", "7"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "120 calls, 0 unexpected exceptions" in done.stdout
    worked = [line.split() for line in done.stdout.splitlines() if " worked " in line]
    assert sum(int(count) for _, _, count in worked) > 10


@pytest.mark.parametrize("dtype", [np.float32, np.uint32])
def test_what_is_not_aligned_is_copied(dtype):
    """The core reads whole words: one that begins anywhere is undefined there, whatever a processor makes of it."""
    odd = np.frombuffer(b"\0" * (1 + 4 * 64), np.uint8)[1:].view(dtype).reshape(8, 8)
    assert not odd.flags.aligned
    exposure = skywright.Exposure(pixels=odd) if dtype == np.float32 else skywright.Exposure(pixels=odd, mask=odd)
    assert exposure.pixels.flags.aligned
    assert exposure.mask is None or exposure.mask.flags.aligned


@pytest.mark.parametrize("value", [None, 3.0, True, 2**80, float("nan"), "\udc80", "é" * 200, "a\0b", object()])
@pytest.mark.parametrize("keyword", ["COMMENT", "HISTORY", "ANY", "", "é", "X" * 90])
def test_cards_of_any_value_are_written_or_refused(tmp_path, keyword, value):
    exposure = skywright.Exposure(pixels=np.zeros((4, 4), np.float32), cards=[(keyword, value, "")])
    try:
        exposure.write(tmp_path / "e.fits")
    except skywright.SkywrightError:
        return
    assert skywright.Exposure.read(tmp_path / "e.fits").shape == (4, 4)
