"""Depths of visits by rubin_scheduler's m5_flat_sed, whose figures (SysEngVals) the instrument `lsst` has.

    pip install rubin_scheduler==4.6.0
    python tests/reference/make_depths.py > tests/reference/depths.csv

Columns: band, sky [mag/arcsec2], FWHM_eff [arcsec], open-shutter time of the visit [s], exposures, airmass,
five-sigma depth [mag].
"""

import sys

import numpy as np
from rubin_scheduler.utils import m5_flat_sed


def main():
    random = np.random.default_rng(20260201)
    print("band,sky,fwhm_eff,seconds,exposures,airmass,depth")
    for band, dark in zip("ugrizy", (23.05, 22.25, 21.20, 20.46, 19.61, 18.60)):
        for _ in range(40):
            sky = round(dark - random.exponential(0.7) + 0.2, 3)
            fwhm = round(random.uniform(0.5, 2.0), 3)
            exposures = int(random.integers(1, 5))
            seconds = round(exposures * random.choice([5.0, 15.0, 30.0, 60.0]), 1)
            airmass = round(random.uniform(1.0, 2.2), 3)
            depth = m5_flat_sed(band, sky, fwhm, seconds / exposures, airmass, nexp=exposures)
            print(f"{band},{sky},{fwhm},{seconds},{exposures},{airmass},{float(depth):.5f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
