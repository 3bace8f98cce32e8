"""User kernels: what they measure and are, by numpy's reckoning; what is refused; what a crash does."""

import subprocess
import time

import numpy as np
import pytest
from astropy.cosmology import FlatLambdaCDM
from astropy.io import fits
from numpy.polynomial import chebyshev
from user_kernels import built, compiler, examples, probe


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    return examples(tmp_path_factory.mktemp("user kernels"))  # a path with a blank in it


@pytest.fixture(scope="module")
def image(shared):
    return shared / "images" / "sep_image.fits"


def use(library, *more, **settings):
    """Settings of one measuring kernel."""
    pairs = {"library": f'"{library}"', **settings}
    inner = ", ".join(f"{key} = {value}" for key, value in pairs.items())
    return ("--set", f"kernels=[{{{inner}}}]", *more)


def psf_kernel(library, **settings):
    out = ("--set", f'psf_kernel.library="{library}"')
    for key, value in settings.items():
        out += ("--set", f"psf_kernel.{key}={value}")
    return out


def moffat(x, y, fwhm, beta=3.0, fine=15):
    """Light of a round Moffat profile in the pixel at (x, y) from its centre, by fine sampling."""
    steps = (np.arange(fine) + 0.5) / fine - 0.5
    alpha = 0.5 * fwhm / np.sqrt(2 ** (1 / beta) - 1)
    light = 0.0
    for dx in steps:
        for dy in steps:
            light = light + (1 + ((x + dx) ** 2 + (y + dy) ** 2) / alpha**2) ** -beta
    return light / fine**2


# ---- what they measure


def test_circle_of_a_kernel_is_our_aperture(skywright, kernels, image, tmp_path):
    """Real galaxies. A circle by 10 x 10 parts of each edge pixel is wrong by less than 0.4 % of its area
    (Gauss's circle problem with 31 edge pixels of error 0.03 each), and so is a smooth source's flux."""
    out = tmp_path / "out.fits"
    report = skywright("detect", image, "--out", out, "--json", *use(kernels["aperture"], side=31)).json
    t = fits.getdata(out)
    good = t["ap05Flux"] > 10 * t["ap05FluxErr"]
    assert good.sum() > 20
    np.testing.assert_allclose(t["circleFlux"][good], t["ap05Flux"][good], rtol=0.004)
    assert not t["aperture_flag"].any()
    used = report["kernels"][0]
    assert used["name"] == "aperture" and used["items"] == len(t)
    assert 0 < used["overhead_per_call_us"] < 1000 and 0 < used["kernel_seconds"] < used["seconds"]
    # Only columns are added: the rest is what it was.
    skywright("detect", image, "--out", tmp_path / "plain.fits")
    plain = fits.getdata(tmp_path / "plain.fits")
    assert list(t.names) == [*plain.names, "circleFlux", "circleFluxErr", "aperture_flag"]
    for name in plain.names:
        np.testing.assert_array_equal(t[name], plain[name])


