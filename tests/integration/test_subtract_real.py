"""`skywright subtract` on real pixels: a JWST pair and five DECam exposures.

Off sources: pixels more than 8 pixels from any where either image, smoothed by a Gaussian, stands more
than 4 robust sigma off, and further from the border than a kernel reaches. Score scatter: half the
distance between the 16th and 84th percentile there. Injections: point sources of the science image's
own PSF at such places, no two within 25 pixels, at the flux that is 10 times the error of a PSF flux in
the difference without them (its own variance and PSF). A flux in a difference is unbiased if it is that
which `skywright detect` finds for the same source on the science image, whose zero point it shares.
Tolerances were fixed before the first run.
"""

import itertools

import numpy as np
import pytest
from astropy.io import fits
from scipy import ndimage

SNR = 10.0


def robust_sigma(values):
    return 1.4826 * np.median(np.abs(values - np.median(values)))


def source_free(images, smoothing, border):
    """Pixels off all sources of the images; not-finite pixels count as sources."""
    hit = np.zeros(images[0].shape, bool)
    for image in images:
        bad = ~np.isfinite(image)
        smooth = ndimage.gaussian_filter(np.where(bad, np.nanmedian(image), image), smoothing)
        hit |= bad | (np.abs(smooth - np.median(smooth)) > 4 * robust_sigma(smooth))
    free = ~ndimage.binary_dilation(hit, iterations=8)
    free[:border] = free[-border:] = False
    free[:, :border] = free[:, -border:] = False
    return free


def places(free, count, rng):
    """`count` pixels (x, y) of `free`, no two within 25 pixels."""
    ys, xs = np.nonzero(free)
    chosen = []
    for k in rng.permutation(len(xs)):
        if all((xs[k] - x) ** 2 + (ys[k] - y) ** 2 > 25**2 for x, y in chosen):
            chosen.append((int(xs[k]), int(ys[k])))
            if len(chosen) == count:
                return chosen
    raise AssertionError(f"room for {len(chosen)} of {count} injections only")


def flux_error(difference_path, free):
    """Error of a PSF flux in a difference of ours, from its variance and PSF."""
    with fits.open(difference_path) as hdus:
        variance = np.median(hdus["VARIANCE"].data[free])
        side = hdus["PSF"].header["NAXIS1"]
        psf = hdus["PSF"].data[:side].astype(float)
    return np.sqrt(variance / np.sum((psf / psf.sum()) ** 2))


def inject(image, psf, spots, flux):
    out = image.copy()
    half = psf.shape[0] // 2
    for x, y in spots:
        ys = slice(max(0, y - half), y + half + 1)
        xs = slice(max(0, x - half), x + half + 1)
        part = out[ys, xs]
        oy, ox = ys.start - (y - half), xs.start - (x - half)
        part += flux * psf[oy : oy + part.shape[0], ox : ox + part.shape[1]]
    return out


def recovered(catalog_path, spots):
    """Measured flux at each place (within 2 pixels, positive), NaN where nothing was found."""
    with fits.open(catalog_path) as hdus:
        table = hdus[1].data
        x, y = np.array(table["x"], float), np.array(table["y"], float)
        flux = np.array(table["psfFlux"], float)
    out = np.full(len(spots), np.nan)
    for i, (sx, sy) in enumerate(spots):
        near = np.flatnonzero((np.hypot(x - sx, y - sy) < 2.0) & (flux > 0))
        if near.size:
            out[i] = flux[near[np.argmax(flux[near])]]
    return out


def score_scatter(path, free):
    low, high = np.percentile(fits.getdata(path)[free], [15.865, 84.135])
    return (high - low) / 2


def read(path):
    return fits.getdata(path).astype(float)


@pytest.fixture(scope="module")
def jwst(shared, skywright, tmp_path_factory):
    folder = tmp_path_factory.mktemp("jwst")
    images = shared / "images"

    def run(science, name):
        names = {k: folder / f"{name}.{k}.fits" for k in ("difference", "catalog", "score")}
        result = skywright(
            "subtract", science, images / "nircam_ref.fits",
            "--science-noise", images / "nircam_sci.noise.fits",
            "--template-noise", images / "nircam_ref.noise.fits",
            "--science-psf", images / "nircam_sci.psf.fits",
            "--template-psf", images / "nircam_ref.psf.fits",
            "--out", names["difference"], "--catalog", names["catalog"],
            "--score", names["score"], "--json",
        )  # fmt: skip
        return names, result.json

    science = read(images / "nircam_sci.fits")
    reference = read(images / "nircam_ref.fits")
    names, summary = run(images / "nircam_sci.fits", "plain")
    free = source_free([science, reference], 1.5, 40)
    return dict(run=run, folder=folder, images=images, science=science, reference=reference,
                names=names, summary=summary, free=free)  # fmt: skip


