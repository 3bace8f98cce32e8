"""`skywright night --follow`: frames land one by one, whole, half-written and bad; it is stopped and taken up again; its
products are those of a night that found all of them there. What it tells meanwhile: log, metrics, page."""

import html.parser
import json
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.request
from collections import Counter

import fastavro
import pytest
from astropy.io import fits
from mock_kafka import MockKafka
from prometheus_client.parser import text_string_to_metric_families
from small_survey import CLOCK, make_small_survey
from survey_content import content, differences, temporaries

SOON = 60.0  # seconds, on a machine that does other work


@pytest.fixture(scope="module")
def small(skywright, tmp_path_factory):
    small = make_small_survey(skywright, tmp_path_factory.mktemp("pocket"), visits=3, two=True)
    set_follow(small.folder, detectors=2, wait_s=60.0)
    return small


def set_follow(survey, **settings):
    text = (survey / "survey.toml").read_text()
    head, follow = text.split("[follow]")
    for name, value in settings.items():
        follow, count = re.subn(rf"(?m)^{name} = \S+", f"{name} = {value}", follow)
        assert count == 1, name
    (survey / "survey.toml").write_text(f"{head}[follow]{follow}")


class Follow:
    """A night that follows, its log and its server."""

    def __init__(self, program, survey, *args):
        self.survey, self.log = survey, survey.parent / f"{survey.name}.log"
        self.process = subprocess.Popen(
            [program, "night", survey, "--follow", "--clock", CLOCK, "--log", self.log, "--json", "--jobs", "2", *args],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
        self.url = self.wait_for("started")["url"]

    def events(self, *names):
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [e for e in map(json.loads, lines) if not names or e["event"] in names]

    def wait_for(self, event, count=1, **fields):
        until = time.monotonic() + SOON
        while time.monotonic() < until:
            found = [e for e in self.events(event) if all(e.get(k) == v for k, v in fields.items())]
            if len(found) >= count:
                return found[-1]
            assert self.process.poll() is None, self.process.communicate()
            time.sleep(0.02)
        self.process.kill()
        pytest.fail(f"no {event} {fields}: {self.events()}")

    def get(self, path):
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def metrics(self):
        """Values by name and labels, read by the parser that Prometheus' makers give."""
        _, headers, text = self.get("metrics")
        assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return {(s.name, *s.labels.values()): s.value
                for family in text_string_to_metric_families(text) for s in family.samples}  # fmt: skip

    def end(self, *, stop=None, expect=0):
        begun = time.monotonic()
        if stop:
            self.process.send_signal(stop)
        out, err = self.process.communicate(timeout=SOON)
        assert self.process.returncode == expect, out + err
        assert not stop or time.monotonic() - begun < 10.0
        return json.loads(out)


def alert_ids(survey):
    seen = Counter()
    for path in survey.rglob("alerts/*/*.avro"):
        with open(path, "rb") as file:
            seen.update(p["diaSource"]["diaSourceId"] for p in fastavro.reader(file))
    return seen


def with_card(frame, to, **cards):
    """The frame's headers with other cards, its data as they are."""
    with fits.open(frame, disable_image_compression=True) as hdus:
        for name, value in cards.items():
            if value is None:
                del hdus[0].header[name]
            else:
                hdus[0].header[name] = value
        hdus.writeto(to)
    return to


@pytest.fixture(scope="module")
def bad(skywright, small, tmp_path_factory):
    """Frames that a night must refuse, by the words of why."""
    folder = tmp_path_factory.mktemp("bad")
    good = small.frames[0]
    return {
        "Modified Julian Date": with_card(good, folder / "3001_ccd.fits.fz", **{"MJD-BEG": "yesterday"}),
        "another frame": with_card(good, folder / "again_2001.fits.fz", OBSERVER="somebody else"),
        "nine": with_card(good, folder / "3002_ccd.fits.fz", CHIPID="nine"),
        "": with_card(good, folder / "3003_ccd.fits.fz", FILTER=None),
    }


@pytest.fixture(scope="module")
def batch(skywright, small, tmp_path_factory):
    survey = small.copy(tmp_path_factory.mktemp("batch") / "survey")
    small.arrive(survey)
    skywright("night", survey, "--clock", CLOCK, "--jobs", 2)
    return survey


@pytest.fixture(scope="module")
def followed(program, small, bad, tmp_path_factory):
    """A night that went through all of it; what it said on its way."""
    survey = small.copy(tmp_path_factory.mktemp("followed") / "survey")
    incoming = survey / "incoming"
    said = {}
    night = Follow(program, survey)
    night.wait_for("ready")
    small.arrive(survey, small.frames[0:2])
    # A half-written frame is waited for, however long its writer takes.
    data = small.frames[2].read_bytes()
    with open(incoming / small.frames[2].name, "wb") as file:
        file.write(data[: len(data) // 2])
        file.flush()
        for path in bad.values():
            (incoming / path.name).write_bytes(path.read_bytes())
        night.wait_for("frame_refused", count=len(bad) - 1)
        night.wait_for("visit_ended", visit=2001)
        file.write(data[len(data) // 2 :])
    (incoming / "same_again.fits.fz").write_bytes(small.frames[0].read_bytes())
    small.arrive(survey, small.calibrations[:1])
    night.wait_for("frame_refused", count=len(bad))
    night.wait_for("calibration_frame")
    night.wait_for("duplicate")
    night.wait_for("exposure_done", visit=2002)
    said["answers"] = {path: night.get(path) for path in ("", "healthz", "readyz", "nothing")}
    said["metrics"] = night.metrics()
    said["hostile"] = hostile(night)
    # Stopped while a visit is under way.
    small.arrive(survey, small.frames[3:4])
    night.wait_for("frame_landed", visit=2002, detector=1)
    said["stopped"] = night.end(stop=signal.SIGTERM, expect=3)
    said["between"] = content(survey), alert_ids(survey)
    night = Follow(program, survey, "--until-idle", "3")
    small.arrive(survey, small.frames[4:6])
    said["report"] = night.end(expect=3)  # files that were refused are still there
    said["events"] = night.events()
    return survey, said


def hostile(night):
    """Clients that would hold up a server that waits for them; what the good one was answered meanwhile."""
    host, port = night.url.removeprefix("http://").strip("/").split(":")
    bad = []
    for words in [b"GET / HT"] * 30 + [b"\0" * 2000, b"GET /" + b"a" * 100000, b"POST / HTTP/1.1\r\n\r\n"]:
        client = socket.create_connection((host, int(port)), timeout=5)
        client.sendall(words)
        bad.append(client)
    statuses = [night.get("healthz")[0] for _ in range(20)]
    for client in bad:
        client.close()
    return statuses


# ---- products


def test_products_are_those_of_a_night_that_found_all_there(followed, batch, small, bad):
    survey, _ = followed
    bias = small.calibrations[0].name.split("_")[0]
    others = [k for k in differences(content(survey), content(batch))
              if not re.match(rf"incoming/|failures\.json|raw/\d+/{bias}/", k)]  # fmt: skip
    assert others == []
    assert temporaries(survey) == []
    assert set(alert_ids(survey).values()) == {1}


def test_a_stop_leaves_what_can_be_taken_up(followed):
    _, said = followed
    assert said["stopped"]["stopped"] and said["stopped"]["code"] == 3
    made, alerts = said["between"]
    assert any(k.startswith("raw/") and "/2002/1" in k for k in made) and alerts
    # Alerts that were out before are not sent again.
    ended = [e["visit"] for e in said["events"] if e["event"] == "visit_ended"]
    assert ended == [2001, 2002, 2003]


def test_a_half_written_frame_was_waited_for_and_bad_ones_lie_where_they_lay(followed, bad):
    survey, said = followed
    refused = [e for e in said["events"] if e["event"] == "frame_refused"]
    names = {path.name for path in bad.values()}
    assert {e["file"] for e in refused} == names
    assert {p.name for p in (survey / "incoming").iterdir()} == names
    for e in refused:
        assert e["level"] == "warning" and e["code"] == 4 and e["problem"] and e["reason"] and e["remedy"], e
    for words, path in bad.items():
        assert words in next(e["problem"] + e["reason"] for e in refused if e["file"] == path.name)
    assert said["report"]["rejected"] == len(bad)


def test_status_tells_what_is_done_and_what_failed(skywright, followed, bad):
    survey, _ = followed
    status = skywright("survey", "status", survey, "--json").json
    assert status["exposures"] == {"done": 6, "failed": 0, "missing": [], "calibration": 1}
    assert {f["unit"] for f in status["failures"]} == {f"ingest {p.name}" for p in bad.values()}


def test_status_tells_science_frames_that_wait_from_calibrations(skywright, small, tmp_path):
    survey = small.copy(tmp_path / "survey")
    skywright("survey", "ingest", survey, small.frames[3], small.calibrations[0])
    status = skywright("survey", "status", survey)
    assert "science frames: 0 done, 0 failed, 1 missing; calibration frames: 1" in status.out
    assert "missing: visit 2002 detector 1" in status.out


# ---- what it tells


def test_health_and_readiness_are_told(followed):
    _, said = followed
    assert said["answers"]["healthz"][0] == 200
    status, _, text = said["answers"]["readyz"]
    assert status == 200
    assert {line.split(":")[0] for line in text.splitlines()} == {
        "loaded", "masters", "templates", "reference", "database", "storage"}  # fmt: skip
    assert said["answers"]["nothing"][0] == 404


def test_hostile_clients_hold_up_nobody(followed):
    assert followed[1]["hostile"] == [200] * 20


def test_metrics_count_what_happened(followed, small, bad):
    m = followed[1]["metrics"]
    assert all(name.startswith("skywright_") for name, *_ in m)
    assert m["skywright_raws_landed_total",] == 3
    assert m["skywright_raws_refused_total",] == len(bad)
    assert m["skywright_raws_duplicate_total",] == m["skywright_calibration_frames_total",] == 1
    assert m["skywright_exposures_done_total",] == 3 and m["skywright_exposures_failed_total",] == 0
    assert m["skywright_visits_ended_total",] == 1
    assert m["skywright_backlog_exposures",] == 1 and m["skywright_overloaded",] == 0
    ended = [e for e in followed[1]["events"] if e["event"] == "visit_ended"][:1]
    assert m["skywright_alerts_total",] == sum(e["alerts"] for e in ended) > 0
    assert m["skywright_latency_seconds_count",] == 2
    assert 0 < m["skywright_latency_seconds_sum",] <= sum(2 * e["latency_s"] for e in ended)
    buckets = {le[0]: v for (name, *le), v in m.items() if name == "skywright_latency_seconds_bucket"}
    assert buckets["+Inf"] == buckets["60"] == 2
    assert m["skywright_step_seconds_count", "measure"] == 3
    assert m["skywright_step_seconds_count", "associate and alert"] == 1
    files = [f.stat().st_size for f in small.frames[0:3]]
    assert m["skywright_bytes_total", "raw"] == sum(files)
    alerts = followed[0].glob("alerts/2001/*.avro")
    assert m["skywright_bytes_total", "alerts"] == sum(p.stat().st_size for p in alerts) > 0


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.links, self.tags, self.words = [], Counter(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1
        self.links += [v for k, v in attributes if k in ("src", "href", "action", "data")]

    def handle_data(self, data):
        self.words.append(data)


def test_the_page_needs_nothing_else_and_tells_all(followed, bad):
    status, headers, text = followed[1]["answers"][""]
    assert status == 200 and headers["Refresh"] == "5" and "default-src 'none'" in headers["Content-Security-Policy"]
    page = Page(text)
    assert page.tags["script"] == page.tags["link"] == page.tags["iframe"] == 0
    assert page.links and all(v.startswith(("data:image/png;base64,", "#")) for v in page.links)
    assert not re.search(r"url\((?!#)|@import|http:|https:", text.replace("http://www.w3.org/2000/svg", ""))
    assert page.tags["svg"] == 1 and page.tags["img"] >= 2
    words = " ".join(page.words)
    for path in bad.values():
        assert path.name in words
    for word in ("2001", "2002", "60 s", "remedy", "SNR"):
        assert word in words, word


def test_the_log_is_one_object_a_line_at_the_injected_time(followed):
    events = followed[1]["events"]
    assert {e["time"] for e in events} == {"2027-04-04T23:59:23.000Z"}  # MJD 61500.0 TAI, 37 s ahead of UTC
    assert {e["level"] for e in events} == {"info", "warning"}
    assert all({"visit", "detector", "seconds"} <= e.keys() for e in events if e["event"] == "exposure_done")


# ---- late detectors, overload, a database of another schema


@pytest.fixture(scope="module")
def late(program, skywright, small, tmp_path_factory):
    """Followed: a detector that came after its visit was ended, on a night that is late anyway; and the nights that
    found the same frames there in the same order."""
    folder = tmp_path_factory.mktemp("late")
    survey, batch = small.copy(folder / "survey"), small.copy(folder / "batch")
    for s in (survey, batch):
        set_follow(s, detectors=0, wait_s=0.5, target_s=0.01, settle_s=0.2)
    small.arrive(survey, small.frames[0:1])  # before anybody looks
    night = Follow(program, survey, "--until-idle", "4")
    night.wait_for("visit_ended", visit=2001)
    small.arrive(survey, small.frames[1:2])
    night.wait_for("visit_ended", count=2, visit=2001)
    small.arrive(survey, small.frames[2:3])
    night.end()
    for frames in (small.frames[0:1], small.frames[1:2], small.frames[2:3]):
        small.arrive(batch, frames)
        skywright("night", batch, "--clock", CLOCK)
    return survey, batch, night.events()


def test_a_late_detector_is_added_and_nothing_counted_twice(late):
    survey, batch, events = late
    assert [(e["visit"], e["detector"]) for e in events if e["event"] == "late_detector"] == [(2001, 1)]
    assert differences(content(survey), content(batch)) == []
    assert set(alert_ids(survey).values()) == {1}
    with sqlite3.connect(survey / "prompt.sqlite") as db:
        (sources,), (linked,) = (db.execute(q).fetchone() for q in (
            "SELECT count(*) FROM DiaSource", "SELECT sum(nDiaSources) FROM DiaObject"))  # fmt: skip
    assert sources == linked == len(alert_ids(survey))


def test_an_overloaded_night_leaves_out_previews_alone_and_says_so(late):
    survey, _, events = late
    names = Counter(e["event"] for e in events)
    assert names["overload_begins"] >= 1 and names["previews_shed"] >= 1
    assert names["overload_ends"] == names["overload_begins"]
    assert len(list(survey.glob("alerts/*/*.avro"))) == 3


def test_a_database_of_another_schema_keeps_alerts_back_and_nothing_else(skywright, small, tmp_path):
    survey = small.copy(tmp_path / "survey")
    small.arrive(survey, small.frames[0:1])
    with sqlite3.connect(survey / "prompt.sqlite") as db:
        db.execute("PRAGMA application_id = 0x534B5950")
        db.execute("PRAGMA user_version = 0")
        db.execute("CREATE TABLE Visit(visit INTEGER)")
    report = skywright("night", survey, "--clock", CLOCK, "--json", expect=3).json
    assert all(e["code"] == 0 for e in report["exposures"]) and "schema" in report["warnings"][0]
    status = skywright("survey", "status", survey, "--json").json
    assert "its schema is number 0" in status["prompt_problem"]
    assert len(status["exposures"]["missing"]) == 1
    assert [f["unit"] for f in status["failures"]] == ["night prompt.sqlite"]
    for path in survey.glob("prompt.sqlite*"):
        path.unlink()
    report = skywright("night", survey, "--clock", CLOCK, "--json").json
    assert all(e["code"] == 0 for e in report["exposures"]) and report["alert_files"] == 1
    status = skywright("survey", "status", survey, "--json").json
    assert status["exposures"]["done"] == 1 and status["failures"] == []


def test_a_port_that_is_taken_is_refused_at_once(skywright, small, tmp_path):
    survey = small.copy(tmp_path / "survey")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        result = skywright("night", survey, "--follow", "--listen", address, expect=2)
    assert address in result.err and "port" in result.err


def test_frames_of_which_a_topic_tells_come_from_wherever_they_lie(program, small, batch, tmp_path):
    """Each form of a message, one that names nothing, one that names no file; each is settled once."""
    kafka = MockKafka()
    survey, store = small.copy(tmp_path / "survey"), tmp_path / "store"
    set_follow(survey, events=f'"kafka://{kafka.address}/frames"')
    store.mkdir()
    paths = [shutil.copy2(frame, store) for frame in small.frames]
    told = [paths[0], json.dumps({"path": str(paths[1])}), f"file://{paths[2]}\n", json.dumps({"file": str(paths[3])})]
    kafka.produce("frames", told + ["{}", str(store / "nowhere.fits")])
    night = Follow(program, survey)
    night.wait_for("frame_landed", count=4)
    night.wait_for("frame_refused", count=2)
    night.end(stop=signal.SIGTERM, expect=3)

    kafka.produce("frames", [paths[4], paths[5], paths[0]])
    night = Follow(program, survey)
    night.wait_for("duplicate")
    night.wait_for("visit_ended", visit=2003)
    report = night.end(stop=signal.SIGTERM, expect=3)
    assert report["ingested"] == 2 and report["rejected"] == 0  # what was settled did not come again
    assert {p.name for p in store.iterdir()} == {f.name for f in small.frames}
    refused = " ".join(json.dumps(e) for e in night.events("frame_refused"))
    assert refused.count("names no path") == refused.count("nowhere.fits") / 2 == 1, refused
    others = [k for k in differences(content(survey), content(batch)) if not k.startswith("catalog/")]
    assert others == ["failures.json", "survey.toml"]
    failures = json.loads((survey / "failures.json").read_text())
    assert len(failures) == 2 and {f["code"] for f in failures} == {4}


def test_a_topic_that_is_away_holds_up_nothing(program, small, tmp_path):
    survey = small.copy(tmp_path / "survey")
    set_follow(survey, events='"kafka://127.0.0.1:1/frames"')  # nobody listens there
    night = Follow(program, survey)
    small.arrive(survey, small.frames[0:2])
    night.wait_for("events_away")
    night.wait_for("visit_ended", visit=2001)
    night.end(stop=signal.SIGTERM, expect=3)


def test_a_stop_while_the_broker_is_away_is_soon_and_keeps_the_alerts(skywright, program, small, tmp_path):
    """What a broker did not acknowledge waits in the survey's files; the next night sends it, once each."""
    survey = small.copy(tmp_path / "survey")
    night = Follow(program, survey, "--alerts-to", "kafka://127.0.0.1:1/alerts")  # nobody listens there
    small.arrive(survey, small.frames[0:2])
    night.wait_for("visit_ended", visit=2001)
    begun = time.monotonic()
    night.process.send_signal(signal.SIGTERM)
    night.process.wait(timeout=SOON)
    assert time.monotonic() - begun < 10.0  # required of a stop
    made = [p for file in survey.glob("alerts/*/*.avro") for p in fastavro.reader(file.open("rb"))]
    assert night.process.returncode == 3 and made

    kafka = MockKafka()
    skywright("night", survey, "--clock", CLOCK, "--alerts-to", f"kafka://{kafka.address}/alerts")
    got = kafka.messages("alerts", len(made))
    assert sorted(key for key, _ in got) == sorted(str(p["diaSourceId"]).encode() for p in made)