def test_fortran_measures_what_numpy_does(skywright, kernels, image, tmp_path):
    """The weighted fluxes of measure.f90 on real pixels, with psf.c's round Moffat as the PSF. The image of a star
    is shifted by a windowed sinc, whose weights err by 1e-4, and sampled by 5 x 5 parts of a pixel: 1e-3."""
    out, sky, side, sigma, fwhm = tmp_path / "out.fits", tmp_path / "sky.fits", 9, 1.2, 4.0
    skywright("detect", image, "--out", out, "--background", sky,
              *use(kernels["measure"], side=side, parameters=f'["sigma = {sigma}"]', prefix='"my_"'),
              *psf_kernel(kernels["psf"], parameters=f'["fwhm={fwhm}", "stretch=0"]'))  # fmt: skip
    t = fits.getdata(out)
    clean = fits.getdata(image).astype(float) - fits.getdata(sky)
    # Sources whose stamp no other's footprint reaches.
    apart = np.hypot(t["x"][:, None] - t["x"], t["y"][:, None] - t["y"]) - 2 * np.sqrt(t["area"] / np.pi)
    np.fill_diagonal(apart, np.inf)
    half = side // 2
    inside = (np.minimum(t["x"], t["y"]) > half + 1) & (np.maximum(t["x"], t["y"]) < 255 - half - 1)
    chosen = np.flatnonzero((apart.min(axis=1) > half * 1.5) & inside & (t["snr"] > 8))
    assert len(chosen) >= 10
    for i in chosen:
        cx, cy = round(t["x"][i]), round(t["y"][i])
        dx, dy = np.meshgrid(np.arange(-half, half + 1) - t["x"][i] + cx, np.arange(-half, half + 1) - t["y"][i] + cy)
        light = clean[cy - half : cy + half + 1, cx - half : cx + half + 1]
        far_x, far_y = np.meshgrid(np.arange(-15, 16) - t["x"][i] + cx, np.arange(-15, 16) - t["y"][i] + cy)
        star = moffat(dx, dy, fwhm) / moffat(far_x, far_y, fwhm).sum()
        flux = {}
        for name, width in (("narrow", sigma), ("wide", 2 * sigma)):
            weight = np.exp(-0.5 * (dx**2 + dy**2) / width**2)
            flux[name] = (weight * light).sum() / (weight * star).sum()
            assert t[f"my_{name}Flux"][i] == pytest.approx(flux[name], rel=3e-3)
        assert t["my_concentration"][i] == pytest.approx(flux["wide"] / flux["narrow"], rel=3e-3)


def test_psf_of_a_kernel_is_the_formula(skywright, kernels, image, tmp_path):
    """The model that detect writes, evaluated by numpy's Chebyshev polynomials, beside the stretched Moffat
    profile of psf.c: within the tolerance that was asked for."""
    model, tolerance, fwhm, stretch = tmp_path / "psf.fits", 5e-4, 3.0, 0.2
    skywright("detect", image, "--out", tmp_path / "out.fits", "--psf", model,
              *psf_kernel(kernels["psf"], side=25, degree=8, tolerance=tolerance,
                          parameters=f'["fwhm={fwhm}", "stretch={stretch}"]'))  # fmt: skip
    with fits.open(model) as file:
        header, stacked = file["PSF"].header, file["PSF"].data.astype(float)
    degree, side = header["PSFDEG"], stacked.shape[1]
    pairs = [(n - k, k) for n in range(degree + 1) for k in range(n + 1)]
    planes = stacked.reshape(len(pairs), side, side)
    assert side == 25 and 0 < degree <= 8
    y, x = np.mgrid[-12:13, -12:13].astype(float)
    steps = (np.arange(5) + 0.5) / 5 - 0.5
    for px, py in ((10.0, 20.0), (128.0, 127.0), (250.0, 60.0), (33.0, 240.0)):
        u, v = 2 * px / 255 - 1, 2 * py / 255 - 1
        ours = sum(planes[k] * chebyshev.chebval(u, [0] * m + [1]) * chebyshev.chebval(v, [0] * n + [1])
                   for k, (m, n) in enumerate(pairs))  # fmt: skip
        ours /= ours.sum()
        a, b = (px - 127.5) / np.hypot(128, 128), (py - 127.5) / np.hypot(128, 128)
        r = np.hypot(a, b)
        cosine, sine = a / r, b / r
        alpha = 0.5 * fwhm / np.sqrt(2 ** (1 / 3.0) - 1)
        formula = 0.0
        for dx in steps:
            for dy in steps:
                along = ((x + dx) * cosine + (y + dy) * sine) / (1 + stretch * r * r)
                across = (y + dy) * cosine - (x + dx) * sine
                formula = formula + (1 + (along**2 + across**2) / alpha**2) ** -3.0
        formula /= formula.sum()
        assert np.abs(ours - formula).sum() <= 1.5 * tolerance
    # The sky is not fitted: no star was looked for.
    refused = skywright("detect", image, "--out", tmp_path / "no.fits", expect=4,
                        *psf_kernel(kernels["psf"], degree=0, parameters='["stretch=0.5"]'))  # fmt: skip
    assert "raise psf_kernel.degree" in refused.err and not (tmp_path / "no.fits").exists()


