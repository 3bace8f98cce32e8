"""Whole nights of alerts through a real Apache Kafka broker that keeps 2 GB, read while they come.

SKYWRIGHT_KAFKA_FULL (10,000) and SKYWRIGHT_KAFKA_SMALL (200,000) set how many; 100,000 and 10,000,000 are the
full campaign. Each test prints its figures (`pytest -s`).
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from kafka_broker import Broker
from kafka_visits import write_visits

FULL = int(os.environ.get("SKYWRIGHT_KAFKA_FULL", 10_000))
SMALL = int(os.environ.get("SKYWRIGHT_KAFKA_SMALL", 200_000))
RETENTION = 2_000_000_000  # bytes, of a topic
SEGMENT = 104_857_600  # bytes; a limit is kept by whole segments
STAMP = 25_000  # bytes of each of three cutouts


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    # Kafka's limit holds for each partition.
    with Broker(tmp_path_factory.mktemp("broker"), retention=RETENTION // 3) as running:
        yield running


def kept(broker):
    """Bytes that the broker holds; its limit leaves each partition the segment that it writes to."""
    size = sum(p.stat().st_size for p in (broker.folder / "log").glob("full-*/*.log"))
    assert size < RETENTION + 3 * 2 * SEGMENT, f"the broker keeps {size / 1e9:.1f} GB"
    return size


def watcher(broker, topic, ids, patience=180):
    return subprocess.Popen(
        [sys.executable, Path(__file__).with_name("kafka_watcher.py"), broker.address, topic, str(ids.start),
         str(len(ids)), str(patience)], stdout=subprocess.PIPE, text=True)  # fmt: skip


def replay(program, folder, broker, topic, *pace):
    done = subprocess.run(
        [program, "alerts", "replay", folder, "--to", f"kafka://{broker.address}/{topic}", "--json", "--quiet",
         "--wait", "900", *pace], capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def whole(report, ids):
    assert report["missing"] == 0 and report["foreign"] == 0, report
    assert report["messages"] >= len(ids)
    return report


def seen_of(watching, ids):
    out, _ = watching.communicate(timeout=3600)
    return whole(json.loads(out), ids)


def told(kind, sent, seen):
    rate = sent["bytes"] / 1e6 / sent["seconds"]
    print(f"\n{kind}: {sent['alerts']:,} alerts, {sent['bytes'] / 1e6:,.0f} MB in {sent['seconds']:.1f} s: {rate:.1f} MB/s, "
          f"{sent['alerts'] / sent['seconds']:,.0f}/s; read by another: {seen['missing']} missing, {seen['twice']} twice")  # fmt: skip


def test_a_night_of_full_packets(program, broker, tmp_path):
    ids = write_visits(tmp_path / "night", max(FULL // 1000, 1), 1000, STAMP)
    broker.create("full")
    watching = watcher(broker, "full", ids)
    sent = replay(program, tmp_path / "night", broker, "full", "--as-fast-as-possible")
    told("full packets (asked: 21 MB/s)", sent, seen_of(watching, ids))
    time.sleep(3)
    print(f"the broker keeps {kept(broker) / 1e9:.2f} GB of them")


def test_a_night_of_small_packets(program, broker, tmp_path):
    ids = write_visits(tmp_path / "night", max(SMALL // 10_000, 1), 10_000, first=10**9)
    broker.create("small")
    watching = watcher(broker, "small", ids)
    sent = replay(program, tmp_path / "night", broker, "small", "--as-fast-as-possible")
    told("small packets", sent, seen_of(watching, ids))


@pytest.mark.parametrize("alerts", [10_000, 40_000])
def test_a_burst_has_five_readers(program, broker, tmp_path, alerts):
    """A visit of so many full packets, five readers at once, each of all of them."""
    ids = write_visits(tmp_path / "night", 1, alerts, STAMP, first=2 * 10**9 + alerts)
    broker.create(f"burst{alerts}")
    watching = [watcher(broker, f"burst{alerts}", ids) for _ in range(5)]
    sent = replay(program, tmp_path / "night", broker, f"burst{alerts}", "--as-fast-as-possible")
    reports = [seen_of(one, ids) for one in watching]
    told(f"a burst of {alerts:,}, five readers", sent, reports[0])
    read = sum(r["bytes"] for r in reports) / 1e6
    print(f"read in all: {read:,.0f} MB, each within {max(r['seconds'] for r in reports):.1f} s (asked: a cadence, 39 s)")


def test_five_streams_at_once(program, broker, tmp_path):
    """Five senders of full packets to topics of their own."""
    alerts, senders, watching, ids = max(FULL // 50, 100), [], [], []
    for stream in range(5):
        ids.append(write_visits(tmp_path / str(stream), 5, alerts, STAMP, first=3 * 10**9 + stream * 10**6))
        broker.create(f"stream{stream}")
        watching.append(watcher(broker, f"stream{stream}", ids[-1]))
    for stream in range(5):
        senders.append(subprocess.Popen(
            [program, "alerts", "replay", tmp_path / str(stream), "--to", f"kafka://{broker.address}/stream{stream}",
             "--json", "--quiet", "--wait", "900", "--as-fast-as-possible"],
            stdout=subprocess.PIPE, text=True))  # fmt: skip
    sent = [json.loads(sender.communicate(timeout=1800)[0]) for sender in senders]
    reports = [seen_of(one, its) for one, its in zip(watching, ids)]
    megabytes = sum(s["bytes"] for s in sent) / 1e6
    seconds = max(s["seconds"] for s in sent)
    print(f"\nfive streams: {sum(map(len, ids)):,} alerts, {megabytes:,.0f} MB in {seconds:.1f} s: {megabytes / seconds:.1f} MB/s; "
          f"{sum(r['missing'] for r in reports)} missing, {sum(r['twice'] for r in reports)} twice")  # fmt: skip
