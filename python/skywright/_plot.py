"""Images in matplotlib: needs matplotlib and astropy, which is imported by whoever draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import InputError

if TYPE_CHECKING:
    from ._exposure import Exposure


def plot(exposure: Exposure, ax: Any, sources: Any, imshow: dict[str, Any]) -> Any:
    """See `Exposure.plot`."""
    import matplotlib.pyplot as plt
    from astropy.visualization import AsinhStretch, ImageNormalize, ZScaleInterval

    if ax is None:
        world = None if exposure.wcs is None else exposure.wcs.to_astropy()
        ax = plt.figure(layout="constrained").add_subplot(projection=world)
        if world is None:
            ax.set(xlabel="x [pixel]", ylabel="y [pixel]")
        else:
            ax.coords[0].set_axislabel("right ascension (ICRS)")
            ax.coords[1].set_axislabel("declination (ICRS)")
    pixels = np.ma.masked_array(exposure.pixels, exposure.unusable())
    if not {"norm", "vmin", "vmax"} & imshow.keys():
        usable = pixels.compressed()
        if usable.size == 0:
            raise InputError("image: no pixel of it can be used; there is nothing to draw")
        # From below the sky to the brightest stars: asinh keeps the faint ones in sight.
        low = ZScaleInterval().get_limits(usable)[0]
        high = np.percentile(usable, 99.8)
        imshow["norm"] = ImageNormalize(vmin=low, vmax=max(high, low), stretch=AsinhStretch(0.1))
    picture = ax.imshow(pixels, **{"origin": "lower", "cmap": "gray", "interpolation": "nearest", **imshow})
    height, width = exposure.shape
    bar = ax.figure.colorbar(picture, ax=ax, pad=0.02, fraction=0.046 * height / width)
    bar.set_label(exposure.unit or "image units")
    if sources is not None:
        missing = [name for name in ("x", "y") if name not in getattr(sources, "colnames", sources)]
        if missing:
            raise InputError(f"sources: they have no column {missing[0]}; give a table of `skywright.detect`")
        ax.scatter(sources["x"], sources["y"], s=60, facecolors="none", edgecolors="tab:orange", linewidths=0.8)
    return ax