def test_stamps_are_what_the_header_says(skywright, image, tmp_path):
    """Pixels off the image and masked ones have their bits, noise is positive, the PSF is centred as the source is."""
    body = r"""
      const int n = *side, area = n * n;
      double *r = result + 7 * i, sum = 0, x = 0, y = 0, least = 1e30;
      for (int k = 0; k < 7; ++k) r[k] = 0;
      for (int k = 0; k < area; ++k) {
        const double p = psf[i * area + k];
        sum += p, x += p * (k % n), y += p * (k / n);
        r[0] += (mask[i * area + k] & 4) != 0;
        r[1] += (mask[i * area + k] & 1) != 0;
        if ((mask[i * area + k] & 4) && pixels[i * area + k] != 0) r[0] += 1000;
        if (variance[i * area + k] < least) least = variance[i * area + k];
      }
      r[2] = sum, r[3] = x / sum - centre[2 * i], r[4] = y / sum - centre[2 * i + 1], r[5] = least;
      r[6] = hypot(position[2 * i] - centre[2 * i] - lround(position[2 * i]) + n / 2,
                   position[2 * i + 1] - centre[2 * i + 1] - lround(position[2 * i + 1]) + n / 2);
    """.replace("\n", " ")
    names = ("outside", "masked", "psfSum", "dx", "dy", "leastVariance", "off")
    results = "".join(f"result {name} - x\\n" for name in names)
    library = probe(tmp_path, "stamps", BODY=body, DESCRIPTION=f'"{HEAD}{results}"')
    mask = np.zeros((256, 256), np.int16)
    mask[100:120, 60:64] = 1
    fits.writeto(tmp_path / "mask.fits", mask)
    side = 21
    skywright("detect", image, "--out", tmp_path / "out.fits", "--mask", tmp_path / "mask.fits",
              *use(library, side=side), "--set", "psf.side=21", "--set", "psf.min_stars=1000")  # fmt: skip
    t = fits.getdata(tmp_path / "out.fits")
    x, y, half = np.rint(t["x"]).astype(int), np.rint(t["y"]).astype(int), side // 2

    def overlap(low_x, high_x, low_y, high_y):
        """Pixels of each stamp within [low, high)."""
        across = np.minimum(x + half + 1, high_x) - np.maximum(x - half, low_x)
        up = np.minimum(y + half + 1, high_y) - np.maximum(y - half, low_y)
        return np.maximum(0, across) * np.maximum(0, up)

    np.testing.assert_array_equal(t["outside"], side**2 - overlap(0, 256, 0, 256))
    np.testing.assert_array_equal(t["masked"], overlap(60, 64, 100, 120))
    assert (t["outside"] > 0).any() and (t["masked"] > 0).any()
    np.testing.assert_allclose(t["psfSum"], 1, atol=1e-5)
    # A round Moffat profile, shifted: of its first moment what is pushed over the edge of the stamp is missing.
    assert np.abs([t["dx"], t["dy"]]).max() < 0.05
    assert (t["leastVariance"] > 0).all() and t["off"].max() < 1e-9


def test_isolated_gives_the_same_bytes(skywright, kernels, image, tmp_path):
    ways = {"plain": {}, "isolated": {"isolated": "true"}, "serial": {"serial": "true"}}
    for name, settings in ways.items():
        skywright("detect", image, "--out", tmp_path / f"{name}.parquet", "--jobs", 3,
                  *use(kernels["measure"], **settings))  # fmt: skip
    whole = (tmp_path / "plain.parquet").read_bytes()
    assert all((tmp_path / f"{name}.parquet").read_bytes() == whole for name in ways)


