"""What Skywright writes, opened by fitsverify, astropy and pyarrow."""

import csv
import shutil
import subprocess

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from astropy.table import Table


def verify(path):
    """fitsverify finds neither error nor warning."""
    assert shutil.which("fitsverify"), "fitsverify is not installed (apt-get install fitsverify)"
    done = subprocess.run(["fitsverify", "-q", path], capture_output=True, text=True)
    full = subprocess.run(["fitsverify", path], capture_output=True, text=True).stdout
    assert done.stdout.startswith("verification OK"), full


def image_file(folder, dtype):
    random = np.random.default_rng(4)
    pixels = random.normal(900, 12, (301, 260)).astype(dtype)
    if np.dtype(dtype).kind == "f":
        pixels[5, 6] = np.nan
    hdu = fits.PrimaryHDU(pixels)
    hdu.header["OBJECT"] = "it's a field"
    hdu.header["EXPTIME"] = (30.0, "[s] exposure")
    hdu.header["LONGTEXT"] = "x" * 200
    hdu.header["HIERARCH ESO TEL NAME"] = "NTT"
    hdu.header["COMMENT"] = "a comment that stays"
    path = folder / "in.fits"
    hdu.writeto(path, overwrite=True)
    return path, pixels


@pytest.mark.parametrize("dtype", ["f4", "i4"])
@pytest.mark.parametrize("compression", ["none", "gzip", "rice"])
def test_images_pass_fitsverify_and_open_in_astropy(skywright, tmp_path, dtype, compression):
    source, pixels = image_file(tmp_path, dtype)
    out = tmp_path / "out.fits"
    skywright("fits", "convert", source, out, "--compression", compression)
    verify(out)
    with fits.open(out, checksum=True) as hdus:  # a wrong checksum is a warning, an error in pytest
        hdu = hdus[0 if compression == "none" else 1]
        header = hdu.header
        assert header["OBJECT"] == "it's a field"
        assert header["EXPTIME"] == 30.0
        assert header.comments["EXPTIME"] == "[s] exposure"
        assert header["LONGTEXT"] == "x" * 200
        assert header["ESO TEL NAME"] == "NTT"
        assert "DATE" not in header
        if dtype == "f4" and compression == "rice":
            # Half a step of noise / 16, the noise estimated within a fifth.
            assert np.nanmax(np.abs(hdu.data - pixels)) < 0.5 * 1.2 * 12 / 16
            assert np.array_equal(np.isnan(hdu.data), np.isnan(pixels))
        else:
            assert np.array_equal(hdu.data, pixels, equal_nan=True)
        if compression != "none":
            shape = fits.open(out, disable_image_compression=True)[1].header
            assert (shape["ZTILE1"], shape["ZTILE2"]) == (128, 128)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("compression", ["none", "gzip", "rice"])
def test_checksums_are_right_for_astropy(skywright, tmp_path, compression):
    source, _ = image_file(tmp_path, "i4")
    out = tmp_path / "out.fits"
    skywright("fits", "convert", source, out, "--compression", compression)
    with fits.open(out, checksum=True, disable_image_compression=True) as hdus:
        for hdu in hdus:
            assert hdu.verify_checksum() == 1
            assert hdu.verify_datasum() == 1


def catalog(folder):
    random = np.random.default_rng(5)
    n = 3001
    table = {
        "id": random.integers(0, 2**62, n),
        "ra": random.uniform(0, 360, n),
        "flux": random.normal(0, 1e3, n).astype("f4"),
        "count": random.integers(-5, 5, n).astype("i4"),
        "flag": random.random(n) < 0.3,
        "name": np.array([f"object {i}, \"{i % 7}\"" for i in range(n)]),
    }
    table["flux"][3] = np.nan
    rich = Table(table)
    rich["ra"].unit = "deg"
    rich["flux"].unit = "nJy"
    path = folder / "in.fits"
    rich.write(path)
    return path, table


