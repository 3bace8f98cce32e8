"""How the tests start ranks on one machine."""

import os
import re
import shutil
from pathlib import Path

# As root in a container, more ranks than cores, none bound to one.
ENVIRONMENT = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
}
# A launcher of this very shell would claim every program that is started below it.
OF_A_LAUNCHER = ("OMPI_", "PMIX_", "PMI_", "SLURM_", "SKYWRIGHT_MPI", "SKYWRIGHT_S")


def environment(**more):
    kept = {k: v for k, v in os.environ.items()
            if not k.startswith(OF_A_LAUNCHER) or k.startswith("SKYWRIGHT_SHARED")}  # fmt: skip
    return {**kept, **ENVIRONMENT, **more}


def mpirun(ranks):
    return ["mpirun", "-n", str(ranks)]


def is_there():
    return shutil.which("mpirun") is not None


TAG = "SKYWRIGHT_TEST_LAUNCH"


def ranks_of(tag):
    """Process numbers of the ranks of a launch that was started with this tag in its environment."""
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            text = (place / "environ").read_bytes().decode(errors="replace")
            if (place / "comm").read_text().strip() != "skywright" or f"{TAG}={tag}\0" not in text:
                continue
            rank = re.search(r"(?:^|\0)(?:OMPI_COMM_WORLD_RANK|PMIX_RANK)=(\d+)", text)
            if rank and (place / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
                found[int(rank[1])] = int(place.name)
        except OSError:
            continue  # it has just ended
    return found