# ---- kernel check


def test_check_describes_and_times(skywright, kernels):
    told = skywright("kernel", "check", kernels["measure"], "--json", "--parameter", "sigma=1.5").json
    assert told["kind"] == "measure" and told["reentrant"] and len(told["checksum"]) == 32
    assert [p["name"] for p in told["parameters"]] == ["sigma"]
    assert [r["name"] for r in told["results"]] == ["narrowFlux", "wideFlux", "concentration"]
    # A made star of flux 1000: 6 % is two standard errors of its noise.
    assert told["first_item"][0] == pytest.approx(1000, rel=0.1)
    assert 0 < told["plain"]["overhead_per_call_us"] < told["isolated"]["overhead_per_call_us"] < 5000
    assert told["plain"]["per_item_us"] >= told["kernel_per_item_us"] > 0


# ---- what is refused


def test_what_is_no_library_is_refused(skywright, kernels, tmp_path):
    def refusal(path):
        return skywright("kernel", "check", path, expect=4).err

    text = tmp_path / "text.so"
    text.write_text("not a library\n")
    assert "does not begin as one does" in refusal(text)
    assert "no such file" in refusal(tmp_path / "missing.so")
    assert "not a file" in refusal(tmp_path)
    whole = bytearray(kernels["aperture"].read_bytes())
    for at, value, message in ((4, 1, "32 bits"), (18, 0x16, "another processor"), (16, 1, "an object file")):
        changed = whole.copy()
        changed[at] = value
        (tmp_path / "changed.so").write_bytes(changed)
        assert message in refusal(tmp_path / "changed.so")
    (tmp_path / "cut.so").write_bytes(whole[:2000])
    assert "cut off" in refusal(tmp_path / "cut.so")
    source = tmp_path / "none.c"
    source.write_text("int unrelated;\n")
    assert "no function skywright_describe" in refusal(built(source, tmp_path / "none.so"))
    source.write_text("int missing(void); int skywright_describe(void) { return missing(); }\n")
    assert "missing" in refusal(built(source, tmp_path / "undefined.so"))


HEAD = "interface 1\\nkind measure\\nname probe\\n"


@pytest.mark.parametrize(
    "macros, message",
    [
        ({"DESCRIPTION": '"interface 2\\nkind measure\\nname a\\nresult v - x\\n"'}, "made for version 2"),
        ({"DESCRIPTION": '"kind measure\\nname a\\nresult v - x\\n"'}, "which interface"),
        ({"DESCRIPTION": '"interface 1\\nkind psf\\nname a\\n"'}, "no function skywright_psf"),
        ({"DESCRIPTION": f'"{HEAD}"'}, "with no result"),
        ({"DESCRIPTION": f'"{HEAD}result a - x\\nresult a - y\\n"'}, "a stands twice"),
        ({"DESCRIPTION": f'"{HEAD}resutl a - x\\n"'}, "line 4 of its description: \"resutl\" is not a word"),
        ({"DESCRIPTION": f'"{HEAD}result a - x\\nresult b - y\\n"'}, "left result 2 of 2 of item 1 of 1 unset"),
        ({"BODY": "if (i == 0) result[i] = 1;"}, "left result 1 of 1 of item 2 of 2 unset"),
        ({"BODY": "result[2 * i] = result[2 * i + 1] = 1;"}, "writes beyond the end"),
        ({"BODY": "result[i] = *count;"}, "depend on those that are called with it"),
        ({"BODY": "static double n; result[i] = n++;"}, "other results the second time"),
        ({"BODY": "result[i] = getpid();"}, "in another process"),
        ({"BODY": 'snprintf(message, *room, "no %s", "light"); return 7;'}, "failed with status 7: no light"),
    ],
)  # fmt: skip
def test_a_wrong_kernel_is_refused(skywright, tmp_path, macros, message):
    told = skywright("kernel", "check", probe(tmp_path, "wrong", **macros), expect=4).err
    assert message in told