def same_columns(found, table):
    assert list(found) == list(table)
    for name, values in table.items():
        got = np.asarray(found[name])
        if values.dtype.kind == "U":
            texts = [x.decode() if isinstance(x, bytes) else str(x) for x in got]
            assert texts == list(values)
        else:
            assert got.dtype.newbyteorder("=") == values.dtype, name
            assert np.array_equal(got, values, equal_nan=values.dtype.kind == "f"), name


def test_parquet_opens_in_pyarrow_with_equal_columns_and_units(skywright, tmp_path):
    source, table = catalog(tmp_path)
    skywright("table", "convert", source, tmp_path / "out.parquet")
    opened = pq.read_table(tmp_path / "out.parquet")
    same_columns({n: opened[n].to_numpy() for n in opened.column_names}, table)
    assert b'"unit":"nJy"' in opened.schema.metadata[b"skywright"]
    # and back again, units kept
    skywright("table", "convert", tmp_path / "out.parquet", tmp_path / "back.fits")
    verify(tmp_path / "back.fits")
    back = Table.read(tmp_path / "back.fits")
    same_columns({n: back[n] for n in back.colnames}, table)
    assert back["flux"].unit == "nJy"


def test_fits_tables_pass_fitsverify_and_open_in_astropy(skywright, tmp_path):
    source, table = catalog(tmp_path)
    skywright("table", "convert", source, tmp_path / "out.fits")
    verify(tmp_path / "out.fits")
    with fits.open(tmp_path / "out.fits", checksum=True) as hdus:
        assert hdus[1].verify_checksum() == 1
        same_columns({n: hdus[1].data[n] for n in hdus[1].columns.names}, table)
        assert hdus[1].columns["flux"].unit == "nJy"


def test_csv_opens_in_any_reader(skywright, tmp_path):
    source, table = catalog(tmp_path)
    skywright("table", "convert", source, tmp_path / "out.csv")
    with open(tmp_path / "out.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [r["name"] for r in rows] == list(table["name"])
    assert [float(r["ra"]) for r in rows] == list(table["ra"])
    assert [int(r["id"]) for r in rows] == list(table["id"])
    assert [np.float32(r["flux"]) for r in rows[:3]] == list(table["flux"][:3])


def test_parquet_of_others_reads(skywright, tmp_path):
    columns = {
        "tiny": pa.array([1, None, -3], pa.int8()),
        "big": pa.array([2**40, 1, None], pa.uint64()),
        "half": pa.array([1.5, None, 3.5], pa.float32()),
        "text": pa.array(["a", None, "µ"]),
        "yes": pa.array([True, None, False]),
        "when": pa.array([0, 1, 2], pa.timestamp("us")),
        "list": pa.array([[1], [2, 3], []]),
    }
    pq.write_table(pa.table(columns), tmp_path / "in.parquet", compression="snappy")
    skywright("table", "convert", tmp_path / "in.parquet", tmp_path / "out.csv")
    with open(tmp_path / "out.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [r["tiny"] for r in rows] == ["1", "0", "-3"]
    assert [r["big"] for r in rows] == [str(2**40), "1", "0"]
    assert [r["half"] for r in rows] == ["1.5", "nan", "3.5"]
    assert [r["text"] for r in rows] == ["a", "", "µ"]
    assert [r["yes"] for r in rows] == ["true", "false", "false"]
    assert rows[0]["when"].startswith("1970-01-01")
    assert "list" not in rows[0]


def test_without_its_library_parquet_says_how_to_get_it(skywright, tmp_path):
    source, _ = catalog(tmp_path)
    result = skywright(
        "table", "convert", source, tmp_path / "out.parquet",
        expect=6, env={"SKYWRIGHT_DUCKDB": str(tmp_path / "none.so")},
    )
    assert "fetch_duckdb" in result.err
    assert not (tmp_path / "out.parquet").exists()
