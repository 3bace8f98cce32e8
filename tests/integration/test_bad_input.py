"""Bad input, bad settings, bad disks: one clear message, the documented exit code, nothing half made.

A message reads "problem: reason; remedy" on one line. Codes: 2 usage and configuration, 3 partial, 4 bad
input, 5 storage. A signal fails in the fixture `skywright` itself.
"""

import gzip
import os
import re
import shutil
import subprocess

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from small_survey import CAMERA, DEC, RA, expose, science

USAGE, PARTIAL, BAD_INPUT, STORAGE = 2, 3, 4, 5


def star_field(seed=3, shape=(220, 240), stars=40, noise=5.0):
    random = np.random.default_rng(17)  # the same stars, other noise
    y, x = np.mgrid[: shape[0], : shape[1]]
    image = np.random.default_rng(seed).normal(100.0, noise, shape)
    for _ in range(stars):
        x0, y0 = random.uniform(15, shape[1] - 15), random.uniform(15, shape[0] - 15)
        flux = 10 ** random.uniform(3.0, 4.3)
        image += flux / (2 * np.pi * 2.25) * np.exp(-((x - x0) ** 2 + (y - y0) ** 2) / 4.5)
    return image.astype(np.float32)


def tan_header(ra=RA, dec=DEC, scale=0.2, shape=(220, 240)):
    header = fits.Header()
    header.update({"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CUNIT1": "deg", "CUNIT2": "deg",
                   "CRPIX1": shape[1] / 2, "CRPIX2": shape[0] / 2, "CRVAL1": ra, "CRVAL2": dec,
                   "CD1_1": -scale / 3600, "CD1_2": 0.0, "CD2_1": 0.0, "CD2_2": scale / 3600,
                   "FILTER": "r", "EXPTIME": 30.0})  # fmt: skip
    return header


def save(path, data, header=None):
    fits.PrimaryHDU(data, header).writeto(path, overwrite=True)
    return path


