"""Long calls let other threads run, stop on Ctrl-C and tell how far they are."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

import skywright

LONG = """
import os, signal, sys, threading, time
import skywright
threading.Thread(target=lambda: (time.sleep(1.0), os.kill(os.getpid(), signal.SIGINT)), daemon=True).start()
begun = time.monotonic()
try:
    skywright.plan(nights=2000, out=sys.argv[1], jobs=1)
except KeyboardInterrupt:
    print("interrupted", time.monotonic() - begun)
"""


def test_ctrl_c_stops_the_work(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LONG, tmp_path / "plan.db"], capture_output=True, text=True, timeout=120
    )
    word, seconds = done.stdout.split()
    assert word == "interrupted"
    assert 1.0 <= float(seconds) < 20.0  # a plan of 2000 nights takes minutes
    assert not (tmp_path / "plan.db").exists()


def test_other_threads_run_meanwhile(tmp_path):
    ticks = []
    over = threading.Event()

    def tick():
        while not over.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.01)

    thread = threading.Thread(target=tick)
    thread.start()
    begun = time.monotonic()
    skywright.plan(nights=5, out=tmp_path / "plan.db", jobs=1)
    ended = time.monotonic()
    over.set()
    thread.join()
    within = [t for t in ticks if begun < t < ended]
    # A call that held the GIL would let through a handful of its first and last moments.
    assert len(within) > 0.3 * (ended - begun) / 0.011


def test_progress_is_told_and_may_stop_the_work(tmp_path):
    told = []
    skywright.plan(nights=5, out=tmp_path / "plan.db", progress=lambda *r: told.append(r))
    assert told and all(isinstance(a, str) and 0 <= d <= t for a, d, t in told)

    def refuse(activity, done, total):
        raise ZeroDivisionError(activity)

    with pytest.raises(ZeroDivisionError):
        skywright.plan(nights=2000, out=tmp_path / "other.db", progress=refuse)
    assert not (tmp_path / "other.db").exists()


def test_calls_side_by_side(pixels):
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(len(skywright.detect(pixels, jobs=1)))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4 and len(set(results)) == 1


def test_a_signal_handler_of_the_user_is_called(tmp_path):
    seen = []
    before = signal.signal(signal.SIGUSR1, lambda *a: seen.append(a))
    try:
        timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGUSR1))
        timer.start()
        skywright.plan(nights=20, out=tmp_path / "plan.db", jobs=1)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert len(seen) == 1


def test_steps_on_images_tell_their_progress_and_stop_by_it(pixels):
    from sky_fields import hdu_of, wcs_of

    image = hdu_of(pixels, wcs_of())
    told = []
    skywright.stack([image, image], progress=lambda *report: told.append(report))
    assert ("stack: read", 2, 2) in told

    def refuse(activity, done, total):
        raise ZeroDivisionError(activity)

    with pytest.raises(ZeroDivisionError):
        skywright.stack([image] * 20, progress=refuse)
