"""`skywright.detrend` on raw frames in memory: against NumPy's arithmetic, and the program's own file."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.nddata import CCDData

import skywright

GAIN, READ_NOISE, BIAS = 1.6, 5.5, 1000.0
WIDTH, HEIGHT, OVERSCAN = 120, 90, 16
CAMERA = """
name = "pocket"
[telescope]
aperture_m = 1.0
focal_length_m = 10.0
[camera.keywords]
ra = ""
dec = ""
[[camera.sensor]]
name = "ccd"
width = {width}
height = {height}
pixel_um = 10.0
gain = {gain}
read_noise = {read_noise}
full_well = 100000.0
[[camera.sensor.row]]
names = {names}
{extensions}
data_width = {data}
data_height = {height}
serial_overscan = {overscan}
"""
CARDS = {"EXPTIME": 30.0, "DATE-OBS": "2026-11-23T04:30:00", "FILTER": "r"}
PLAIN = {"cosmic_rays.enabled": False}


def camera(path, names=("A",), extensions=False):
    listed = ", ".join(f'"{n}"' for n in names)
    path.write_text(CAMERA.format(
        width=WIDTH, height=HEIGHT, gain=GAIN, read_noise=READ_NOISE, names=f"[{listed}]", overscan=OVERSCAN,
        data=WIDTH // len(names), extensions=f"extensions = [{listed}]" if extensions else "",
    ))  # fmt: skip
    return path


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    """A camera of one amplifier and one image."""
    return camera(tmp_path_factory.mktemp("one") / "camera.toml")


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A camera of two amplifiers, each an image of its own."""
    return camera(tmp_path_factory.mktemp("two") / "camera.toml", ("A", "B"), extensions=True)


def counts(seed=1, width=WIDTH):
    """A sky of 3000 electrons above the bias, with its noise, as 16-bit counts; the overscan at the right."""
    rng = np.random.default_rng(seed)
    electrons = np.zeros((HEIGHT, width + OVERSCAN))
    electrons[:, :width] = rng.poisson(3000, (HEIGHT, width))
    return np.round(BIAS + (electrons + rng.normal(0, READ_NOISE, electrons.shape)) / GAIN).astype(np.uint16)


def in_electrons(raw, width=WIDTH):
    return (raw[:, :width].astype(float) - np.median(raw[:, width:])) * GAIN


def header_of(cards=CARDS):
    return fits.Header(list(cards.items()))


def frames_of(raw):
    """One frame as everyone holds it."""
    yield fits.PrimaryHDU(raw, header_of())
    yield fits.HDUList([fits.PrimaryHDU(raw, header_of())])
    yield fits.HDUList([fits.PrimaryHDU(header=header_of()), fits.ImageHDU(raw)])
    yield CCDData(raw, unit="adu", meta=CARDS)
    yield skywright.Exposure(pixels=raw, cards=[(k, v, "") for k, v in CARDS.items()])


def test_pixels_are_electrons_above_the_overscan(one):
    raw = counts()
    result = skywright.detrend(fits.PrimaryHDU(raw, header_of()), instrument=one, config=PLAIN)
    e = result.exposure
    assert e.shape == (HEIGHT, WIDTH)
    # The overscan is fitted row by row and smoothed: its own noise of 5.5 / 4 electrons a row, 4 sigma.
    assert np.abs(e.pixels - in_electrons(raw)).max() < 4 * READ_NOISE / np.sqrt(OVERSCAN)
    assert abs(np.mean(e.pixels - in_electrons(raw))) < 4 * READ_NOISE / np.sqrt(OVERSCAN * HEIGHT) + GAIN / 2
    noise = result["files"][0]["amplifiers"][0]["read_noise"]
    assert noise == pytest.approx(READ_NOISE, rel=0.1)
    assert np.allclose(e.variance, noise**2 + e.pixels, rtol=1e-3)
    assert (e.mask == 0).all() and e.unit == "electron" and e.header["EXPTIME"] == 30.0


def test_every_holder_of_a_frame_gives_the_same(one):
    raw = counts()
    results = [skywright.detrend(f, instrument=one).exposure for f in frames_of(raw)]
    for e in results[1:]:
        assert e.pixels.tobytes() == results[0].pixels.tobytes()
        assert e.variance.tobytes() == results[0].variance.tobytes()
        assert (e.mask == results[0].mask).all() and e.header["BAND"] == "r"


