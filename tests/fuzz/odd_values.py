"""What somebody might hand a function: arrays of every type and layout, images, settings."""

import os
import warnings

import numpy as np

DTYPES = ["f4", "f8", ">f4", ">f8", "i2", ">i2", "u2", "i4", "u4", "i8", "u1", "f2", "g", "?", "c8", "O", "U3", "M8[s]"]


class OddValues:
    def __init__(self, seed, folder):
        self.rng = np.random.default_rng(seed)
        self.folder = folder
        self.files = []

    def pick(self, *choices):
        return choices[self.rng.integers(len(choices))]

    def shape(self):
        kind = self.rng.random()
        if kind < 0.9:
            return tuple(int(n) for n in self.rng.integers(self.pick(1, 40), 90, 2))
        if kind < 0.95:
            return (int(self.rng.integers(1, 4)), int(self.rng.integers(1, 4)))
        return self.pick((), (0,), (0, 5), (7,), (1, 1), (3, 20, 20), (1, 700), (700, 1), (2, 0, 3))

    def values(self, shape):
        values = self.rng.normal(self.pick(0, 100, 30000), self.pick(0, 1, 50), shape)
        if values.ndim == 2 and min(values.shape) > 12:
            yy, xx = np.mgrid[: shape[0], : shape[1]]
            for _ in range(self.rng.integers(0, 6)):
                x, y = self.rng.uniform(-5, shape[1] + 5), self.rng.uniform(-5, shape[0] + 5)
                width = self.rng.uniform(0.3, 6)
                with np.errstate(all="ignore"):
                    values = values + 10 ** self.rng.uniform(0, 6) * np.exp(
                        -0.5 * ((xx - x) ** 2 + (yy - y) ** 2) / width**2
                    )
        if values.size and self.rng.random() < 0.4:
            spoilt = self.rng.random(values.shape) < self.pick(0.01, 0.3, 1.0)
            values = np.where(spoilt, self.pick(np.nan, np.inf, -np.inf, 1e300, -1e38), values)
        return values

    def array(self, shape=None):
        shape = self.shape() if shape is None else shape
        values = self.values(shape)
        dtype = np.dtype(self.pick(*DTYPES) if self.rng.random() < 0.5 else "f4")
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                out = np.nan_to_num(values).astype(dtype) if dtype.kind not in "fgcO" else values.astype(dtype)
            except (TypeError, ValueError):
                out = np.zeros(shape, dtype)
        return self.laid_out(out)

    def laid_out(self, array):
        kind = self.pick("plain", "plain", "fortran", "reversed", "stepped", "readonly", "unaligned", "broadcast")
        if array.ndim != 2 or array.dtype == object:
            return array
        if kind == "fortran":
            return np.asfortranarray(array)
        if kind == "reversed":
            return array[::-1, ::-1]
        if kind == "stepped":
            return np.repeat(np.repeat(array, 2, 0), 3, 1)[::2, ::3]
        if kind == "readonly":
            array.flags.writeable = False
        if kind == "unaligned":
            return np.frombuffer(b"\0" + array.tobytes(), np.uint8)[1:].view(array.dtype).reshape(array.shape)
        if kind == "broadcast" and array.size:
            return np.broadcast_to(array[:1], array.shape)
        return array

    def beside(self, image):
        """A plane that fits the image, or does not."""
        shape = getattr(image, "shape", None)
        return self.array(shape if self.rng.random() < 0.8 else None)

    def image(self):
        kind = self.rng.random()
        if kind < 0.7:
            return self.array()
        if kind < 0.8 and self.files:
            return self.pick(*self.files) + self.pick("", "", "[0]", "[1]", "[SCI]", "[-1]", "[")
        if kind < 0.9:
            pixels = self.array()
            return np.ma.masked_array(pixels, np.zeros(np.shape(pixels), bool))
        return self.pick(None, "", "nowhere.fits", 3, [[1, 2], [3]], b"x", object(), {"a": 1}, self.folder)

    def config(self):
        return self.pick(
            *[None] * 20, {"detection.threshold": self.pick(1, 3.0, -1, 0, "x", float("nan"), 1e9)},
            {"background.mesh": self.pick(1, 8, 64, 100000, -3)}, {"no.such": 1}, "nowhere.toml", 7,
        )  # fmt: skip
