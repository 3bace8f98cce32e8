"""How the tests start ranks on one machine."""

import os
import shutil

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
