"""What a survey directory holds, for comparisons byte by byte."""

import hashlib
import sqlite3
from pathlib import Path


def dump(database):
    """Every table's rows in order of their columns, as databases are compared."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        names = [n for (n,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type='table' ORDER BY name")]  # fmt: skip
        out = {}
        for name in names:
            columns = len(connection.execute(f'PRAGMA table_info("{name}")').fetchall())
            order = ",".join(str(i + 1) for i in range(columns))
            out[name] = connection.execute(f'SELECT * FROM "{name}" ORDER BY {order}').fetchall()
    return out


def content(survey):
    """Checksum of every file, hidden ones too; prompt.sqlite as its dump.

    Left out: the lock, and registry.sqlite, whose order is that in which things were made and which can
    be rebuilt from the files.
    """
    survey = Path(survey)
    out = {}
    for path in sorted(survey.rglob("*")):
        if not path.is_file() or path.name == ".writer.lock" or ".sqlite" in path.name:
            continue
        out[str(path.relative_to(survey))] = hashlib.sha256(path.read_bytes()).hexdigest()
    if (survey / "prompt.sqlite").exists():
        for table, rows in dump(survey / "prompt.sqlite").items():
            out[f"prompt.sqlite {table}"] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return out


def differences(one, other):
    return sorted(k for k in one.keys() | other.keys() if one.get(k) != other.get(k))


def temporaries(survey):
    return [p for p in Path(survey).rglob(".*") if p.is_file() and p.name.endswith(".tmp")]


def without_database(survey):
    """All but what tells where rows are kept. The catalogs hold the rows themselves."""
    return {k: v for k, v in content(survey).items()
            if k != "survey.toml" and not k.startswith("prompt.sqlite")}  # fmt: skip


def keep_rows_at(survey, url):
    config = Path(survey) / "survey.toml"
    assert 'database = ""' in config.read_text()
    config.write_text(config.read_text().replace('database = ""', f'database = "{url}"'))
