"""Anyone's arrays as the core takes them: float32 rows as they lie, all else converted or refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ._paths import PathLike as PathLike, is_path as is_path
from .errors import InputError

Pixels = npt.NDArray[np.float32]
MaskBits = npt.NDArray[np.uint32]

BAD = 1  # bit 0 of the mask, see skywright.mask_planes()


def _two_dimensional(value: Any, name: str) -> npt.NDArray[Any]:
    try:
        array = np.asarray(value)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name}: it is no array: {error}; give rows of one length") from error
    if array.ndim != 2:
        raise InputError(
            f"{name}: it has {array.ndim} axes and not 2; give an image, [y, x], or one plane of a cube"
        )
    if array.size == 0:
        raise InputError(f"{name}: it has no pixels, its shape is {array.shape}; give an image")
    if array.dtype.kind not in "fiub":
        raise InputError(
            f"{name}: its values are {array.dtype}, which is no real number; convert it to float32"
        )
    return array


def _row_by_row(array: npt.NDArray[Any]) -> bool:
    """Whether the core can walk through the array where it lies."""
    item = array.itemsize
    return (
        array.flags.aligned
        and array.dtype.isnative
        and (array.strides[1] == item or array.shape[1] == 1)
        and array.strides[0] >= array.shape[1] * item
        and array.strides[0] % item == 0
    )


def as_pixels(value: Any, name: str = "image") -> Pixels:
    """float32 pixels. No copy of native float32 whose rows are contiguous, writable or not.

    Other real numbers, byte orders and strides are converted. What float32 cannot hold becomes
    infinite, and a pixel that is not finite never counts.
    """
    array = _two_dimensional(value, name)
    if array.dtype == np.float32 and _row_by_row(array):
        return array
    with np.errstate(over="ignore", invalid="ignore"):
        return np.require(array, np.float32, ["C", "ALIGNED"])


def as_mask(value: Any, name: str = "mask") -> MaskBits:
    """Mask bits: a bool array's True becomes BAD, whole numbers are bits."""
    array = _two_dimensional(value, name)
    if array.dtype == np.uint32 and _row_by_row(array):
        return array
    if array.dtype.kind == "b":
        return np.ascontiguousarray(array, dtype=np.uint32) * np.uint32(BAD)
    if array.dtype.kind == "f":
        raise InputError(f"{name}: its values are {array.dtype}; give bool, or whole numbers as bits")
    if array.dtype.kind == "i" and array.min() < 0 or array.max() > np.iinfo(np.uint32).max:
        raise InputError(f"{name}: its values are no 32 bits; give whole numbers from 0 to 2^32 - 1")
    return np.require(array, np.uint32, ["C", "ALIGNED"])


def require_shape(array: npt.NDArray[Any], shape: tuple[int, ...], name: str) -> None:
    if array.shape != shape:
        raise InputError(
            f"{name}: its shape is {array.shape} and the image's {shape}; give one of the image's shape"
        )