def test_wrong_settings_are_refused(skywright, kernels, image, tmp_path):
    def refusal(code, *args):
        told = skywright("detect", image, "--out", tmp_path / "no.fits", *args, expect=code).err
        assert not (tmp_path / "no.fits").exists()
        return told

    good = kernels["aperture"]
    assert "it has radius" in refusal(2, *use(good, parameters='["radios=3"]'))
    assert "no finite number" in refusal(2, *use(good, parameters='["radius=nan"]'))
    assert "must be odd" in refusal(2, *use(good, side=30))
    assert "of kind psf" in refusal(4, *use(kernels["psf"]))
    assert "radius 5 does not fit a stamp of side 9" in refusal(4, *use(good, side=9))
    taken = probe(tmp_path, "taken", DESCRIPTION=f'"{HEAD}result PsfFlux flux x\\n"')
    assert "column PsfFlux" in refusal(2, *use(taken))
    entry = f'{{library = "{good}"}}'
    assert "give the kernel a prefix" in refusal(2, "--set", f"kernels=[{entry}, {entry}]")
    skywright("detect", image, "--out", tmp_path / "two.fits", "--set",
              f'kernels=[{entry}, {{library = "{good}", prefix = "b_", parameters = ["radius=3"]}}]')  # fmt: skip
    t = fits.getdata(tmp_path / "two.fits")
    np.testing.assert_allclose(t["b_circleFlux"][:20], t["ap03Flux"][:20], rtol=0.01)
    assert "two PSFs" in refusal(2, "--use-psf", image_psf(tmp_path), *psf_kernel(kernels["psf"]))


def image_psf(folder):
    star = folder / "star.fits"
    y, x = np.mgrid[-10:11, -10:11]
    fits.writeto(star, np.exp(-0.1 * (x**2 + y**2)).astype(np.float32), overwrite=True)
    return star


# ---- what goes wrong while it measures


def test_a_source_without_a_value_has_a_flag(skywright, image, tmp_path):
    library = probe(tmp_path, "nan", BODY="result[i] = position[2 * i] < 128 ? 0.0 / 0.0 : 5.0;")
    skywright("detect", image, "--out", tmp_path / "out.fits", *use(library))
    t = fits.getdata(tmp_path / "out.fits")
    np.testing.assert_array_equal(t["probe_flag"], t["x"] < 128)
    np.testing.assert_array_equal(np.isnan(t["value"]), t["x"] < 128)


def processes():
    return subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    "body, how",
    [
        ("raise(11);", "Segmentation fault"),
        ("*(volatile int*)0 = 1;", "signal 11"),
        ("abort();", "Aborted"),
        ("exit(0);", "exit code 0"),
        ("for (;;) {}", "took longer than 0.5 s"),
        ("close(3); for (;;) {}", "its process ended during a call"),
        ("if (fork() == 0) for (;;) sleep(1); abort();", "took longer than 0.5 s"),
    ],
)
def test_a_crash_is_told_with_its_source(skywright, image, tmp_path, body, how):
    """Nothing hangs, nothing is written, and the source at fault is named."""
    when = "if (position[2 * i] > 200 && position[2 * i] < 210)"  # not in the trial
    library = probe(tmp_path, "bad", BODY=f"{when} {{ {body} }} result[i] = 1;")
    start = time.monotonic()
    told = skywright("detect", image, "--out", tmp_path / "out.fits", "--jobs", 2, expect=4,
                     *use(library, isolated="true", deadline_s=0.5)).err  # fmt: skip
    assert time.monotonic() - start < 30
    assert how in told and "source at x 20" in told
    assert not (tmp_path / "out.fits").exists()
    assert str(library) not in processes()


