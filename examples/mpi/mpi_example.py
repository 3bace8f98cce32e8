"""A night and the light curves of its stars, alone or by many:

    python mpi_example.py SURVEY CURVES.csv
    mpirun -n 4 python mpi_example.py SURVEY CURVES.csv

mpi4py's communicator is lent to Skywright's core, which shares the night's exposures among its ranks. The script then
uses the same ranks for an analysis of its own.
"""

import sys
from pathlib import Path

import numpy as np
import skywright
from mpi4py import MPI

survey, curves = map(Path, sys.argv[1:])
ranks = MPI.COMM_WORLD

# The core's work: every rank calls it alike, and every rank has the result.
night = skywright.night(survey, clock=61500, communicator=ranks)

# Work of our own: the ranks take the night's images in turn.
images = sorted((survey / "visit").glob("*/*.fits"))
mine = {i: skywright.detect(images[i], jobs=1) for i in range(ranks.rank, len(images), ranks.size)}
columns = {i: np.array([t["ra"], t["dec"], t["psfFlux"], t["psfFluxErr"]]) for i, t in mine.items()}
catalogs = [c for _, c in sorted({k: v for part in ranks.allgather(columns) for k, v in part.items()}.items())]

if ranks.rank == 0:
    # Stars of the first image that every other has within 0.3 arcsec, and how well their fluxes agree.
    ra, dec, flux, error = catalogs[0]
    fluxes, errors = [flux], [error]
    for other in catalogs[1:]:
        apart = np.hypot((ra[:, None] - other[0]) * np.cos(np.radians(dec))[:, None], dec[:, None] - other[1])
        nearest = apart.argmin(axis=1)
        near = apart.min(axis=1) < 0.3 / 3600
        fluxes.append(np.where(near, other[2][nearest], np.nan))
        errors.append(other[3][nearest])
    whole = np.all(np.isfinite(fluxes), axis=0)
    table = np.column_stack([ra[whole], dec[whole], *(f[whole] for f in fluxes), *(e[whole] for e in errors)])
    np.savetxt(curves, table, fmt="%.17g", delimiter=",")
    print(f"{ranks.size} ranks: {len(images)} images, {night['alert_files']} alert files, light curves of {whole.sum()} sources")
