"""Fields of stars on the sky, whose places and fluxes are known: what `solve` and `stack` are tried on."""

import functools

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS
from conftest import star_field

SHAPE = (300, 400)
SCALE = 0.5  # [arcsec/pixel]
ZERO_POINT = 27.0


def wcs_of(shift=(0.0, 0.0), turn_deg=0.0, ra=150.0, dec=2.0):
    """astropy's, of a field whose middle lies `shift` pixels from (ra, dec)."""
    c, s = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [ra, dec]
    wcs.wcs.crpix = [(SHAPE[1] + 1) / 2 - shift[0], (SHAPE[0] + 1) / 2 - shift[1]]
    wcs.wcs.cd = SCALE / 3600 * np.array([[-c, s], [s, c]])
    return wcs


@functools.cache
def field_of(noise_seed):
    """Pixels of one field of stars; not to be written to."""
    pixels = star_field(SHAPE, noise_seed=noise_seed)[0]
    pixels.flags.writeable = False
    return pixels


def hdu_of(pixels, wcs):
    header = wcs.to_header()
    header["DATE-OBS"] = "2026-11-23T04:30:00"
    header["FILTER"] = "r"
    return fits.PrimaryHDU(pixels, header)


def stars_of(x, y, flux, wcs=None):
    """Of the field, as a reference catalog: what astropy makes of places and fluxes."""
    ra, dec = (wcs or wcs_of()).all_pix2world(x, y, 0)
    return {"ra": ra, "dec": dec, "r_mag": ZERO_POINT - 2.5 * np.log10(flux)}


def field_and_stars():
    pixels, x, y, flux = star_field(SHAPE)
    return pixels, x, y, stars_of(x, y, flux)
