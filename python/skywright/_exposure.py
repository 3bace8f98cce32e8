"""Images with what is known of them."""

from __future__ import annotations

import base64
import html
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._arrays import BAD, MaskBits, PathLike, Pixels, as_mask, as_pixels, is_path, require_shape
from ._wcs import Card, Wcs, cards_from
from .errors import ConfigError, InputError, SkywrightWarning

if TYPE_CHECKING:
    import astropy.nddata

_SHOWN = 600  # longest side of a picture in a notebook [pixel]


@dataclass(kw_only=True)
class Exposure:
    """Pixels, [y, x], and what is known of them; planes are arrays that are not copied.

    `Exposure.of(x)` takes a path, an array, a Quantity, `NDData`, `CCDData`, or an HDU of astropy.
    """

    pixels: Pixels
    variance: Pixels | None = None  #: of independent noise [unit^2]; measured where None
    mask: MaskBits | None = None  #: bits as in `mask_planes()`
    wcs: Wcs | None = None
    psf: _core.Psf | None = None
    zero_point: float | None = None  #: AB magnitude of 1 image unit
    cards: list[Card] = field(default_factory=list, repr=False)  #: of the header, without the WCS
    noise: _core.NoiseCorrelation | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.pixels = as_pixels(self.pixels, "pixels")
        if self.variance is not None:
            self.variance = as_pixels(self.variance, "variance")
            require_shape(self.variance, self.pixels.shape, "variance")
        if self.mask is not None:
            self.mask = as_mask(self.mask)
            require_shape(self.mask, self.pixels.shape, "mask")

    @property
    def shape(self) -> tuple[int, int]:
        return self.pixels.shape  # type: ignore[return-value]

    @property
    def header(self) -> dict[str, Any]:
        return {keyword: value for keyword, value, _ in self.cards}

    @property
    def unit(self) -> str:
        """BUNIT of the header."""
        return str(self.header.get("BUNIT") or "")

    @classmethod
    def of(cls, image: Any) -> Exposure:
        """An image of any kind as an Exposure. Raises InputError for what is none."""
        if isinstance(image, Exposure):
            return image
        if is_path(image):
            return cls.read(image)
        if hasattr(image, "uncertainty") and hasattr(image, "data"):
            return _of_nddata(image)
        if hasattr(image, "fileinfo") and hasattr(image, "header"):
            return _of_hdu(image)
        if isinstance(image, np.ma.MaskedArray):
            mask = as_mask(np.ma.getmaskarray(image))
            return cls(pixels=image.data, mask=mask if mask.any() else None, cards=_unit_cards(image))
        return cls(pixels=getattr(image, "value", image), cards=_unit_cards(image))

    @classmethod
    def read(cls, path: PathLike) -> Exposure:
        """An exposure of ours, or any FITS image: "file.fits", "file.fits[2]", "file.fits[SCI]"."""
        return cls._from_core(_core.read_image(str(path)))

    @classmethod
    def _from_core(cls, core: _core.Exposure) -> Exposure:
        return cls(
            pixels=core.pixels, variance=core.variance, mask=core.mask,
            wcs=None if core.wcs is None else Wcs(core.wcs),
            psf=core.psf, zero_point=core.zero_point, cards=core.cards, noise=core.noise,
        )  # fmt: skip

    def write(self, path: PathLike) -> None:
        """FITS with IMAGE, VARIANCE and MASK, or a plain image where there is no variance."""
        wcs = None if self.wcs is None else self.wcs._core
        if self.variance is None:
            _core.write_image(str(path), self.pixels, self.cards, wcs)
            return
        mask = np.zeros(self.shape, np.uint32) if self.mask is None else self.mask
        _core.write_exposure(
            str(path), self.pixels, self.variance, mask, self.cards, wcs, self.psf, self.zero_point, self.noise
        )

    def unusable(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Pixels that say nothing about the sky."""
        bad = ~np.isfinite(self.pixels)
        if self.mask is not None:
            bad |= (self.mask & np.uint32(_core.unusable_bits())) != 0
        return bad

    def to_ccddata(self) -> astropy.nddata.CCDData:
        """astropy's; pixels and variance are not copied."""
        from astropy.nddata import CCDData, VarianceUncertainty

        return CCDData(
            self.pixels, unit=self.unit or "adu", mask=self.unusable(),
            wcs=None if self.wcs is None else self.wcs.to_astropy(),
            uncertainty=None if self.variance is None else VarianceUncertainty(self.variance, copy=False),
            meta=dict(self.header),
        )

    def plot(self, ax: Any = None, sources: Any = None, **imshow: Any) -> Any:
        """Draw the image in matplotlib, on astropy's WCSAxes where it has a WCS. Returns the axes.

        @param ax       axes to draw on; new ones where None
        @param sources  a table whose columns x and y [pixel] are marked
        @param imshow   handed on to matplotlib's imshow, such as cmap or norm
        """
        from ._plot import plot

        return plot(self, ax, sources, imshow)

    def _repr_html_(self) -> str:
        png = base64.b64encode(_core.png_of(self.pixels, _SHOWN)).decode()
        height, width = self.shape
        facts = [f"{width} x {height} pixels", self.unit, "" if self.wcs is None else repr(self.wcs)[1:-1]]
        text = html.escape(", ".join(f for f in facts if f))
        return f"<figure><img src='data:image/png;base64,{png}' alt='image'><figcaption>{text}</figcaption></figure>"


def listed(value: Any, name: str, wanted: str) -> list[Any]:
    """One image is a list of one."""
    if is_path(value) or isinstance(value, Exposure) or any(hasattr(value, n) for n in ("dtype", "header", "uncertainty")):
        return [value]
    if not isinstance(value, Iterable):
        raise ConfigError(f"{name}: a {type(value).__name__} is not what it takes; give a list of {wanted}")
    return list(value)


def given_image(e: Exposure) -> _core.GivenImage:
    """The exposure as a step of the core takes it; its planes are lent."""
    noise = e.noise if e.variance is not None else None
    wcs = None if e.wcs is None else e.wcs._core
    return _core.GivenImage(e.pixels, e.variance, e.mask, e.cards, wcs, e.psf, e.zero_point, noise)


def _unit_cards(image: Any) -> list[Card]:
    unit = getattr(image, "unit", None)
    if unit is None:
        return []
    try:
        return [("BUNIT", unit.to_string("fits"), "")]
    except Exception:  # a unit that FITS has no word for
        return [("BUNIT", str(unit), "")]


def _wcs_or_none(source: Any) -> Wcs | None:
    """Finding sources needs no WCS: one that cannot be used is told of."""
    if source is None:
        return None
    try:
        return Wcs(source)
    except InputError as error:
        warnings.warn(f"no ra and dec: {error}", SkywrightWarning, stacklevel=4)
        return None


def _of_nddata(image: Any) -> Exposure:
    cards = [card for card in cards_from(image.meta or {}) if card[0] != "BUNIT"] + _unit_cards(image)
    mask = None
    if image.mask is not None:
        mask = as_mask(np.broadcast_to(np.asarray(image.mask, bool), np.shape(image.data)))
    zero = dict((k, v) for k, v, _ in cards).get("MAGZERO")
    return Exposure(
        pixels=image.data, variance=_variance_of(image), mask=mask, wcs=_wcs_or_none(image.wcs), cards=cards,
        zero_point=float(zero) if isinstance(zero, (int, float)) else None,
    )


def _variance_of(image: Any) -> Pixels | None:
    uncertainty = image.uncertainty
    if uncertainty is None:
        return None
    kind = uncertainty.uncertainty_type
    if kind not in ("std", "var", "ivar"):
        raise InputError(
            f"uncertainty: its kind is {kind!r}; give StdDevUncertainty, VarianceUncertainty or InverseVariance"
        )
    values = np.asarray(uncertainty.array)
    unit, own = uncertainty.unit, image.unit
    if unit is not None and own is not None:
        power = {"std": 1, "var": 2, "ivar": -2}[kind]
        try:
            values = values * unit.to(own**power)
        except Exception as error:
            raise InputError(
                f"uncertainty: its unit {unit} does not fit the image's {own}; give it in {own**power}"
            ) from error
    if kind == "var":
        return as_pixels(values, "uncertainty")
    with np.errstate(divide="ignore"):
        return as_pixels(values**2 if kind == "std" else 1.0 / values, "uncertainty")


def _of_hdu(hdu: Any) -> Exposure:
    if hdu.data is None:
        raise InputError(f"HDU {hdu.name or 0}: it has no image; give one that has")
    wcs = None
    try:
        core = _core.wcs_from_cards(cards_from(hdu.header))
        wcs = None if core is None else Wcs(core)
    except InputError as error:
        warnings.warn(f"no ra and dec: {error}", SkywrightWarning, stacklevel=4)
    zero = hdu.header.get("MAGZERO")
    return Exposure(
        pixels=hdu.data, wcs=wcs, cards=cards_from(hdu.header),
        zero_point=float(zero) if isinstance(zero, (int, float)) else None,
    )
