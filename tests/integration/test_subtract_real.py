"""`skywright subtract` on real pixels: a JWST pair and five DECam exposures.

Off sources: pixels more than 8 pixels from any where either image, smoothed by a Gaussian, stands more
than 4 robust sigma off, and further from the border than a kernel reaches. Score scatter: half the
distance between the 16th and 84th percentile there. Injections: point sources of the science image's
own PSF at such places, no two within 25 pixels, at the flux that is 10 times the error of a PSF flux in
the difference without them (its own variance and PSF). All of this was fixed before the first run.
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
    """Circles of radius 5 pixels on peaks whose flux within is above 50 times its noise."""
    noise = np.nan_to_num(read(jwst["images"] / "nircam_sci.noise.fits"))
    science = np.nan_to_num(jwst["science"] - np.nanmedian(jwst["science"]))
    smooth = ndimage.gaussian_filter(science, 1.5)
    peak = (smooth == ndimage.maximum_filter(smooth, 15)) & (smooth > 0.03)
    ys, xs = np.nonzero(peak)
    inside = (xs > 25) & (xs < 875) & (ys > 25) & (ys < 875)
    ys, xs = ys[inside], xs[inside]
    v, u = np.mgrid[-5:6, -5:6]
    disc = (u**2 + v**2 <= 25).astype(float)

    def aperture(image):
        return ndimage.convolve(image, disc, mode="constant")[ys, xs]

    difference = fits.getdata(jwst["names"]["difference"], "IMAGE").astype(float)
    flux = aperture(science)
    bright = flux > 50 * np.sqrt(aperture(noise**2))
    residual = aperture(difference)[bright] / flux[bright]
    print(f"{bright.sum()} galaxies: median residual {100 * np.median(residual):.2f} %, "
          f"median of its size {100 * np.median(np.abs(residual)):.2f} %")  # fmt: skip
    assert bright.sum() >= 40
    assert abs(np.median(residual)) < 0.01


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
    """The brightest star's own picture, level off, unit sum: the exposure's PSF as it is."""
    smooth = ndimage.gaussian_filter(image, 1.0)
    smooth[:30] = smooth[-30:] = 0
    smooth[:, :30] = smooth[:, -30:] = 0
    y, x = np.unravel_index(np.argmax(smooth), smooth.shape)
    stamp = image[y - 12 : y + 13, x - 12 : x + 13].copy()
    rim = np.concatenate([stamp[0], stamp[-1], stamp[:, 0], stamp[:, -1]])
    stamp -= np.median(rim)
    return stamp / stamp.sum()


PAIRS = list(itertools.combinations("abcde", 2))


@pytest.mark.parametrize("pair", PAIRS, ids="".join)
def test_decam_pair(shared, skywright, tmp_path, pair):
    science_path, reference_path = (shared / "images" / f"dec04{k}.fits" for k in pair)
    science, reference = read(science_path), read(reference_path)
    free = source_free([science, reference], 2.0, 20)

    def run(path, name):
        names = {k: tmp_path / f"{name}.{k}.fits" for k in ("difference", "catalog", "score")}
        skywright("subtract", path, reference_path, "--out", names["difference"],
                  "--catalog", names["catalog"], "--score", names["score"])  # fmt: skip
        return names

    plain = run(science_path, "plain")
    scatter = score_scatter(plain["score"], free)
    flux = SNR * flux_error(plain["difference"], free)
    spots = places(free, 20, np.random.default_rng(7))
    injected = tmp_path / "injected.fits"
    header = fits.getheader(science_path)
    fits.writeto(injected, inject(science, star_image(science), spots, flux), header)
    got = recovered(run(injected, "injected")["catalog"], spots)
    print(f"{''.join(pair)}: scatter {scatter:.3f}, {np.isfinite(got).sum()} of 20 back, "
          f"flux {np.nanmedian(got) / flux:.3f}")  # fmt: skip
    assert scatter == pytest.approx(1.0, abs=0.05)
    assert np.isfinite(got).sum() >= 18
