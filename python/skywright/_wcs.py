"""From pixels to the sky and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _core
from .errors import InputError

if TYPE_CHECKING:
    import astropy.coordinates
    import astropy.wcs

Card = tuple[str, Any, str]
Degrees = npt.NDArray[np.float64]


def cards_from(header: Any) -> list[Card]:
    """Of an astropy Header, a mapping, or (keyword, value, comment) as they stand."""
    cards: Iterable[Any]
    if hasattr(header, "cards"):
        cards = ((c.keyword, c.value, c.comment) for c in header.cards)
    elif hasattr(header, "items"):
        cards = ((key, value, "") for key, value in header.items())
    else:
        cards = header
    return [(str(k), v, str(c)) for k, v, c in ((k, _plain(v), c) for k, v, c in cards) if v is not _LEFT_OUT]


_LEFT_OUT = object()


def _plain(value: Any) -> Any:
    """What a FITS card can hold; the rest of a metadata dict stays behind."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return _LEFT_OUT if not type(value).__name__ == "_HeaderCommentaryCards" else str(value)


class Wcs:
    """TAN with SIP or TPV distortion, ICRS; pixels count from zero at the centre of the first.

    In bulk and inverted to 1e-9 pixel, as the whole of Skywright uses it.
    """

    def __init__(self, header: Any):
        """Of a FITS header (astropy's, a mapping, or cards) or an `astropy.wcs.WCS`.

        Raises InputError where there is no celestial WCS, or one of another projection.
        """
        if isinstance(header, _core.Wcs):
            self._core = header
            return
        if hasattr(header, "wcs_pix2world"):
            header = _header_of(header)
        core = _core.wcs_from_cards(cards_from(header))
        if core is None:
            raise InputError("header: it has no celestial WCS; give one with CTYPE, CRPIX, CRVAL and CD")
        self._core = core

    def pixel_to_sky(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Degrees, Degrees]:
        """ra, dec [deg] of pixels; arrays of any shape, broadcast."""
        return _mapped(self._core.pixel_to_sky, x, y)

    def sky_to_pixel(self, ra: npt.ArrayLike, dec: npt.ArrayLike) -> tuple[Degrees, Degrees]:
        """x, y of places [deg]; NaN where no pixel sees one."""
        return _mapped(self._core.sky_to_pixel, ra, dec)

    def pixel_to_world(self, x: npt.ArrayLike, y: npt.ArrayLike) -> astropy.coordinates.SkyCoord:
        from astropy.coordinates import SkyCoord

        ra, dec = self.pixel_to_sky(x, y)
        return SkyCoord(ra, dec, unit="deg", frame="icrs")

    def world_to_pixel(self, sky: astropy.coordinates.SkyCoord) -> tuple[Degrees, Degrees]:
        icrs = sky.icrs
        return self.sky_to_pixel(icrs.ra.deg, icrs.dec.deg)

    def pixel_scale(self, x: float = 0.0, y: float = 0.0) -> float:
        """Root of a pixel's solid angle [arcsec]."""
        return self._core.pixel_scale(float(x), float(y))

    def cards(self) -> list[Card]:
        """As FITS cards, whose pixels count from one."""
        return self._core.cards()

    def to_astropy(self) -> astropy.wcs.WCS:
        import astropy.wcs
        from astropy.io.fits import Header

        return astropy.wcs.WCS(Header([card for card in self.cards() if card[0] != "COMMENT"]))

    def __repr__(self) -> str:
        ra, dec = self.pixel_to_sky(0.0, 0.0)
        return f"<skywright.Wcs {self.pixel_scale():.4g} arcsec/pixel, pixel (0, 0) at {ra:.6f} {dec:+.6f} deg>"


def _header_of(wcs: Any) -> Any:
    if any(getattr(wcs, name, None) is not None for name in ("cpdis1", "cpdis2", "det2im1", "det2im2")):
        raise InputError("wcs: it has look-up tables of distortion; give one with SIP or TPV polynomials")
    if wcs.naxis != 2:
        wcs = wcs.celestial
    return wcs.to_header(relax=True)


def _mapped(function: Any, a: npt.ArrayLike, b: npt.ArrayLike) -> tuple[Degrees, Degrees]:
    try:
        first, second = np.broadcast_arrays(np.asarray(a, np.float64), np.asarray(b, np.float64))
    except (TypeError, ValueError) as error:
        raise InputError(f"coordinates: {error}; give two arrays of numbers whose shapes fit") from error
    u, v = function(np.ascontiguousarray(first.ravel()), np.ascontiguousarray(second.ravel()))
    return u.reshape(first.shape)[()], v.reshape(first.shape)[()]
