"""A first Ctrl-C, or SIGTERM, ends a command soon, with exit code 3 and nothing half-written."""

import signal
import subprocess
import time

import pytest

STOPPED = 3
SOON = 10.0  # seconds, on a machine that does other work

# Each takes a minute and more when it is left alone.
LONG = {
    "weather": ("plan", "weather", "--years", "100", "--step", "0.05", "--out", "OUT/a.csv", "--plot", "OUT/a.html"),
    "almanac": ("almanac", "--from", "2026-01-01", "--nights", "36525", "--out", "OUT/a.csv"),
    "sky": ("sky", "--ra", "150", "--dec", "2", "--radius", "5", "--out", "OUT/a.parquet"),
    "reference": ("sky", "--ra", "266", "--dec", "-29", "--radius", "10", "--reference", "--out", "OUT/a.fits"),
}


def start(program, out, command):
    out.mkdir(parents=True, exist_ok=True)
    words = [str(word).replace("OUT", str(out)) for word in command]
    return subprocess.Popen([str(program), *words, "--jobs", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True)  # fmt: skip


def stop(process, how):
    process.send_signal(how)
    begun = time.monotonic()
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err, time.monotonic() - begun


@pytest.mark.parametrize("name, how", [*((name, signal.SIGINT) for name in LONG), ("weather", signal.SIGTERM)])
def test_a_long_command_stops(program, tmp_path, name, how):
    process = start(program, tmp_path / "out", LONG[name])
    time.sleep(1.0)
    assert process.poll() is None, "it ended before it could be stopped"
    code, out, err, seconds = stop(process, how)
    assert (code, out) == (STOPPED, ""), err
    assert "stopped" in err and seconds < SOON
    assert list((tmp_path / "out").iterdir()) == []


def stopped_at_some_moment(program, folder, command, waits):
    """Short commands: stopped later and later, until one of the calls was caught at work."""
    for i, wait in enumerate(waits):
        out = folder / f"out{i}"
        process = start(program, out, command)
        time.sleep(wait)
        code, _, err, seconds = stop(process, signal.SIGINT)
        # Before the program has begun to listen, the signal ends it as any other.
        assert code in (0, STOPPED, -signal.SIGINT), err
        assert seconds < SOON
        if code == STOPPED:
            assert [p for p in out.rglob("*") if p.is_file()] == []
            return
    pytest.fail("none of the calls was caught at work")


def test_a_footprint_stops(program, tmp_path):
    command = ("plan", "footprint", "--set", "nside=64", "--night", "900", "--plot", "OUT/a.png")
    stopped_at_some_moment(program, tmp_path, command, [0.3, 0.1, 0.6, 0.2, 1.0])


def test_pictures_of_metrics_stop(program, skywright, tmp_path):
    visits = tmp_path / "visits.db"
    skywright("plan", "--nights", 3, "--seed", 4, "--out", visits)
    for command in (("plan", "metrics", visits, "--plots", "OUT/plots", "--html", "OUT/page.html"),
                    ("plan", "compare", visits, visits, "--plots", "OUT/plots")):  # fmt: skip
        # Metrics take tenths of a second, two dozen maps some seconds.
        stopped_at_some_moment(program, tmp_path / command[1], command, [0.8, 1.2, 1.6])
