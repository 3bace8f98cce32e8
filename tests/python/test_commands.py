"""Every command of the program is a function, every setting a field of a dataclass."""

import dataclasses
import inspect
import json
import subprocess
import sys
import tomllib

import pytest

import skywright
from skywright import _core, configs

COMMON = {"seed", "jobs", "progress", "config", "communicator"}
COMMANDS = {c["name"]: c for c in _core.commands()}


def function_of(name):
    group, _, leaf = name.partition(" ")
    found = getattr(skywright, group)
    return getattr(found, leaf) if leaf else found


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_a_function_with_the_program_s_options(name, skywright_program):
    command = COMMANDS[name]
    function = function_of(name)
    body = function if inspect.isroutine(function) else function.__call__
    given = inspect.signature(body).parameters
    wanted = {o["name"].lstrip("-").replace("-", "_") for o in command["arguments"] + command["options"]}
    have = {n.rstrip("_") for n in given} - COMMON - {"self"}
    assert have == wanted
    assert ("config" in given) == command["settings"] and ("communicator" in given) == command["spreads"]
    shown = skywright_program(*name.split(), "--help").out
    for option in command["options"]:
        assert option["name"] in shown
        if name not in ("detect", "detrend", "solve", "stack", "subtract"):  # whose texts are their own
            assert option["help"].split()[0] in body.__doc__


@pytest.mark.parametrize("name", [n for n, c in COMMANDS.items() if c["settings"]])
def test_the_dataclass_of_a_command_has_the_program_s_settings(name, skywright_program):
    text = skywright_program(*name.split(), "--help-config").out
    wanted = tomllib.loads(text)
    class_name = "".join(p.capitalize() for p in name.split()) + "Config"
    config = getattr(configs, class_name)()
    assert without_empty_lists(as_plain(config)) == without_empty_lists(wanted)
    assert config.to_toml() == ""  # nothing differs from the defaults


def as_plain(config):
    out = {}
    for f in dataclasses.fields(config):
        value = getattr(config, f.name)
        if dataclasses.is_dataclass(value):
            value = as_plain(value)
        elif isinstance(value, list) and value and dataclasses.is_dataclass(value[0]):
            value = [as_plain(v) for v in value]
        out[f.metadata.get("key", f.name)] = value
    return out


def without_empty_lists(value):
    """TOML has no word for an empty list of tables."""
    if isinstance(value, dict):
        return {k: without_empty_lists(v) for k, v in value.items() if v != []}
    return [without_empty_lists(v) for v in value] if isinstance(value, list) else value


def test_settings_reach_the_core_as_toml_would(pixels):
    config = configs.DetectConfig()
    config.detection.threshold = 500.0
    config.detection.filter = "gaussian"
    config.photometry.aperture_radii = [2.0, 4.5]
    config.background.mask_sources = False
    table = skywright.detect(pixels, config=config)
    nested = skywright.detect(pixels, config={
        "detection": {"threshold": 500, "filter": "gaussian"}, "photometry.aperture_radii": (2, 4.5),
        "background.mask_sources": False,
    })  # fmt: skip
    assert len(table) == len(nested) < len(skywright.detect(pixels))
    assert "ap02Flux" in table and "ap05Flux" not in table


def test_a_toml_file_is_a_config(pixels, tmp_path):
    (tmp_path / "c.toml").write_text("[detection]\nthreshold = 500\n")
    assert len(skywright.detect(pixels, config=tmp_path / "c.toml")) < len(skywright.detect(pixels))
    (tmp_path / "c.toml").write_text("[detection]\nthreshhold = 500\n")
    with pytest.raises(skywright.ConfigError, match="threshhold.*c.toml line 2"):
        skywright.detect(pixels, config=tmp_path / "c.toml")


def test_a_command_s_report_is_the_program_s(skywright_program, tmp_path):
    ours = skywright.instrument.show("lsst", plot=tmp_path / "plane.png")
    theirs = skywright_program("instrument", "show", "lsst", "--json")
    assert dict(ours) == theirs.json
    assert ours.text.strip() == skywright_program("instrument", "show", "lsst").out.strip()
    assert (tmp_path / "plane.png").read_bytes()[:4] == b"\x89PNG"


def test_plan_is_a_command_and_a_group(tmp_path):
    report = skywright.plan(nights=2, out=tmp_path / "visits.db", seed=3)
    assert report["nights"] == 2 and report["visits"] > 0
    metrics = skywright.plan.metrics(tmp_path / "visits.db")
    assert json.dumps(dict(metrics))
    with pytest.raises(skywright.ConfigError, match="--out: it is missing"):
        skywright.plan(nights=2)


def test_partial_work_raises_with_its_result(tmp_path):
    skywright.survey.init(tmp_path / "s", instrument="lsst")
    (tmp_path / "bad.fits").write_bytes(b"SIMPLE  =                    T" + b" " * 50)
    with pytest.warns(skywright.SkywrightWarning), pytest.raises(skywright.SkywrightError) as caught:
        skywright.survey.ingest(tmp_path / "s", [tmp_path / "bad.fits"])
    assert caught.value.code in (3, 4)
    if caught.value.code == 3:
        assert caught.value.result["files"]


IMPORTS = "import sys, skywright; print(sorted(m for m in ('numpy','astropy','pandas','pyarrow') if m in sys.modules))"


def test_importing_imports_nothing_heavy():
    done = subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
