"""The job script that docs/tutorials/slurm.md teaches, submitted as it stands there."""

import re
import shlex
import subprocess
import time
from pathlib import Path

TUTORIAL = Path(__file__).resolve().parents[3] / "docs/tutorials/slurm.md"


def script():
    return re.search(r"<!-- snippet: file night.sh -->\n```bash\n(.*?)```", TUTORIAL.read_text(), re.S)[1]


def put_on_path(program, folder, more):
    """A folder whose `skywright` is the program, with further options for `night`: the script has none."""
    folder.mkdir(exist_ok=True)
    name = folder / "skywright"
    name.write_text(f'#!/bin/sh\n[ "$1" = night ] || exec {program} "$@"\nexec {program} "$@" {shlex.join(map(str, more))}\n')
    name.chmod(0o755)
    return folder


def submit(survey, ranks, env, folder, *options):
    """Hand the script to `sbatch`, for two nodes whatever it asks for; the job's number."""
    job = folder / "night.sh"
    job.write_text(script())
    done = subprocess.run(["sbatch", "--parsable", "--nodes=2", f"--ntasks={ranks}", "--cpus-per-task=1", "--overcommit",
                           f"--output={folder}/job.%j.log", *options, job, survey],
                          capture_output=True, text=True, env=env)  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"sbatch: {done.stderr}")
    return int(done.stdout.split(";")[0])


def state(job, env):
    shown = subprocess.run(["scontrol", "show", "job", str(job)], capture_output=True, text=True, env=env).stdout
    found = re.search(r"JobState=(\w+)", shown), re.search(r"ExitCode=(\d+):(\d+)", shown)
    return (found[0][1], int(found[1][1])) if all(found) else ("UNKNOWN", -1)


def wait_for(job, env, patience_s=300.0):
    """(Slurm's word for how it ended, its exit code)"""
    until = time.monotonic() + patience_s
    while (now := state(job, env))[0] in ("PENDING", "CONFIGURING", "RUNNING", "COMPLETING"):
        if time.monotonic() > until:
            subprocess.run(["scancel", str(job)], env=env)
            raise RuntimeError(f"job {job} is still {now[0]} after {patience_s:.0f} s")
        time.sleep(0.2)
    return now


def log(job, folder):
    return (folder / f"job.{job}.log").read_text()
