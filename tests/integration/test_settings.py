"""`--help-config`: every setting of every command, as a file that --config takes back unchanged."""

import re
import tomllib

import pytest

# Commands that are known to take settings; any other that offers --help-config is tested with them.
KNOWN = {
    "demo", "plan", "plan run", "plan metrics", "plan compare", "plan ensemble", "plan footprint", "plan weather",
    "sky", "expose", "calib", "detrend", "solve", "associate", "detect", "stack", "subtract", "survey init",
}  # fmt: skip


def names_in(help_text):
    section = help_text[help_text.index("Subcommands:"):].splitlines()[1:] if "Subcommands:" in help_text else []
    found = []
    for line in section:
        match = re.match(r"^  (\S+)(\s|$)", line)
        if match:
            found.append(match[1])
        elif line.strip() and not line.startswith("   "):
            break
    return found


@pytest.fixture(scope="module")
def commands(skywright):
    """{name: its help} of all commands."""
    found = {}
    for name in names_in(skywright("--help").out):
        text = skywright(name, "--help").out
        children = names_in(text)
        for child in children:
            found[f"{name} {child}"] = skywright(name, child, "--help").out
        if not children or name == "plan":
            found[name] = text
    return found


@pytest.fixture(scope="module")
def configurable(commands):
    return sorted(name for name, text in commands.items() if "--help-config" in text)


def leaves(table):
    for value in table.values():
        if isinstance(value, dict):
            yield from leaves(value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for one in value:
                yield from leaves(one)
        else:
            yield value


def test_no_command_is_forgotten(commands, configurable):
    assert KNOWN <= set(configurable)
    # What takes a file of settings says how to get one, and the other way round.
    for name, text in commands.items():
        assert ("--config FILE" in text) == ("--help-config" in text), name


def test_every_setting_is_described_and_taken_back(skywright, configurable, tmp_path):
    for name in configurable:
        text = skywright(*name.split(), "--help-config").out
        settings = tomllib.loads(text)
        assert settings, name
        lines = [line for line in text.splitlines() if re.match(r"^\w+ = ", line)]
        assert len(lines) == len(list(leaves(settings))), name
        for line in lines:
            assert re.search(r"  # \S", line), (name, line)
        file = tmp_path / "settings.toml"
        file.write_text(text)
        again = skywright(*name.split(), "--config", file, "--help-config").out
        assert again == text, name


def test_it_shows_what_holds(skywright, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("[detection]\nthreshold = 7.0\n")
    text = skywright("detect", "--config", file, "--set", "detection.min_area=9", "--help-config").out
    assert "threshold = 7.0  # " in text and "min_area = 9  # " in text
    assert "threshold = 4.5" in skywright("detect", "--threshold", 4.5, "--help-config").out
    # Unit and range stand in the comment, options of a choice too.
    line = next(line for line in text.splitlines() if line.startswith("threshold = "))
    assert "[" in line and "must be > 0" in line
    assert re.search(r'^filter = "\w+"  # .*\(.*psf.*\)', text, re.M)


@pytest.mark.parametrize("strategy", ["lsst-baseline", "small-transient-survey", "gmt-queue"])
def test_strategies_are_printed_whole_and_taken_back(skywright, strategy, tmp_path):
    text = skywright("plan", "run", "--strategy", strategy, "--help-config").out
    file = tmp_path / "strategy.toml"
    file.write_text(text)
    assert skywright("plan", "run", "--strategy", file, "--help-config").out == text
    assert skywright("plan", "footprint", "--strategy", file, "--json").json == \
        skywright("plan", "footprint", "--strategy", strategy, "--json").json  # fmt: skip


def test_the_printed_settings_change_nothing(skywright, tmp_path):
    file = tmp_path / "weather.toml"
    file.write_text(skywright("plan", "weather", "--help-config").out)
    for out, more in (("a.csv", ()), ("b.csv", ("--config", file))):
        skywright("plan", "weather", "--years", 0.1, "--out", tmp_path / out, *more)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_an_empty_list_shows_what_its_elements_hold(skywright, tmp_path):
    text = skywright("plan", "run", "--strategy", "small-transient-survey", "--help-config").out
    commented = [line[2:] for line in text.splitlines() if line.startswith("# ") and re.match(r"# (\[\[|\w+ = )", line)]
    assert any(line.startswith("[[") for line in commented)
    tomllib.loads("\n".join(commented))


def test_commands_without_settings_take_none(skywright, tmp_path):
    file = tmp_path / "s.toml"
    file.write_text("a = 1\n")
    assert "--config" in skywright("almanac", "--from", "2026-11-23", "--config", file, expect=2).err
    assert "--help-config" in skywright("night", tmp_path, "--help-config", expect=2).err
