"""Parquet by pyarrow, in the layout that the program writes: units under the key "skywright"."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from . import _core

if TYPE_CHECKING:
    import pyarrow


class _Stream:
    def __init__(self, table: _core.Table):
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.arrow_stream()


def write(table: _core.Table, path: str) -> None:
    import pyarrow
    import pyarrow.parquet

    words = [{"name": n, "unit": u, "description": d} for n, u, d in table.columns()]
    facts = {**table.metadata, "skywright": json.dumps({"columns": words})}
    arrow: pyarrow.Table = pyarrow.RecordBatchReader.from_stream(_Stream(table)).read_all()
    pyarrow.parquet.write_table(arrow.replace_schema_metadata(facts), path, compression="zstd")


def read(path: str) -> _core.Table:
    import pyarrow
    import pyarrow.parquet

    from ._table import _core_values

    arrow = pyarrow.parquet.read_table(path)
    facts = {k.decode(): v.decode() for k, v in (arrow.schema.metadata or {}).items()}
    words = {w["name"]: w for w in json.loads(facts.pop("skywright", "{}")).get("columns", [])}
    for foreign in ("ARROW:schema", "pandas"):
        facts.pop(foreign, None)
    columns = []
    for name in arrow.column_names:
        column = arrow.column(name)
        if pyarrow.types.is_decimal(column.type) or pyarrow.types.is_nested(column.type):
            continue
        if column.null_count and not pyarrow.types.is_floating(column.type):
            column = column.fill_null("" if pyarrow.types.is_string(column.type) else 0)
        word = words.get(name, {})
        values = _core_values(name, column.to_numpy())
        columns.append((name, word.get("unit", ""), word.get("description", ""), values))
    return _core.table_from(columns, facts)