def test_jwst_bad_pixels_are_masked_and_counted(jwst):
    noise = read(jwst["images"] / "nircam_sci.noise.fits")
    assert jwst["summary"]["science_not_finite"] == np.sum(~np.isfinite(jwst["science"]))
    assert jwst["summary"]["reference_not_finite"] == np.sum(~np.isfinite(jwst["reference"])) == 5
    assert jwst["summary"]["science_bad_noise"] == np.sum(~(noise > 0))
    with fits.open(jwst["names"]["difference"]) as hdus:
        mask = hdus["MASK"].data
        not_finite = 1 << hdus["MASK"].header["MP_UNMASKEDNAN"]
        assert np.all(np.isfinite(hdus["IMAGE"].data))
    assert np.all(mask[~np.isfinite(jwst["reference"])] & not_finite)


def test_jwst_score_scatters_as_a_score_should(jwst):
    scatter = score_scatter(jwst["names"]["score"], jwst["free"])
    print(f"score scatter {scatter:.4f} over {jwst['free'].sum()} pixels")
    assert scatter == pytest.approx(1.0, abs=0.05)


def test_jwst_galaxies_leave_less_than_a_hundredth(jwst):
    """Circles of radius 5 pixels on peaks of the mean of both images: of the science image alone, its
    noise would lift the peaks and all residuals with them.

    The signal-to-noise ratio is taken by the noise that such circles show in the difference off
    sources. The noise images are of single pixels; drizzled pixels are correlated, and a circle's
    noise is three times what they add up to. A ratio of 50 by them is one of 17, where noise alone
    leaves a median residual above 1 %: printed beside, with what noise alone leaves in each sample.
    """
    noise = np.nan_to_num(read(jwst["images"] / "nircam_sci.noise.fits"))
    science, reference = (np.nan_to_num(jwst[k] - np.nanmedian(jwst[k])) for k in ("science", "reference"))
    mean = 0.5 * (science + reference)
    smooth = ndimage.gaussian_filter(mean, 1.5)
    peak = (smooth == ndimage.maximum_filter(smooth, 15)) & (smooth > 0.03)
    ys, xs = np.nonzero(peak)
    inside = (xs > 25) & (xs < 875) & (ys > 25) & (ys < 875)
    ys, xs = ys[inside], xs[inside]
    v, u = np.mgrid[-5:6, -5:6]
    disc = (u**2 + v**2 <= 25).astype(float)

    def circles(image):
        return ndimage.convolve(image, disc, mode="constant")

    difference = circles(fits.getdata(jwst["names"]["difference"], "IMAGE").astype(float))
    off_sources = circles(jwst["free"].astype(float)) > disc.sum() - 0.5
    low, high = np.percentile(difference[off_sources], [15.865, 84.135])
    circle_noise = (high - low) / 2
    flux, residual = circles(mean)[ys, xs], difference[ys, xs]
    rng = np.random.default_rng(1)
    medians = {}
    for name, sigma in (("measured", circle_noise), ("stated", np.sqrt(circles(noise**2)[ys, xs]))):
        bright = flux > 50 * sigma
        size = np.abs(residual[bright] / flux[bright])
        draws = np.abs(rng.normal(0, circle_noise, (400, bright.sum())) / flux[bright])
        print(f"{bright.sum()} galaxies above 50 of the {name} noise: median residual "
              f"{100 * np.median(residual[bright] / flux[bright]):.2f} %, of its size "
              f"{100 * np.median(size):.2f} %; of noise alone {100 * np.median(draws):.2f} %")  # fmt: skip
        medians[name] = (bright.sum(), np.median(size))
    count, median = medians["measured"]
    assert count >= 30
    assert median < 0.01


