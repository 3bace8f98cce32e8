"""A night at a telescope's cadence: seconds from each raw's last byte to its synced alerts.

    build/venv/bin/python benchmarks/follow.py [--detectors 8] [--visits 5] [--cadence 39] [--jobs 0] [--work DIR]
                                      [--launcher "mpirun -n 3"] [--broker] [--cores]

Simulates calibration frames, two template visits and the science visits of full-size LSST CCDs (kept in DIR between
runs), then starts `skywright night --follow` and lets another process write the visits' frames into incoming/, in
parts under a hidden name and renamed when whole, all detectors of a visit at once and a visit every --cadence
seconds. Prints p50, p98, the longest, and the share under 60 s, of latencies by two clocks: the night's own, which
its log tells, and the file system's (from the raw's last byte to the alert file's last change, its sync included).
--broker sends the alerts to a real Apache Kafka broker, too, started for the purpose (the jars that
tests/faults/kafka_broker.py fetches), and adds the latency to the moment at which all of a raw's alerts are
acknowledged. --cores follows all frames at once instead, without a cadence, on one core and on two in turns, and
prints how many times faster two are (required: 1.8).
Exit code 1 where fewer than 98 % came within 60 s or an alert file is missing. On 2 cores, 8 detectors a visit ask
for 8 x 6 s of 78: a machine that does other work will be late.
"""

import argparse
import contextlib
import json
import os
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from harness import PROGRAM, ROOT

sys.path.insert(0, str(ROOT / "tests" / "faults"))
from kafka_broker import Broker  # noqa: E402

RA, DEC, MJD, BAND = 80.0, -32.0, 61420.1, "r"
TARGET_S, SHARE = 60.0, 0.98  # required
CORES_RATIO = 1.8  # required
CCDS = [f"R22_S{j}{i}" for j in range(3) for i in range(3)] + [f"R23_S{j}{i}" for j in range(3) for i in range(3)]

# The telescope: argv gives incoming/, the cadence, and the frames of each visit.
WRITER = """
import os, sys, time
incoming, cadence, visits = sys.argv[1], float(sys.argv[2]), [v.split(",") for v in sys.argv[3:]]
begun = time.monotonic()
for i, frames in enumerate(visits):
    time.sleep(max(0.0, begun + i * cadence - time.monotonic()))
    for frame in frames:
        name = os.path.basename(frame)
        with open(frame, "rb") as source, open(f"{incoming}/.{name}", "wb") as target:
            while part := source.read(1 << 20):
                target.write(part)
            target.flush()
            os.fsync(target.fileno())
        last = time.time()
        os.rename(f"{incoming}/.{name}", f"{incoming}/{name}")
        print(name, last, flush=True)
"""


