"""`skywright night` after its settings or a user kernel changed: what is done anew, and what stands."""

import json
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest
import user_kernels
from small_survey import CLOCK, make_small_survey
from survey_content import content, differences


@pytest.fixture(scope="module")
def small(skywright, tmp_path_factory):
    return make_small_survey(skywright, tmp_path_factory.mktemp("pocket"))


# ---- changed settings


def edit(survey, old, new):
    text = (survey / "survey.toml").read_text()
    assert old in text
    (survey / "survey.toml").write_text(text.replace(old, new))


def folders(survey):
    """Which products exist, by folder."""
    return {f: {str(p.relative_to(survey)) for p in (survey / f).rglob("*") if p.is_file()}
            for f in ("raw", "visit", "difference", "alerts")}  # fmt: skip


def with_setting(skywright, small, tmp_path, old, new):
    """(a survey done before and after a change of a setting, one that always had the setting)"""
    changed = small.copy(tmp_path / "changed")
    small.arrive(changed)
    skywright("night", changed, "--clock", CLOCK)
    before = folders(changed)
    edit(changed, old, new)
    report = skywright("night", changed, "--clock", CLOCK, "--json").json
    always = small.copy(tmp_path / "always")
    edit(always, old, new)
    small.arrive(always)
    skywright("night", always, "--clock", CLOCK)
    return changed, before, report, always


def same_open_data(one, other):
    a, b = content(one), content(other)
    return [k for k in differences(a, b) if k.startswith(("catalog/", "prompt.sqlite"))]


def test_a_setting_of_alerts_redoes_alerts_alone(skywright, small, tmp_path):
    changed, before, report, always = with_setting(
        skywright, small, tmp_path, "forced_days = 365", "forced_days = 200"
    )
    after = folders(changed)
    assert all(after[f] == before[f] for f in ("raw", "visit", "difference"))
    assert before["alerts"] < after["alerts"]
    assert len(after["alerts"]) == 2 * len(before["alerts"])
    # The database and catalogs are those of a survey that always had the setting.
    assert same_open_data(changed, always) == []


def test_a_setting_of_the_subtraction_leaves_sources_standing(skywright, small, tmp_path):
    text = (small.folder / "survey.toml").read_text()
    section = text[text.index("[night.subtract]") :]
    line = next(x for x in section.splitlines() if x.startswith("threshold"))
    value = line.split("=")[1].split("#")[0].strip()
    changed, before, report, always = with_setting(
        skywright, small, tmp_path, section[: section.index(line) + len(line)],
        section[: section.index(line)] + line.replace(value, str(float(value) + 2.0)),
    )  # fmt: skip
    after = folders(changed)
    kept = {p for p in before["visit"] if ".sources." in p}
    assert {p for p in after["visit"] if ".sources." in p} == kept
    assert len(after["difference"]) == 2 * len(before["difference"])
    assert not any(e["was_done"] for e in report["exposures"])
    assert same_open_data(changed, always) == []


# ---- user kernels


def with_kernel(survey, library, **settings):
    lines = [f'library = "{library}"', *(f"{key} = {value}" for key, value in settings.items())]
    text = (survey / "survey.toml").read_text().split("[[night.measure.kernels]]\nlibrary")[0]
    (survey / "survey.toml").write_text(text + "\n[[night.measure.kernels]]\n" + "\n".join(lines) + "\n")


def test_a_user_kernel_measures_the_night(skywright, small, tmp_path):
    """Its columns are in the Source table; another library redoes the exposure, and how or where it is called does
    not; one that crashes fails its exposure alone."""
    survey = small.copy(tmp_path / "survey")
    small.arrive(survey, small.frames[:2])
    (survey / "kernels").mkdir()
    library = user_kernels.built(user_kernels.EXAMPLES / "aperture.c", survey / "kernels" / "aperture.so")

    def run(expect=0):
        return skywright("night", survey, "--clock", CLOCK, "--json", expect=expect).json["exposures"]

    with_kernel(survey, "kernels/aperture.so")
    assert not any(e["was_done"] for e in run())
    tables = sorted((survey / "visit").rglob("*.sources.parquet"))
    assert len(tables) == 2
    words = json.loads(pq.read_metadata(tables[0]).metadata[b"skywright"])["columns"]
    assert {w["name"]: w["unit"] for w in words}["circleFlux"] == "nJy"
    t = pq.read_table(tables[0]).to_pandas()
    touched = t.deblend_blended | t[[c for c in t.columns if c.startswith("pixelFlags_")]].any(axis=1)
    good = t[(t.ap05Flux > 10 * t.ap05FluxErr) & ~touched]
    assert len(good) > 50 and not good.aperture_flag.any()
    # Edge pixels by 10 x 10 parts, as in test_kernels.py.
    np.testing.assert_allclose(good.circleFlux, good.ap05Flux, rtol=0.004)

    elsewhere = tmp_path / "aperture.so"
    shutil.copy(library, elsewhere)
    with_kernel(survey, elsewhere, serial="true", isolated="true")
    assert all(e["was_done"] for e in run())
    with open(elsewhere, "ab") as file:
        file.write(b"another")
    with_kernel(survey, elsewhere)
    assert not any(e["was_done"] for e in run())

    # The second frame's pointing is another: nothing of the first lies where this crashes.
    places = {n: set(np.round(np.array(pq.read_table(f)["x"]), 1)) for n, f in enumerate(tables)}
    alone = max(places[1] - places[0])
    crash = f"if (position[2 * i] > {alone - 0.06} && position[2 * i] < {alone + 0.06}) abort(); result[i] = 1;"
    with_kernel(survey, user_kernels.probe(tmp_path, "crash", BODY=crash), isolated="true")
    codes = [e["code"] for e in run(expect=3)]
    assert sorted(codes) == [0, 4]
    told = (survey / "failures.json").read_text()
    assert "kernel" in told and f"source at x {alone:.1f}"[:-2] in told