@pytest.mark.parametrize("form", ["one image", "two extensions", "compressed"])
def test_memory_and_files_give_the_program_s_own_file(form, one, two, skywright_program, tmp_path):
    if form == "two extensions":
        parts = [fits.ImageHDU(counts(i, WIDTH // 2), name=n) for i, n in enumerate("BA")]
        frame, instrument = fits.HDUList([fits.PrimaryHDU(header=header_of()), *parts]), two
    elif form == "compressed":
        frame, instrument = fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(counts(), header_of())]), one
    else:
        frame, instrument = fits.HDUList([fits.PrimaryHDU(counts(), header_of())]), one
    frame.writeto(tmp_path / "raw.fits")
    report = skywright_program(
        "detrend", tmp_path / "raw.fits", "--instrument", instrument, "--out", tmp_path / "program.fits", "--json"
    ).json
    wanted = skywright.Exposure.read(tmp_path / "program.fits")
    named = skywright.detrend(tmp_path / "raw.fits", instrument=instrument, out=tmp_path / "named.fits")
    assert (tmp_path / "named.fits").read_bytes() == (tmp_path / "program.fits").read_bytes()
    with fits.open(tmp_path / "raw.fits") as hdus:
        lent = skywright.detrend(hdus, instrument=instrument)
    returned = skywright.detrend(tmp_path / "raw.fits", instrument=instrument)
    for result in (named, lent, returned):
        for plane in ("pixels", "variance", "mask"):
            assert getattr(result.exposure, plane).tobytes() == getattr(wanted, plane).tobytes(), plane
        facts = dict(result["files"][0])
        assert facts["amplifiers"] == report["files"][0]["amplifiers"]
    assert lent.exposure.header["FILTER"] == wanted.header["FILTER"]


def test_whole_counts_end_where_their_type_does(one):
    raw = counts()
    raw[40, 50] = 65535
    saturated = np.uint32(1 << skywright.mask_planes().index("SAT"))
    sixteen = skywright.detrend(fits.PrimaryHDU(raw, header_of()), instrument=one).exposure
    assert sixteen.mask[40, 50] & saturated
    high = camera(one.parent / "high.toml")
    high.write_text(high.read_text().replace("full_well = 100000.0", "full_well = 1e7\nsaturation = 1e6"))
    real = skywright.detrend(fits.PrimaryHDU(raw.astype(np.float32), header_of()), instrument=high).exposure
    assert not real.mask[40, 50] & saturated
    assert skywright.detrend(fits.PrimaryHDU(raw, header_of()), instrument=high).exposure.mask[40, 50] & saturated


def test_masked_and_nan_pixels_are_dead(one):
    raw = counts().astype(np.float32)
    mask = np.zeros(raw.shape, bool)
    mask[10, 20] = True
    spoilt = raw.copy()
    spoilt[10, 20] = np.nan
    masked = skywright.detrend(CCDData(raw, unit="adu", mask=mask, meta=CARDS), instrument=one).exposure
    nan = skywright.detrend(CCDData(spoilt, unit="adu", meta=CARDS), instrument=one).exposure
    assert masked.mask[10, 20] != 0 and masked.mask[10, 21] == 0
    assert (masked.mask == nan.mask).all() and masked.pixels.tobytes() == nan.pixels.tobytes()


def test_frames_are_not_changed_and_exposures_are_the_core_s_memory(one):
    raw = counts().astype(np.float32)
    before = raw.copy()
    raw.flags.writeable = False
    result = skywright.detrend(fits.PrimaryHDU(raw, header_of()), instrument=one)
    assert (raw == before).all()
    first, again = result.exposures[0].pixels, result.exposures[0].pixels
    assert first.__array_interface__["data"] == again.__array_interface__["data"]


def test_of_several_frames_the_good_ones_come_back(one, tmp_path):
    good = fits.PrimaryHDU(counts(), header_of())
    with pytest.warns(skywright.SkywrightWarning), pytest.raises(skywright.PartialError) as caught:
        skywright.detrend([good, fits.PrimaryHDU(counts()[:50], header_of()), good], instrument=one)
    result = caught.value.result
    assert [f["code"] for f in result["files"]] == [0, 4, 0] and len(result.exposures) == 2
    assert "raws[1]" in result["files"][1]["problem"]
    both = skywright.detrend([good, good], instrument=one)
    with pytest.raises(skywright.InputError, match="there were 2 frames"):
        _ = both.exposure
    written = skywright.detrend(good, instrument=one, out=tmp_path / "clean.fits")
    assert written.exposure.pixels.tobytes() == both.exposures[0].pixels.tobytes()


@pytest.mark.parametrize(
    ("raw", "more", "error", "says"),
    [
        ([], {}, skywright.ConfigError, "no raw frame is named"),
        (3, {}, skywright.ConfigError, "a int is not what it takes"),
        (counts(), {}, skywright.InputError, "EXPTIME: is missing"),
        (fits.PrimaryHDU(counts()[:50], header_of()), {}, skywright.InputError, "136x50 pixels where detector ccd has 136x90"),
        (fits.PrimaryHDU(np.zeros((2, 90, 136), np.uint16), header_of()), {}, skywright.InputError, "3 axes"),
        (fits.PrimaryHDU(header=header_of()), {}, skywright.InputError, "no image"),
        (fits.HDUList([fits.PrimaryHDU(header=header_of())]), {}, skywright.InputError, "no image"),
        (counts().astype(complex), {}, skywright.InputError, "no real number"),
        ("nowhere.fits", {}, skywright.InputError, "nowhere.fits"),
        (None, {"instrument": "x"}, skywright.ConfigError, "x"),
        (None, {"instrument": 3}, skywright.ConfigError, "3"),
        (None, {"masters": "nowhere"}, skywright.InputError, "no such folder"),
        (None, {"out": "folder"}, skywright.ConfigError, "has no name that a file in a folder could take"),
        (None, {"config": {"least_flat": "x"}}, skywright.ConfigError, "least_flat"),
    ],
)
def test_what_is_no_frame_is_refused(one, raw, more, error, says):
    frame = fits.PrimaryHDU(counts(), header_of()) if raw is None else raw
    with pytest.raises(error, match=says):
        skywright.detrend(frame, **({"instrument": one} | more))


def test_a_frame_of_another_camera_is_refused(two):
    with pytest.raises(skywright.InputError, match="raw: it has no image A; name the instrument"):
        skywright.detrend(fits.HDUList([fits.PrimaryHDU(counts(), header_of())]), instrument=two)


def test_a_frame_of_nothing_is_masked(one):
    blank = np.full((HEIGHT, WIDTH + OVERSCAN), np.nan, np.float32)
    e = skywright.detrend(fits.PrimaryHDU(blank, header_of()), instrument=one).exposure
    assert e.unusable().all()
