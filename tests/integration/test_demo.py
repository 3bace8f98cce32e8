"""The demo, cut down to one detector and band: report, figures, and the promises that it makes."""

import json

import pytest

SETTINGS = [
    'detectors=["R22_S11"]', 'bands=["r"]', "visits=2", "template_visits=3", "bias_frames=3",
    "dark_frames=2", "flat_frames=2",
]
KEYS = {"visits", "ccds", "injected", "detectable", "recovered", "isolated", "on_core", "alerts",
        "false_alerts", "astrometry_mas", "zero_point_mmag", "latency_s", "elapsed_s", "peak_mib"}


@pytest.fixture(scope="module")
def demo(skywright, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "out"
    settings = [part for setting in SETTINGS for part in ("--set", setting)]
    result = skywright("demo", "--out", folder, "--json", *settings, timeout=600)
    return folder, result


def test_json_is_one_object_with_every_figure(demo):
    _, result = demo
    figures = result.json
    assert KEYS <= set(figures)
    assert figures["visits"] == 2 and figures["ccds"] == 2
    assert {"p50", "p98", "max"} == set(figures["latency_s"])


def test_changes_are_recovered(demo):
    figures = demo[1].json
    for name, share in (("isolated", 0.97), ("on_core", 0.90)):
        tally = figures[name]
        assert tally["detectable"] >= 20, "too few to judge"
        assert tally["recovered"] >= share * tally["detectable"], name


def test_stars_are_placed_and_measured(demo):
    figures = demo[1].json
    assert figures["astrometry_mas"] <= 20
    assert figures["zero_point_mmag"] <= 10


def test_report_is_one_file_that_needs_nothing_else(demo):
    folder, _ = demo
    html = (folder / "report.html").read_text()
    for part in ("The camera", "Images", "Alerts", "Light curves", "Completeness and purity",
                 "Astrometry and photometry", "Where the time went"):
        assert part in html
    assert 'src="http' not in html and "<link" not in html and "<script src" not in html
    assert html.count("data:image/png;base64,") >= 5


def test_progress_tells_the_time_left(demo):
    lines = [json.loads(line) for line in demo[1].err.splitlines() if line.startswith("{")]
    progress = [line for line in lines if line.get("progress") == "demo"]
    assert len(progress) >= 3
    assert all({"done", "total", "left_s"} <= set(line) for line in progress)
    assert progress[-1]["done"] == progress[-1]["total"]


def test_a_folder_with_something_else_is_not_touched(skywright, tmp_path):
    (tmp_path / "precious.txt").write_text("mine")
    result = skywright("demo", "--out", tmp_path, expect=2)
    assert "holds something that is no demo" in result.err
    assert (tmp_path / "precious.txt").read_text() == "mine"
