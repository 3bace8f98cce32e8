"""docs/guides/planning.md names every key of a strategy and no other. Its commands are run with all snippets (test_site.py)."""

import re
import sqlite3
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "guides" / "planning.md").read_text()

# One element of each list, so that all keys are written out.
EVERYTHING = """name = "everything"
[[footprint.circle]]
name = "disc"
[[survey]]
name = "singles"
kind = "singles"
bands = ["r"]
[[deep.field]]
name = "field"
[[queue.target]]
name = "target"
"""


@pytest.fixture(scope="module")
def keys(skywright, tmp_path_factory):
    """All keys and tables, as the program itself writes a strategy down."""
    folder = tmp_path_factory.mktemp("keys")
    (folder / "s.toml").write_text(EVERYTHING)
    skywright("plan", "--strategy", folder / "s.toml", "--nights", 1, "--out", folder / "v.db", "--quiet")
    with sqlite3.connect(folder / "v.db") as database:
        (config,) = database.execute("SELECT value FROM info WHERE key = 'config'").fetchone()
    found = set()

    def collect(value):
        for element in value if isinstance(value, list) else [value]:
            if isinstance(element, dict):
                found.update(element)
                for inner in element.values():
                    collect(inner)

    collect(tomllib.loads(config))
    return found


def words(text):
    plain = re.sub(r"```.*?```", "", text, flags=re.S)
    return set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", plain))))


def test_every_key_is_named(keys):
    assert {"weights", "depth", "hour_angle_beyond_h", "partner_ra_deg", "overcast_share"} <= keys
    assert len(keys) > 120
    assert keys - words(GUIDE) == set()


def test_no_key_is_named_that_does_not_exist(keys):
    named = set()
    for line in GUIDE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("| `"):
            continue
        named |= words(cells[0])
        if cells[0].startswith("`["):  # a table of the file and its keys
            named |= words(cells[1])
    kinds = {"singles", "blocks", "pairs", "triplets", "quads"}
    assert kinds <= named and len(named) > 80
    assert named - kinds - keys == set()


def test_a_planted_key_is_missed(keys):
    assert (keys | {"planted_key"}) - words(GUIDE) == {"planted_key"}