def test_jwst_injected_point_sources_come_back(jwst):
    """All of 20; and the mean flux of eight such sets, whose error is 0.8 %, within 3 %."""
    psf = read(jwst["images"] / "nircam_sci.psf.fits")
    psf /= psf.sum()
    flux = SNR * flux_error(jwst["names"]["difference"], jwst["free"])
    ratios = []
    for k in range(8):
        rng = np.random.default_rng(100 + k)
        spots = places(jwst["free"], 20, rng)
        path = jwst["folder"] / "injected.fits"
        header = fits.getheader(jwst["images"] / "nircam_sci.fits")
        injected = inject(jwst["science"], psf, spots, flux).astype(np.float32)
        fits.writeto(path, injected, header, overwrite=True)
        names, _ = jwst["run"](path, "injected")
        got = recovered(names["catalog"], spots)
        print(f"set {k}: {np.isfinite(got).sum()} of 20, mean flux {np.nanmean(got) / flux:.4f}")
        assert np.isfinite(got).all()
        ratios.append(np.mean(got) / flux)
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.03)


def star_image(image):
    """The brightest star's own picture, level off, unit sum: the exposure's PSF as it is; its sum and place."""
    smooth = ndimage.gaussian_filter(image, 1.0)
    smooth[:30] = smooth[-30:] = 0
    smooth[:, :30] = smooth[:, -30:] = 0
    y, x = np.unravel_index(np.argmax(smooth), smooth.shape)
    stamp = image[y - 12 : y + 13, x - 12 : x + 13].copy()
    rim = np.concatenate([stamp[0], stamp[-1], stamp[:, 0], stamp[:, -1]])
    stamp -= np.median(rim)
    return stamp / stamp.sum(), stamp.sum(), x, y


PAIRS = list(itertools.combinations("abcde", 2))
SETS = 4  # of 20 injections


@pytest.fixture(scope="module")
def decam_star(shared, skywright, tmp_path_factory):
    """By exposure: the picture of its brightest star, and the flux that `detect` finds for it, over the
    sum of that picture."""
    folder = tmp_path_factory.mktemp("decam")

    def star(name):
        path = shared / "images" / f"dec04{name}.fits"
        skywright("detect", path, "--out", folder / "catalog.fits")
        table = fits.getdata(folder / "catalog.fits")
        picture, total, x, y = star_image(read(path))
        found = np.argmin(np.hypot(table["x"] - x, table["y"] - y))
        return picture, table["psfFlux"][found] / total

    return {name: star(name) for name in "abcde"}


@pytest.mark.parametrize("pair", PAIRS, ids="".join)
def test_decam_pair(shared, skywright, tmp_path, decam_star, pair):
    """Mean flux of 80 injections: within three of its own standard errors and 1 %, which is what
    fitting the position adds to a flux of signal-to-noise ratio 10."""
    science_path, reference_path = (shared / "images" / f"dec04{k}.fits" for k in pair)
    science, reference = read(science_path), read(reference_path)
    free = source_free([science, reference], 2.0, 20)
    picture, detected = decam_star[pair[0]]

    def run(path, name):
        names = {k: tmp_path / f"{name}.{k}.fits" for k in ("difference", "catalog", "score")}
        skywright("subtract", path, reference_path, "--out", names["difference"],
                  "--catalog", names["catalog"], "--score", names["score"])  # fmt: skip
        return names

    plain = run(science_path, "plain")
    scatter = score_scatter(plain["score"], free)
    level = np.mean(fits.getdata(plain["score"])[free])
    flux = SNR * flux_error(plain["difference"], free)
    header = fits.getheader(science_path)
    ratios = []
    for k in range(SETS):
        spots = places(free, 20, np.random.default_rng(7 + k))
        injected = tmp_path / "injected.fits"
        fits.writeto(injected, inject(science, picture, spots, flux), header, overwrite=True)
        got = recovered(run(injected, "injected")["catalog"], spots)
        assert np.isfinite(got).sum() >= 18
        ratios.extend(got[np.isfinite(got)] / (flux * detected))
    error = np.std(ratios) / np.sqrt(len(ratios))
    print(f"{''.join(pair)}: score {level:+.3f} +- {scatter:.3f}, {len(ratios)} of {20 * SETS} back, "
          f"flux {np.mean(ratios):.3f} +- {error:.3f}")  # fmt: skip
    assert scatter == pytest.approx(1.0, abs=0.05)
    assert abs(level) < 0.25
    assert np.mean(ratios) == pytest.approx(1.0, abs=3 * error + 0.01)