def run(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{arguments[0]} ended with {done.returncode}: {done.stderr[-2000:]}")


def expose(folder, ccds, visit, *more):
    """Frames of one visit, unless they are there from an earlier run."""
    frames = [folder / f"{visit}_{ccd}.fits.fz" for ccd in ccds]
    missing = [ccd for ccd, frame in zip(ccds, frames) if not frame.exists()]
    if missing:
        run("expose", "--instrument", "lsst", "--detectors", ",".join(missing), "--visit", visit, "--out", folder,
            "--quiet", *more)  # fmt: skip
    return frames


def science(folder, ccds, visit, *more):
    return expose(folder, ccds, visit, "--ra", RA, "--dec", DEC, "--band", BAND, "--mjd", MJD + 0.001 * visit, *more)


def prepare(work, ccds, visits):
    """A survey with masters, templates and reference stars; the frames of each visit to come."""
    base = work / f"survey{len(ccds)}"
    arriving = [science(work / "arriving", ccds, 200 + i) for i in range(visits)]
    if (base / "coadd").is_dir() and len(list((base / "coadd").glob("*.fits"))) == len(ccds):
        return base, arriving
    shutil.rmtree(base, ignore_errors=True)
    run("survey", "init", base, "--instrument", "lsst")
    frames = []
    for i in (1, 2, 3):
        frames += expose(work / "calibration", ccds, i, "--kind", "bias", "--mjd", MJD, "--exposure", 0)
        frames += expose(work / "calibration", ccds, i + 10, "--kind", "dark", "--mjd", MJD, "--exposure", 60)
        frames += expose(work / "calibration", ccds, i + 20, "--kind", "flat", "--mjd", MJD, "--exposure", 2, "--band", BAND)  # fmt: skip
    run("calib", "--instrument", "lsst", *frames, "--out", base / "calib", "--quiet")
    run("sky", "--ra", RA, "--dec", DEC, "--radius", 2, "--reference", "--out", base / "reference/stars.parquet")
    deep = [f for visit in (100, 101) for f in science(work / "quiet", ccds, visit, "--quiet-sky")]
    run("survey", "templates", base, *deep, "--quiet")
    return base, arriving


def acknowledged_files(survey, seen):
    """Alert files whose last packet a broker acknowledged, with the moment at which this was first seen."""
    for record in survey.glob("sent/*.log"):
        for line in record.read_text().splitlines():
            name, *rest = line.split()
            if rest[:1] == ["="]:
                seen.setdefault(name, time.time())
    return seen


def follow(survey, arriving, cadence, jobs, launcher, *more):
    """Last bytes by frame's name, as the writer saw them; the night's log; the moments of acknowledgement."""
    log = survey.parent / "night.log"
    night = subprocess.Popen([*shlex.split(launcher), PROGRAM, "night", survey, "--follow", "--until-idle", str(cadence + 60), "--log", log,
                              "--quiet", "--jobs", str(jobs), *more], stdout=subprocess.DEVNULL)  # fmt: skip
    while not log.exists() or '"ready"' not in log.read_text():
        if night.poll() is not None:
            sys.exit("the night ended before it began")
        time.sleep(0.05)
    visits = [",".join(map(str, frames)) for frames in arriving]
    writer = subprocess.Popen([sys.executable, "-c", WRITER, survey / "incoming", str(cadence), *visits],
                              stdout=subprocess.PIPE, text=True)  # fmt: skip
    due = sum(map(len, arriving))
    sent = {}

    def done():
        acknowledged_files(survey, sent)
        return len(list(survey.glob("alerts/*/*.avro"))) >= due and (not more or len(sent) >= due)

    while not done() and night.poll() is None:
        time.sleep(0.1)
    night.terminate()
    night.wait(timeout=60)
    lasts = {name: float(last) for name, last in map(str.split, writer.communicate()[0].splitlines())}
    return lasts, [json.loads(line) for line in log.read_text().splitlines()], sent


def fresh_copy(base, work, detectors):
    survey = work / "followed" / "survey"
    shutil.rmtree(survey.parent, ignore_errors=True)
    shutil.copytree(base, survey)
    head, following = (survey / "survey.toml").read_text().split("[follow]")
    following = re.sub(r"(?m)^detectors = \d+", f"detectors = {detectors}", following)
    (survey / "survey.toml").write_text(f"{head}[follow]{following}")
    return survey


def compare_cores(base, work, arriving, detectors, rounds=3):
    """How many times sooner two cores are through with the same frames, medians of runs in turns."""
    taken = {1: [], 2: []}
    for _ in range(rounds):
        for cores in taken:
            survey = fresh_copy(base, work, detectors)
            places = ",".join(map(str, sorted(os.sched_getaffinity(0))[:cores]))
            lasts, _, _ = follow(survey, arriving, 0.0, cores, f"taskset -c {places}")
            ends = [alert.stat().st_ctime for alert in survey.glob("alerts/*/*.avro")]
            if len(ends) != len(lasts):
                sys.exit(f"{len(lasts) - len(ends)} alert files are missing")
            taken[cores].append(max(ends) - min(lasts.values()))
    one, two = (statistics.median(taken[cores]) for cores in (1, 2))
    ratio = statistics.median(a / b for a, b in zip(taken[1], taken[2]))
    print(f"{detectors * len(arriving)} exposures, first raw's last byte to the last alert file: {one:.1f} s on one core, "
          f"{two:.1f} s on two, {ratio:.2f} times sooner (required: {CORES_RATIO})")  # fmt: skip
    return 0 if ratio >= CORES_RATIO else 1


def row(what, seconds):
    seconds = np.array(seconds)
    share = np.mean(seconds <= TARGET_S)
    print(f"{what:34} {len(seconds):4} alert files: p50 {np.quantile(seconds, 0.5):6.1f} s, p98 {np.quantile(seconds, 0.98):6.1f} s, "
          f"max {seconds.max():6.1f} s, {100 * share:.1f} % within {TARGET_S:.0f} s")  # fmt: skip
    return share


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--detectors", type=int, default=8, choices=range(1, len(CCDS) + 1), metavar="N")
    parser.add_argument("--visits", type=int, default=5)
    parser.add_argument("--cadence", type=float, default=39.0)
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--broker", action="store_true", help="send to a real Kafka broker, too")
    parser.add_argument("--cores", action="store_true", help="compare one core with two")
    parser.add_argument("--launcher", default="", help="words before the program, as for a cluster")
    given = parser.parse_args()
    work = given.work or Path(tempfile.mkdtemp(prefix="follow"))
    base, arriving = prepare(work, CCDS[: given.detectors], given.visits)
    if given.cores:
        return compare_cores(base, work, arriving, given.detectors)
    survey = fresh_copy(base, work, given.detectors)
    with contextlib.ExitStack() as stack:
        more = []
        if given.broker:
            broker = stack.enter_context(Broker(survey.parent / "kafka"))
            broker.create("alerts")
            more = ["--alerts-to", f"kafka://{broker.address}/alerts"]
        lasts, log, sent = follow(survey, arriving, given.cadence, given.jobs, given.launcher, *more)
    seconds = []
    for raw in survey.glob("raw/*/*/*.fits.fz"):
        visit, detector = int(raw.parent.name), int(raw.name.split(".")[0])
        for alert in survey.glob(f"alerts/{visit}/{detector}.*.avro"):
            # The raw keeps the time of its last byte when it is renamed and linked.
            seconds.append(alert.stat().st_ctime - raw.stat().st_mtime)
    print(f"{given.detectors} detectors a visit, {given.visits} visits, one every {given.cadence:.0f} s")
    share = row("by the file system", seconds)
    ended = [e["latency_s"] for e in log if e["event"] == "visit_ended"]
    row("by the night, last of each visit", ended)
    if given.broker:
        raws = {f"{int(raw.parent.name)}/{int(raw.name.split('.')[0])}": raw.stat().st_mtime for raw in survey.glob("raw/*/*/*.fits.fz")}
        waits = [at - raws["/".join(Path(name).parts[-2:]).split(".")[0]] for name, at in sent.items()]
        share = min(share, row("acknowledged by the broker", waits))
    steps = [e["seconds"] for e in log if e["event"] == "exposure_done"]
    print(f"an exposure's steps together: median {np.median(steps):.1f} s; overloads: "
          f"{sum(e['event'] == 'overload_begins' for e in log)}, previews shed: "
          f"{sum(e['event'] == 'previews_shed' for e in log)}")  # fmt: skip
    return 0 if share >= SHARE and len(seconds) == len(lasts) else 1


if __name__ == "__main__":
    sys.exit(main())
