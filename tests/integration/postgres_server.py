"""A PostgreSQL server of a test's own, on a free loopback port, with nothing in it."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path


def programs():
    """Where initdb and postgres lie: Debian keeps them off the PATH. None without them."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    needed = ("initdb", "postgres", "psql", "pg_isready")
    return next((p for p in places if all((p / n).exists() for n in needed)), None)


class Server:
    """Started by start(), killed by kill(), as often as a test likes; its data stay."""

    def __init__(self):
        self.bin = programs()
        # Not in pytest's folder: the server's user, who is not root, must reach it.
        self.folder = Path(tempfile.mkdtemp(prefix="skywright-postgres-"))
        self.user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        if os.getuid() == 0:
            shutil.chown(self.folder, self.user)
        self.process = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._run("initdb", "-D", self.folder / "data", "-U", "skywright", "-A", "trust", "-E",
                  "UTF8", "--no-locale", "--no-sync")
        self.start()
        self.sql("CREATE DATABASE survey", database="postgres")

    @property
    def url(self):
        return f"postgresql://skywright@127.0.0.1:{self.port}/survey"

    def _as_user(self):
        return {"user": self.user} if os.getuid() == 0 else {}

    def _run(self, program, *arguments):
        done = subprocess.run([self.bin / program, *map(str, arguments)], capture_output=True,
                              text=True, cwd=self.folder, timeout=120, **self._as_user())
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self):
        log = open(self.folder.parent / f"{self.folder.name}.log", "a")
        self.process = subprocess.Popen(
            [self.bin / "postgres", "-D", self.folder / "data", "-p", str(self.port), "-h",
             "127.0.0.1", "-k", self.folder], stdout=log, stderr=log, cwd=self.folder,
            start_new_session=True, **self._as_user())
        until = time.monotonic() + 60
        while subprocess.run([self.bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p",
                              str(self.port)]).returncode != 0:
            assert self.process.poll() is None and time.monotonic() < until, "no server"
            time.sleep(0.05)

    def kill(self):
        """As a power cut: every process of it. The first one goes first, so that it sees no other go."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        for pid in (self.process.pid, *map(int, children.split())):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()

    def schema(self, name):
        """The URL of a new schema: a database of its own, as far as a survey sees."""
        self.sql(f"CREATE SCHEMA {name}")
        return f"{self.url}?options=-csearch_path%3D{name}"

    def sql(self, statement, database="survey"):
        """What psql prints, unadorned."""
        return self._run("psql", "-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-p", self.port, "-U",
                         "skywright", "-d", database, "-c", statement)

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder.parent / f"{self.folder.name}.log").unlink(missing_ok=True)
