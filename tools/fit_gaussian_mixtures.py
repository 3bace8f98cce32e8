#!/usr/bin/env python3
"""Fit the Gaussian mixtures of src/skywright/imagesim/gaussian_mixtures.cpp (needs numpy, scipy).

Sersic profiles n = 1 and n = 4 (half-light radius 1, total flux 1) and the Kolmogorov PSF (FWHM 1)
as sums of round Gaussians, in the way of Hogg & Lang (2013, PASP 125, 719): weights and variances
minimise the squared error, here of the Fourier transforms times the square root of frequency, which
by Parseval is the error of the images; the Sersic profiles are seen through a PSF, since none is
ever drawn without one. Prints C++ tables and the residual norm relative to the profile's.
"""
import numpy as np
from scipy.optimize import least_squares
from scipy.special import gamma, gammaincinv, j0


def sersic_transform(n: float, k: np.ndarray) -> np.ndarray:
    """Hankel transform at angular frequency k, total flux 1, half-light radius 1."""
    b = gammaincinv(2 * n, 0.5)
    # r = (t / b)^n turns the flux element into t^(2n-1) e^-t dt.
    t = np.linspace(0, 60 if n < 2 else 90, 400001)[1:]
    weight = t ** (2 * n - 1) * np.exp(-t) / gamma(2 * n) * (t[1] - t[0])
    r = (t / b) ** n
    return np.array([np.sum(weight * j0(x * r)) for x in k])


def kolmogorov_transform(k: np.ndarray) -> np.ndarray:
    """Long-exposure MTF (Fried 1966) of FWHM 1: FWHM = 0.9758 lambda / r0."""
    return np.exp(-3.4420 * (k / (2 * np.pi) / 0.9758) ** (5.0 / 3.0))


def fit(target: np.ndarray, k: np.ndarray, seen: np.ndarray, count: int, low: float, high: float):
    root = np.sqrt(k * np.gradient(k)) * seen

    def model(p: np.ndarray) -> np.ndarray:
        w = np.exp(p[:count])
        w = w / w.sum()
        return np.exp(-0.5 * k[:, None] ** 2 * np.exp(p[count:])) @ w

    start = np.concatenate([np.full(count, -2.0), 2 * np.log(np.geomspace(low, high, count))])
    best = least_squares(lambda p: root * (model(p) - target), start, xtol=1e-14, ftol=1e-14,
                         max_nfev=4000)
    w = np.exp(best.x[:count])
    w /= w.sum()
    order = np.argsort(best.x[count:])
    norm = np.sqrt(np.sum((root * (model(best.x) - target)) ** 2) / np.sum((root * target) ** 2))
    return w[order], np.exp(best.x[count:])[order], norm


def show(name: str, result) -> None:
    weights, variances, norm = result
    print(f"// {name}: relative error {norm:.1e}")
    for w, v in zip(weights, variances):
        print(f"    {{{w:.7e}, {v:.7e}}},")


def main() -> None:
    k = np.geomspace(1e-3, 60, 1500)
    # A PSF of sigma a tenth of the half-light radius: the smallest blur that a well resolved galaxy
    # is drawn with.
    seen = np.exp(-0.5 * (0.1 * k) ** 2)
    show("exponential", fit(sersic_transform(1, k), k, seen, 6, 0.15, 1.6))
    show("de Vaucouleurs", fit(sersic_transform(4, k), k, seen, 8, 0.03, 8.0))
    show("exponential, coarse", fit(sersic_transform(1, k), k, seen, 3, 0.3, 1.4))
    show("de Vaucouleurs, coarse", fit(sersic_transform(4, k), k, seen, 5, 0.05, 6.0))
    one = np.ones_like(k)
    show("Kolmogorov", fit(kolmogorov_transform(k), k, one, 6, 0.3, 3.0))
    show("Kolmogorov, coarse", fit(kolmogorov_transform(k), k, one, 3, 0.35, 1.0))


if __name__ == "__main__":
    main()
