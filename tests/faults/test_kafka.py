"""Alerts through a real Apache Kafka broker that is killed and away, read by an independent consumer.

SKYWRIGHT_KAFKA_KILLS (10) and SKYWRIGHT_KAFKA_AWAY_S (20) set the campaign's size; 50 and 600 is the full one.
Each test prints its figures (`pytest -s`).
"""

import json
import os
import random
import signal
import subprocess
import time

import fastavro
import pytest
from alert_packets import packets, write
from kafka_broker import Broker, consume
from small_survey import CLOCK, make_small_survey

KILLS = int(os.environ.get("SKYWRIGHT_KAFKA_KILLS", 10))
AWAY_S = float(os.environ.get("SKYWRIGHT_KAFKA_AWAY_S", 20))


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with Broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


def visits(folder, count, alerts, stamp, first=0):
    """Files of visits whose alerts have ids of their own. @returns the ids"""
    folder.mkdir(exist_ok=True)
    made = list(packets(alerts, stamp=stamp))
    ids = []
    for visit in range(count):
        for i, packet in enumerate(made):
            packet["diaSourceId"] = packet["diaSource"]["diaSourceId"] = first + visit * alerts + i + 1
            packet["diaSource"]["midpointMjdTai"] = 60000.0 + visit / 1000
            ids.append(packet["diaSourceId"])
        write(folder / f"{visit:05d}.avro", made)
    return ids


def start(program, folder, url, *more):
    return subprocess.Popen(
        [program, "alerts", "replay", folder, "--to", url, "--json", "--quiet", "--wait", "900", *more],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def checked(messages, ids):
    """None missing; what came twice differs by no byte."""
    seen = {}
    for key, value in messages:
        assert seen.setdefault(key, value) == value
    assert sorted(map(int, seen)) == sorted(ids), f"{len(ids) - len(seen)} of {len(ids)} missing"
    return len(messages) - len(seen)


def test_a_broker_that_is_killed_mid_visit_loses_nothing(program, broker, tmp_path):
    """A visit each few tenths of a second, one night after the other until the last kill."""
    broker.create("killed", partitions=3)
    ids, nights, sender = [], 0, None
    acknowledged = 0

    def next_night():
        nonlocal nights
        ids.extend(visits(tmp_path / str(nights), 60, 500, os.urandom(4000), first=nights * 10**6))
        nights += 1
        return start(program, tmp_path / str(nights - 1), f"kafka://{broker.address}/killed", "--speed", "150")

    def end(sender):
        out, err = sender.communicate(timeout=900)
        assert sender.returncode == 0, err
        return json.loads(out)["acknowledged"]

    rng = random.Random(7)
    sender = next_night()
    for _ in range(KILLS):
        time.sleep(rng.uniform(0.2, 3.0))
        if sender.poll() is not None:
            acknowledged += end(sender)
            sender = next_night()
            time.sleep(rng.uniform(0.5, 3.0))
        broker.kill()
        time.sleep(rng.uniform(0.0, 1.0))
        broker.start()
    acknowledged += end(sender)
    twice = checked(consume(broker.address, "killed", len(ids), patience=120), ids)
    print(f"\nbroker killed {KILLS} times: {acknowledged} alerts acknowledged, 0 missing, {twice} twice")
    assert acknowledged == len(ids)


def test_a_broker_that_is_away_is_waited_for(program, broker, tmp_path):
    ids = visits(tmp_path, 10, 500, os.urandom(4000), first=10**6)
    broker.create("away", partitions=3)
    sender = start(program, tmp_path, f"kafka://{broker.address}/away", "--speed", "1000")
    time.sleep(0.3)
    broker.kill()
    time.sleep(AWAY_S)
    assert sender.poll() is None
    broker.start()
    back = time.monotonic()
    out, err = sender.communicate(timeout=900)
    assert sender.returncode == 0, err
    twice = checked(consume(broker.address, "away", len(ids), patience=120), ids)
    print(f"\nbroker away {AWAY_S:.0f} s: {len(ids)} alerts, 0 missing, {twice} twice, all acknowledged "
          f"{time.monotonic() - back:.1f} s after it was back")  # fmt: skip


def test_a_sender_that_is_killed_loses_nothing(skywright, program, broker, tmp_path):
    small = make_small_survey(skywright, tmp_path)
    survey = small.copy(tmp_path / "night")
    small.arrive(survey)
    skywright("night", survey, "--clock", CLOCK)
    ids = []
    for file in (survey / "alerts").rglob("*.avro"):
        with open(file, "rb") as opened:
            ids += [p["diaSourceId"] for p in fastavro.reader(opened)]
    assert len(ids) > 20
    broker.create("sender", partitions=3)
    rng = random.Random(3)
    command = [program, "night", survey, "--clock", CLOCK, "--alerts-to", f"kafka://{broker.address}/sender"]
    killed = 0
    for _ in range(KILLS):
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.05, 0.6))
        if running.poll() is None:
            running.send_signal(signal.SIGKILL)
            killed += 1
        running.wait()
    skywright(*command[1:])
    twice = checked(consume(broker.address, "sender", len(set(ids))), set(ids))
    print(f"\nsender killed {killed} times: {len(ids)} alerts, 0 missing, {twice} twice")
