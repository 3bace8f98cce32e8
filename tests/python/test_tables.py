"""Tables and their neighbours: pandas, pyarrow, polars, Parquet by pyarrow."""

import subprocess
import sys

import numpy as np
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest

import skywright


@pytest.fixture(scope="module")
def every_type():
    return skywright.Table({
        "d": np.array([1.5, np.nan, -2.5]),
        "f": np.array([1.5, 2.5, np.inf], np.float32),
        "l": np.array([2**62, -1, 0]),
        "i": np.array([1, -2, 3], np.int32),
        "b": np.array([True, False, True]),
        "s": np.array(["a", "", "long text"]),
    })


def test_every_type_there_and_back(every_type):
    for other in (
        every_type.to_pandas(), every_type.to_arrow(), every_type.to_astropy(), dict(every_type),
    ):  # fmt: skip
        back = skywright.Table(other)
        assert back.colnames == every_type.colnames
        for name in every_type:
            assert back[name].dtype == every_type[name].dtype, name
            assert np.array_equal(back[name], every_type[name], equal_nan=name in "df"), name


@pytest.mark.parametrize("ending", ["fits", "csv", "parquet"])
def test_files_there_and_back(every_type, tmp_path, ending):
    every_type.write(tmp_path / f"t.{ending}")
    back = skywright.Table(tmp_path / f"t.{ending}")
    for name in every_type:
        assert np.array_equal(back[name], every_type[name], equal_nan=name in "df"), name


def test_small_dtypes_widen():
    table = skywright.Table({"a": np.array([1, 2], np.uint8), "b": np.array([3, 4], ">i2"), "c": np.float16([1, 2])})
    assert [table[n].dtype.str for n in "abc"] == ["<i4", "<i4", "<f4"]
    structured = np.array([(1, 2.0)], dtype=[("x", ">i4"), ("y", ">f8")])
    assert skywright.Table(structured)["y"][0] == 2.0


def test_pandas_and_arrow_work_on_detections(pixels):
    sources = skywright.detect(pixels)
    frame = sources.to_pandas()
    assert isinstance(frame, pandas.DataFrame) and len(frame) == len(sources)
    bright = frame[frame.psfFlux > frame.psfFlux.median()].sort_values("psfFlux")
    assert len(bright) == len(sources) // 2
    schema = sources.to_arrow().schema
    assert schema.field("x").metadata[b"unit"] == b"pixel"
    assert schema.metadata[b"PSFFWHM"].decode() == sources.meta["PSFFWHM"]
    assert pyarrow.types.is_boolean(schema.field("deblend_blended").type)


def test_polars_takes_them(pixels):
    sources = skywright.detect(pixels)
    assert sources.to_polars()["x"].to_list() == sources["x"].tolist()
    assert polars.DataFrame(sources.to_arrow()).height == len(sources)


WITHOUT_DUCKDB = """
import sys
import numpy as np
import skywright
t = skywright.Table({"x": np.arange(5.0), "n": np.arange(5), "s": list("abcde"), "b": np.arange(5) > 2})
t.write(sys.argv[1])
u = skywright.Table(sys.argv[1])
assert u.colnames == t.colnames and all((u[n] == t[n]).all() for n in t)
print("pyarrow.parquet" in sys.modules)
"""


def test_parquet_is_pyarrow_s_where_duckdb_is_not(tmp_path, monkeypatch):
    monkeypatch.setenv("SKYWRIGHT_DUCKDB", str(tmp_path / "nowhere.so"))
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_DUCKDB, tmp_path / "t.parquet"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "True"
    assert pyarrow.parquet.read_table(tmp_path / "t.parquet").num_rows == 5
    assert [p.name for p in tmp_path.iterdir()] == ["t.parquet"]  # no temporary is left


def test_the_program_reads_pyarrow_s_parquet(tmp_path, monkeypatch, skywright_program):
    monkeypatch.setenv("SKYWRIGHT_DUCKDB", str(tmp_path / "nowhere.so"))
    subprocess.run([sys.executable, "-c", WITHOUT_DUCKDB, tmp_path / "t.parquet"], check=True, timeout=60)
    monkeypatch.delenv("SKYWRIGHT_DUCKDB")
    skywright_program("table", "convert", tmp_path / "t.parquet", tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text().splitlines()[0].startswith("x,n,s,b")
