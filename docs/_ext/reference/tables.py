"""Pages of the tables that the program writes, read from files that it wrote: names, units, descriptions.

Only titles stand here. A file that is not there, and a column without words, are faults.
"""

import json
import re
import sqlite3

from .words import cell, code, table

HEADINGS = ("column", "type", "unit", "meaning")
TABLES = [  # page, title, what the rows are, kind of file, pattern below the products, and a table in it
    ("sources", "Sources of an image", "One row a source that `skywright detect` found in an image.", "parquet", "*/catalog.parquet", ""),
    ("difference-sources", "Sources of a difference", "One row a source that `skywright subtract` found in a difference image.", "parquet", "*/changes.parquet", ""),
    ("catalog-source", "Open data: source", "One row a source of a survey's images, calibrated.", "parquet", "*/survey/catalog/source/**/*.parquet", ""),
    ("catalog-dia-source", "Open data: dia_source", "One row a source of a survey's difference images.", "parquet", "*/survey/catalog/dia_source/**/*.parquet", ""),
    ("catalog-dia-object", "Open data: dia_object", "One row an object, with what all its difference sources tell.", "parquet", "*/survey/catalog/dia_object/**/*.parquet", ""),
    ("catalog-dia-forced-source", "Open data: dia_forced_source", "One row a flux that was measured where an object is known.", "parquet", "*/survey/catalog/dia_forced_source/**/*.parquet", ""),
    ("obscore", "Open data: obscore", "One row an image, IVOA ObsCore 1.1.", "parquet", "*/survey/catalog/obscore.parquet", ""),
    ("alerts", "Alerts", "The schema of the packets; each record once.", "avro", "*/survey/alerts/**/*.avro", ""),
    ("visits", "Visits of a plan", "Table `observations` of what `skywright plan` writes, one row a visit.", "sqlite", "*/visits.db", "observations"),
    ("prompt-database", "Prompt database", "Tables of `prompt.sqlite`; DiaSource, DiaObject and DiaForcedSource have the columns of the open data.", "sqlite", "*/survey/prompt.sqlite", ""),
    ("truth", "Truth of simulated frames", "One row an object that `skywright expose` drew.", "parquet", "*/**/truth/*.parquet", ""),
    ("reference-stars", "Reference stars", "What `skywright sky --reference` writes and `skywright solve` reads, one row a star.", "parquet", "*/stars.parquet", ""),
    ("weather", "Weather", "The series of `skywright plan weather --out`.", "parquet", "*/weather.parquet", ""),
]  # fmt: skip


def from_parquet(path, _):
    from pyarrow.parquet import read_schema

    schema = read_schema(path)
    words = {c["name"]: c for c in json.loads(schema.metadata[b"skywright"])["columns"]}
    return {"": [(f.name, str(f.type), words[f.name]["unit"], words[f.name]["description"]) for f in schema]}


def type_of(kind, records):
    """An Avro type in words; records that are met are added to `records`."""
    if isinstance(kind, list):
        shown = [type_of(k, records) for k in kind if k != "null"]
        return " or ".join(shown) + (", may be null" if "null" in kind else "")
    if isinstance(kind, dict) and kind["type"] == "record":
        name = kind["name"].rsplit(".", 1)[-1]
        if name not in records:
            records[name] = []
            records[name] += [(f["name"], type_of(f["type"], records), "", f.get("doc", "")) for f in kind["fields"]]
        return name
    if isinstance(kind, dict) and kind["type"] == "array":
        return "list of " + type_of(kind["items"], records)
    return str(kind["type"] if isinstance(kind, dict) else kind).rsplit(".", 1)[-1]


def from_avro(path, _):
    from fastavro import reader

    records = {}
    with open(path, "rb") as file:
        type_of(reader(file).writer_schema, records)
    return records


ELSEWHERE = {"DiaSource", "DiaObject", "DiaForcedSource"}  # whose columns the open data describe


def from_sqlite(path, name):
    """One table of a database, or all that are described nowhere else."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        texts = dict(database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        names = [name] if name else [n for n in texts if n[0].isupper() and n not in ELSEWHERE]
        return {n if not name else "": columns_of(database, n, texts[n]) for n in names}


def columns_of(database, table, sql):
    rows = []
    for _, column, kind, *_ in database.execute(f'PRAGMA table_info("{table}")'):
        words = re.search(rf'[(,/ ]"?{column}"? [A-Z ]+,? */\* (.*?)(?: \[([^]]*)\])? \*/', sql)
        rows.append((column, kind.lower(), words[2] or "" if words else "", words[1] if words else ""))
    return rows


READERS = {"parquet": from_parquet, "avro": from_avro, "sqlite": from_sqlite}


def page(title, about, records, faults):
    parts = [f"# {title}\n\n{about}\n"]
    for record, rows in records.items():
        if record:
            parts.append(f"## {record}\n")
        for name, _, _, words in rows:
            if not words.strip():
                faults.append(f"{title}: column {record + '.' if record else ''}{name} has no description")
        parts.append(table(HEADINGS, [(code(n), cell(k), cell(u), cell(w)) for n, k, u, w in rows]))
    return "\n".join(parts)


def pages(products, faults):
    out, rows = {}, []
    for slug, title, about, kind, pattern, name in TABLES:
        found = sorted(products.glob(pattern))
        if not found:
            faults.append(f"{title}: no file {pattern} below {products}")
            continue
        out[f"tables/{slug}"] = page(title, about, READERS[kind](found[0], name), faults)
        rows.append((f"[{title}](tables/{slug}.md)", about))
    out["tables"] = (
        "# Tables\n\nColumns, units and meanings as they stand in the files themselves: Parquet carries them in its metadata, "
        "SQLite in the text of `CREATE TABLE`, Avro in its schema.\n\n" + table(("table", "rows"), rows)
    )  # fmt: skip
    return out
