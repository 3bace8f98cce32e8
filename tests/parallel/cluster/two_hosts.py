"""Two hosts on this one machine, each a network, mount and host name of its own, joined by a bridge.

    hosts = TwoHosts(folder)
    hosts.up()
    subprocess.run([*hosts.inside(1), *hosts.mpirun(3), program, "night", survey], env=environment())
    hosts.cut(2); time.sleep(30); hosts.mend(2)   # what a pulled cable does
    hosts.lose(2)                                 # what a power cut does: every process there is killed
    hosts.down()

Needs root, iproute2 and openssh-server. The hosts share this machine's files, as a cluster shares a file system.
What is up stands in `folder`, so that another process (`bring_up down`) can take it down.
"""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

NET = "10.77.0"
BRIDGE, CABLE = "swbr0", "swv"
HEAD = f"{NET}.254"
HOSTS = (1, 2)


def want():
    """Why hosts cannot be brought up here; empty where they can."""
    if os.geteuid() != 0:
        return "hosts of their own need root"
    missing = [p for p in ("ip", "sshd", "ssh", "ssh-keygen", "unshare", "nsenter", "mpirun") if not found(p)]
    if missing:
        return f"not installed: {', '.join(missing)} (Debian: iproute2 openssh-server openmpi-bin)"
    if subprocess.run(["unshare", "-n", "-m", "-u", "true"], capture_output=True).returncode != 0:
        return "this machine allows no namespaces"
    return ""


def found(name):
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def call(*words, **more):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, words))}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def network_of(process):
    try:
        return os.readlink(f"/proc/{process}/ns/net")
    except OSError:
        return None  # it has just ended


class TwoHosts:
    def __init__(self, folder):
        self.folder = Path(folder).resolve()

    def up(self):
        reason = want()
        if reason:
            raise RuntimeError(reason)
        if Path(f"/sys/class/net/{BRIDGE}").exists():
            raise RuntimeError(f"there is a bridge {BRIDGE}: other hosts are up; `bring_up down` takes them down")
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "up").touch()
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd does not start without
        call("ip", "link", "add", BRIDGE, "type", "bridge")
        call("ip", "addr", "add", f"{HEAD}/24", "dev", BRIDGE)
        call("ip", "link", "set", BRIDGE, "up")
        self._write_files()
        for host in HOSTS:
            self._start(host)

    def _write_files(self):
        for key in ("hostkey", "id"):
            if not (self.folder / key).exists():
                call("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / key)
        shutil.copy(self.folder / "id.pub", self.folder / "authorized_keys")
        names = "".join(f"{NET}.{h} h{h}\n" for h in HOSTS)
        (self.folder / "hosts").write_text(f"127.0.0.1 localhost\n{HEAD} head\n{names}")
        (self.folder / "hostfile").write_text("".join(f"h{h} slots=2\n" for h in HOSTS))
        agent = self.folder / "ssh.sh"
        agent.write_text(f'#!/bin/sh\nexec ssh -i {self.folder}/id -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null '
                         '-o LogLevel=ERROR "$@"\n')  # fmt: skip
        agent.chmod(0o755)

    def _start(self, host):
        """The host's first process, which holds its network; a cable; then what runs there."""
        keeper = subprocess.Popen(["unshare", "-n", "-m", "-u", "--propagation", "private", "sleep", "infinity"],
                                  start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)  # fmt: skip
        while network_of(keeper.pid) in (None, network_of("self")):
            time.sleep(0.01)
        (self.folder / f"h{host}.pid").write_text(str(keeper.pid))
        call("ip", "link", "add", f"{CABLE}{host}", "type", "veth", "peer", "name", "eth0", "netns", keeper.pid)
        call("ip", "link", "set", f"{CABLE}{host}", "master", BRIDGE, "up")
        # Port 22 is the hosts' own: each has its own network.
        config = self.folder / f"sshd.h{host}.conf"
        config.write_text(f"Port 22\nListenAddress {NET}.{host}\nHostKey {self.folder}/hostkey\nPidFile none\n"
                          f"AuthorizedKeysFile {self.folder}/authorized_keys\nPermitRootLogin prohibit-password\n"
                          "PasswordAuthentication no\nUsePAM no\nStrictModes no\n")  # fmt: skip
        call(*self.inside(host), "sh", "-ec",
             f"hostname h{host}; ip link set lo up; ip addr add {NET}.{host}/24 dev eth0; ip link set eth0 up; "
             f"mount --bind {self.folder}/hosts /etc/hosts; mount -t tmpfs tmpfs /dev/shm; "
             f"{found('sshd')} -f {config}")  # fmt: skip

    def inside(self, host):
        """Words before a command that is to run on a host."""
        keeper = (self.folder / f"h{host}.pid").read_text()
        return ["nsenter", "-t", keeper, "-n", "-m", "-u"]

    def mpirun(self, ranks, **settings):
        """Words that start ranks on both hosts in turn, to be said on one of them. Open MPI hands to other hosts
        nothing of the environment but what -x names."""
        handed = [w for name, value in settings.items() for w in ("-x", f"{name}={value}")]
        return ["mpirun", "--mca", "plm_rsh_agent", str(self.folder / "ssh.sh"), "--hostfile", str(self.folder / "hostfile"),
                "--map-by", "node", "--mca", "btl", "tcp,self,vader", "--mca", "btl_tcp_if_include", f"{NET}.0/24",
                "--mca", "oob_tcp_if_include", f"{NET}.0/24", *handed, "-n", str(ranks)]  # fmt: skip

    def cut(self, host):
        call("ip", "link", "set", f"{CABLE}{host}", "down")

    def mend(self, host):
        call("ip", "link", "set", f"{CABLE}{host}", "up")

    def processes(self, host):
        keeper = (self.folder / f"h{host}.pid").read_text()
        network = network_of(keeper)
        if network in (None, network_of("self")):
            return []
        here = (int(p.name) for p in Path("/proc").glob("[0-9]*"))
        return [p for p in here if network_of(p) == network]

    def lose(self, host):
        """Every process of the host is killed at once, its network goes with them."""
        for process in self.processes(host):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it went with its parent
        (self.folder / f"h{host}.pid").unlink()
        subprocess.run(["ip", "link", "del", f"{CABLE}{host}"], capture_output=True)

    def start_again(self, host):
        self._start(host)

    def down(self):
        if not (self.folder / "up").exists():
            return  # others' hosts may be up
        for host in HOSTS:
            if (self.folder / f"h{host}.pid").exists():
                self.lose(host)
        subprocess.run(["ip", "link", "del", BRIDGE], capture_output=True)
        (self.folder / "up").unlink()

    def __enter__(self):
        try:
            self.up()
        except BaseException:
            self.down()
            raise
        return self

    def __exit__(self, *_):
        self.down()

