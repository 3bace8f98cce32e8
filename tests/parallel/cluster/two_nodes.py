"""A real Slurm with two nodes, on the two hosts of two_hosts.py: n1 is h1, n2 is h2.

    with TwoNodes(folder) as slurm:
        subprocess.run([*slurm.srun(3), program, "night", survey], env=slurm.environment())

Needs also Debian's slurm-wlm and munge. The controller runs on this machine itself, as on a head node; nothing of
systemd is used, and all files lie in `folder`.
"""

import os
import signal
import socket
import subprocess
import time

import two_hosts
from launching import environment
from two_hosts import HEAD, HOSTS, NET, TwoHosts, call, found

# Between the nodes by their network alone, as between machines.
MPI_BY_NETWORK = {"OMPI_MCA_btl": "tcp,self", "OMPI_MCA_btl_tcp_if_include": f"{NET}.0/24"}


def want():
    """Why no Slurm can be brought up here; empty where it can."""
    missing = [p for p in ("slurmctld", "slurmd", "munged", "srun", "sbatch") if not found(p)]
    if missing:
        return f"not installed: {', '.join(missing)} (Debian: slurm-wlm munge)"
    return two_hosts.want()


CONFIG = """\
ClusterName=skywright
SlurmctldHost={name}({head})
SlurmctldPort=16817
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool.%n
TmpFS={folder}/tmp.%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.%n.log
# Without systemd and cgroups of its own.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0
# A node that was lost comes back as soon as it is heard; it counts as lost after 20 s of silence.
ReturnToService=2
SlurmdTimeout=20
KillWait=5
SlurmdParameters=config_overrides
{nodes}
PartitionName=night Nodes=n[1-2] Default=YES MaxTime=INFINITE State=UP OverSubscribe=YES:4
"""


class TwoNodes:
    def __init__(self, folder):
        self.hosts = TwoHosts(folder)
        self.folder = self.hosts.folder
        self.config = self.folder / "slurm.conf"

    def up(self):
        reason = want()
        if reason:
            raise RuntimeError(reason)
        self.hosts.up()
        self.folder.chmod(0o755)  # munge wants to be reached through folders that nobody else writes
        for name in ("state", *(f"{kind}.n{h}" for kind in ("spool", "tmp") for h in HOSTS)):
            (self.folder / name).mkdir(exist_ok=True)
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        nodes = "\n".join(
            f"NodeName=n{h} NodeHostname=h{h} NodeAddr={NET}.{h} Port=16820 CPUs=2 RealMemory=4000 State=UNKNOWN"
            for h in HOSTS
        )
        self.config.write_text(CONFIG.format(name=socket.gethostname(), head=HEAD, folder=self.folder, nodes=nodes))
        call(found("munged"), "--force", f"--key-file={key}", f"--socket={self.folder}/munge.socket",
             f"--pid-file={self.folder}/munged.pid", f"--log-file={self.folder}/munged.log",
             f"--seed-file={self.folder}/munged.seed")  # fmt: skip
        call(found("slurmctld"), "-f", self.config, "-c", env=self.environment())
        for host in HOSTS:
            self.start_node(host)
        self.wait_until_idle()

    def start_node(self, host):
        call(*self.hosts.inside(host), found("slurmd"), "-f", self.config, "-N", f"n{host}", env=self.environment())

    def wait_until_idle(self, seconds=60):
        until = time.monotonic() + seconds
        while (states := self.states()) != {"idle"}:
            if time.monotonic() > until:
                raise RuntimeError(f"Slurm's nodes are {states} after {seconds} s; see {self.folder}/*.log")
            time.sleep(0.1)

    def states(self):
        done = subprocess.run(["sinfo", "-h", "-N", "-o", "%T"], capture_output=True, text=True, env=self.environment())
        return set(done.stdout.split())

    def environment(self, **more):
        """As the tests start ranks; srun hands it on to all nodes."""
        return environment(SLURM_CONF=str(self.config), **MPI_BY_NETWORK, **more)

    def srun(self, ranks):
        """Words that start ranks on both nodes."""
        return ["srun", "--mpi=pmix", "-N", "2", "-n", str(ranks), "--distribution=cyclic", "--overcommit"]

    def lose(self, host):
        """The node's daemon, its steps and their ranks are killed at once, as by a power cut."""
        self.hosts.lose(host)

    def start_again(self, host):
        self.hosts.start_again(host)
        self.start_node(host)

    def down(self):
        self.hosts.down()
        for name in ("slurmctld", "munged"):
            end(self.folder / f"{name}.pid")

    def __enter__(self):
        try:
            self.up()
        except BaseException:
            self.down()
            raise
        return self

    def __exit__(self, *_):
        self.down()


def end(pid_file):
    """A daemon that wrote its number there, and that is waited for."""
    if not pid_file.exists():
        return
    process = int(pid_file.read_text())
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(process, number)
            for _ in range(100):
                time.sleep(0.05)
                os.kill(process, 0)
        except ProcessLookupError:
            break
    pid_file.unlink(missing_ok=True)