def test_check_survives_what_crashes_at_once(skywright, tmp_path):
    for name, macros, how in (
        ("crash", {"BODY": "abort();"}, "Aborted"),
        ("loop", {"BODY": "for (;;) {}"}, "took longer than 0.3 s"),
        ("load", {"AFTER": "return 0; } __attribute__((constructor)) static void at_start(void) { abort();"}, "Aborted"),
    ):  # fmt: skip
        told = skywright("kernel", "check", probe(tmp_path, name, **macros), "--deadline", 0.3, expect=4)
        assert how in told.err


def test_no_process_is_left(skywright, kernels, image, tmp_path):
    """Nor one that sleeps: the processes of kernels end with the program."""
    skywright("detect", image, "--out", tmp_path / "out.fits", "--jobs", 2, *use(kernels["measure"], isolated="true"))
    assert str(kernels["measure"]) not in processes()


def test_header_is_c_and_cpp(tmp_path):
    source = tmp_path / "header.c"
    source.write_text('#include "skywright_kernel.h"\nint main(void) { return SKYWRIGHT_KERNEL_INTERFACE - 1; }\n')
    for command in (["cc", "-std=c99"], ["c++", "-x", "c++", "-std=c++11"]):
        subprocess.run([compiler(command[0]), *command[1:], "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only",
                        "-I", "include", source], check=True)  # fmt: skip


# ---- light curves of the simulated sky

# A magnitude that tells what the kernel was given: 20 and argument `which`.
TELLTALE = r"""
#include "skywright_kernel.h"
#include <string.h>
int32_t skywright_describe(const int32_t* room, char* text) {
  (void)room;
  return (int32_t)strlen(strcpy(text, "interface 1\nkind light_curve\nname telltale\nparameter which - 0 argument\n"));
}
int32_t skywright_light_curve(const int32_t* count, const int32_t* parameters, const double* parameter,
                              const double* time, const double* wavelength, const double* redshift,
                              const double* base, const double* lot, double* result, const int32_t* room,
                              char* message) {
  for (int i = 0; i < *count; ++i) {
    const double all[5] = {time[i] / 100, redshift[i], base[i] / 50, wavelength[i] / 1000, lot[4 * i]};
    result[i] = 20 + all[(int)parameter[0]];
  }
  return 0;
}
"""
PLACE = {"ra": 150, "dec": 2.2, "radius": 0.06}


def sky_with(skywright, out, mjd, library, parameters=(), **population):
    pairs = {"library": f'"{library}"', "parameters": str(list(parameters)).replace("'", '"'), **population}
    entry = ", ".join(f"{k} = {v}" for k, v in pairs.items())
    place = [a for k, v in PLACE.items() for a in (f"--{k}", v)]
    skywright("sky", *place, "--mjd", mjd, "--out", out, "--set", f"sky.populations=[{{{entry}}}]",
              "--set", "sky.transients.supernova_rate=0", "--set", "sky.star_density=0.3")  # fmt: skip
    return fits.getdata(out)


def magnitude(flux):
    return 31.4 - 2.5 * np.log10(flux)


@pytest.fixture(scope="module")
def telltale(tmp_path_factory):
    source = tmp_path_factory.mktemp("telltale") / "telltale.c"
    source.write_text(TELLTALE)
    return built(source, source.with_suffix(".so"))