@pytest.fixture(scope="module")
def files(skywright, tmp_path_factory):
    """Good files of every kind, and the bad."""
    d = tmp_path_factory.mktemp("files")
    good = save(d / "good.fits", star_field(), tan_header())
    save(d / "other.fits", star_field(seed=4), tan_header())
    data = good.read_bytes()
    (d / "truncated.fits").write_bytes(data[: len(data) // 2])
    (d / "empty.fits").write_bytes(b"")
    (d / "text.fits").write_text("this is a letter, no image\n" * 200)
    (d / "picture.fits").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    (d / "gzip.fits").write_bytes(gzip.compress(b"a letter, packed " * 300))
    (d / "cut.fits.gz").write_bytes(gzip.compress(data)[: len(data) // 20])
    (d / "folder.fits").mkdir()
    save(d / "nan.fits", np.full((200, 200), np.nan, np.float32), tan_header())
    save(d / "none.fits", None)
    camera = d / "camera.toml"
    camera.write_text(CAMERA)
    science(skywright, camera, d, 7, 61420.05)
    expose(skywright, camera, d, 8, kind="bias")
    expose(skywright, camera, d, 9, kind="bias")
    raw = (d / "7_ccd.fits.fz").read_bytes()
    (d / "raw_truncated.fits.fz").write_bytes(raw[: len(raw) // 2])
    skywright("sky", "--ra", RA, "--dec", DEC, "--radius", 0.03, "--reference", "--faint", 22,
              "--out", d / "stars.parquet")  # fmt: skip
    pq.write_table(pa.table({"ra": [RA], "dec": [DEC], "psfFlux": [500.0], "psfFluxErr": [20.0],
                             "x": [5.0], "y": [6.0]}), d / "diff.parquet")  # fmt: skip
    return d


def files_of(folder):
    """All files with their content, hidden ones too."""
    return {p.relative_to(folder): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def check_message(result, *words):
    """One message, "skywright: problem: reason; remedy", that names what is wrong."""
    lines = [x for x in result.err.splitlines() if x.startswith("skywright: ")]
    assert len(lines) == 1, result.err
    assert re.match(r"skywright: .+: .+; .+", lines[0]), lines[0]
    assert "internal error" not in lines[0] and "std::" not in lines[0] and "what()" not in lines[0]
    assert len(lines[0]) < 700, lines[0]
    for word in words:
        assert str(word) in lines[0], lines[0]


def refused(skywright, out, code, *args, words=(), **kwargs):
    """The command ends with `code`, says why, and leaves `out` as it was."""
    before = files_of(out)
    result = skywright(*args, "--quiet", expect=None, **kwargs)
    assert result.code == code, f"exit {result.code}: {result.out}{result.err}"
    check_message(result, *words)
    assert files_of(out) == before
    return result


# Every command that reads an image, with BAD in its place and all else good.
READERS = {
    "detect": ("detect", "BAD", "--out", "OUT/cat.fits"),
    "subtract science": ("subtract", "BAD", "D/other.fits", "--out", "OUT/d.fits", "--catalog", "OUT/c.fits"),
    "subtract template": ("subtract", "D/good.fits", "BAD", "--out", "OUT/d.fits", "--catalog", "OUT/c.fits"),
    "stack": ("stack", "D/good.fits", "BAD", "--out", "OUT/s.fits"),
    "solve": ("solve", "BAD", "--reference", "D/stars.parquet", "--out", "OUT/s.fits"),
    "detrend": ("detrend", "BAD", "--instrument", "D/camera.toml", "--out", "OUT/c.fits"),
    "calib": ("calib", "BAD", "--instrument", "D/camera.toml", "--out", "OUT/calib"),
    "instrument check": ("instrument", "check", "D/camera.toml", "BAD"),
    "fits list": ("fits", "list", "BAD"),
    "fits convert": ("fits", "convert", "BAD", "OUT/x.fits"),
    "detect weight": ("detect", "D/good.fits", "--weight", "BAD", "--out", "OUT/cat.fits"),
    "detect mask": ("detect", "D/good.fits", "--mask", "BAD", "--out", "OUT/cat.fits"),
    "detect psf": ("detect", "D/good.fits", "--use-psf", "BAD", "--out", "OUT/cat.fits"),
    "subtract noise": ("subtract", "D/good.fits", "D/other.fits", "--science-noise", "BAD", "--out", "OUT/d.fits"),
    "solve reference": ("solve", "D/good.fits", "--reference", "BAD", "--out", "OUT/s.fits"),
    "solve catalog": ("solve", "D/good.fits", "--catalog", "BAD", "--reference", "D/stars.parquet", "--out", "OUT/s.fits"),
    "associate": ("associate", "BAD", "--database", "OUT/p.sqlite", "--visit", "1", "--detector", "0", "--mjd", "60000", "--band", "r"),
    "alerts show": ("alerts", "show", "BAD"),
    "alerts filter": ("alerts", "filter", "diaSource.snr > 5", "BAD", "--out", "OUT/a.avro"),
    "table convert": ("table", "convert", "BAD", "OUT/t.fits"),
}  # fmt: skip
NO_FITS = ["truncated.fits", "empty.fits", "text.fits", "picture.fits", "gzip.fits", "cut.fits.gz",
           "folder.fits", "missing.fits"]  # fmt: skip


def filled(command, d, out, bad):
    return [a.replace("BAD", str(d / bad)).replace("D/", f"{d}/").replace("OUT", str(out)) for a in command]


@pytest.mark.parametrize("reader", READERS)
def test_a_file_that_is_not_what_its_name_says_is_code_4(skywright, files, tmp_path, reader):
    for bad in NO_FITS:
        if bad == "truncated.fits" and reader in ("instrument check", "fits list"):
            continue  # these look at headers, which are whole
        args = filled(READERS[reader], files, tmp_path, bad)
        refused(skywright, tmp_path, BAD_INPUT, *args, words=[bad])


@pytest.mark.parametrize("reader", [r for r in READERS if r.split()[0] in ("detect", "subtract", "stack", "solve")
                                    and "reference" not in r and "catalog" not in r])  # fmt: skip
def test_an_image_without_pixels_or_of_nans_is_refused(skywright, files, tmp_path, reader):
    for bad in ("nan.fits", "none.fits"):
        if bad == "nan.fits" and reader in ("detect mask", "stack"):
            continue  # a mask of NaNs masks all; a stack has the other image
        refused(skywright, tmp_path, BAD_INPUT, *filled(READERS[reader], files, tmp_path, bad))


def test_a_raw_cut_off_in_its_pixels_is_code_4(skywright, files, tmp_path):
    for reader in ("detrend", "calib"):
        args = filled(READERS[reader], files, tmp_path, "raw_truncated.fits.fz")
        refused(skywright, tmp_path, BAD_INPUT, *args, words=["raw_truncated"])


def test_a_frame_of_another_camera_is_code_4(skywright, files, tmp_path):
    for reader in ("detrend", "calib"):
        refused(skywright, tmp_path, BAD_INPUT, *filled(READERS[reader], files, tmp_path, "good.fits"))
    args = filled(READERS["instrument check"], files, tmp_path, "good.fits")
    assert skywright(*args, expect=BAD_INPUT).out


def test_one_bad_raw_among_good_ones_is_partial(skywright, files, tmp_path):
    result = skywright("detrend", files / "7_ccd.fits.fz", files / "raw_truncated.fits.fz", "--instrument",
                       files / "camera.toml", "--out", tmp_path / "clean", "--quiet", expect=PARTIAL)  # fmt: skip
    assert "raw_truncated" in result.err
    assert [p.name for p in (tmp_path / "clean").iterdir()] == ["7_ccd.fits"]


# ---- WCS and reference catalogs

NONSENSE = {
    "degenerate": {"CD1_1": 0.0, "CD2_2": 0.0},
    "nan": {"CRVAL1": "NaN"},
    "beyond the pole": {"CRVAL2": 123.0},
    "huge": {"CD1_1": 40.0, "CD2_2": 40.0},
    "mixed": {"CTYPE1": "RA---TAN", "CTYPE2": "FREQ"},
    "text": {"CRPIX1": "left"},
}


@pytest.mark.parametrize("name", NONSENSE)
def test_a_wcs_that_makes_no_sense(skywright, tmp_path, name):
    header = tan_header()
    header.update(NONSENSE[name])
    image = save(tmp_path / "odd.fits", star_field(), header)
    stars = tmp_path / "stars.csv"
    stars.write_text("ra,dec,r_mag\n" + "".join(f"{RA + i * 1e-3},{DEC},18\n" for i in range(20)))
    # Detection needs none: it says so and goes on.
    result = skywright("detect", image, "--out", tmp_path / "cat.fits", "--quiet")
    assert "WCS" in result.err
    assert len(fits.getdata(tmp_path / "cat.fits")) > 10
    for args in (("solve", image, "--reference", stars, "--out", tmp_path / "s.fits"),
                 ("stack", image, "--out", tmp_path / "s.fits")):  # fmt: skip
        refused(skywright, tmp_path, BAD_INPUT, *args)


def test_an_unsupported_projection_is_a_warning_for_detect(skywright, tmp_path):
    header = tan_header()
    header.update({"CTYPE1": "GLON-AIT", "CTYPE2": "GLAT-AIT"})
    image = save(tmp_path / "ait.fits", star_field(), header)
    result = skywright("detect", image, "--out", tmp_path / "cat.fits", "--quiet")
    assert "WCS" in result.err
    assert "ra" not in fits.getdata(tmp_path / "cat.fits").names


def test_a_reference_catalog_that_does_not_overlap(skywright, files, tmp_path):
    random = np.random.default_rng(1)
    far = tmp_path / "far.csv"
    far.write_text("ra,dec,r_mag\n" + "".join(
        f"{200 + random.uniform(0, 0.05)},{40 + random.uniform(0, 0.05)},{random.uniform(15, 20)}\n"
        for _ in range(300)))  # fmt: skip
    refused(skywright, tmp_path, BAD_INPUT, "solve", files / "good.fits", "--reference", far,
            "--out", tmp_path / "s.fits")  # fmt: skip
    bare = tmp_path / "bare.csv"
    bare.write_text("alpha,delta\n1,2\n")
    refused(skywright, tmp_path, BAD_INPUT, "solve", files / "good.fits", "--reference", bare,
            "--out", tmp_path / "s.fits", words=["ra"])  # fmt: skip


# ---- settings

SETTINGS = {
    "detect": (("detect", "D/good.fits", "--out", "OUT/c.fits"), "detection.threshold"),
    "subtract": (("subtract", "D/good.fits", "D/other.fits", "--out", "OUT/d.fits"), "threshold"),
    "stack": (("stack", "D/good.fits", "--out", "OUT/s.fits"), None),
    "solve": (("solve", "D/good.fits", "--reference", "D/stars.parquet", "--out", "OUT/s.fits"), "max_offset_arcsec"),
    "detrend": (("detrend", "D/7_ccd.fits.fz", "--instrument", "D/camera.toml", "--out", "OUT/c.fits"), None),
    "calib": (("calib", "D/8_ccd.fits.fz", "D/9_ccd.fits.fz", "--instrument", "D/camera.toml", "--out", "OUT/k"), None),
    "expose": (("expose", "--kind", "bias", "--instrument", "D/camera.toml", "--out", "OUT/e"), "image.seeing_arcsec"),
    "associate": (("associate", "D/diff.parquet", "--database", "OUT/p.sqlite", "--visit", "1", "--detector", "0", "--mjd", "60000", "--band", "r"), None),
    "survey init": (("survey", "init", "OUT/s"), "footprint.radius"),
    "demo": (("demo", "--out", "OUT/d"), "mjd"),
}  # fmt: skip


@pytest.mark.parametrize("name", SETTINGS)
def test_a_wrong_setting_is_code_2(skywright, files, tmp_path, name):
    command, key = SETTINGS[name]
    args = filled(command, files, tmp_path, "-")
    config = files / "wrong.toml"
    refused(skywright, tmp_path, USAGE, *args, "--set", "no_such_key=1", words=["no_such_key"])
    refused(skywright, tmp_path, USAGE, *args, "--set", "nonsense")
    for text in ("no_such_key = 1\n", "[broken\n", "= 3\n", "\xff\xfe\0"):
        config.write_text(text, encoding="latin-1")
        refused(skywright, tmp_path, USAGE, *args, "--config", config)
    refused(skywright, tmp_path, USAGE, *args, "--config", files / "missing.toml")
    refused(skywright, tmp_path, USAGE, *args, "--config", files / "folder.fits")
    if key:
        for value in ("-7", "'text'", "nan", "1e400", "[1,2]", "5 parsec"):
            refused(skywright, tmp_path, USAGE, *args, "--set", f"{key}={value}")


def test_wrong_usage_is_code_2(skywright, files, tmp_path):
    good = files / "good.fits"
    for args in (
        (), ("nothing",), ("detect",), ("detect", good), ("detect", good, "--out"),
        ("detect", good, "--out", tmp_path / "c.fits", "--colour"),
        ("detect", good, "--out", tmp_path / "c.fits", "--jobs", "-1"),
        ("detect", good, "--out", tmp_path / "c.fits", "--jobs", "many"),
        ("survey",), ("instrument", "draw"), ("night",),
    ):  # fmt: skip
        result = skywright(*args, expect=USAGE)
        assert result.err and "std::" not in result.err
    for args in (
        ("detect", good, "--out", tmp_path / "c.fits", "--threshold", "-1"),
        ("detect", good, "--out", tmp_path / "c.fits", "--threshold", "five"),
        ("detect", good, "--out", tmp_path / "c.jpeg"),
        ("expose", "--ra", "10", "--dec", "95", "--band", "r", "--mjd", "60000", "--out", tmp_path / "e"),
        ("expose", "--ra", "10", "--dec", "-30", "--band", "H", "--mjd", "60000.1", "--out", tmp_path / "e"),
        ("expose", "--kind", "bias", "--detectors", "R99", "--out", tmp_path / "e"),
        ("expose", "--kind", "bias", "--instrument", "hubble", "--out", tmp_path / "e"),
        ("expose", "--kind", "kiss", "--out", tmp_path / "e"),
        ("sky", "--ra", "10", "--dec", "0", "--radius", "-1", "--out", tmp_path / "s.csv"),
        ("instrument", "show", "hubble"),
        ("detrend", files / "7_ccd.fits.fz", "--instrument", "hubble", "--out", tmp_path / "c.fits"),
        ("alerts", "filter", "snr >", good, "--out", tmp_path / "a.avro"),
        ("night", tmp_path, "--follow", "--until-idle", "long"),
        ("night", tmp_path, "--follow", "--until-idle", "0"),
        ("night", tmp_path, "--follow", "--listen", "nowhere:1"),
        ("night", tmp_path, "--log", tmp_path / "log"),
    ):  # fmt: skip
        refused(skywright, tmp_path, USAGE, *args)


@pytest.mark.parametrize("command", ["night", "survey status", "survey verify", "survey rebuild",
                                     "survey ingest", "survey templates"])  # fmt: skip
def test_a_folder_that_is_no_survey_is_code_4(skywright, files, tmp_path, command):
    (tmp_path / "a").mkdir()
    more = [files / "7_ccd.fits.fz"] if command.split()[-1] in ("ingest", "templates") else []
    for folder in (tmp_path / "a", tmp_path / "missing", files / "good.fits"):
        refused(skywright, tmp_path, BAD_INPUT, *command.split(), folder, *more, words=["survey"])


def test_a_survey_with_a_wrong_setting_is_code_2(skywright, files, tmp_path):
    skywright("survey", "init", tmp_path / "s", "--instrument", files / "camera.toml")
    good = (tmp_path / "s/survey.toml").read_text()
    for old, new in (("forced_days = 365", "forced_days = -3"), ("[night]", "[knight]"),
                     ("stamp_side = 41", "stamp_side = 40.5")):  # fmt: skip
        assert old in good
        (tmp_path / "s/survey.toml").write_text(good.replace(old, new))
        refused(skywright, tmp_path, USAGE, "night", tmp_path / "s", words=["survey.toml"])


# ---- disks


def test_a_loop_of_links_is_said(skywright, files, tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    long_name = tmp_path / ("n" * 300)
    for path in (tmp_path / "loop", long_name):
        for args in (
            ("detect", files / "good.fits", "--out", path / "c.fits"), ("detect", path, "--out", tmp_path / "c.fits"),
            ("survey", "status", path), ("survey", "init", path), ("alerts", "show", path),
            ("plan", "metrics", path), ("calib", path, "--instrument", files / "camera.toml", "--out", tmp_path / "k"),
        ):  # fmt: skip
            result = skywright(*args, "--quiet", expect=None)
            assert result.code in (BAD_INPUT, STORAGE), f"{args}: {result.code} {result.err}"
            check_message(result)
    assert not list(tmp_path.glob("*.fits*"))


WRITERS = {
    "detect": ("detect", "D/good.fits", "--out", "OUT/c.fits"),
    "detect parquet": ("detect", "D/good.fits", "--out", "OUT/c.parquet"),
    "detect csv": ("detect", "D/good.fits", "--out", "OUT/c.csv"),
    "subtract": ("subtract", "D/good.fits", "D/other.fits", "--out", "OUT/d.fits"),
    "stack": ("stack", "D/good.fits", "--out", "OUT/s.fits"),
    "detrend": ("detrend", "D/7_ccd.fits.fz", "--instrument", "D/camera.toml", "--out", "OUT/c.fits"),
    "calib": ("calib", "D/8_ccd.fits.fz", "D/9_ccd.fits.fz", "--instrument", "D/camera.toml", "--out", "OUT/k"),
    "expose": ("expose", "--kind", "bias", "--instrument", "D/camera.toml", "--out", "OUT/e"),
    "sky": ("sky", "--ra", "110", "--dec", "-20", "--radius", "0.02", "--out", "OUT/s.parquet"),
    "associate": ("associate", "D/diff.parquet", "--database", "OUT/p.sqlite", "--visit", "1", "--detector", "0", "--mjd", "60000", "--band", "r"),
    "survey init": ("survey", "init", "OUT/s"),
    "fits convert": ("fits", "convert", "D/good.fits", "OUT/x.fits"),
    "table convert": ("table", "convert", "D/stars.parquet", "OUT/t.fits"),
    "demo": ("demo", "--out", "OUT/demo"),
    "instrument plot": ("instrument", "show", "D/camera.toml", "--plot", "OUT/p.png"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITERS)
def test_a_path_that_cannot_be_written_is_code_5(skywright, files, tmp_path, name):
    # Below a file there is no folder, even for root.
    (tmp_path / "file").write_text("a file")
    args = filled(WRITERS[name], files, tmp_path / "file", "-")
    refused(skywright, tmp_path, STORAGE, *args)


@pytest.mark.parametrize("name", ["detect", "detect parquet", "stack", "detrend", "expose", "survey init"])
def test_a_folder_of_somebody_else_is_code_5(program, skywright, files, tmp_path, name):
    if os.geteuid() != 0:
        (tmp_path / "shut").mkdir(mode=0o555)
        prefix = []
    else:
        (tmp_path / "shut").mkdir(mode=0o755)
        prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        for folder in [tmp_path, *tmp_path.parents][:4]:
            os.chmod(folder, folder.stat().st_mode | 0o055)
        for folder in [files, *files.parents][:3]:
            os.chmod(folder, folder.stat().st_mode | 0o055)
        if subprocess.run([*prefix, "test", "-x", str(program)]).returncode != 0:
            # The build lies where only root may look.
            shutil.copy(program, tmp_path / "skywright")
            shutil.copy(program.parent / "libduckdb.so", tmp_path)
            program = tmp_path / "skywright"
    args = filled(WRITERS[name], files, tmp_path / "shut", "-")
    done = subprocess.run([*prefix, str(program), *args, "--quiet"], capture_output=True, text=True)
    assert done.returncode == STORAGE, done.stderr
    assert "shut" in done.stderr and not list((tmp_path / "shut").rglob("*"))


@pytest.mark.parametrize("name", [w for w in WRITERS if w not in ("demo", "survey init", "instrument plot")])
def test_a_full_disk_is_code_5_and_leaves_nothing(program, files, tmp_path, name):
    args = filled(WRITERS[name], files, tmp_path, "-")
    script = 'ulimit -f 2; exec "$0" "$@"'  # files end at 2 KiB; main.cpp makes that an error
    done = subprocess.run(["bash", "-c", script, str(program), *args, "--quiet"],
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == STORAGE, f"{done.returncode}: {done.stdout}{done.stderr}"
    assert re.search(r"skywright: .+: .+; .+", done.stderr), done.stderr
    left = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert left == [], left


def test_a_full_disk_leaves_the_earlier_file(program, skywright, files, tmp_path):
    out = tmp_path / "c.fits"
    skywright("detect", files / "good.fits", "--out", out)
    before = out.read_bytes()
    done = subprocess.run(["bash", "-c", 'ulimit -f 2; exec "$0" "$@"', str(program), "detect",
                           str(files / "good.fits"), "--threshold", "9", "--out", str(out)])  # fmt: skip
    assert done.returncode == STORAGE
    assert files_of(tmp_path) == {out.relative_to(tmp_path): before}


# ---- what is odd but no error


def test_an_image_without_sources_is_an_empty_catalog(skywright, tmp_path):
    random = np.random.default_rng(2)
    image = save(tmp_path / "blank.fits", random.normal(100, 5, (300, 300)).astype(np.float32))
    for ending in ("fits", "parquet", "csv"):
        result = skywright("detect", image, "--threshold", 8, "--out", tmp_path / f"c.{ending}", "--quiet")
        assert "no source" in result.err
    assert len(fits.getdata(tmp_path / "c.fits")) == 0
    assert pq.read_table(tmp_path / "c.parquet").num_rows == 0
    # Without noise no threshold means anything.
    flat = save(tmp_path / "flat.fits", np.full((300, 300), 7.0, np.float32))
    refused(skywright, tmp_path, BAD_INPUT, "detect", flat, "--out", tmp_path / "f.fits", words=["noise"])


@pytest.mark.parametrize("mark", [np.nan, np.inf, -1e30, 3e38])
def test_a_mark_for_a_missing_pixel_spoils_its_surroundings_alone(skywright, files, tmp_path, mark):
    pixels = star_field()
    pixels[100, 120] = mark
    odd = save(tmp_path / "odd.fits", pixels, tan_header())
    made = {}
    for name, image in (("odd", odd), ("good", files / "good.fits")):
        result = skywright("subtract", image, files / "other.fits", "--out", tmp_path / "d.fits", "--json")
        made[name] = result.json
        skywright("detect", image, "--out", tmp_path / f"{name}_sources.fits", "--quiet")
    assert made["odd"]["science_not_finite"] == 1
    assert made["odd"]["kernel_sum"] == pytest.approx(made["good"]["kernel_sum"], rel=0.01)
    # A kernel of 33 x 33 pixels is the widest.
    assert made["odd"]["unusable_pixels"] - made["good"]["unusable_pixels"] <= 33 * 33
    near = abs(len(fits.getdata(tmp_path / "odd_sources.fits")) - len(fits.getdata(tmp_path / "good_sources.fits")))
    assert near <= 2


def test_an_image_less_itself_is_nothing(skywright, files, tmp_path):
    """The same noise in both leaves none to measure: said, and the image's own is taken."""
    double = save(tmp_path / "double.fits", 2 * star_field(), tan_header())
    for template in (files / "good.fits", double):
        result = skywright("subtract", files / "good.fits", template, "--out", tmp_path / "d.fits",
                           "--catalog", tmp_path / "c.csv", "--quiet")  # fmt: skip
        assert "same noise" in result.err
        with fits.open(tmp_path / "d.fits") as hdus:
            usable = hdus["VARIANCE"].data > 0
            assert usable.mean() > 0.7
            # A kernel of Gaussians is no delta; yet no pixel is off by as much as the noise of one.
            assert np.abs(hdus["IMAGE"].data[usable]).max() < 5.0
        assert (tmp_path / "c.csv").read_text().count("\n") == 1


def test_images_as_others_store_them_give_the_same_sources(skywright, tmp_path):
    pixels = np.round(star_field()).astype(np.int16)
    d = tmp_path
    save(d / "plain.fits", pixels)
    save(d / "float.fits", pixels.astype(np.float64))
    save(d / "unsigned.fits", pixels.astype(np.uint16))
    save(d / "long.fits", pixels.astype(np.int32))
    save(d / "cube.fits", pixels[None])
    save(d / "packed.fits.gz", pixels)
    extension = fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(pixels, name="SCI")])
    extension.writeto(d / "extension.fits")
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(pixels)]).writeto(d / "tiled.fits.fz")
    two = fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(pixels * 0 + 9, name="A"),
                        fits.ImageHDU(pixels, name="B")])  # fmt: skip
    two.writeto(d / "two.fits")
    wanted = None
    for name in ("plain.fits", "float.fits", "unsigned.fits", "long.fits", "cube.fits", "packed.fits.gz",
                 "extension.fits", "extension.fits[SCI]", "extension.fits[1]", "tiled.fits.fz",
                 "two.fits[B]", "two.fits[2]"):  # fmt: skip
        skywright("detect", str(d / name), "--out", d / "c.fits", "--quiet")
        rows = fits.getdata(d / "c.fits")
        found = np.array([rows["x"], rows["y"], rows["psfFlux"]])
        wanted = found if wanted is None else wanted
        assert found.shape == wanted.shape and np.array_equal(found, wanted), name
    assert wanted.shape[1] > 20
    refused(skywright, d, BAD_INPUT, "detect", f"{d}/two.fits[C]", "--out", d / "c.fits", words=["C"])
    deep = save(d / "deep.fits", np.stack([pixels, pixels]))
    refused(skywright, d, BAD_INPUT, "detect", deep, "--out", d / "c.fits")


def test_weight_maps_and_masks(skywright, tmp_path):
    pixels = star_field()
    image = save(tmp_path / "i.fits", pixels)
    weight = save(tmp_path / "w.fits", np.where(np.arange(240) < 120, 1 / 25.0, 0.0)[None].repeat(220, 0))
    skywright("detect", image, "--weight", weight, "--weight-type", "weight", "--out", tmp_path / "c.fits")
    x = fits.getdata(tmp_path / "c.fits")["x"]
    assert len(x) > 5 and x.max() < 122
    small = save(tmp_path / "small.fits", np.ones((10, 10), np.float32))
    for option in ("--weight", "--mask"):
        refused(skywright, tmp_path, BAD_INPUT, "detect", image, option, small, "--out", tmp_path / "d.fits",
                words=["10"])  # fmt: skip


def test_every_command_explains_itself(skywright):
    top = skywright("--help").out
    commands = re.findall(r"^  ([a-z]+)  ", top, re.M)
    assert {"demo", "night", "detect", "subtract", "stack", "solve", "survey"} <= set(commands)
    pages = []
    for command in commands:
        page = skywright(command, "--help").out
        subs = re.findall(r"^  ([a-z]+)  ", page.split("Subcommands:")[1], re.M) if "Subcommands:" in page else []
        pages += [((command, sub), skywright(command, sub, "--help").out) for sub in subs]
        if not subs:
            pages.append(((command,), page))
    assert len(pages) > 15
    for name, page in pages:
        assert "Usage: skywright" in page and "--json" in page, name
        # An example, or nothing but one argument to give.
        assert f"skywright {' '.join(name)} " in page.split("Common options")[-1] or "OPTIONS] survey" in page, name


def test_malformed_files_through_every_command(program, shared, tmp_path):
    """Those of astropy's and cfitsio's own collections: read or refused, never a signal."""
    folder = shared / "fits-malformed"
    odd = sorted(p for p in folder.iterdir() if p.is_file())
    assert len(odd) == 44
    camera = tmp_path / "camera.toml"
    camera.write_text(CAMERA)
    good = save(tmp_path / "good.fits", star_field(), tan_header())
    stars = tmp_path / "stars.csv"
    stars.write_text("ra,dec,r_mag\n" + "".join(f"{RA + i * 1e-3},{DEC},18\n" for i in range(20)))
    codes = set()
    for path in odd:
        for args in (
            ("detect", path, "--out", tmp_path / "o.fits"),
            ("subtract", path, good, "--out", tmp_path / "o.fits"),
            ("subtract", good, path, "--out", tmp_path / "o.fits"),
            ("solve", path, "--reference", stars, "--out", tmp_path / "o.fits"),
            ("stack", path, "--out", tmp_path / "o.fits"),
            ("instrument", "check", camera, path),
            ("detrend", path, "--instrument", camera, "--out", tmp_path / "o.fits"),
        ):
            done = subprocess.run([str(program), *map(str, args), "--quiet"], capture_output=True,
                                  text=True, timeout=60, errors="replace")  # fmt: skip
            assert done.returncode in (0, BAD_INPUT), f"{args}: {done.returncode} {done.stderr}"
            codes.add(done.returncode)
            if done.returncode and args[0] != "instrument":
                assert re.search(r"skywright: .+: .+; .+", done.stderr), f"{args}: {done.stderr}"
    assert codes == {0, BAD_INPUT}
