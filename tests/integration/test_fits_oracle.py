"""`skywright fits list` on odd and broken files, beside astropy."""

import gzip
import warnings
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

FOLDER = "fits-malformed"


def files_of(shared):
    found = sorted((shared / FOLDER).glob("*.fits"))
    assert len(found) > 40
    return found


def astropy_hdus(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with fits.open(path, memmap=False) as hdus:
            for hdu in hdus:
                scaled = "BSCALE" in hdu.header  # before the data are read: astropy drops it then
                yield hdu, hdu.data if not isinstance(hdu, fits.GroupsHDU) else None, scaled


def same(ours, values, rounding=0.0):
    """Counts exactly, the sum to the rounding of a sum of that many terms.

    `rounding` is the relative difference that a single value may have.
    """
    values = np.asarray(values, dtype=np.float64).ravel()
    finite = values[np.isfinite(values)]
    assert ours["finite"] == finite.size
    assert ours["not_finite"] == values.size - finite.size
    if finite.size:
        assert abs(ours["min"] - finite.min()) <= rounding * abs(finite.min())
        assert abs(ours["max"] - finite.max()) <= rounding * abs(finite.max())
        bound = (1e-14 + rounding) * finite.size * np.abs(finite).max()
        assert abs(ours["sum"] - finite.sum()) <= bound


def compare_image(ours, data, scaled):
    shape = tuple(reversed(ours["axes"]))
    assert shape == (tuple(data.shape) if data is not None else ())
    if "values" in ours:
        # Pixels are float32 in Skywright.
        with np.errstate(over="ignore"):
            values = np.asarray(data).astype(np.float32)
        # astropy scales integers in float32; Skywright in double, rounding once.
        same(ours["values"], values, rounding=1.2e-7 if scaled else 0.0)


def compare_table(ours, hdu):
    for column in ours["columns"]:
        if column["name"] not in hdu.columns.names:
            continue  # an element of an array column, or a name that stands twice
        if hdu.columns.names.count(column["name"]) > 1:
            continue
        data = hdu.data[column["name"]]
        if column["type"] == "text":
            assert column["values"]["finite"] == len(data)
        elif data.ndim == 1 and column["type"] == "bool":
            same(column["values"], data.astype(bool))
        elif data.ndim == 1 and isinstance(hdu, fits.BinTableHDU) and data.dtype.kind in "iuf":
            same(column["values"], data)
        elif data.ndim == 1:
            # ASCII tables: blank fields are 0 for astropy and NaN here.
            finite = np.asarray(data, dtype=np.float64)
            finite = finite[np.isfinite(finite)]
            bound = 1e-12 * (np.abs(finite).sum() + 1)
            assert abs(column["values"]["sum"] - finite.sum()) <= bound


def test_every_odd_file_reads_as_astropy_reads_it(skywright, shared):
    compared = 0
    for path in files_of(shared):
        result = skywright("fits", "list", path, "--json", expect=None)
        assert result.code in (0, 4), path.name
        if result.code == 4 and not result.out:
            pytest.fail(f"{path.name} was refused: {result.err}")
        ours = result.json["hdus"]
        theirs = list(astropy_hdus(path))
        assert len(ours) == len(theirs), path.name
        for mine, (hdu, data, scaled) in zip(ours, theirs):
            where = f"{path.name}[{mine['index']}]"
            if isinstance(hdu, (fits.BinTableHDU, fits.TableHDU)) and not mine["compressed"]:
                assert mine["axes"] == [len(hdu.columns), len(hdu.data)], where
                compare_table(mine, hdu)
            elif isinstance(hdu, fits.GroupsHDU):
                assert "values" not in mine, where  # groups are no image
            elif isinstance(hdu, (fits.ImageHDU, fits.PrimaryHDU, fits.CompImageHDU)):
                if "problem" in mine:
                    assert "compressed by" in mine["problem"], (where, mine["problem"])
                    continue
                compare_image(mine, data, scaled)
            compared += 1
    assert compared > 80


def test_real_images_read_as_astropy_reads_them(skywright, shared):
    for path in sorted((shared / "images").glob("*.fits")):
        (mine,) = [h for h in skywright("fits", "list", path, "--json").json["hdus"] if h["axes"]]
        with fits.open(path, do_not_scale_image_data=True) as hdus:
            header = hdus[0].header
            scaled = hdus[0].data * header.get("BSCALE", 1.0) + header.get("BZERO", 0.0)
            same(mine["values"], scaled.astype(np.float32))


KINDS = {
    "rice_16": dict(dtype=np.int16, compression_type="RICE_1"),
    "rice_32": dict(dtype=np.int32, compression_type="RICE_1"),
    "rice_8": dict(dtype=np.uint8, compression_type="RICE_1"),
    "unsigned_16": dict(dtype=np.uint16, compression_type="RICE_1"),
    "gzip_1": dict(dtype=np.int16, compression_type="GZIP_1"),
    "gzip_2": dict(dtype=np.int32, compression_type="GZIP_2"),
    "plio": dict(dtype=np.int16, compression_type="PLIO_1"),
    "float_dither_1": dict(dtype=np.float32, compression_type="RICE_1", quantize_method=1),
    "float_dither_2": dict(dtype=np.float32, compression_type="RICE_1", quantize_method=2),
    "float_no_dither": dict(dtype=np.float32, compression_type="RICE_1", quantize_method=-1),
    "float_gzip": dict(dtype=np.float32, compression_type="GZIP_2", quantize_level=0),
    "double_dither": dict(dtype=np.float64, compression_type="RICE_1", quantize_method=1),
    "rows": dict(dtype=np.int32, compression_type="RICE_1", tile_shape=(1, 211)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_compression_of_astropys_reads_back_pixel_for_pixel(skywright, tmp_path, kind):
    options = dict(KINDS[kind])
    dtype = options.pop("dtype")
    random = np.random.default_rng(8)
    pixels = random.normal(120.0, 9.0, (173, 211))
    if kind == "plio":
        pixels = np.where(pixels > 130, 4, 0) + np.where(pixels < 110, 2, 0)
    pixels = pixels.astype(dtype)
    if dtype in (np.float32, np.float64):
        pixels[3:9, 5:20] = 0.0
        if "gzip" not in kind:
            pixels[50, 60] = np.nan
    path = tmp_path / "packed.fits"
    options.setdefault("tile_shape", (64, 64))
    fits.CompImageHDU(pixels, **options).writeto(path)
    skywright("fits", "convert", f"{path}[1]", tmp_path / "plain.fits")
    with fits.open(path) as packed, fits.open(tmp_path / "plain.fits") as plain:
        theirs = packed[1].data.astype(np.float32)
        ours = plain[0].data.astype(np.float32)
        # Both undo the quantization in double and round once; the last bit may differ.
        assert np.array_equal(np.isnan(ours), np.isnan(theirs))
        assert np.allclose(ours, theirs, rtol=1.2e-7, atol=1e-6, equal_nan=True)


@pytest.mark.parametrize("bitpix", ["u1", "i2", "i4", "i8", "f4", "f8", "u2", "u4"])
def test_each_plain_type_reads_back(skywright, tmp_path, bitpix):
    random = np.random.default_rng(2)
    pixels = random.integers(0, 200, (31, 47)).astype(bitpix)
    path = tmp_path / "plain.fits"
    fits.PrimaryHDU(pixels).writeto(path)
    packed = tmp_path / "again.fits.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    for file in (path, packed):
        (hdu,) = skywright("fits", "list", file, "--json").json["hdus"]
        same(hdu["values"], pixels.astype(np.float32))


def test_a_damaged_file_is_one_clear_message(skywright, tmp_path, shared):
    whole = (shared / "images" / "sep_image.fits").read_bytes()
    cases = {
        "truncated.fits": whole[:60000],
        "empty.fits": b"",
        "text.fits": b"this is no FITS file\n" * 400,
        "picture.fits": b"\x89PNG\r\n\x1a\n" + bytes(9000),
        "cut.fits.gz": gzip.compress(whole)[:20000],
        "text.fits.gz": gzip.compress(b"not FITS at all" * 1000),
    }
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        result = skywright("fits", "list", tmp_path / name, expect=4)
        assert name in result.err, result.err
        assert len(result.err.strip().splitlines()) == 1
    result = skywright("fits", "list", tmp_path / "absent.fits", expect=4)
    assert "absent.fits" in result.err
    assert Path(tmp_path / "absent.fits").exists() is False
