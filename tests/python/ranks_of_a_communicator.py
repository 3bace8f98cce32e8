"""Run by mpirun -n 3 from test_communicator.py: OUT CAMERA. Each rank prints its checks' names that failed."""

import sys
from pathlib import Path

import skywright
from mpi4py import MPI
from skywright import errors

out, camera = map(Path, sys.argv[1:])
ranks = MPI.COMM_WORLD
field = dict(instrument=camera, ra=110, dec=-20, band="r", mjd=61420.1, seed=5)


def check(name, good):
    if not good:
        print(f"rank {ranks.rank}: {name}")


# Twice in one process, and by a part of the ranks, which another part does not hinder.
first = skywright.expose(**field, visit=1, out=out / "all", communicator=ranks)
again = skywright.expose(**field, visit=2, out=out / "all", communicator=ranks)
check("every rank has rank 0's result", ranks.allgather(dict(first)) == ranks.size * [dict(first)] and first["frames"])
half = ranks.Split(ranks.rank % 2)
skywright.expose(**field, visit=1, out=out / f"part{ranks.rank % 2}", communicator=half)
check("the caller's communicator works on", ranks.allreduce(1) == 3 and half.allreduce(1) in (1, 2))

# What is refused, each rank refuses; and MPI goes on.
try:
    skywright.night(out / "nowhere", communicator=ranks)
    check("a survey that is not there is refused", False)
except errors.InputError as error:
    check("the reason is told", "not a survey directory" in str(error))
try:
    skywright.expose(**field, visit=1, out=out / "null", communicator=MPI.COMM_NULL)
    check("the null communicator is refused", False)
except errors.ConfigError as error:
    check("the reason is told", "null communicator" in str(error))
check("all ranks are there to the end", ranks.allreduce(1) == 3)
