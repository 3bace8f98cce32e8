"""Ranks that are lost, launches that are started anew, and the other commands that spread."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from launching import TAG, environment, mpirun, ranks_of
from small_survey import CLOCK
from survey_content import content, differences, temporaries

KILL_RANKS = Path(__file__).resolve().parents[1] / "faults" / "kill_ranks"


def run(words, **env):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=120, env=environment(**env))


def test_ranks_killed_and_stopped_lose_nothing(program):
    """A few rounds of the campaign that tools/long_checks.sh runs in full."""
    done = run([sys.executable, KILL_RANKS, "--workers", 1, "--zeros", 1, "--stops", 1, "--supervised", 0, "--visits", 2, "--ranks", 3,
                "--seed", 4], SKYWRIGHT_PROGRAM=str(program))  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "working rank killed: 1 times" in done.stdout and "0 files that differ" in done.stdout


def kill_a_rank_at_work(tag, survey):
    for _ in range(2000):
        ranks = ranks_of(tag)
        if 1 in ranks and list(survey.glob("raw/*/*/*.fits.fz")):
            time.sleep(0.2)
            os.kill(ranks[1], signal.SIGKILL)
            return True
        time.sleep(0.01)
    return False


def test_launch_starts_anew_where_a_rank_was_killed(program, fresh, whole, tmp_path):
    tag = f"anew-{os.getpid()}"
    process = subprocess.Popen(
        [program, "night", fresh, "--clock", CLOCK, "--launch", "mpirun -n 3", "--deadline", "100", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(**{TAG: tag}),
    )  # fmt: skip
    assert kill_a_rank_at_work(tag, fresh)
    out, err = process.communicate(timeout=100)
    assert process.returncode == 0, err
    assert "launch 1 ended with code" in err
    assert json.loads(out)["ranks"] == 3  # one object, that of the launch which did the rest
    assert differences(content(fresh), whole) == [] and temporaries(fresh) == []


def test_a_launch_is_ended_at_its_deadline_and_goes_on_later(program, skywright, fresh, whole):
    begun = time.monotonic()
    done = run([program, "night", fresh, "--clock", CLOCK, "--launch", "mpirun -n 2", "--deadline", "0.8", "--quiet"])
    assert done.returncode == 3, done.stderr
    assert "the deadline has passed" in done.stderr and time.monotonic() - begun < 20
    skywright("night", fresh, "--clock", CLOCK)
    assert differences(content(fresh), whole) == []


def test_sigterm_to_the_launcher_is_taken_up_later(program, skywright, fresh, whole):
    tag = f"term-{os.getpid()}"
    process = subprocess.Popen([*mpirun(3), program, "night", fresh, "--clock", CLOCK, "--quiet"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(**{TAG: tag}))  # fmt: skip
    while process.poll() is None and not list(fresh.glob("raw/*/*/*.fits.fz")):
        time.sleep(0.01)
    process.terminate()
    begun = time.monotonic()
    process.communicate(timeout=60)
    assert process.returncode != 0 and time.monotonic() - begun < 10
    assert ranks_of(tag) == {}
    skywright("night", fresh, "--clock", CLOCK)
    assert differences(content(fresh), whole) == [] and temporaries(fresh) == []


def test_a_failing_exposure_is_told_as_by_threads(program, skywright, fresh):
    skywright("survey", "ingest", fresh, *sorted((fresh / "incoming").iterdir()))
    raw = next(fresh.glob("raw/*/2002/0.fits.fz"))
    raw.chmod(0o644)
    data = bytearray(raw.read_bytes())
    data[len(data) // 2] ^= 0x10
    raw.write_bytes(data)
    done = run([*mpirun(3), program, "night", fresh, "--clock", CLOCK, "--quiet", "--json"])
    assert done.returncode == 3, done.stderr
    report = json.loads(done.stdout)
    assert {e["visit"]: e["code"] for e in report["exposures"]} == {2001: 0, 2002: 4, 2003: 0}
    (failure,) = skywright("survey", "status", fresh, "--json").json["failures"]
    assert failure["unit"] == "night 2002 0" and "checksum" in failure["message"]


def test_a_followed_night_by_ranks_is_that_of_threads(program, small, whole, tmp_path):
    survey = small.copy(tmp_path / "survey")
    process = subprocess.Popen([*mpirun(3), program, "night", survey, "--clock", CLOCK, "--follow", "--until-idle", "1.5"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())  # fmt: skip
    for i, frame in enumerate(small.frames):
        time.sleep(0.5 if i else 0.0)
        small.arrive(survey, [frame])
    _, err = process.communicate(timeout=100)
    assert process.returncode == 0, err
    assert differences(content(survey), whole) == [] and temporaries(survey) == []


def test_what_no_rank_can_do_ends_the_launch_with_its_code(program, tmp_path):
    done = run([*mpirun(2), program, "night", tmp_path])
    assert done.returncode == 4 and "not a survey directory" in done.stderr
    # A wrong option is told once, not by every rank.
    done = run([*mpirun(2), program, "night", tmp_path, "--nothing"])
    assert done.returncode == 2 and done.stderr.count("--nothing") == 1


def test_two_launches_on_one_survey_do_not_meet(program, skywright, fresh, whole):
    import fcntl

    with open(fresh / ".writer.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run([*mpirun(2), program, "night", fresh, "--clock", CLOCK, "--quiet"])
        assert done.returncode == 5 and "another process" in done.stderr


def test_without_the_adapter_it_is_told_how_to_get_it(program, fresh):
    done = run([*mpirun(2), program, "night", fresh], SKYWRIGHT_MPI_LIBRARY="/nowhere/libskywright_mpi.so")
    assert done.returncode == 6 and "SKYWRIGHT_MPI=off" in done.stderr
    assert run([program, "night", fresh, "--launch", "/no/mpirun -n 2"]).returncode == 2


def database(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        return [connection.execute(f"SELECT * FROM {t} ORDER BY 1").fetchall() for t in ("observations", "info")]


def test_an_ensemble_by_ranks_is_that_of_threads(program, skywright, tmp_path):
    words = ["plan", "ensemble", "small-transient-survey", "--seeds", "1,2", "--nights", 2, "--json", "--quiet"]
    skywright(*words, "--out", tmp_path / "threads")
    done = run([*mpirun(3), program, *words, "--out", tmp_path / "ranks"])
    assert done.returncode == 0, done.stderr
    assert [u["code"] for u in json.loads(done.stdout)["units"]] == [0, 0]
    compared = 0
    for path in (tmp_path / "threads").rglob("*"):
        other = tmp_path / "ranks" / path.relative_to(tmp_path / "threads")
        if path.suffix == ".db":
            assert database(path) == database(other)
        elif path.is_file() and path.name != "index.html":  # pages name their database's place
            assert path.read_bytes() == other.read_bytes(), path
        compared += path.is_file()
    assert compared > 20
