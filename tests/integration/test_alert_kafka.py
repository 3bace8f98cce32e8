"""Alerts to Kafka, by librdkafka's mock cluster; the real broker is met in tests/faults/test_kafka.py."""

import io
import shutil
import subprocess

import fastavro
import fastavro.schema
import pytest
from alert_packets import SCHEMA, packets, write
from mock_kafka import MockKafka


@pytest.fixture(scope="module")
def kafka():
    return MockKafka(brokers=2)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packets")
    write(folder / "a.avro", packets(120, seed=1))
    write(folder / "b.avro", packets(80, seed=2), codec="deflate")
    return folder


def records(path):
    with open(path, "rb") as file:
        return list(fastavro.reader(file))


def nowhere():
    return "127.0.0.1:1"  # no broker listens there


def test_messages_are_avro_objects_keyed_by_alert(skywright, files, kafka):
    report = skywright(
        "alerts", "replay", files / "a.avro", "--to", f"kafka://{kafka.address}/objects",
        "--as-fast-as-possible", "--json",
    ).json  # fmt: skip
    assert report["acknowledged"] == 120 and report["waiting"] == 0
    got = kafka.messages("objects", 120)
    form = fastavro.schema.to_parsing_canonical_form(SCHEMA)
    name = bytes.fromhex(fastavro.schema.fingerprint(form, "CRC-64-AVRO"))
    expected = {str(p["diaSourceId"]).encode(): p for p in records(files / "a.avro")}
    assert sorted(key for key, _ in got) == sorted(expected)
    for key, value in got:
        assert value[:2] == b"\xc3\x01" and value[2:10] == name
        assert fastavro.schemaless_reader(io.BytesIO(value[10:]), SCHEMA, None) == expected[key]


def test_messages_may_be_containers_and_filtered(skywright, files, kafka):
    skywright(
        "alerts", "replay", files, "--to", f"kafka://{kafka.address}/boxes?form=container&linger.ms=5",
        "--as-fast-as-possible", "--filter", "diaSource.snr > 15",
    )  # fmt: skip
    read = records(files / "a.avro") + records(files / "b.avro")
    wanted = [p for p in read if (p["diaSource"]["snr"] or 0) > 15]
    got = kafka.messages("boxes", len(wanted))
    opened = {key: list(fastavro.reader(io.BytesIO(value))) for key, value in got}
    assert len(got) == len(wanted)
    # Ids repeat between the two files of this test; a key's last message is kept.
    assert all(opened[key][0] in wanted and len(opened[key]) == 1 for key in opened)


@pytest.mark.parametrize(
    "url, words",
    [
        ("kafka://127.0.0.1:1", ["names no topic"]),
        ("kafka:///alerts", ["names no host"]),
        ("kafka://h:1/a b", ["letters, digits"]),
        ("kafka://h:1/a?form=tree", ["object or container"]),
        ("kafka://h:1/a?no.such.setting=1", ["no.such.setting"]),
        ("kafka://h:1/a?linger.ms", ["has no value"]),
    ],
)
def test_an_address_that_is_none_is_code_2(skywright, files, url, words):
    result = skywright("alerts", "replay", files, "--to", url, "--as-fast-as-possible", expect=2)
    assert all(word in result.err for word in words), result.err


def test_without_the_adapter_files_are_all_there_is(skywright, files):
    result = skywright(
        "alerts", "replay", files, "--to", "kafka://h:1/a", expect=6,
        env={"SKYWRIGHT_KAFKA_LIBRARY": "/nowhere/libskywright_kafka.so"},
    )  # fmt: skip
    assert "librdkafka-dev" in result.err and "internal" not in result.err


def test_replay_without_a_broker_ends_with_code_6(skywright, files):
    result = skywright(
        "alerts", "replay", files / "a.avro", "--to", f"kafka://{nowhere()}/a", "--as-fast-as-possible",
        "--wait", "1.5", "--json", expect=6,
    )  # fmt: skip
    assert result.json["waiting"] == 120 and "not acknowledged" in result.err


def test_replay_keeps_the_pace(skywright, tmp_path):
    """Three files 86.4 s apart (0.001 d): at 86.4 times the pace they take 2 s, and come in order."""
    for i, seed in enumerate([3, 1, 2]):
        late = [dict(p, diaSource=dict(p["diaSource"], midpointMjdTai=60000 + seed / 1000))
                for p in packets(3, seed=seed)]  # fmt: skip
        write(tmp_path / f"{i}.avro", late)
    out = tmp_path / "out"
    fast = skywright("alerts", "replay", tmp_path, "--to", out, "--as-fast-as-possible", "--json").json
    assert fast["seconds"] < 1.5 and fast["files"] == 3 and fast["alerts"] == 9
    assert sorted(f.name for f in out.rglob("*.avro")) == ["0.avro", "1.avro", "2.avro"]
    shutil.rmtree(out)
    paced = skywright("alerts", "replay", tmp_path, "--to", out, "--speed", "86.4", "--json").json
    assert 1.9 < paced["seconds"] < 3.5
    times = {f.name: f.stat().st_mtime for f in out.rglob("*.avro")}
    assert times["1.avro"] < times["2.avro"] - 0.5 < times["0.avro"] - 1.0
    for bad in (["--speed", "0"], ["--speed", "2", "--as-fast-as-possible"]):
        skywright("alerts", "replay", tmp_path, "--to", out, *bad, expect=2)


def test_replay_into_a_pipe_is_one_container(program, files, tmp_path):
    done = subprocess.run(
        [program, "alerts", "replay", files, "--to", "-", "--as-fast-as-possible", "--quiet"],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    read = list(fastavro.reader(io.BytesIO(done.stdout)))
    assert read == records(files / "a.avro") + records(files / "b.avro")