def test_transients_shine_as_the_fortran_light_curve_says(skywright, kernels, telltale, tmp_path):
    """What each object is given comes from a kernel that tells it; what light_curve.f90 makes of that is the formula."""
    mjd, rate, after, out = 61000.25, 600000.0, 40.0, tmp_path / "sky.fits"
    how = {"rate": rate, "before": 5.0, "after": after}

    def transients(library, *parameters):
        t = sky_with(skywright, out, mjd, library, parameters, **how)
        t = t[t["kind"] == "transient"]
        assert len(set(t["id"])) == len(t) and (t["quietFlux"] == 0).all() and (t["hostId"] > 0).all()
        return dict(zip(t["id"], magnitude(t["flux"]), strict=True))

    told = [transients(telltale, f"which={k}") for k in range(5)]
    ids = sorted(told[0])
    assert all(sorted(t) == ids for t in told)
    # As many as the rate says: Poisson, within 5 sigma. Magnitudes carry the rounding of a float's flux.
    expected = rate * np.pi * PLACE["radius"] ** 2 * (after + 5) / 365.25
    assert abs(len(ids) - expected) < 5 * np.sqrt(expected)
    time_, z, base, wavelength, lot = (np.array([t[i] - 20 for i in ids]) for t in told)
    time_, base = 100 * time_, 50 * base
    assert time_.min() > -5.001 and time_.max() < after + 0.001 and abs(np.mean(time_) - 17.5) < 3
    np.testing.assert_allclose(wavelength, 0.622, atol=1e-3)
    assert 0 <= lot.min() < 0.02 and 0.98 < lot.max() < 1
    far = z > 0.2
    np.testing.assert_allclose(base[far], FlatLambdaCDM(70, 0.3).distmod(z[far]).value, atol=1e-3)

    shown = transients(kernels["light_curve"], "peak=-19", "scatter=0", "fade=8", "cooling=0.02")
    rest = time_ / (1 + z)
    # Times are told to 1e-5 d: where light rises as t^2 this says nothing next to t = 0.
    sure = rest > 0.05
    light = np.where(rest < 2, (np.maximum(rest, 1e-9) / 2) ** 2, np.exp(-(rest - 2) / 8))
    colour = 0.02 * np.maximum(0, rest - 2) * (622 - 622.1 / (1 + z)) / 603
    formula = base - 19 - 2.5 * np.log10(light) + colour
    seen = np.array([shown.get(i, np.inf) for i in ids])
    faint = formula > 31.3  # no image shows it: it is not listed
    assert (sure & ~faint).sum() > 100
    np.testing.assert_allclose(seen[sure & ~faint], formula[sure & ~faint], atol=0.005)
    assert np.isinf(seen[time_ < -0.001]).all()


def test_stars_vary_about_their_mean(skywright, telltale, tmp_path):
    mjd, out = 61000.25, tmp_path / "sky.fits"
    how = {"among": '"stars"', "fraction": 0.25}
    t = sky_with(skywright, out, mjd, telltale, ["which=2"], **how)
    stars = t[np.isin(t["kind"], ["star", "variable_star"])]
    ours = stars[(stars["kind"] == "variable_star") & (magnitude(stars["flux"]) < 21) & (magnitude(stars["flux"]) > 20)]
    told = 50 * (magnitude(ours["flux"]) - 20)
    right = np.abs(told - magnitude(ours["quietFlux"])) < 0.01
    share, n = right.sum() / len(stars), len(stars)
    # The other variable stars are one in a hundred, before these are drawn. Binomial, 5 sigma.
    assert abs(share - 0.25 * 0.99) < 5 * np.sqrt(0.25 * 0.75 / n)
    t = sky_with(skywright, out, mjd, telltale, ["which=0"], **how)
    again = t[np.isin(t["id"], ours["id"][right])]
    np.testing.assert_allclose(magnitude(again["flux"]), 20 + (mjd - 51544.5) / 100, atol=0.01)


def test_a_magnitude_that_is_nan_is_refused(skywright, telltale, tmp_path):
    source = tmp_path / "nan.c"
    source.write_text(TELLTALE.replace("20 + all[(int)parameter[0]]", "time[i] > 1000 ? 0.0 / 0.0 : 20"))
    told = skywright("sky", "--ra", 150, "--dec", 2.2, "--radius", 0.02, "--out", tmp_path / "no.fits", expect=4, *(
        "--set", f'sky.populations=[{{library = "{built(source, tmp_path / "nan.so")}", among = "stars", fraction = 1}}]'
    ))  # fmt: skip
    assert "light curve at" in told.err and "infinity for no light" in told.err
    assert not (tmp_path / "no.fits").exists()
